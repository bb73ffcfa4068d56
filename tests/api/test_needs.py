"""Needs over the API: reading, drafting, the owner's and the staff's steps."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from scenarios.models import Event, Need
from tests.api.conftest import Send
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need, draft_need, published_need

BODY: dict[str, Any] = {
    "title_zh": "铸件表面缺陷在线检测",
    "domain": "manufacturing",
    "problem": "铸件下线后靠 6 名工人目视检查气孔、裂纹和冷隔，漏检率约 3 %，需要在线自动检出。",
    "boundary_out": "不含内部缺陷探伤。",
    "quantity": "4",
    "quantity_unit": "line",
    "district": "huishan",
    "budget_min": "60",
    "budget_max": "120.50",
    "contact": "设备科 0510-00000001",
    "risk_answers": {"personal_data": False},
    "indicators": [{"metric": "漏检率", "unit": "%", "comparator": "le", "baseline": "3", "target": "0.5"}],
}


def drafted(api: Send, cast: Cast, **more: Any) -> Any:
    return api("enterprise", "post", "needs/", {**BODY, "owner": str(cast.enterprise_org.pk), **more})


def test_an_owner_drafts_a_need(api: Send, cast: Cast) -> None:
    blocked = [str(cast.rival_org.pk)]
    answer = drafted(api, cast, blocked_organisations=blocked)
    shown = answer.json()
    assert answer.status_code == 201
    assert (shown["status"], shown["version"], shown["source"]) == ("draft", 1, "api")
    assert (shown["quantity"], shown["budget_max"]) == ("4.00", "120.50")
    assert (shown["district"], shown["contact"], shown["blocked_organisations"]) == (
        "huishan",
        "设备科 0510-00000001",
        blocked,
    )
    assert [(row["metric"], row["target"]) for row in shown["indicators"]] == [("漏检率", "0.5000")]
    assert shown["moves"] == ["submit", "withdraw"]


def test_a_creation_sent_twice_makes_one_draft(api: Send, cast: Cast) -> None:
    body = {**BODY, "owner": str(cast.enterprise_org.pk)}
    first = api("enterprise", "post", "needs/", body, idempotency_key="k1")
    second = api("enterprise", "post", "needs/", body, idempotency_key="k1")
    assert first.json()["id"] == second.json()["id"]
    assert Need.objects.count() == 1
    assert api("enterprise", "post", "needs/", body, idempotency_key="k" * 65).status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"quantity": "many"}, 400, "quantity"),
        ({"quantity": "0"}, 422, "quantity"),
        ({"budget_min": "200"}, 422, "budget_max"),
        ({"domain": "cooking"}, 400, "domain"),
        ({"district": "atlantis"}, 400, "district"),
        ({"problem": "字" * 20_001}, 400, "problem"),
        ({"risk_answers": {"is_it_risky": True}}, 422, "risk_answers"),
        ({"indicators": [{"unit": "%"}]}, 400, "indicators"),
        ({"indicators": [{"metric": "m"}] * 31}, 400, "indicators"),
        ({"blocked_organisations": ["00000000-0000-0000-0000-000000000000"]}, 400, "blocked_organisations"),
        ({"joins": "00000000-0000-0000-0000-000000000000"}, 400, "joins"),
        ({"status": "published"}, 400, "status"),
        ({"approved_by": 1}, 400, "approved_by"),
    ],
)
def test_values_that_cannot_be_are_named(
    api: Send, cast: Cast, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = drafted(api, cast, **changes)
    assert answer.status_code == status
    assert list(answer.json()["errors"]) == [field]
    assert Need.objects.count() == 0


def test_nobody_drafts_for_another_organisation(api: Send, cast: Cast) -> None:
    answer = drafted(api, cast, owner=str(cast.rival_org.pk))
    assert (answer.status_code, answer.json()["type"]) == (403, "/api/v1/problems/not-permitted/")
    assert api("stranger", "post", "needs/", {}).status_code == 403
    assert api(None, "post", "needs/", {}).status_code == 401
    assert Need.objects.count() == 0


def test_saving_keeps_what_is_not_given(api: Send, cast: Cast) -> None:
    need = draft_need(cast)
    answer = api("enterprise", "patch", f"needs/{need.pk}/", {"version": 1, "title_zh": "新名称", "district": None})
    shown = answer.json()
    assert (answer.status_code, shown["version"], shown["title_zh"], shown["district"]) == (200, 2, "新名称", None)
    assert len(shown["indicators"]) == 2
    assert shown["problem"] == need.problem


def test_saving_over_someone_elses_version_shows_the_differences(api: Send, cast: Cast) -> None:
    need = draft_need(cast)
    assert api("enterprise", "patch", f"needs/{need.pk}/", {"version": 1, "title_zh": "甲"}).status_code == 200
    late = api("enterprise", "patch", f"needs/{need.pk}/", {"version": 1, "title_zh": "乙", "domain": "manufacturing"})
    assert late.status_code == 409
    assert late.json()["type"] == "/api/v1/problems/conflict/"
    assert late.json()["differences"] == {"title_zh": {"yours": "乙", "theirs": "甲"}}
    need.refresh_from_db()
    assert (need.title_zh, need.version) == ("甲", 2)


def test_a_save_needs_its_version(api: Send, cast: Cast) -> None:
    answer = api("enterprise", "patch", f"needs/{draft_need(cast).pk}/", {"title_zh": "甲"})
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["version"])


def test_a_draft_is_not_there_for_anyone_else(api: Send, cast: Cast) -> None:
    need = draft_need(cast)
    for part in ("rival", "supplier", "stranger", "moderator", None):
        assert api(part, "get", f"needs/{need.pk}/").status_code == 404
        assert api(part, "get", "needs/").json()["count"] == 0
    assert api("rival", "patch", f"needs/{need.pk}/", {"version": 1, "title_zh": "x"}).status_code == 404
    assert api("rival", "delete", f"needs/{need.pk}/").status_code == 404
    assert Need.objects.get().title_zh == need.title_zh


def test_the_way_from_draft_to_publication(api: Send, cast: Cast) -> None:
    need = draft_need(cast)
    path = f"needs/{need.pk}"
    assert api("enterprise", "post", f"{path}/submit/").json()["status"] == "submitted"
    drain_outbox()
    assert api("moderator", "get", f"{path}/").json()["moves"] == ["approve", "return"]
    returned = api("moderator", "post", f"{path}/return/", {"reasons": {"problem": "Say how often."}})
    assert (returned.json()["status"], returned.json()["moves"]) == ("returned", [])
    assert api("enterprise", "post", f"{path}/submit/").status_code == 200
    drain_outbox()
    assert api("moderator", "post", f"{path}/approve/", {"note": "fine"}).json()["status"] == "approved"
    assert api("publisher", "post", f"{path}/publish/").json()["status"] == "published"
    assert api(None, "get", f"{path}/").json()["code"] == need.code
    assert api("moderator", "post", f"{path}/suspend/", {"reason": "asked for"}).json()["status"] == "suspended"
    assert api(None, "get", f"{path}/").status_code == 404
    assert api("moderator", "post", f"{path}/reinstate/").json()["status"] == "published"
    assert api("enterprise", "post", f"{path}/renew/").json()["status"] == "published"
    assert api("enterprise", "post", f"{path}/withdraw/").json()["status"] == "withdrawn"
    assert api("enterprise", "post", f"{path}/reopen/").json()["status"] == "draft"


def test_a_need_of_high_risk_waits_for_the_supervisor(api: Send, cast: Cast) -> None:
    need = checked_need(cast, risk_answers={"safety_critical_control": True, "personal_data": False})
    assert need.risk_tier in ("R3", "R4")
    Need.objects.filter(pk=need.pk).update(ethics_number="E-1")
    api("moderator", "post", f"needs/{need.pk}/approve/")
    early = api("publisher", "post", f"needs/{need.pk}/publish/")
    assert (early.status_code, list(early.json()["errors"])) == (422, ["supervisor_approval"])
    assert api("supervisor", "post", f"needs/{need.pk}/supervise/").status_code == 200
    assert api("publisher", "post", f"needs/{need.pk}/publish/").json()["status"] == "published"


def test_an_imprecise_draft_is_refused_with_every_blocker(api: Send, cast: Cast) -> None:
    need = draft_need(cast, boundary_out="", quantity=None, quantity_unit="", indicators=[])
    answer = api("enterprise", "post", f"needs/{need.pk}/submit/")
    assert answer.status_code == 422
    assert set(answer.json()["errors"]) == {"boundary_out", "quantity", "indicators"}
    assert Need.objects.get().status == "draft"


@pytest.mark.parametrize(
    ("part", "step"),
    [
        ("enterprise", "approve"),
        ("publisher", "approve"),
        ("moderator", "publish"),
        ("manager", "supervise"),
        ("stranger", "submit"),
    ],
)
def test_a_step_of_another_role_is_refused(api: Send, cast: Cast, part: str, step: str) -> None:
    need = checked_need(cast)
    before = Event.objects.count()
    assert api(part, "post", f"needs/{need.pk}/{step}/").status_code == 403
    need.refresh_from_db()
    assert (need.status, Event.objects.count()) == ("checked", before)


def test_a_return_needs_a_reason(api: Send, cast: Cast) -> None:
    need = checked_need(cast)
    assert api("moderator", "post", f"needs/{need.pk}/return/", {"reasons": {}}).status_code == 422
    assert api("moderator", "post", f"needs/{need.pk}/return/", {}).status_code == 400
    assert api("moderator", "post", f"needs/{need.pk}/suspend/", {"reason": "x"}).status_code == 409


def test_a_draft_is_deleted_and_a_submitted_need_is_not(api: Send, cast: Cast) -> None:
    need, sent = draft_need(cast), checked_need(cast)
    assert api("enterprise", "delete", f"needs/{need.pk}/").status_code == 204
    assert api("enterprise", "delete", f"needs/{sent.pk}/").status_code == 409
    assert list(Need.objects.values_list("pk", flat=True)) == [sent.pk]


def test_the_list_is_narrowed_searched_and_ordered(api: Send, cast: Cast) -> None:
    one = published_need(cast)
    two = published_need(cast, "rival", title_zh="轨道巡检机器人", problem="夜间人工巡检轨道扣件，效率低。" * 3)
    two_only = {"q": "巡检机器人"}
    assert [row["id"] for row in api(None, "get", "needs/", two_only).json()["results"]] == [str(two.pk)]
    assert api(None, "get", "needs/", {"q": "!!!"}).json()["count"] == 0
    assert api(None, "get", "needs/", {"domain": "health"}).json()["count"] == 0
    assert (
        api(None, "get", "needs/", {"unit": "line", "deploy": "onprem", "data_class": "internal"}).json()["count"] == 2
    )
    assert api("rival", "get", "needs/", {"mine": "true"}).json()["count"] == 1
    ordered = api(None, "get", "needs/", {"ordering": "code"}).json()["results"]
    assert [row["code"] for row in ordered] == sorted([one.code, two.code])
    refused = api(None, "get", "needs/", {"ordering": "contact"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["ordering"])


def test_a_page_holds_at_most_a_hundred(api: Send, cast: Cast) -> None:
    for _ in range(3):
        published_need(cast)
    page = api(None, "get", "needs/", {"page_size": "2"}).json()
    assert (page["count"], len(page["results"]), page["previous"]) == (3, 2, None)
    assert page["next"].endswith("/api/v1/needs/?page=2&page_size=2")
    assert api(None, "get", "needs/", {"page": "9"}).status_code == 404


def test_a_list_takes_as_many_queries_for_many_as_for_one(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client()
    published_need(cast)
    with CaptureQueriesContext(connection) as one:
        client.get("/api/v1/needs/")
    for _ in range(4):
        published_need(cast, "rival")
    with django_assert_num_queries(len(one)):
        assert client.get("/api/v1/needs/").json()["count"] == 5
    assert len(one) <= 5


def test_an_unsaved_need_is_checked(api: Send, cast: Cast) -> None:
    answer = api("stranger", "post", "needs/precision/", {"title_zh": "打造世界一流智能工厂", "problem": "赋能升级"})
    report = answer.json()
    assert answer.status_code == 200
    assert report["precise_enough"] is False
    assert {row["field"] for row in report["findings"] if row["severity"] == "blocker"} == {
        "boundary_out",
        "quantity",
        "indicators",
    }
    assert sum(row["points"] for row in report["fields"]) == report["score"]
    assert any("世界一流" in quote for row in report["findings"] for quote in row["quotes"])
    assert Need.objects.count() == 0
    assert api(None, "post", "needs/precision/", {}).status_code == 401


def test_like_needs_are_shown_while_drafting(api: Send, cast: Cast) -> None:
    need = published_need(cast)
    published_need(cast, "rival", title_zh="铸件外观缺陷检测")
    assert api("stranger", "post", "needs/like/", {"title_zh": need.title_zh}).json() == []
    drain_outbox()
    found = api("stranger", "post", "needs/like/", {"title_zh": need.title_zh, "problem": need.problem}).json()
    assert found[0]["need"]["code"] == need.code
    assert len(found) == 2
    assert "铸件" in found[0]["terms"]
    likes = api(None, "get", f"needs/{need.pk}/likes/").json()
    assert [row["need"]["title_zh"] for row in likes] == ["铸件外观缺陷检测"]


def test_drafting_help_is_limited(api: Send, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setitem(ScopedRateThrottle.THROTTLE_RATES, "drafting", "2/min")
    codes = [api("stranger", "post", "needs/precision/", {}).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
