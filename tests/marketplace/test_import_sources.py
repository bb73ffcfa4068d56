"""Which files are read, and which are refused as a whole."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from marketplace.imports.errors import UnreadableFile
from marketplace.imports.loading import parse_file
from marketplace.imports.reading import read_lines
from tests.marketplace.test_imports import SIX, as_xlsx


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_encodings(encoding: str) -> None:
    lines = list(read_lines("题,名\r\n甲,乙\r\n".encode(encoding), "a.csv"))
    assert [(line.number, line.cells) for line in lines] == [(1, ["题", "名"]), (2, ["甲", "乙"])]


def test_semicolons_and_tabs_part_cells_too() -> None:
    assert [line.cells for line in read_lines(b"a;b\n1;2\n", "a.csv")] == [["a", "b"], ["1", "2"]]
    assert [line.cells for line in read_lines(b"a\tb\n1\t2\n", "a.csv")] == [["a", "b"], ["1", "2"]]


def test_cells_of_a_workbook_are_read_as_shown() -> None:
    data = as_xlsx([["a", "b", "c", "d"], [4.0, 0.5, date(2027, 3, 1), None], [True, "x", None, None]])
    assert [line.cells for line in read_lines(data, "a.xlsx")] == [
        ["a", "b", "c", "d"],
        ["4", "0.5", "2027-03-01"],
        ["1", "x"],
    ]


def _zip(parts: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _with_part(name: str, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(as_xlsx([["a", "b"]]))) as archive:
        parts = {one: archive.read(one) for one in archive.namelist()}
    return _zip({**parts, name: content})


REFUSED_FILES = {
    "empty": (b"", "a.csv", "The file is empty."),
    "too large": (b"a" * 10_000_001, "a.csv", "The file is larger than 10 MB."),
    "old workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
        "a.xls",
        "This is a workbook of the old kind.",
    ),
    "workbook called csv": (as_xlsx([["a"]]), "a.csv", "The content of the file is not what its name says."),
    "csv called xlsx": (b"a,b\n", "a.xlsx", "The content of the file is not what its name says."),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.csv", "This is neither a .csv nor an .xlsx file."),
    "no known encoding": (b"a,b\n\xff\xff,1\n", "a.csv", "The file is neither UTF-8 nor GB 18030."),
    "plain zip": (_zip({"a.txt": b"a"}), "a.xlsx", "This is neither a .csv nor an .xlsx file."),
    "macros": (_with_part("xl/vbaProject.bin", b"x"), "a.xlsx", "Workbooks with macros"),
    "embedded": (_with_part("xl/embeddings/a.bin", b"x"), "a.xlsx", "Workbooks with macros"),
    "bomb": (_with_part("xl/media/a.bin", b"\x00" * 30_000_000), "a.xlsx", "The workbook unpacks to too much."),
    "damaged": (_with_part("xl/workbook.xml", b"<workbook"), "a.xlsx", "The workbook is damaged"),
    "cut off": (as_xlsx([["a", "b"]])[:900], "a.xlsx", "The workbook is damaged"),
    "many rows": (b"a\n" * 20_017, "a.csv", "The file has more than 20,000 rows."),
    "many columns": (b"," * 200 + b"\n", "a.csv", "Row 1 has more than 200 columns."),
    "long cell": (b'"' + b"a" * 40_001 + b'"\n', "a.csv", "The file is no well-formed CSV"),
}


@pytest.mark.parametrize("what", REFUSED_FILES)
def test_file_is_refused_as_a_whole(what: str) -> None:
    data, name, reason = REFUSED_FILES[what]
    with pytest.raises(UnreadableFile) as refused:
        list(read_lines(data, name))
    assert str(refused.value).startswith(reason)


def test_a_file_without_a_header_or_without_rows_is_refused(db: None) -> None:
    with pytest.raises(UnreadableFile, match="No header was found"):
        parse_file("needs", "甲,乙\n丙,丁\n".encode(), "a.csv")
    with pytest.raises(UnreadableFile, match="no rows below the header"):
        parse_file("needs", f"{SIX}\n".encode(), "a.csv")
    with pytest.raises(UnreadableFile, match="stands twice"):
        parse_file("needs", "title,标题,单位名称\n甲,乙,丙\n".encode(), "a.csv")
