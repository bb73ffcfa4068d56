"""The precision check: what scores, what blocks, what is quoted, and what a precise author is spared."""

import json
import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from scenarios.folding import fold
from scenarios.precision import (
    MAX_INDICATORS,
    MAX_TEXT,
    POINTS,
    IndicatorDraft,
    NeedDraft,
    PrecisionReport,
    Severity,
    TextTooLong,
    TooManyIndicators,
    check,
    finding_text,
)
from scenarios.quantities import quantities_in
from scenarios.vagueness import PHRASES_FILE, find_vague, phrase_list

TODAY = date(2026, 6, 1)
MISSED = IndicatorDraft(
    metric="漏检率", unit="%", comparator="le", baseline=Decimal(3), target=Decimal("0.5"), essential=True
)
VISION = NeedDraft(title="打造世界一流智能工厂")
STORY = replace(
    VISION,
    problem="我厂4条产线的外观检测靠人工目检，漏检率约3%，每班需12名检验员，客户每月退货约20件。",
    indicators=(MISSED,),
    quantity=Decimal(4),
    quantity_unit="line",
    boundary_out="不含ERP改造和产线搬迁",
)
FACTORY = replace(
    STORY,
    title="汽车冲压件外观缺陷在线检测",
    problem=(
        "4条冲压产线每班由12名检验员目检，划痕和缩颈的漏检率约3%，每月约20件被主机厂退回，单件索赔2,000元；"
        "夜班漏检更多，换型后前30分钟最严重，需要在下料口逐件检出。"
    ),
    users_and_site="新吴区厂区冲压车间，质检班组36人",
    current_process="人工目检后抽检，每小时抽5件，用样板比对，结果手工记录",
    boundary_in="4条线下料口的图像采集、判定和剔除信号",
    value_amount=Decimal(96),
    value_basis="减少12名检验员×8万元/年",
    district="xinwu",
    domain="manufacturing",
    data_state="sample",
    data_class="internal",
    deploy="edge",
    budget_min=Decimal(80),
    budget_max=Decimal(120),
    start_by=date(2026, 9, 1),
    finish_by=date(2027, 3, 31),
    cooperation="pilot_buy",
    adoption="buy_if_met",
    has_contact=True,
    risk_answered=True,
    indicators=(replace(MISSED, test_method="5,000件留样盲测"),),
)
PATIENTS = NeedDraft(
    title="Fall alerts for ward beds",
    problem=(
        "On two wards with 60 beds, staff walk rounds every 2 hours at night; last year 14 patients fell between "
        "them and lay for 25 minutes on average before someone came."
    ),
    boundary_out="no cameras in bathrooms, no change to the nurse call system",
    quantity=Decimal(60),
    quantity_unit="bed",
    indicators=(
        IndicatorDraft(
            metric="time to alert",
            unit="s",
            comparator="le",
            baseline=Decimal(1500),
            target=Decimal(30),
            essential=True,
        ),
    ),
)


def codes(draft: NeedDraft, field: str | None = None) -> list[str]:
    return [found.code for found in check(draft, today=TODAY).findings if field in (None, found.field)]


def blockers(draft: NeedDraft) -> list[str]:
    return [found.code for found in check(draft, today=TODAY).blockers]


def points(draft: NeedDraft, field: str) -> int:
    return next(row.points for row in check(draft, today=TODAY).fields if row.field == field)


def vague_in(text: str) -> list[str]:
    folded = fold(text)
    measured = [(found.start, found.end) for found in quantities_in(folded.text)]
    return [folded.quote(hit.start, hit.end) for hit in find_vague(folded, measured)]


def with_indicator(**changes: Any) -> NeedDraft:
    return replace(FACTORY, indicators=(replace(FACTORY.indicators[0], **changes),))


# --- the story, and what a careful official would expect ---


def test_a_vision_scores_nothing_and_names_three_blockers() -> None:
    report = check(VISION, today=TODAY)
    assert report.score == 0
    assert not report.precise_enough
    assert [found.code for found in report.blockers] == ["no_essential_indicator", "no_quantity", "no_boundary_out"]


def test_the_same_with_problem_indicator_quantity_and_exclusions_passes() -> None:
    report = check(STORY, today=TODAY)
    assert (report.score, report.blockers, report.precise_enough) == (66, (), True)


@pytest.mark.parametrize(
    ("draft", "score"),
    [
        (NeedDraft(), 0),
        (FACTORY, 100),
        (PATIENTS, 72),
        (
            replace(
                VISION,
                problem="以数字化转型为抓手，赋能高质量发展，全面提升核心竞争力，打造行业标杆，构建产业生态。",
                users_and_site="全方位服务企业",
                domain="manufacturing",
                district="xinwu",
                has_contact=True,
            ),
            3,
        ),
        (
            NeedDraft(
                title="State-of-the-art digital platform",
                problem="We strive to leverage AI to empower the whole ecosystem.",
            ),
            0,
        ),
        # what cities publish in six columns: scenario, one sentence, firm, contact
        (
            NeedDraft(
                title="低空物流配送场景",
                problem="开展医疗样本无人机运输，寻求无人机运营企业合作。",
                domain="transport",
                has_contact=True,
            ),
            17,
        ),
        (
            NeedDraft(
                title="城市道路无人机巡检",
                problem="希望与无人机企业合作，对辖区120 km道路巡检，及时发现坑槽和占道施工，每天巡检2次。",
                domain="transport",
                has_contact=True,
            ),
            23,
        ),
    ],
)
def test_scores(draft: NeedDraft, score: int) -> None:
    assert check(draft, today=TODAY).score == score


def test_a_precise_need_is_left_in_peace() -> None:
    assert codes(FACTORY) == []


def test_points_sum_to_a_hundred_and_the_score_is_their_sum() -> None:
    assert sum(POINTS.values()) == 100
    report = check(STORY, today=TODAY)
    assert [row.field for row in report.fields] == list(POINTS)
    assert report.score == sum(row.points for row in report.fields)
    assert all(0 <= row.points <= row.of == POINTS[row.field] for row in report.fields)


# --- blockers ---


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (FACTORY, []),
        (replace(FACTORY, quantity=None), ["no_quantity"]),
        (replace(FACTORY, quantity_unit=""), ["no_quantity"]),
        (replace(FACTORY, quantity=Decimal(0)), ["no_quantity"]),
        (replace(FACTORY, boundary_out=""), ["no_boundary_out"]),
        (replace(FACTORY, boundary_out=" 无。"), ["no_boundary_out"]),
        (replace(FACTORY, boundary_out="TBD"), ["no_boundary_out"]),
        (replace(FACTORY, boundary_out="\u200b—"), ["no_boundary_out"]),
        (replace(FACTORY, indicators=()), ["no_essential_indicator"]),
        (with_indicator(essential=False), ["no_essential_indicator"]),
        (with_indicator(target=None), ["no_essential_indicator"]),
        (with_indicator(metric="待定"), ["no_essential_indicator"]),
        (with_indicator(comparator="range"), ["no_essential_indicator"]),
    ],
)
def test_blockers(draft: NeedDraft, expected: list[str]) -> None:
    assert blockers(draft) == expected


def test_a_blocked_need_does_not_pass_however_many_points_it_has() -> None:
    report = check(replace(FACTORY, boundary_out=""), today=TODAY)
    assert (report.score, report.precise_enough) == (87, False)


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


# --- what is stored and shown ---


def test_a_stored_report_is_read_in_the_language_of_the_reader() -> None:
    stored = json.loads(json.dumps(check(VISION, today=TODAY).as_json()))
    report = PrecisionReport.from_json(stored)
    vague = next(found for found in report.findings if found.code == "vague")
    assert vague.quotes == ("打造世界一流",)
    with translation.override("en"):
        assert str(vague.message) == "Title: “打造世界一流” tells a wish, not a need."
        assert "drop the ranking" in str(vague.remedy)
    with translation.override("zh-hans"):
        assert "删去名次" in str(vague.remedy)


def test_storing_and_reading_loses_nothing() -> None:
    report = check(replace(STORY, finish_by=date(2020, 1, 1)), today=TODAY)
    again = PrecisionReport.from_json(json.loads(json.dumps(report.as_json())))
    assert again.as_json() == report.as_json()
    assert again.quantities == report.quantities
    assert (again.score, again.fields, again.precise_enough) == (report.score, report.fields, report.precise_enough)


def test_a_finding_of_another_version_is_still_readable() -> None:
    with translation.override("en"):
        assert "earlier version" in str(finding_text("gone", {}).message)
        assert (
            str(finding_text("deadline_past", {"field": "finish_by"}).message) == "The date to finish by, –, is past."
        )


def test_words_of_the_author_are_never_a_template() -> None:
    found = check(with_indicator(metric="{label}{0}", unit=""), today=TODAY).findings
    with translation.override("en"):
        assert [str(row.message) for row in found] == ["Indicator 1 ({label}{0}) has no unit."]


def test_blockers_are_of_three_kinds_only() -> None:
    kinds = {found.code for found in check(NeedDraft(), today=TODAY).findings if found.severity is Severity.BLOCKER}
    assert kinds == {"no_essential_indicator", "no_quantity", "no_boundary_out"}
