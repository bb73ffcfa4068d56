"""`manage.py messages`: collect the strings of Python and templates, check their translations, compile them.

Babel does what GNU gettext would, so that a fresh machine needs no system package.
"""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file, extract_javascript
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PACKAGES = ("config", "marketplace", "scenarios")
CATALOGUE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|%[sd]|\{\w*\}")


def _python(path: Path) -> Iterator[tuple[int, Any, Any]]:
    for line, message, _comments, context in extract_from_file("python", path, keywords=KEYWORDS):
        yield line, message, context


def _template(path: Path) -> Iterator[tuple[int, Any, Any]]:
    # Django turns a template into calls with everything else blanked out; Babel's lexer for JavaScript reads
    # those calls without minding the indentation that Python's would.
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    lines = [re.sub(r"\bu(['\"])", r"\1", line) for line in source.split("\n")]
    text = io.BytesIO("\n".join(lines).encode())
    for line, function, found, _comments in extract_javascript(text, KEYWORDS, (), {}):
        parts = [part for part in (found if isinstance(found, tuple | list) else [found]) if isinstance(part, str)]
        context = parts.pop(0) if function in ("pgettext", "npgettext") and parts else None
        if parts:
            yield line, tuple(parts[:2]) if function in ("ngettext", "npgettext") else parts[0], context


def extracted() -> Catalog:
    """Return every string of the project's own Python and templates."""
    catalogue = Catalog(
        locale="zh_Hans",
        domain="django",
        header_comment="# The Chinese of every page. Made by `manage.py messages`; only msgstr is written by hand.",
        project="Scenario marketplace",
        version="1",
        msgid_bugs_address=" ",
        last_translator=" ",
        language_team=" ",
        # Fixed, so that collecting the strings again changes nothing but strings.
        creation_date=EPOCH,
        revision_date=EPOCH,
        charset="utf-8",
        fuzzy=False,
    )
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*")):
            if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
                continue
            if path.suffix == ".txt" and "templates" not in path.parts:
                continue
            place = path.relative_to(settings.BASE_DIR).as_posix()
            for _line, message, context in _python(path) if path.suffix == ".py" else _template(path):
                if message and message != "":
                    catalogue.add(message, locations=[(place, 0)], context=context)
    return catalogue


def stored() -> Catalog:
    """Return the catalogue as it stands in the repository."""
    path = settings.BASE_DIR / CATALOGUE
    if not path.exists():
        return Catalog(locale="zh_Hans", domain="django")
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans", domain="django")


def _translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def _sources(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def faults(fresh: Catalog, kept: Catalog) -> Iterator[str]:
    """Yield a sentence for each string that is missing, fuzzy, untranslated, unused, or whose placeholders differ."""
    for message in fresh:
        if not message.id:
            continue
        own = kept.get(message.id, context=message.context)
        source = _sources(message)[0]
        if own is None:
            yield f"missing: {source!r}"
        elif own.fuzzy:
            yield f"fuzzy: {source!r}"
        elif not all(_translations(own)):
            yield f"untranslated: {source!r}"
        else:
            wanted = set(PLACEHOLDER.findall(_sources(message)[-1]))
            if any(
                set(PLACEHOLDER.findall(text)) - wanted or wanted - set(PLACEHOLDER.findall(text))
                for text in _translations(own)
            ):
                yield f"placeholders differ: {source!r}"
    known = {(str(message.id), message.context) for message in fresh}
    yield from (
        f"not used any more: {_sources(message)[0]!r}"
        for message in kept
        if message.id and (str(message.id), message.context) not in known
    )


class Command(BaseCommand):
    help = "Collect the strings into locale/ (default), --check their Chinese translation, or --compile it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        chosen = parser.add_mutually_exclusive_group()
        chosen.add_argument("--check", action="store_true", help="end with 1 when a translation is missing or fuzzy")
        chosen.add_argument("--compile", action="store_true", help="write the .mo file that Django reads")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["compile"]:
            self._compile()
        elif options["check"]:
            self._check()
        else:
            self._update()

    def _compile(self) -> None:
        target = (settings.BASE_DIR / CATALOGUE).with_suffix(".mo")
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            write_mo(file, stored())

    def _check(self) -> None:
        found = list(faults(extracted(), stored()))
        for sentence in found:
            self.stderr.write(sentence)
        if found:
            raise CommandError(f"{len(found)} faults; run `manage.py messages` and translate what is empty")
        self.stdout.write("every string is translated")

    def _update(self) -> None:
        kept, fresh = stored(), extracted()
        for message in fresh:
            own = kept.get(message.id, context=message.context) if message.id else None
            if own is not None and not own.fuzzy:
                message.string = own.string
        path = settings.BASE_DIR / CATALOGUE
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, fresh, width=110, sort_output=True, omit_header=False, include_lineno=False)
        missing = sum(1 for message in fresh if message.id and not all(_translations(message)))
        self.stdout.write(f"{len(fresh)} strings, {missing} to translate in {CATALOGUE}")
