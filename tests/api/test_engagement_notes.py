"""Notes between the parties of a project over the API."""

from typing import Any

import pytest

from marketplace.models import EngagementNote
from tests.api.conftest import Send
from tests.engagements import propose, running_engagement, running_gate
from tests.factories import Cast
from tests.stories.town import post

WORDS = "周三上午九点可进厂，请带绝缘鞋。"


def test_notes_over_the_api(api: Send, cast: Cast) -> None:
    engagement = running_engagement(cast)
    path = f"engagements/{engagement.pk}/notes/"
    for _ in range(2):
        made = api("supplier", "post", path, {"text": f" {WORDS} "}, Idempotency_Key="once")
        assert made.status_code == 201
    note = EngagementNote.objects.get()
    assert made.json() | {"created_at": None} == {
        "id": str(note.pk),
        "author": "丙视觉科技",
        "organisation": str(cast.supplier_org.pk),
        "by_manager": False,
        "text": WORDS,
        "created_at": None,
    }
    answer = api("manager", "post", path, {"text": "请抄送园区。"}).json()
    assert (answer["author"], answer["organisation"], answer["by_manager"]) == ("Scenario manager", None, True)
    for part in ("enterprise", "supplier", "manager", "auditor"):
        listed = api(part, "get", path).json()
        assert (listed["count"], [row["text"] for row in listed["results"]]) == (2, ["请抄送园区。", WORDS])
    assert api("enterprise", "get", path, {"page_size": 1}).json()["next"].endswith("page=2&page_size=1")
    # Who is not inside is answered as if there were no such project, though its page is public.
    assert [api(part, "get", path).status_code for part in ("rival", "stranger", None)] == [404, 403, 401]
    assert [api(part, "post", path, {"text": "x"}).status_code for part in ("rival", "auditor")] == [404, 403]
    assert EngagementNote.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "text"), ({"text": "  "}, "text"), ({"text": "长" * 2001}, "text"), ({"text": "x", "by": 1}, "by")],
)
def test_what_the_api_refuses_is_not_written(api: Send, cast: Cast, body: Any, field: str) -> None:
    engagement = running_engagement(cast)
    refused = api("supplier", "post", f"engagements/{engagement.pk}/notes/", body)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    assert not EngagementNote.objects.exists()


def test_the_api_refuses_another_name_and_a_stopped_project(api: Send, cast: Cast) -> None:
    gate = running_gate(cast)
    path = f"engagements/{gate.engagement_id}/notes/"
    for part in ("supplier", "manager"):
        asked = {"text": WORDS, "organisation": str(cast.enterprise_org.pk)}
        assert api(part, "post", path, asked).status_code == 403
    named = {"text": WORDS, "organisation": str(cast.supplier_org.pk)}
    assert api("supplier", "post", path, named).status_code == 201
    lesson = {"lesson_title": "光源", "lesson": "先做光源试验。"}
    decision = propose(cast, gate, "stop_no_fault", **lesson)
    post(cast.client("manager"), "decision_confirm", decision.pk)
    assert api("supplier", "post", path, {"text": WORDS}).status_code == 409
    assert api("supplier", "get", path).json()["count"] == 1
