"""A document as a Word file: title page, numbered contents, one section for each entry."""

import io
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from docx import Document as new_document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.table import CT_Tbl
from docx.shared import Cm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

from scenarios.printable import printable
from scenarios.printing import Document, Entry, Indicator, Progress, unwatched

LATIN, CHINESE = "Calibri", "Microsoft YaHei"
WIDTHS = (4.6, 3.0, 3.0, 6.0)
STYLES = {"Normal": 10.5, "Title": 26, "Heading 1": 15, "Heading 2": 11.5}


def word_file(document: Document, progress: Progress = unwatched) -> bytes:
    """Return the document as .docx."""
    book: Any = new_document()
    document = _writable(document)
    _set_letters(book)
    _number_pages(book)
    if document.is_list:
        _head(book, document)
    styles = {name: book.styles[name].style_id for name in ("Heading 1", "Heading 2", "Table Grid")}
    for number, entry in enumerate(document.entries, start=1):
        _entry(book, entry, f"{number} " if document.is_list else "", styles)
        if number < len(document.entries):
            _paragraph(book).add_run().add_break(WD_BREAK.PAGE)
        progress(number / len(document.entries))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _set_letters(book: Any) -> None:
    """Name typefaces for both scripts: what has none for Chinese is drawn in whatever the reader's Word picks."""
    for name, size in STYLES.items():
        font = book.styles[name].font
        font.name, font.size = LATIN, Pt(size)
        letters = book.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            letters.attrib.pop(qn(f"w:{theme}"), None)
        letters.set(qn("w:eastAsia"), CHINESE)
    section = book.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)


def _number_pages(book: Any) -> None:
    paragraph = book.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _head(book: Any, document: Document) -> None:
    for _line in range(8):
        book.add_paragraph()
    book.add_paragraph(document.title, style="Title").alignment = WD_ALIGN_PARAGRAPH.CENTER
    for line in document.lines:
        book.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.CENTER
    book.add_page_break()
    book.add_paragraph(_("Contents"), style="Heading 2")
    for number, entry in enumerate(document.entries, start=1):
        _paragraph(book, f"{number}  {entry.code}  {entry.title}")
    book.add_page_break()


def _writable(document: Document) -> Document:
    """Return a document without the characters that no file of Word can hold."""
    entries = [
        Entry(
            entry.code,
            printable(entry.title),
            [(label, printable(text)) for label, text in entry.facts],
            [(label, printable(text)) for label, text in entry.texts],
            [Indicator(*map(printable, row)) for row in entry.indicators],
        )
        for entry in document.entries
    ]
    return Document(printable(document.title), [printable(line) for line in document.lines], entries)


def _append(book: Any, element: Any) -> None:
    """Put a paragraph or table at the end. The library's own way looks through all that stands before it."""
    section = book.element.body[-1]
    section.addprevious(element)


def _paragraph(book: Any, text: str = "", style: str = "") -> Any:
    """Write a paragraph. style : its id, since to look a style up reads them all."""
    paragraph = Paragraph(OxmlElement("w:p"), book._body)
    _append(book, paragraph._p)
    if text:
        paragraph.add_run(text)
    if style:
        paragraph._p.style = style
    return paragraph


def _entry(book: Any, entry: Entry, number: str, styles: Mapping[str, str]) -> None:
    """Write one entry. styles : ids by name."""
    _paragraph(book, f"{number}{entry.title}", styles["Heading 1"])
    _paragraph(book, entry.code)
    facts = _paragraph(book)
    for place, (label, text) in enumerate(entry.facts):
        facts.add_run(f"{'  |  ' if place else ''}{label} ")
        facts.add_run(text).bold = True
    for label, text in entry.texts:
        _paragraph(book, label, styles["Heading 2"])
        _paragraph(book, text)
    if entry.indicators:
        _paragraph(book, _("Indicators"), styles["Heading 2"])
        _table(book, [_heads(), *entry.indicators], styles["Table Grid"])


def _heads() -> Indicator:
    return Indicator(_("Metric"), _("Today"), _("Target"), _("Test method"))


def _table(book: Any, rows: list[Indicator], style: str) -> None:
    table = Table(CT_Tbl.new_tbl(len(rows), len(WIDTHS), Cm(sum(WIDTHS))), book._body)
    _append(book, table._tbl)
    table._tbl.tblStyle_val = style
    for column, width in zip(table.columns, WIDTHS, strict=True):
        column.width = Cm(width)
    texts = (text for row in rows for text in row)
    for cell, text in zip(table._cells, texts, strict=True):  # all at once: to look at each by itself reads all anew
        cell.paragraphs[0].text = text
