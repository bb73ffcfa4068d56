"""Lists as Excel workbooks: the columns of the page, every text defused."""

import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from scenarios.printable import printable

MOST_ROWS = 5000
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
NUMBERS = (int, float, Decimal)


class Column(NamedTuple):
    """A column of a list: what it is called and its value of a row."""

    label: Any
    value: Callable[[Any], Any]


def defused(cell: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula, and that every one can hold.

    >>> defused("=1+1")
    "'=1+1"
    """
    text = printable(str(cell))
    return f"'{text}" if text.startswith(DANGEROUS) else text


def workbook(title: str, columns: Iterable[Column], rows: Iterable[Any]) -> bytes:
    """Return an .xlsx of one sheet with a head that stays in sight. Numbers and days stay numbers and days."""
    columns = list(columns)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    heads = [WriteOnlyCell(sheet, str(column.label)) for column in columns]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in rows:
        sheet.append([_plain(column.value(row)) for column in columns])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, (*NUMBERS, date)):
        return value
    return defused(value)
