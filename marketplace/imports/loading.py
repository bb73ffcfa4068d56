"""Taking parsed rows through the actions, each as a whole or not at all, and saying what became of it."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from marketplace.actions.imports import import_capability
from marketplace.actions.organisations import unverified_organisation
from marketplace.imports.columns import Column, capability_columns, need_columns
from marketplace.imports.drafts import capability_draft, need_draft
from marketplace.imports.errors import Problem, UnreadableFile
from marketplace.imports.reading import MAX_ROWS, read_lines
from marketplace.imports.report import REFUSED, Report, RowResult
from marketplace.imports.rows import Header, ParsedRow, find_header, parse
from marketplace.models import Capability
from scenarios.actions.imports import Imported, import_need
from scenarios.actor import Actor
from scenarios.errors import DomainError, Invalid
from scenarios.journal import rehearsal
from scenarios.models import Need

logger = logging.getLogger(__name__)
Progress = Callable[[int, int], None]
# What a reader of the report is told to fill in where a draft lacks it; the blockers of the check come first.
WANTED = {
    "needs": (
        "indicators", "quantity", "boundary_out", "problem", "users_and_site", "boundary_in", "district", "data_class",
        "deploy", "risk_answers", "contact",
    ),
    "capabilities": ("solves", "limits", "layer", "techniques", "maturity", "deploy", "data_classes"),
}  # fmt: skip


def _write_need(row: ParsedRow, actor: Actor, owner_id: UUID, external_id: str) -> Imported:
    return import_need(actor=actor, owner_id=owner_id, external_id=external_id, **need_draft(row)._asdict())


def _write_capability(row: ParsedRow, actor: Actor, owner_id: UUID, external_id: str) -> Imported:
    draft = capability_draft(row)._asdict()
    return import_capability(actor=actor, owner_id=owner_id, external_id=external_id, **draft)


@dataclass(frozen=True)
class Kind:
    """What a file holds: its columns, and how a row of it is written."""

    name: str
    columns: Callable[[], tuple[Column, ...]]
    write: Callable[[ParsedRow, Actor, UUID, str], Imported]
    model: Any


KINDS: Mapping[str, Kind] = {
    "needs": Kind("needs", need_columns, _write_need, Need),
    "capabilities": Kind("capabilities", capability_columns, _write_capability, Capability),
}


@dataclass(frozen=True)
class Parsed:
    """A file as typed rows, and its header."""

    kind: Kind
    header: Header
    rows: list[ParsedRow]


def parse_file(kind: str, data: bytes, name: str, *, organisation: str = "") -> Parsed:
    """Return the rows of a file of `needs` or `capabilities`. Raises UnreadableFile for the file as a whole."""
    chosen = KINDS[kind]
    lines, columns = read_lines(data, name), chosen.columns()
    header = find_header(lines, columns)
    rows = list(parse(lines, header, columns, organisation=organisation))
    if not rows:
        raise UnreadableFile(_("There are no rows below the header."))
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(_("The file has more than 20,000 rows. Split it."))
    return Parsed(chosen, header, rows)


def load(
    parsed: Parsed, *, actor: Actor, dry_run: bool = False, progress: Progress = lambda done, total: None
) -> Report:
    """Write the rows as drafts of their organisations and return what became of each.

    dry_run : everything is done in one transaction that is rolled back; codes of what it creates mean nothing.
    progress : called with (done, total) after every row.
    """
    if not dry_run:
        return _load(parsed, actor, False, progress)
    with rehearsal():
        return _load(parsed, actor, True, progress)


def _load(parsed: Parsed, actor: Actor, dry_run: bool, progress: Progress) -> Report:
    results: list[RowResult] = []
    for done, row in enumerate(parsed.rows, start=1):
        results.append(_take(parsed.kind, row, actor))
        progress(done, len(parsed.rows))
    return Report(results, parsed.header.ignored, dry_run)


def _take(kind: Kind, row: ParsedRow, actor: Actor) -> RowResult:
    if row.problems:
        return _refused(row, row.problems)
    organisation = row.values["organisation"]
    external_id = row.values.get("external_id") or _row_id(organisation, row.values["title_zh"])
    try:
        with transaction.atomic():
            owner = unverified_organisation(actor=actor, name_zh=organisation)
            done = kind.write(row, actor, owner.pk, external_id)
            notes = (*row.notes, *([done.reason] if done.reason else ()), *_lacks(kind, done.object))
    except DomainError as error:
        return _refused(row, _problems(kind, error))
    except DatabaseError:
        logger.exception("row not stored", extra={"row": row.number})
        return _refused(row, (Problem("", "", _("The row could not be stored; the log of the server says why.")),))
    return RowResult(row.number, row.title, done.outcome, done.object.code, notes=notes)


def _row_id(organisation: str, title: str) -> str:
    """Return the id of a row that brings none. Without a key: the same file must find its drafts for ever."""
    known = json.dumps([organisation, title], ensure_ascii=False)
    return f"row-{hashlib.sha256(known.encode()).hexdigest()[:24]}"


def _refused(row: ParsedRow, problems: tuple[Problem, ...]) -> RowResult:
    return RowResult(row.number, row.title, REFUSED, problems=problems, notes=())


def _problems(kind: Kind, error: DomainError) -> tuple[Problem, ...]:
    if not isinstance(error, Invalid) or not error.fields:
        return (Problem("", "", str(error)),)
    return tuple(
        Problem(_label(kind, name), "", str(message)) for name, messages in error.fields.items() for message in messages
    )


def _label(kind: Kind, name: str) -> str:
    if name == "indicators":
        return _("indicators")
    known = {field.name for field in kind.model._meta.get_fields() if hasattr(field, "verbose_name")}
    return str(kind.model._meta.get_field(name).verbose_name) if name in known else name


def _lacks(kind: Kind, found: Any) -> tuple[str, ...]:
    """Return one note that names the fields which a draft lacks, if any."""
    if found.status not in ("draft", "returned"):
        return ()
    empty = [name for name in WANTED[kind.name] if not _has(found, name)]
    if not empty:
        return ()
    return (_("Still missing: %(fields)s.") % {"fields": ", ".join(_label(kind, name) for name in empty)},)


def _has(found: Any, name: str) -> bool:
    return found.indicators.exists() if name == "indicators" else getattr(found, name) not in ("", None, [], {})
