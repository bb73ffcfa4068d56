"""The precision check: what scores, what blocks, what is quoted, and what a precise author is spared."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from scenarios.folding import fold
from scenarios.precision import (
    POINTS,
    IndicatorDraft,
    NeedDraft,
    PrecisionReport,
    Severity,
    check,
    finding_text,
)
from scenarios.quantities import quantities_in
from scenarios.vagueness import find_vague

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
