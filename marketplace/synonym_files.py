"""The thesaurus as a file: one concept a line, its phrases in two cells, one for each language."""

import csv
import io
from collections.abc import Iterable
from typing import TextIO

from django.utils.translation import gettext as _

from scenarios.choices import PhraseLanguage
from scenarios.errors import Invalid
from scenarios.models import Concept

SEPARATOR = "|"
COLUMNS = tuple(PhraseLanguage.values)
MOST_LINES = 5000
Row = dict[str, list[str]]


def read_file(data: bytes) -> list[Row]:
    """Return the concepts of a file; raises Invalid with cause and remedy."""
    try:
        table = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        lines = [line for line in table if any(cell.strip() for cell in line)]
    except (UnicodeDecodeError, csv.Error):
        raise _refused(_("The file cannot be read. Save it as CSV in UTF-8.")) from None
    head = [cell.strip().lower() for cell in lines[0]] if lines else []
    if sorted(head) != sorted(COLUMNS):
        raise _refused(_("The first line has to name the columns zh and en. Export the thesaurus to see one."))
    if len(lines) < 2 or len(lines) > MOST_LINES:
        raise _refused(_("The file holds no line, or more than %(most)s.") % {"most": MOST_LINES})
    return [{name: _phrases(cell) for name, cell in zip(head, line, strict=False)} for line in lines[1:]]


def write_file(concepts: Iterable[Concept], file: TextIO) -> None:
    """Write concepts (from `for_page()`) as `read_file` reads them. A phrase begins with no sign of a formula."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for concept in concepts:
        writer.writerow(SEPARATOR.join(concept.of_language(language)).lstrip("=+-@") for language in COLUMNS)


def _phrases(cell: str) -> list[str]:
    return [phrase.strip() for phrase in cell.split(SEPARATOR) if phrase.strip()]


def _refused(text: str) -> Invalid:
    return Invalid({"file": [text]})
