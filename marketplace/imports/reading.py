"""From a file's bytes to lines of text: CSV and Excel workbooks, recognised by their content, within limits."""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.imports.columns import known_headers
from marketplace.imports.errors import UnreadableFile
from marketplace.imports.rows import HEADER_WITHIN, Line
from marketplace.imports.words import folded

MAX_BYTES = 10_000_000
MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 40_000
# A workbook is a zip archive: what it unpacks to is limited before it is unpacked.
MAX_UNPACKED = 200_000_000
MAX_PARTS = 500
MAX_RATIO = 200
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
WORKBOOK = "xl/workbook.xml"
MACROS = ("vbaproject.bin", "xl/macrosheets/", "xl/activex/", "xl/embeddings/")


def read_lines(data: bytes, name: str) -> Iterator[Line]:
    """Yield the lines of a .csv (UTF-8 or GB 18030) or of the first sheet of an .xlsx; the first line is number 1.

    name : the file's name; what is in the file decides, but the two must agree.

    Raises UnreadableFile, at the latest while the lines are read.
    """
    if not data:
        raise UnreadableFile(_("The file is empty."))
    if len(data) > MAX_BYTES:
        raise UnreadableFile(_("The file is larger than 10 MB. Split it."))
    suffix = name.lower().rpartition(".")[2]
    if data.startswith(OLD_EXCEL):
        raise UnreadableFile(_("This is a workbook of the old kind. Save it as .xlsx or .csv."))
    lines = _xlsx(data) if data.startswith(ZIP) else _csv(data)
    if suffix != ("xlsx" if data.startswith(ZIP) else "csv"):
        raise UnreadableFile(_("The content of the file is not what its name says. Only .xlsx and .csv are read."))
    return _limited(lines)


def _limited(lines: Iterator[Line]) -> Iterator[Line]:
    for line in lines:
        if line.number > MAX_ROWS + 1 + 15:
            raise UnreadableFile(_("The file has more than 20,000 rows. Split it."))
        if len(line.cells) > MAX_COLUMNS:
            raise UnreadableFile(_("Row %(row)d has more than 200 columns.") % {"row": line.number})
        yield line


def _csv(data: bytes) -> Iterator[Line]:
    text = _decoded(data)
    # A picture or a PDF decodes as GB 18030 too, but not without control characters.
    if any(ord(one) < 32 and one not in "\t\r\n\f" for one in text[:100_000]):
        raise UnreadableFile(_("This is neither a .csv nor an .xlsx file."))
    csv.field_size_limit(MAX_CELL)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), _dialect(text)), start=1):
            yield Line(number, cells)
    except csv.Error:
        raise UnreadableFile(_("The file is no well-formed CSV: a cell is not closed, or is too long.")) from None


def _dialect(text: str) -> type[csv.Dialect]:
    """Return the dialect by its separator: comma, semicolon or tab.

    It is the one that parts the most headers that we know in one of the first 15 lines, since lines above the header
    may hold anything; where none parts any, the one that the first line has most of.
    """
    lines = text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN]

    def fits(separator: str) -> tuple[int, int]:
        return max(_headers_in(line, separator) for line in lines), lines[0].count(separator)

    class Found(csv.excel):
        delimiter = max(",;\t", key=fits)

    return Found


def _headers_in(line: str, separator: str) -> int:
    return sum(folded(cell).strip('"') in known_headers() for cell in line.split(separator)[:MAX_COLUMNS])


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return codecs.decode(data, encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("The file is neither UTF-8 nor GB 18030. Save it as “CSV UTF-8”."))


def _xlsx(data: bytes) -> Iterator[Line]:
    from openpyxl import load_workbook

    _require_plain_workbook(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise UnreadableFile(_("The workbook has no visible sheet."))
        # What a sheet claims as its size is not to be trusted.
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS + 1), start=1):
            yield Line(number, _trimmed([_shown(cell) for cell in cells]))
    except (UnreadableFile, GeneratorExit):
        raise
    except Exception as error:  # a broken workbook makes openpyxl raise almost anything
        raise UnreadableFile(_("The workbook is damaged: it cannot be read.")) from error


def _require_plain_workbook(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise UnreadableFile(_("The workbook is damaged: it cannot be read.")) from None
    names = [part.filename.lower() for part in parts]
    if WORKBOOK not in names:
        raise UnreadableFile(_("This is neither a .csv nor an .xlsx file."))
    if any(name.startswith(MACROS[1:]) or name.endswith(MACROS[0]) for name in names):
        raise UnreadableFile(_("Workbooks with macros or embedded objects are not accepted. Save it as a plain .xlsx."))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * max(len(data), 100_000):
        raise UnreadableFile(_("The workbook unpacks to too much. Save only the sheet with the list."))


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _shown(cell: Any) -> str:
    """Return a cell as its reader sees it: dates as year-month-day, whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "1" if cell else "0"
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, float):
        return f"{cell:.12g}" if abs(cell) < 1e15 else str(cell)
    return str(cell)[:MAX_CELL]
