"""Lists as they come: remarks above the header in any form, long titles with and without a column of texts."""

from typing import Any

import pytest
from django.utils import translation

from marketplace.imports.loading import parse_file
from marketplace.models import Capability
from scenarios.models import Need
from tests.marketplace.test_imports import outcomes, run

REMARKS = {
    "no separator": "某市人工智能场景机会清单",
    "other separators": "说明,共三批,详见附件,电话另附;甲;乙",
    "empty": "",
}
TITLE = "很" * 41


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize("remark", REMARKS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_remark_above_the_header_does_not_hide_the_separator(separator: str, remark: str) -> None:
    header = separator.join(("标题", "单位名称", '"合作需求"'))
    row = separator.join(("质检", "甲厂", '"要做,很多;事"'))
    parsed = parse_file("needs", f"{REMARKS[remark]}\r\n\r\n{header}\r\n{row}\r\n".encode(), "list.csv")
    (found,) = parsed.rows
    assert (found.number, found.problems) == (4, ())
    assert found.values == {"title_zh": "质检", "organisation": "甲厂", "problem": "要做,很多;事"}


def test_long_title_of_a_list_without_texts_becomes_the_text(db: None) -> None:
    report = run(f"标题,单位名称\n{TITLE},甲厂\n".encode())
    need = Need.objects.get()
    assert (outcomes(report), need.title_zh, need.problem) == (["created"], "很" * 39 + "…", TITLE)
    assert "stands whole at the head of the text" in str(report.rows[0].notes[0])


def test_long_title_of_a_list_of_capabilities_without_texts_becomes_the_text(db: None) -> None:
    run(f"标题,单位名称\n{TITLE},甲厂\n".encode(), kind="capabilities")
    found = Capability.objects.get()
    assert (found.title_zh, found.solves) == ("很" * 39 + "…", TITLE)


def test_short_titles_leave_the_text_alone(db: None) -> None:
    run("标题,单位名称\n质检,甲厂\n".encode())
    assert Need.objects.get().problem == ""


def test_an_organisation_given_for_the_file_is_checked_like_a_cell(db: None) -> None:
    parsed = parse_file("needs", "标题,合作需求\n质检,要做\n".encode(), "list.csv", organisation="厂" * 200)
    assert [(one.column, str(one.reason)) for one in parsed.rows[0].problems] == [
        ("organisation", "At most 80 characters; here are 200.")
    ]
