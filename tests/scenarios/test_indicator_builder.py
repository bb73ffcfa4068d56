"""Writing indicators: units in one spelling, usual ones to begin with, and each as a sentence."""

import re
from typing import Any

import pytest
from django.utils.translation import override

from scenarios.facts import indicator_sentence
from scenarios.models import Need
from scenarios.quantities import tidy_unit
from scenarios.usual_indicators import UNITS, USUAL, usual_indicator
from tests.factories import INDICATORS, Cast, draft_need
from tests.scenarios.test_drafting_pages import NEW, form

PRECISION = "/workspace/needs/precision/"
MISSED = {"metric": "漏检率", "unit": "%", "comparator": "le", "target": "0.5", "baseline": "5"}


@pytest.mark.parametrize(
    ("changes", "english", "chinese"),
    [
        ({}, "漏检率 from 5 % to at most 0.5 %", "漏检率从 5 % 到不超过 0.5 %"),
        ({"baseline": ""}, "漏检率 at most 0.5 %", "漏检率不超过 0.5 %"),
        ({"comparator": "ge"}, "漏检率 from 5 % to at least 0.5 %", "漏检率从 5 % 到不低于 0.5 %"),
        ({"comparator": "eq", "unit": ""}, "漏检率 from 5 to exactly 0.5", "漏检率从 5 到等于 0.5"),
        (
            {"comparator": "range", "target_max": "2"},
            "漏检率 from 5 % to within 0.5–2 %",
            "漏检率从 5 % 到 0.5–2 % 之间",
        ),
        (
            {"baseline": None, "test_method": "1000 件盲测。"},
            "漏检率 at most 0.5 %, measured by 1000 件盲测",
            "漏检率不超过 0.5 %，测试方法：1000 件盲测",
        ),
        ({"target": ""}, "", ""),
        ({"metric": ""}, "", ""),
    ],
)
def test_an_indicator_is_a_sentence_in_both_languages(changes: dict[str, Any], english: str, chinese: str) -> None:
    with override("en"):
        assert indicator_sentence(MISSED | changes) == english
    with override("zh-hans"):
        assert indicator_sentence(MISSED | changes) == chinese


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        *[(unit, "%") for unit in ("%", "％", " 百分比", "Percent", "per cent")],
        *[("千分之", "‰"), ("s / piece", "s/piece"), ("秒／件", "秒/件"), ("m²", "m²"), ("", "")],
    ],
)
def test_equal_units_have_one_spelling(typed: str, kept: str) -> None:
    assert tidy_unit(typed) == kept


def test_every_usual_indicator_has_a_known_unit() -> None:
    known = {str(unit) for unit in UNITS}
    assert {str(row.unit) for rows in USUAL.values() for row in rows} <= known
    assert [usual_indicator(name) for name in ("", "health", "health-9", "moon-0", "health-x")] == [None] * 5


def test_a_usual_indicator_begins_a_row_without_javascript(cast: Cast) -> None:
    client = cast.client("enterprise", language="zh-hans")
    page = client.get(NEW).content.decode()
    assert 'name="add_usual"' in page
    answer = client.post(NEW, form([INDICATORS[0]], title_zh="检测", domain="health", add_usual="manufacturing-1"))
    typed, begun = answer.context["drafting"].indicators
    assert answer.status_code == 200
    assert typed["metric"].value() == "漏检率"
    assert [begun[name].value() for name in ("metric", "unit", "comparator", "essential")] == [
        "误报率",
        "%",
        "le",
        True,
    ]
    assert begun["test_method"].value() == "用 1000 件已标注样本盲测"
    assert next(str(label) for label, _rows in answer.context["usual"]) == "智慧医疗"
    assert Need.objects.count() == 0


def test_units_are_offered_and_stored_in_one_spelling(cast: Cast) -> None:
    client = cast.client("enterprise")
    page = client.get(NEW).content.decode()
    assert re.search(r'<input[^>]*name="indicators-0-unit"[^>]*list="known-units"', page)
    assert '<option value="%">' in page
    client.post(NEW, form([MISSED | {"unit": "百分比"}, MISSED | {"unit": "卷"}], title_zh="检测", then="save"))
    assert [row.unit for row in Need.objects.get().indicators.all()] == ["%", "卷"]


def test_the_sentences_stand_in_the_form_follow_what_is_typed_and_are_checked(cast: Cast) -> None:
    need, client = draft_need(cast), cast.client("enterprise")
    said = "漏检率 from 3 % to at most 0.5 %, measured by 连续 5 个班次，人工复核全部判合格件"
    for address in ("edit", "check"):
        assert said in client.get(f"/workspace/needs/{need.pk}/{address}/").content.decode()
    page = client.post(PRECISION, form([MISSED | {"target": "0.4"}, {"metric": "节拍"}])).content.decode()
    (block,) = re.findall(r'<div id="indicator-sentences".*?</div>', page, re.DOTALL)
    assert re.findall(r"<li>(.*?)</li>", block) == ['<span lang="zh-Hans">漏检率 from 5 % to at most 0.4 %</span>']
    assert 'hx-swap-oob="true"' in block
