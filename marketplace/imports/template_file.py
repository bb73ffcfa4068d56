"""The empty full form as a workbook, with a list to choose from in every column that has choices."""

import io

from django.utils import translation
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from marketplace.imports.columns import EVIDENCE_FORM, INDICATOR_FORM, TIER_FORM
from marketplace.imports.loading import KINDS
from marketplace.imports.words import CHOICES
from scenarios.models import District

ROWS = 1000
SINGLE = {"quantity_unit": "unit", "min_scale_unit": "unit"}
LISTS = {"techniques": "technique", "deploy": "deploy", "data_classes": "data_class", "filings": "filing"}
FORMS = {"indicators": INDICATOR_FORM, "evidence": EVIDENCE_FORM, "price_tiers": TIER_FORM}
LEFT_OUT = ("start_in_days", "finish_in_days", "contact_name", "contact_phone", "contact_email")


def template_file(kind: str, *, language: str) -> bytes:
    """Return an .xlsx with the headers of `needs` or `capabilities` in the language, ready to be filled in."""
    with translation.override(language):
        book = Workbook()
        sheet: Worksheet = book.active  # type: ignore[assignment]
        sheet.title = _("Needs") if kind == "needs" else _("Capabilities")
        choices = book.create_sheet(_("Choices"))
        columns = [one for one in KINDS[kind].columns() if one.name not in LEFT_OUT]
        for place, column in enumerate(columns, start=1):
            sheet.cell(1, place, column.zh if language.startswith("zh") else column.name)
            if words := _words(column.name, kind):
                _offer(sheet, choices, place, column.name, words, kind)
        _explain(choices, kind)
        _dress(sheet, len(columns))
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def _words(name: str, kind: str) -> list[str]:
    """Return the labels to choose from, in the active language."""
    if name in ("district", "districts"):
        return [str(row) for row in District.objects.all()]
    enumeration = SINGLE.get(name) or (LISTS.get(name) if kind == "capabilities" else None) or name
    return [str(label) for _value, label in CHOICES[enumeration].choices] if enumeration in CHOICES else []


def _offer(sheet: Worksheet, choices: Worksheet, place: int, name: str, words: list[str], kind: str) -> None:
    """Write the words on the second sheet and have the column offer them; a list of several is only shown there."""
    used = choices.max_column + 1 if choices.max_row > 1 or choices.cell(1, 1).value else 1
    choices.cell(1, used, str(sheet.cell(1, place).value))
    for row, word in enumerate(words, start=2):
        choices.cell(row, used, word)
    if kind == "capabilities" and name in {*LISTS, "districts"}:
        return
    letter = get_column_letter(used)
    title = choices.title.replace("'", "''")
    rule = DataValidation("list", formula1=f"'{title}'!${letter}$2:${letter}${len(words) + 1}", allow_blank=True)
    column = get_column_letter(place)
    rule.add(f"{column}2:{column}{ROWS}")
    sheet.add_data_validation(rule)


def _explain(choices: Worksheet, kind: str) -> None:
    """Say below the choices how cells with several records are written."""
    names = ("indicators",) if kind == "needs" else ("evidence", "price_tiers")
    row = choices.max_row + 2
    for offset, name in enumerate(names):
        choices.cell(row + offset, 1, f"{name}: {FORMS[name]}")
    last = row + len(names)
    choices.cell(last, 1, _("One record per line in the cell, its parts divided by “|”; several words by commas."))


def _dress(sheet: Worksheet, count: int) -> None:
    sheet.freeze_panes = "D2"
    for place in range(1, count + 1):
        cell = sheet.cell(1, place)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = 18
