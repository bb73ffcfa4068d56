"""What is found about texts, indicators and the plan."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from scenarios.precision import (
    MAX_INDICATORS,
    MAX_TEXT,
    IndicatorDraft,
    TextTooLong,
    TooManyIndicators,
    check,
)
from tests.scenarios.test_precision import FACTORY, MISSED, STORY, TODAY, codes, points, with_indicator

# --- texts ---


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"problem": "检测不准"}, "problem", ["too_short", "no_number_in_problem"]),
        ({"problem": "测试" * 30}, "problem", ["too_short", "no_number_in_problem"]),
        ({"problem": ""}, "problem", ["missing_first"]),
        ({"problem": FACTORY.title}, "problem", ["too_short", "repeats_title"]),
        ({"problem": f"{FACTORY.title}。{FACTORY.title}！"}, "problem", ["repeats_title"]),
        ({"title": "检测"}, "title", ["too_short"]),
        ({"title": "汽车冲压件" * 9}, "title", ["title_too_long"]),
        ({"boundary_in": FACTORY.boundary_out}, "boundary_in", ["boundaries_same"]),
        ({"current_process": "N/A"}, "current_process", ["missing"]),
        ({"value_basis": ""}, "value_basis", ["value_without_basis"]),
        ({"district": "", "deploy": ""}, "deploy", ["missing"]),
        ({"has_contact": False}, "has_contact", ["missing"]),
    ],
)
def test_findings_about_a_text(changes: dict[str, Any], field: str, expected: list[str]) -> None:
    assert codes(replace(FACTORY, **changes), field) == expected


def test_a_problem_that_repeats_the_title_earns_nothing() -> None:
    assert points(replace(FACTORY, problem=FACTORY.title), "problem") == 0


@pytest.mark.parametrize("field", ["title", "problem", "boundary_out", "value_basis"])
def test_a_text_above_the_limit_is_refused(field: str) -> None:
    assert check(replace(FACTORY, **{field: "x" * MAX_TEXT}), today=TODAY).score > 0
    with pytest.raises(TextTooLong, match=f"{field} has 20001 characters") as refusal:
        check(replace(FACTORY, **{field: "x" * (MAX_TEXT + 1)}), today=TODAY)
    assert isinstance(refusal.value, ValueError)


def test_an_indicator_is_held_to_the_limits_too() -> None:
    with pytest.raises(TextTooLong):
        check(with_indicator(test_method="x" * (MAX_TEXT + 1)), today=TODAY)
    with pytest.raises(TooManyIndicators):
        check(replace(FACTORY, indicators=(MISSED,) * (MAX_INDICATORS + 1)), today=TODAY)


# --- indicators ---


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"unit": ""}, ["indicator_no_unit"]),
        ({"baseline": None}, ["indicator_no_baseline"]),
        ({"test_method": "待定"}, ["indicator_no_test_method"]),
        ({"target": Decimal(3)}, ["target_not_better"]),
        ({"target": Decimal(4)}, ["target_not_better"]),
        ({"comparator": "ge"}, ["target_not_better"]),
        ({"comparator": "ge", "target": Decimal("3.1")}, []),
        ({"comparator": "eq", "target": Decimal(3)}, ["target_not_better"]),
        ({"comparator": "eq", "target": Decimal(2)}, []),
        ({"comparator": "range", "target": Decimal(2), "target_max": Decimal(4)}, ["target_not_better"]),
        ({"comparator": "range", "target": Decimal(1), "target_max": Decimal(2)}, []),
        ({"comparator": "range", "target": Decimal(2), "target_max": Decimal(1)}, ["range_upside_down"]),
        ({"baseline": Decimal(0)}, ["baseline_is_nothing"]),
    ],
)
def test_findings_about_an_indicator(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(with_indicator(**changes)) == expected


def test_what_only_has_to_stay_may_stay() -> None:
    guard = IndicatorDraft(
        metric="节拍", unit="s/件", comparator="le", baseline=Decimal(12), target=Decimal(12), test_method="计时100件"
    )
    assert codes(replace(FACTORY, indicators=(*FACTORY.indicators, guard))) == []


def test_parts_of_an_indicator_cost_points() -> None:
    assert [points(draft, "indicators") for draft in (FACTORY, STORY, with_indicator(baseline=None))] == [27, 23, 20]
    assert points(with_indicator(essential=False), "indicators") == 11


# --- plan ---


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"finish_by": date(2026, 5, 31), "start_by": None}, "finish_by", ["deadline_past"]),
        ({"finish_by": TODAY, "start_by": None}, "finish_by", []),
        ({"finish_by": date(2030, 1, 1)}, "finish_by", ["deadline_far"]),
        ({"finish_by": date(2026, 8, 1)}, "finish_by", ["finish_before_start"]),
        ({"budget_min": Decimal(200)}, "budget_max", ["budget_upside_down"]),
        ({"budget_min": Decimal(120)}, "budget_max", []),
    ],
)
def test_findings_about_the_plan(changes: dict[str, Any], field: str, expected: list[str]) -> None:
    draft = replace(FACTORY, **changes)
    assert codes(draft, field) == expected
    assert points(draft, field) == (0 if expected and expected != ["deadline_far"] else 1)
