"""Reading the CSV files of the command line; what is wrong is named with line and column."""

import csv
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from matching.errors import MatchingError
from matching.results import Document

if TYPE_CHECKING:
    from _csv import Reader

LONGEST_CELL = 10_000_000
"""Characters; only the first 20,000 are read anyway, yet a cell may be longer."""

Row = dict[str, str]


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
    path: str, columns: tuple[str, str], *, known: tuple[set[str], set[str]], grades: range
) -> dict[tuple[str, str], int]:
    """Return (id, id) → grade from a file with two columns of ids and the column grade; raises MalformedFile.

    known : the ids that each of the two columns may hold. grades : the values a grade may have.
    """
    found: dict[tuple[str, str], int] = {}
    for line, row in _rows(path, (*columns, "grade")):
        for column, ids in zip(columns, known, strict=True):
            if row[column] not in ids:
                raise MalformedFile(f"{path}, line {line}, column {column}: there is no {row[column]!r} in its file")
        pair = (row[columns[0]], row[columns[1]])
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
            yield from _checked(path, csv.reader(file, strict=True), columns)
    except UnicodeDecodeError as error:
        raise MalformedFile(f"{path}: byte {error.start} is not UTF-8; save the file as CSV in UTF-8") from error
    except OSError as error:
        raise MalformedFile(f"{path}: it cannot be read ({error.strerror or error})") from error


def _opened(path: str) -> TextIO:
    opener: Callable[..., TextIO] = gzip.open if Path(path).suffix == ".gz" else open
    return opener(path, "rt", encoding="utf-8-sig", newline="")


def _checked(path: str, reader: "Reader", columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    try:
        header: list[str] = next(reader, [])
        missing = [column for column in columns if column not in header]
        if missing:
            listed, wanted = ", ".join(header) or "nothing", ", ".join(missing)
            raise MalformedFile(f"{path}, line 1: the column {wanted} is missing; the header has {listed}")
        for cells in reader:
            if not cells:
                continue
            if len(cells) != len(header):
                column = f"column {header[len(cells)]}" if len(cells) < len(header) else f"column {len(header) + 1}"
                raise MalformedFile(
                    f"{path}, line {reader.line_num}, {column}: {len(cells)} cells where the header has {len(header)}"
                )
            yield reader.line_num, dict(zip(header, cells, strict=True))
    except csv.Error as error:
        raise MalformedFile(f"{path}, line {reader.line_num}: {error}") from error
