"""A story told in one's own words fills the form of a need with what it says, and with nothing else."""

from datetime import date
from typing import Any

import pytest

from scenarios.models import District, DomainName, Need
from scenarios.story import told_by
from tests.factories import Cast
from tests.scenarios.test_drafting_pages import NEW, form

STORY = (
    "铸件表面缺陷在线检测。目前由三名检验员目检，目前漏检率3%。希望4条产线上线，漏检率不超过0.5%，"
    "节拍不超过6秒/件。预算30至60万元，2099年3月前上线。"
)


def test_a_story_says_title_quantity_budget_and_indicators() -> None:
    told = told_by(STORY)
    assert told.fields == {
        "title_zh": "铸件表面缺陷在线检测",
        "quantity": "4",
        "quantity_unit": "line",
        "budget_min": "30",
        "budget_max": "60",
        "domain": "manufacturing",
        "current_process": "目前由三名检验员目检，目前漏检率3%。",
        "finish_by": "2099-02-28",
    }
    assert told.indicators == [
        {"metric": "漏检率", "unit": "%", "target": "0.5", "comparator": "le", "baseline": "3"},
        {"metric": "节拍", "unit": "秒/件", "target": "6", "comparator": "le"},
    ]


@pytest.mark.parametrize(
    ("story", "fields", "metrics"),
    [
        ("", {}, []),
        ("想用AI提升效率", {"title_zh": "想用AI提升效率"}, []),
        ("x" * 5000, {}, []),
        (f"质检。{'误检。' * 6666}漏检率不超过0.5%。", {"title_zh": "质检"}, []),
        ("经费1.2亿元以内。", {"title_zh": "经费1.2亿元以内", "budget_max": "12000"}, []),
        ("设备价格30万元。", {"title_zh": "设备价格30万元"}, []),
        ("每年损失约200万元，预算60万元。", {"title_zh": "每年损失约200万元，预算60万元", "budget_max": "60"}, []),
        ("质检。损失200万元，60万元预算。", {"title_zh": "质检", "budget_max": "60"}, []),
        ("质检。损失200万元，预算另议。", {"title_zh": "质检"}, []),
        (
            "Inspection. We lose 2,000,000 CNY a year, budget 600,000 CNY.",
            {"title_en": "Inspection", "budget_max": "60"},
            [],
        ),
        (f"{'铸件' * 20}，在线检测。", {"title_zh": "铸件" * 20, "domain": "manufacturing"}, []),
        (f"{'铸件' * 21}，在线检测。", {"domain": "manufacturing"}, []),
        ("检测准确率达到99%以上", {"title_zh": "检测准确率达到99%以上"}, ["检测准确率"]),
        (
            "In-line inspection of castings. We want the miss rate at most 0.5 % on 4 production lines.",
            {
                "title_en": "In-line inspection of castings",
                "quantity": "4",
                "quantity_unit": "line",
                "domain": "manufacturing",
            },
            ["miss rate"],
        ),
    ],
)
def test_only_what_can_be_read_in_one_way_is_taken(story: str, fields: dict[str, str], metrics: list[str]) -> None:
    told = told_by(story)
    assert (told.fields, [row["metric"] for row in told.indicators]) == (fields, metrics)


DISTRICTS = {"惠山区": "huishan", "Huishan": "huishan", "滨湖区": "binhu", "Binhu": "binhu"}


@pytest.mark.parametrize(
    ("story", "fields"),
    [
        ("惠山的厂里要检测。", {"district": "huishan"}),
        ("惠山区和滨湖区都要。", {}),
        ("Inspection in Huishan.", {"district": "huishan"}),
        ("医院病房的陪护。", {"domain": "health"}),
        ("医院的产线。", {}),
        ("Traffic at intersections.", {"domain": "transport"}),
        ("部署在铸造二车间，供质检员使用。", {"users_and_site": "铸造二车间；质检员", "domain": "manufacturing"}),
        ("地点：3号门店。", {"users_and_site": "3号门店"}),
        ("It is used by inspectors in two shifts.", {"users_and_site": "by inspectors in two shifts"}),
        ("现在靠人工抄表。", {"current_process": "现在靠人工抄表。"}),
        ("现在误差很大。", {}),
        (
            "Metering. Today by hand with a pen. Now 3 %.",
            {"current_process": "Today by hand with a pen."},
        ),
        (
            "本项目包括识别与报警，不含ERP改造和产线搬迁。",
            {"boundary_in": "识别与报警", "boundary_out": "不含ERP改造和产线搬迁", "domain": "manufacturing"},
        ),
        ("缺陷很多，包括气孔。产品不含铅。", {}),
        (
            "The scope includes cameras and light, excluding the ERP system.",
            {"boundary_in": "cameras and light", "boundary_out": "excluding the ERP system"},
        ),
    ],
)
def test_place_domain_process_and_boundaries_are_taken_by_their_words(story: str, fields: dict[str, str]) -> None:
    told = told_by(story, districts=DISTRICTS).fields
    assert {name: text for name, text in told.items() if not name.startswith("title")} == fields


@pytest.mark.parametrize(
    ("story", "fields"),
    [
        ("2027年3月前上线", {"finish_by": "2027-02-28"}),
        ("2027年3月底前上线", {"finish_by": "2027-03-31"}),
        ("2027年3月15日前验收", {"finish_by": "2027-03-15"}),
        ("2027年年底前完成", {"finish_by": "2027-12-31"}),
        ("2028年第一季度交付", {"finish_by": "2028-03-31"}),
        ("2027年2月30日前", {}),
        ("2027年3月前上线，2027年5月前验收", {}),
        ("2025年完成产值3亿元", {}),
        ("2026年6月上线了MES", {}),
        ("从2027年1月起试点，2027年6月完成", {"start_by": "2027-01-01", "finish_by": "2027-06-30"}),
        ("2028年1月启动，2027年6月完成", {}),
        ("by March 2027", {"finish_by": "2027-03-31"}),
        ("before March 2027", {"finish_by": "2027-02-28"}),
        ("before the end of 2027", {"finish_by": "2027-12-31"}),
        ("by 31 March 2027", {"finish_by": "2027-03-31"}),
        ("We start in January 2027 and finish by June 30, 2027", {"start_by": "2027-01-01", "finish_by": "2027-06-30"}),
        ("the market 2027", {}),
    ],
)
def test_days_are_taken_with_their_year_and_what_is_past_is_no_plan(story: str, fields: dict[str, str]) -> None:
    told = told_by(story, today=date(2026, 12, 1)).fields
    assert {name: day for name, day in told.items() if name.endswith("_by")} == fields


def test_the_button_fills_what_is_empty_and_saves_nothing(cast: Cast) -> None:
    client = cast.client("enterprise", language="zh-hans")
    answer = client.post(NEW, form(problem=STORY, quantity="7", take_apart="1"))
    shown, rows = answer.context["drafting"].form, answer.context["drafting"].indicators
    assert answer.status_code == 200
    assert [shown[name].value() for name in ("title_zh", "quantity", "quantity_unit", "budget_max")] == [
        "铸件表面缺陷在线检测",
        "7",
        None,
        "60",
    ]
    assert [row["metric"].value() for row in rows] == ["漏检率", "节拍"]
    filled = ["title_zh", "domain", "current_process", "finish_by", "budget_min", "budget_max", "indicators"]
    assert answer.context["drafting"].form.data.getlist("taken") == filled
    assert "已根据您的文字填入：标题、" in answer.content.decode()
    assert cast.client("enterprise").get("/workspace/needs/").context["page"].paginator.count == 0


def test_nothing_is_filled_in_that_the_form_would_refuse(cast: Cast) -> None:
    many = "".join(f"第{'甲' * n}项误差不超过{n}%。" for n in range(1, 33))
    story = f"质检。预算12345元。线路0.125公里。漏检率不超过0.000005%。{many}"
    answer = cast.client("enterprise").post(NEW, form(problem=story, take_apart="1"))
    drafting = answer.context["drafting"]
    assert (drafting.form.errors, drafting.indicators.total_error_count()) == ({}, 0)
    assert [drafting.form[name].value() for name in ("title_zh", "quantity", "budget_max")] == ["质检", None, None]
    assert len(drafting.indicators.forms) == 30


def test_indicators_that_were_typed_stay(cast: Cast) -> None:
    answer = cast.client("enterprise").post(NEW, form([{"metric": "误检率"}], problem=STORY, take_apart="1"))
    assert [row["metric"].value() for row in answer.context["drafting"].indicators] == ["误检率"]


def test_a_text_that_says_nothing_more_gets_an_example_of_what_to_tell(cast: Cast) -> None:
    client = cast.client("enterprise", language="zh-hans")
    answer = client.post(NEW, form(title_zh="质检", problem="漏检很多", take_apart="1"))
    assert "4 条产线，漏检率不超过 0.5 %，预算 60 万元" in answer.content.decode()


def taken(answer: Any) -> list[str]:
    """Return the names of the fields that carry the mark."""
    sections = answer.context["sections"]
    rows = [drawn for part in sections for group in part.groups for drawn in group]
    named = [drawn.field.name for drawn in rows if drawn.is_taken]
    return named + ["indicators"] * any(part.is_taken for part in sections)


def test_what_was_taken_is_marked_until_it_is_edited(cast: Cast) -> None:
    client = cast.client("enterprise")
    told = client.post(NEW, form(problem="惠山区的路口监测。不含道路施工。预算60万元。", take_apart="1"))
    assert taken(told) == ["title_zh", "domain", "boundary_out", "district", "budget_max"]
    assert told.content.decode().count("Taken from your text") == 5
    drafting = told.context["drafting"].form
    typed = {name: drafting[name].value() for name in ("title_zh", "domain", "problem", "boundary_out", "district")}
    typed |= {"budget_max": "80", "taken": taken(told)}
    saved = client.post(NEW, form(**typed))
    need = Need.objects.get()
    assert (need.district_id, need.domain, need.boundary_out) == ("huishan", "transport", "不含道路施工")
    assert taken(client.get(saved["Location"])) == ["title_zh", "domain", "boundary_out", "district"]
    assert taken(client.get(f"/workspace/needs/{need.pk}/edit/")) == []


def test_a_retired_district_or_domain_is_not_filled_in(cast: Cast) -> None:
    District.objects.filter(pk="huishan").update(offered=False)
    DomainName.objects.filter(pk="transport").update(offered=False)
    told = cast.client("enterprise").post(NEW, form(problem="惠山区的路口监测。", take_apart="1"))
    assert taken(told) == ["title_zh"]
