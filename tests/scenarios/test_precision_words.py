"""Vague words, and numbers in the text."""

import tomllib
from dataclasses import replace

import pytest

from scenarios.precision import (
    check,
)
from scenarios.vagueness import PHRASES_FILE, phrase_list
from tests.scenarios.test_precision import FACTORY, STORY, TODAY, codes, points, vague_in, with_indicator

# --- vague words ---


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("打造世界一流智能工厂", ["打造世界一流"]),
        ("打造世界一流智慧工廠", ["打造世界一流"]),
        ("跨越式發展", ["跨越式發展"]),
        ("世\u200b界一流", ["世\u200b界一流"]),
        ("世界\n一流", ["世界\n一流"]),
        ("以数字化转型为抓手，实现高质量发展", ["数字化转型", "抓手", "高质量发展"]),
        ("大幅降低漏检率", ["大幅降低"]),
        ("不断提升服务", ["不断提升"]),
        ("不仅要打造平台", ["打造"]),
        ("ＷＯＲＬＤ－ＣＬＡＳＳ platform", ["ＷＯＲＬＤ－ＣＬＡＳＳ"]),
        ("World-Class, state of the  art", ["World-Class", "state of the  art"]),
        ("Significantly improve efficiency. Cost is 3 yuan.", ["Significantly improve"]),
        ("leverage synergies", ["leverage", "synergies"]),
    ],
)
def test_vague_words_are_found_and_quoted_as_written(text: str, quotes: list[str]) -> None:
    assert vague_in(text) == quotes


@pytest.mark.parametrize(
    "text",
    [
        "智能手表与智能电表的装配检测",
        "人工智能与智能制造、智能传感器",
        "生态环境监测点位",
        "先进过程控制（APC）",
        "碳资产全生命周期管理",
        "智能经营决策",
        "更换气动抓手后漏抓",
        "大幅降低漏检率，从3%降到0.5%",
        "高精度定位，误差 0.02 mm",
        "不含数字化转型咨询",
        "按《关于推动高质量发展的意见》第3条执行",
        "设备由赋能科技有限公司维护",
        "Seamless steel tubes are checked by eye",
        "robust regression of the load curve",
        "Greatly reduce scrap, from 8 % to 2 %.",
        "excluding digital transformation consulting",
        "Deleverages and reinnovative are no words of the list",
    ],
)
def test_a_fair_use_is_no_finding(text: str) -> None:
    assert vague_in(text) == []


def test_each_text_field_quotes_its_own_words_once() -> None:
    draft = replace(FACTORY, boundary_in="全方位、全方位覆盖", current_process="全链条人工赋能，结果手工记录在本上")
    found = {row.field: row.quotes for row in check(draft, today=TODAY).findings if row.code == "vague"}
    assert found == {"boundary_in": ("全方位",), "current_process": ("全链条", "赋能")}


def test_a_vague_clause_earns_nothing_and_a_concrete_one_beside_it_does() -> None:
    assert points(replace(FACTORY, title="打造行业标杆"), "title") == 0
    assert points(replace(FACTORY, users_and_site="赋能企业发展，冲压车间质检班组"), "users_and_site") == 4


def test_a_vague_metric_is_quoted() -> None:
    assert codes(with_indicator(metric="智能化水平")) == ["vague"]


def test_the_list_is_large_and_without_doubles_or_dead_entries() -> None:
    data = tomllib.loads(PHRASES_FILE.read_text(encoding="utf-8"))
    chinese = [phrase for group in data["group"] for phrase in group["zh"]]
    english = [phrase for group in data["group"] for phrase in group["en"]]
    assert len(chinese) >= 120
    assert len(english) >= 60
    assert len({*chinese, *english}) == len(chinese) + len(english)
    assert all(group["category"] and group["hint_zh"] and group["hint_en"] for group in data["group"])
    # Each phrase is found, alone, as the whole of itself.
    assert [phrase for phrase in (*chinese, *english) if vague_in(phrase) != [phrase]] == []


def test_every_fair_term_guards_against_a_phrase_of_the_list() -> None:
    data = tomllib.loads(PHRASES_FILE.read_text(encoding="utf-8"))
    phrases = list(phrase_list().group_of)
    assert [term for term in data["fair"] if vague_in(term)] == []
    assert [term for term in data["fair"] if not any(phrase in term for phrase in phrases)] == []


# --- numbers in the text ---


def test_quantities_of_the_texts_are_returned_and_earn_points() -> None:
    report = check(STORY, today=TODAY)
    assert [(row.field, row.text) for row in report.quantities] == [
        ("problem", "4条产线"),
        ("problem", "3%"),
        ("problem", "12名"),
        ("problem", "20件"),
    ]
    bare = "我厂产线的外观检测靠人工目检，经常漏检，每班需很多检验员，客户经常退货，投诉不断。"
    assert (points(STORY, "problem"), points(replace(STORY, problem=bare), "problem")) == (18, 11)
    assert "no_number_in_problem" in codes(replace(STORY, problem=bare))


def test_numbers_in_the_text_are_offered_where_a_field_is_empty() -> None:
    draft = replace(FACTORY, quantity=None, indicators=(), problem="4条产线目检，要求漏检率不超过0.5%，夜班更差。")
    found = {row.code: row.quotes for row in check(draft, today=TODAY).findings if row.quotes}
    assert found == {"quantity_in_text": ("4条产线",), "indicator_in_text": ("0.5%",)}
