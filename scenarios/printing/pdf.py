"""A document as a PDF: title page, contents that lead to the entries, one entry after the other, numbered pages."""

import io
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from scenarios.printing import Document, Entry, Indicator, Progress, unwatched
from scenarios.typeface import TYPEFACE

LETTERS = "Micro Hei"
MARGIN = 2.2 * cm
TOGETHER = 50
"""Lines of one paragraph: of twice as many the library takes four times as long to find where pages break."""
COMPOSED = 0.2
"""Part of the work that is done when all paragraphs are made and none is laid out."""
LINES = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.HexColor("#b8c4cf")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
)
SIZES = {"title": (26, 36), "heading": (15, 22), "label": (11, 17), "text": (10, 15), "line": (11, 20)}
WIDTHS = [4.4 * cm, 3 * cm, 3.2 * cm, 6 * cm]
INK, MUTED = {"label": "#0b5cad"}, "#4a5866"


def pdf_file(document: Document, progress: Progress = unwatched) -> bytes:
    """Return the document as PDF, with its letters in it."""
    _load_letters()
    story: list[Any] = _head(document) if document.is_list else []
    for number, entry in enumerate(document.entries, start=1):
        story += [*_entry(entry, number, document.is_list), PageBreak()]
        progress(COMPOSED * number / len(document.entries))
    stream = io.BytesIO()
    paper = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=2 * cm, bottomMargin=2 * cm
    )
    paper.title, paper.creator = document.title, _("Scenario Marketplace")
    parts = len(story)
    paper.setProgressCallBack(
        lambda what, laid: progress(COMPOSED + (1 - COMPOSED) * min(laid / parts, 1)) if what == "PROGRESS" else None
    )
    paper.build(story, onFirstPage=_numbered, onLaterPages=_numbered)
    return stream.getvalue()


@cache
def _load_letters() -> None:
    pdfmetrics.registerFont(TTFont(LETTERS, TYPEFACE, subfontIndex=0))


def _numbered(canvas: Any, paper: Any) -> None:
    canvas.setFont(LETTERS, 9)
    canvas.drawCentredString(A4[0] / 2, 1.1 * cm, str(canvas.getPageNumber()))


@cache
def _style(name: str, chinese: bool, centred: bool) -> Any:
    size, leading = SIZES[name]
    return ParagraphStyle(
        name,
        fontName=LETTERS,
        fontSize=size,
        leading=leading,
        spaceBefore=6 if name in ("label", "heading") else 0,
        spaceAfter=4,
        textColor=INK.get(name, "#16202b"),
        alignment=TA_CENTER if centred else 0,
        wordWrap="CJK" if chinese else None,
        keepWithNext=name in ("label", "heading"),
    )


def _words(text: str, name: str = "text", *, before: str = "", after: str = "", centred: bool = False) -> Any:
    """Return a paragraph. before, after : markup around the text, which itself is none."""
    # Chinese may be broken behind every character, other scripts between words only.
    chinese = any(ord(letter) > 0x2E7F for letter in text)
    return Paragraph(before + escape(text).replace("\n", "<br/>") + after, _style(name, chinese, centred))


def _paragraphs(text: str) -> list[Any]:
    """Return a text of any number of lines as paragraphs of a few."""
    lines = text.split("\n")
    return [_words("\n".join(lines[start : start + TOGETHER])) for start in range(0, len(lines), TOGETHER)]


def _head(document: Document) -> list[Any]:
    lines = [_words(line, "line", centred=True) for line in document.lines]
    story = [Spacer(1, 6 * cm), _words(document.title, "title", centred=True), *lines, PageBreak()]
    story.append(_words(_("Contents"), "label"))
    for number, entry in enumerate(document.entries, start=1):
        line = f"{number}  {entry.code}  {entry.title}"
        story.append(_words(line, before=f'<a href="#entry-{number}">', after="</a>"))
    return [*story, PageBreak()]


def _entry(entry: Entry, number: int, in_list: bool) -> list[Any]:
    title = f"{number} {entry.title}" if in_list else entry.title
    story = [_words(title, "heading", before=f'<a name="entry-{number}"/>'), _words(entry.code)]
    story.append(Paragraph("   |   ".join(_fact(*one) for one in entry.facts), _style("text", True, False)))
    for label, text in entry.texts:
        story += [_words(label, "label"), *_paragraphs(text)]
    if entry.indicators:
        heads = Indicator(_("Metric"), _("Today"), _("Target"), _("Test method"))
        rows = [[_words(text) for text in row] for row in (heads, *entry.indicators)]
        story += [_words(_("Indicators"), "label"), Table(rows, colWidths=WIDTHS, style=LINES, splitInRow=1)]
    return story


def _fact(label: str, text: str) -> str:
    return f'<font color="{MUTED}">{escape(label)}</font> {escape(text)}'
