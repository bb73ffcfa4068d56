"""A story told in one's own words fills the form of a need with what it says, and with nothing else."""

import pytest

from scenarios.story import told_by
from tests.factories import Cast
from tests.scenarios.test_drafting_pages import NEW, form

STORY = (
    "铸件表面缺陷在线检测。目前由三名检验员目检，目前漏检率3%。希望4条产线上线，漏检率不超过0.5%，"
    "节拍不超过6秒/件。预算30至60万元，2027年3月前上线。"
)


def test_a_story_says_title_quantity_budget_and_indicators() -> None:
    told = told_by(STORY)
    assert told.fields == {
        "title_zh": "铸件表面缺陷在线检测",
        "quantity": "4",
        "quantity_unit": "line",
        "budget_min": "30",
        "budget_max": "60",
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
        ("经费1.2亿元以内。", {"title_zh": "经费1.2亿元以内", "budget_max": "12000"}, []),
        ("设备价格30万元。", {"title_zh": "设备价格30万元"}, []),
        ("检测准确率达到99%以上", {"title_zh": "检测准确率达到99%以上"}, ["检测准确率"]),
        (
            "In-line inspection of castings. We want the miss rate at most 0.5 % on 4 production lines.",
            {"title_en": "In-line inspection of castings", "quantity": "4", "quantity_unit": "line"},
            ["miss rate"],
        ),
    ],
)
def test_only_what_can_be_read_in_one_way_is_taken(story: str, fields: dict[str, str], metrics: list[str]) -> None:
    told = told_by(story)
    assert (told.fields, [row["metric"] for row in told.indicators]) == (fields, metrics)


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
    assert "已根据您的文字填入：标题、预算下限（万元）、预算上限（万元）、指标。" in answer.content.decode()
    assert cast.client("enterprise").get("/workspace/needs/").context["page"].paginator.count == 0


def test_indicators_that_were_typed_stay(cast: Cast) -> None:
    answer = cast.client("enterprise").post(NEW, form([{"metric": "误检率"}], problem=STORY, take_apart="1"))
    assert [row["metric"].value() for row in answer.context["drafting"].indicators] == ["误检率"]


def test_a_text_that_says_nothing_more_gets_an_example_of_what_to_tell(cast: Cast) -> None:
    client = cast.client("enterprise", language="zh-hans")
    answer = client.post(NEW, form(title_zh="质检", problem="漏检很多", take_apart="1"))
    assert "4 条产线，漏检率不超过 0.5 %，预算 60 万元" in answer.content.decode()
