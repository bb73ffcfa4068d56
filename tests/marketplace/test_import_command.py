"""The report of an import, and the commands that print it."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from marketplace.imports.loading import parse_file
from marketplace.imports.report import Report, RowResult, as_text, defused, write_csv
from marketplace.models import Capability
from scenarios.models import Event, Need
from tests.factories import Cast
from tests.marketplace.test_imports import CAPABILITY, FULL, as_csv


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_dangerous_cells_of_a_report_are_defused(cell: str) -> None:
    assert defused(cell) == "'" + cell
    stream = io.StringIO(newline="")
    write_csv(Report([RowResult(2, cell, "created")]), stream)
    stream.seek(0)
    assert list(csv.reader(stream))[1] == ["2", "Created", "", "'" + cell, "", "", ""]


def test_report_names_row_column_value_and_reason(db: None) -> None:
    parsed = parse_file("needs", as_csv([{**FULL, "quantity": "四条"}]), "a.csv")
    report = Report([RowResult(2, "题", "refused", problems=parsed.rows[0].problems)], ("备注",))
    assert as_text(report) == [
        "Row 2  Refused  题",
        "    quantity: “四条” – Write a plain number, such as 12 or 0.5.",
        "Columns not read: 备注",
        "1 row: Refused 1",
    ]


def test_command_reports_and_ends_with_3_when_a_row_was_refused(db: None, tmp_path: Path) -> None:
    path, report = tmp_path / "list.csv", tmp_path / "report.csv"
    path.write_bytes(as_csv([FULL, {**FULL, "external_id": "=2", "quantity": "x"}]))
    out = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("import_needs", path, "--language", "en", "--report", report, stdout=out)
    assert end.value.code == 3
    assert out.getvalue().splitlines()[-1] == "2 rows: Created 1, Refused 1"
    with report.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["row", "result", "code", "title", "column", "value", "why"]
    assert [(row[0], row[1]) for row in rows[1:]] == [("2", "Created"), ("3", "Refused")]


def test_command_imports_as_a_manager_only(cast: Cast, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv([FULL]))
    with pytest.raises(CommandError, match="no account with the role of scenario manager"):
        call_command("import_needs", path, "--as", cast.moderator.email, stdout=io.StringIO())
    assert Need.objects.count() == 0
    call_command("import_needs", path, "--as", cast.manager.email, stdout=io.StringIO())
    assert Event.objects.get(kind="need.imported").actor_id == cast.manager.pk


def test_command_dry_run_writes_nothing(db: None, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(as_csv([CAPABILITY]))
    out = io.StringIO()
    call_command("import_capabilities", path, "--dry-run", "--language", "en", stdout=out)
    assert out.getvalue().splitlines() == ["Dry run: nothing was written.", "1 row: Created 1"]
    assert Capability.objects.count() == 0


def test_command_says_what_is_wrong_with_a_file(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_needs", tmp_path / "none.csv", stdout=io.StringIO())
