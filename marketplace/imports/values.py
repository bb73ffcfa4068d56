"""From the text of a cell to a typed value. Every reader takes clean text and raises CellError with what it expects."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.imports.errors import CellError
from marketplace.imports.words import NOTHING, folded, vocabulary

Reader = Callable[[str], Any]
MAX_TEXT = 20_000
SHOWN = 60
_SEPARATORS = re.compile(r"[,，、;；\n]+")
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T].*)?")
_MONEY_UNIT = re.compile(r"\s*(万元|万)$")


def clean(text: str) -> str:
    """Return the text without control characters (line ends and tabs stay) and without blanks at its ends."""
    kept = (one for one in text.replace("\r\n", "\n").replace("\r", "\n") if one in "\n\t" or ord(one) >= 32)
    return "".join(one for one in kept if one != "\x7f").strip()


def shortened(text: str) -> str:
    """Return a cell as a report shows it: one line, at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else line[: SHOWN - 1] + "…"


def text(field: "Field[Any, Any] | None" = None, limit: int = MAX_TEXT) -> Reader:
    """Return a reader of plain text that is not longer than the column it goes to."""
    longest = min((field.max_length or MAX_TEXT) if field else MAX_TEXT, limit)

    def read(cell: str) -> str:
        if len(cell) > longest:
            raise CellError(_("At most %(limit)d characters; here are %(length)d.") % _lengths(longest, cell))
        return cell

    return read


def _lengths(limit: int, cell: str) -> dict[str, int]:
    return {"limit": limit, "length": len(cell)}


def decimal_of(field: "Field[Any, Any]") -> Reader:
    """Return a reader of numbers that fit the column: 1200, 1,200.5, １２００, 1200万元."""

    def read(cell: str) -> Decimal | None:
        plain = _MONEY_UNIT.sub("", unicodedata.normalize("NFKC", cell)).replace(",", "").strip()
        if plain in NOTHING:
            return None
        try:
            number = Decimal(plain)
            if not number.is_finite():
                raise InvalidOperation
            field.run_validators(number)
        except (InvalidOperation, ValidationError):
            raise CellError(_("Write a plain number, such as 12 or 0.5.")) from None
        return number

    return read


def day(cell: str) -> date | None:
    """Read a date: 2026-03-01, 2026/3/1, 2026年3月1日."""
    plain = unicodedata.normalize("NFKC", cell)
    if plain in NOTHING:
        return None
    found = _DATE.fullmatch(plain)
    try:
        if not found:
            raise ValueError
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise CellError(_("Write a date as year-month-day, such as 2026-03-01.")) from None


def days_from_today(cell: str) -> date | None:
    """Read a number of days counted from today."""
    if not cell:
        return None
    if not re.fullmatch(r"-?\d{1,4}", cell):
        raise CellError(_("Write a whole number of days from today."))
    return timezone.localdate() + timedelta(days=int(cell))


def one_of(words: Mapping[str, str]) -> Reader:
    """Return a reader of one word of a vocabulary."""

    def read(cell: str) -> str:
        word = folded(cell)
        if word in words:
            return words[word]
        if word in NOTHING:
            return ""
        raise CellError(_unknown(words))

    return read


def some_of(words: Mapping[str, str]) -> Reader:
    """Return a reader of several words, parted by commas or lines, each once, in their order."""
    single = one_of(words)

    def read(cell: str) -> list[str]:
        found = [single(part) for part in _SEPARATORS.split(cell) if part.strip()]
        return list(dict.fromkeys(value for value in found if value))

    return read


def _unknown(words: Mapping[str, str]) -> Any:
    known = ", ".join(dict.fromkeys(words.values()))
    return _("This word is not known here. Use one of: %(known)s.") % {"known": known}


def choice(name: str) -> Reader:
    """Return a reader of one choice by its value or its label in either language."""
    return one_of(vocabulary(name))


def choices(name: str) -> Reader:
    """Return a reader of several choices."""
    return some_of(vocabulary(name))


def lines_of(
    count: int, make: Callable[[list[str]], Any], form: str, *, least: int | None = None
) -> Callable[[str], list[Any]]:
    """Return a reader of a cell with one record per line, its parts divided by “|”.

    count : how many parts a line has at most; `least` of them must be there. make : parts → record. form : shown when a
    line has another number of parts.
    """

    def read(cell: str) -> list[Any]:
        records = []
        for number, line in enumerate(filter(None, (one.strip() for one in cell.splitlines())), start=1):
            parts = [part.strip() for part in re.split(r"[|｜]", line)]
            if not (least or count) <= len(parts) <= count:
                raise CellError(_("Line %(line)d: write %(form)s.") % {"line": number, "form": form})
            try:
                records.append(make(parts + [""] * (count - len(parts))))
            except CellError as error:
                raise CellError(_("Line %(line)d: %(reason)s") % {"line": number, "reason": error.reason}) from None
        return records

    return read
