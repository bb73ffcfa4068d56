"""Reading the CSV files of the command line; what is wrong is named with line and column."""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TextIO

from matching.errors import MatchingError
from matching.results import Document

LONGEST_CELL = 10_000_000
"""Characters; only the first 20,000 are read anyway, yet a cell may be longer."""

Row = dict[str, str]

_CELL = re.compile(r'"(?:[^"]|"")*"(?=[,\r\n]|\Z)|(?!")[^,\r\n]*')
_UNDECODED = re.compile("[\udc80-\udcff]")
"""What errors="surrogateescape" makes of bytes that are not UTF-8."""


class MalformedFile(MatchingError):
    """A file that cannot be used; the message names the file, the line and, where there is one, the column."""


def read_documents(path: str) -> list[Document]:
    """Return the documents of a file with the columns id, title and body; raises MalformedFile."""
    found, lines = [], dict[str, int]()
    for line, row in _rows(path, ("id", "title", "body")):
        if not row["id"]:
            raise MalformedFile(f"{path}, line {line}, column id: it is empty; give every row an id")
        if row["id"] in lines:
            first = lines[row["id"]]
            raise MalformedFile(f"{path}, line {line}, column id: {row['id']!r} stands in line {first} too")
        lines[row["id"]] = line
        found.append(Document(row["id"], row["title"], row["body"]))
    return found


def read_grades(
    path: str, columns: tuple[str, str], *, known: tuple[set[str], set[str]], grades: range, ordered: bool = True
) -> dict[tuple[str, str], int]:
    """Return (id, id) → grade from a file with two columns of ids and the column grade; raises MalformedFile.

    known : the ids that each of the two columns may hold. grades : the values a grade may have. ordered : whether
    (a, b) and (b, a) are two pairs; where not, the ids come in ascending order.
    """
    found: dict[tuple[str, str], int] = {}
    for line, row in _rows(path, (*columns, "grade")):
        for column, ids in zip(columns, known, strict=True):
            if row[column] not in ids:
                raise MalformedFile(f"{path}, line {line}, column {column}: there is no {row[column]!r} in its file")
        pair = (row[columns[0]], row[columns[1]])
        if not ordered and pair[0] > pair[1]:
            pair = pair[::-1]
        grade = _grade(path, line, row["grade"], grades)
        if found.setdefault(pair, grade) != grade:
            raise MalformedFile(f"{path}, line {line}, column grade: {pair} has grade {found[pair]} further up")
    return found


def _grade(path: str, line: int, text: str, grades: range) -> int:
    wanted = f"a whole number from {grades[0]} to {grades[-1]}"
    try:
        grade = int(text)
    except ValueError:
        raise MalformedFile(f"{path}, line {line}, column grade: {text!r} is not {wanted}") from None
    if grade not in grades:
        raise MalformedFile(f"{path}, line {line}, column grade: {grade} is not {wanted}")
    return grade


def _rows(path: str, columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(LONGEST_CELL)
    try:
        with _opened(path) as file:
            yield from _checked(path, _records(path, file), columns)
    except UnicodeDecodeError as error:
        raise _undecoded(path) from error
    except (OSError, EOFError, zlib.error) as error:
        raise MalformedFile(f"{path}: it cannot be read ({getattr(error, 'strerror', None) or error})") from error


def _opened(path: str, *, errors: str = "strict") -> TextIO:
    opener: Callable[..., TextIO] = gzip.open if Path(path).suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", errors=errors, newline="")


def _undecoded(path: str) -> MalformedFile:
    """Return what is wrong with a file that is not in UTF-8: Python tells only the place within what it read last."""
    header: list[str] = []
    with _opened(path, errors="surrogateescape") as file:
        for line, cells in _records(path, file):
            for number, cell in enumerate(cells):
                if _UNDECODED.search(cell):
                    place = f"line {line}, column {_name(header, number)}"
                    return MalformedFile(f"{path}, {place}: it is not UTF-8; save the file as CSV in UTF-8")
            header = header or cells
    return MalformedFile(f"{path}: it is not UTF-8; save the file as CSV in UTF-8")


def _records(path: str, file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """Yield (line in which a record begins, its cells), the header first."""
    raw, header, line = list[str](), list[str](), 1
    reader = csv.reader(_remembered(file, raw), strict=True)
    try:
        for cells in reader:
            yield line, cells
            header, line = header or cells, reader.line_num + 1
            raw.clear()
    except csv.Error as error:
        column = _name(header, _unreadable("".join(raw)))
        raise MalformedFile(f"{path}, line {line}, column {column}: {error}") from error


def _remembered(lines: Iterable[str], raw: list[str]) -> Iterator[str]:
    for line in lines:
        raw.append(line)
        yield line


def _unreadable(record: str) -> int:
    """Return the number of the cell, from 0, at which a record cannot be read on."""
    number = place = 0
    while (cell := _CELL.match(record, place)) and record[cell.end() : cell.end() + 1] == ",":
        if cell.end() - place > LONGEST_CELL:
            break
        number, place = number + 1, cell.end() + 1
    return number


def _name(header: Sequence[str], number: int) -> str:
    return header[number] if number < len(header) else str(number + 1)


def _checked(
    path: str, records: Iterator[tuple[int, list[str]]], columns: tuple[str, ...]
) -> Iterator[tuple[int, Row]]:
    header = next(records, (1, list[str]()))[1]
    missing = [column for column in columns if column not in header]
    if missing:
        listed, wanted = ", ".join(header) or "nothing", ", ".join(missing)
        raise MalformedFile(f"{path}, line 1: the column {wanted} is missing; the header has {listed}")
    for column in columns:
        if header.count(column) > 1:
            raise MalformedFile(f"{path}, line 1, column {column}: the header has it more than once")
    for line, cells in records:
        if not cells:
            continue
        if len(cells) != len(header):
            column = _name(header, min(len(cells), len(header)))
            raise MalformedFile(
                f"{path}, line {line}, column {column}: {len(cells)} cells where the header has {len(header)}"
            )
        yield line, dict(zip(header, cells, strict=True))
