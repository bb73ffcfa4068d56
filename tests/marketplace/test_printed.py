"""Calls, projects and lessons on paper: everything that everyone may read of them, and nothing else."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from marketplace.actions.engagement_landing import write_lesson
from scenarios.actions import call_talk
from scenarios.models import Call, SandboxPlan
from tests.calls import sealed_call
from tests.engagements import accept, opened_engagement, passed_gate, running_engagement
from tests.factories import Cast, published_need
from tests.scenarios.test_list_files import printed
from tests.scenarios.test_public_pages import open_call

LESSON = {"title": "先清砂", "text": "未清砂误报高，先清砂再检测。"}


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_printed_call_holds_criteria_addenda_and_answers(cast: Cast, kind: str) -> None:
    call = sealed_call(cast).call
    question = call_talk.ask_question(actor=cast.actor("supplier"), call_id=call.pk, text="是否提供样本？")
    call_talk.ask_question(actor=cast.actor("supplier"), call_id=call.pk, text="没有答复的提问")
    call_talk.answer_question(actor=cast.actor("manager"), question_id=question.pk, text="提供 500 件样本。")
    call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=call.pk, text="补充接口说明。")
    text = printed(cast.client(), "/calls/", kind)
    found = lines_of(text)
    for line in (
        "技术方案: 60 %, at least 36",
        "价格: 40 %",
        "补充接口说明。",
        "是否提供样本？",
        "→ 提供 500 件样本。",
    ):
        assert line in found, line
    assert any(line.startswith("1 (20") for line in found)
    assert ("没有答复的提问" in text, "丙视觉科技" in text) == (False, False)
    alone = printed(cast.client(language="zh-hans"), f"/calls/{call.pk}/", "pdf")
    assert "技术方案：占 60 %，不低于 36 分" in lines_of(alone)


def test_a_printed_call_holds_its_lots_and_its_sandbox(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    Call.objects.filter(pk=call.pk).update(
        lots=[
            {"id": "1", "kind": "core", "field": "", "value": ""},
            {"id": "2", "kind": "module", "field": "district", "value": "binhu"},
        ]
    )
    SandboxPlan.objects.create(
        call=call,
        supervisor=cast.supervisor,
        scope="二号试验区",
        limits=[{"name": "车速", "value": "20", "unit": "km/h"}],
        exit_criteria=["连续 30 天无事故"],
    )
    found = lines_of(printed(cast.client(), f"/calls/{call.pk}/", "pdf"))
    for line in (
        "Core: what all needs have in common",
        "Module: District = Binhu",
        "二号试验区",
        "车速: 20 km/h",
        "连续 30 天无事故",
    ):
        assert line in found, line


def test_a_printed_list_of_calls_takes_no_more_queries_for_more_calls(cast: Cast) -> None:
    def taken() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert cast.client().get("/calls/", {"as": "docx"}).status_code == 200
        return len(queries)

    opened_call_of(cast)
    one = taken()
    for _number in range(2):
        opened_call_of(cast)
    assert taken() == one


def opened_call_of(cast: Cast) -> Call:
    call = open_call(cast, published_need(cast))
    call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=call.pk, text="补充说明。")
    return call


def accepted(cast: Cast) -> Any:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    accept(cast, engagement, "0.4", "9")
    write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, **LESSON)
    engagement.refresh_from_db()
    return engagement


def test_a_project_is_printed_from_promise_to_proof(cast: Cast) -> None:
    engagement = accepted(cast)
    for part in (None, "supplier", "manager"):
        text = printed(cast.client(part), f"/engagements/{engagement.pk}/", "pdf")
        found = lines_of(text)
        assert engagement.code in found, part
        assert "漏检率 · Need ≤ 0.5 % · Call ≤ 0.5 % · Accepted 0.4 %" in found, part
        assert "Proof of concept: Passed" in found, part
        assert LESSON["title"] in found, part
        assert "promised" not in text.lower(), part
    page = cast.client().get(f"/engagements/{engagement.pk}/").content.decode()
    assert 'href="?as=pdf"' in page


def test_a_project_that_has_not_begun_is_not_printed(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    address = f"/engagements/{engagement.pk}/"
    assert cast.client().get(address, {"as": "pdf"}).status_code == 404
    answer = cast.client("supplier").get(address, {"as": "pdf"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")


def test_projects_and_lessons_are_workbooks(cast: Cast) -> None:
    engagement = accepted(cast)
    head, row = rows_of(cast, "/engagements/", "projects")
    found = dict(zip(head, row, strict=True))
    assert (found["Code"], found["Stage"], found["Lead"]) == (engagement.code, "Proof of concept", "丙视觉科技")
    assert found["Code of the need or pool that it comes from"] == engagement.need.code
    head, row = rows_of(cast, "/lessons/", "lessons", domain="manufacturing")
    found = dict(zip(head, row, strict=True))
    assert (found["Lesson"], found["What was learnt"]) == (LESSON["title"], LESSON["text"])
    assert found["Code of the project"] == engagement.code
    assert "as=xlsx" in cast.client().get("/lessons/").content.decode()


def rows_of(cast: Cast, path: str, name: str, **query: Any) -> list[tuple[Any, ...]]:
    answer = cast.client().get(path, {**query, "as": "xlsx"})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.xlsx"'
    return list(load_workbook(io.BytesIO(answer.content)).worksheets[0].values)


def test_a_lesson_is_printed_alone(cast: Cast) -> None:
    engagement = accepted(cast)
    lesson = engagement.lessons.get()
    text = printed(cast.client(), f"/lessons/{lesson.pk}/", "pdf")
    assert LESSON["text"] in lines_of(text)
    assert engagement.code in text
