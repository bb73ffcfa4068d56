"""Capabilities, organisations, suggestions, notifications and reference data over the API."""

from typing import Any

import pytest

from marketplace.models import Capability, Notification, Organisation, Suggestion
from scenarios.models import Delivery, Follow
from tests.api.conftest import Send
from tests.drain import drain_outbox
from tests.engagements import opened_engagement, running_engagement
from tests.factories import Cast, checked_need, make_uscc, published_capability, published_need

BODY: dict[str, Any] = {
    "title_zh": "铸件表面缺陷视觉检测系统",
    "layer": "app",
    "techniques": ["cv"],
    "solves": "铸件下线后气孔、裂纹、冷隔的在线自动检出，替代人工目视检查。",
    "limits": "不做内部缺陷探伤。",
    "maturity": "scaled",
    "deploy": ["onprem"],
    "data_classes": ["internal"],
    "min_scale_quantity": "3",
    "min_scale_unit": "line",
    "contact": "销售部 0510-00000002",
    "evidence": [{"case": "某铸造厂三条线", "reached": "漏检率 0.4 %"}],
    "price_tiers": [{"from_quantity": "3", "price": "25.50"}],
    "districts": ["huishan"],
}


def drafted(api: Send, cast: Cast, **more: Any) -> Any:
    return api("supplier", "post", "capabilities/", {**BODY, "owner": str(cast.supplier_org.pk), **more})


def published(api: Send, cast: Cast) -> Capability:
    pk = drafted(api, cast).json()["id"]
    for part, step in [("supplier", "submit"), ("moderator", "verify"), ("publisher", "publish")]:
        assert api(part, "post", f"capabilities/{pk}/{step}/").status_code == 200
    return Capability.objects.get(pk=pk)


def test_a_supplier_drafts_a_capability(api: Send, cast: Cast) -> None:
    answer = drafted(api, cast)
    shown = answer.json()
    assert (answer.status_code, shown["status"], shown["source"]) == (201, "draft", "api")
    assert shown["price_tiers"] == [{"from_quantity": "3.00", "price": "25.50"}]
    assert shown["evidence"] == [{"case": "某铸造厂三条线", "site": "", "reached": "漏检率 0.4 %"}]
    assert (shown["districts"], shown["min_scale_quantity"]) == (["huishan"], "3.00")
    twice = [
        api("supplier", "post", "capabilities/", {**BODY, "owner": str(cast.supplier_org.pk)}, idempotency_key="k")
    ]
    twice.append(
        api("supplier", "post", "capabilities/", {**BODY, "owner": str(cast.supplier_org.pk)}, idempotency_key="k")
    )
    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert Capability.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"districts": ["atlantis"]}, 400, "districts"),
        ({"techniques": ["magic"]}, 400, "techniques"),
        ({"min_scale_unit": ""}, 422, "min_scale_unit"),
        ({"price_tiers": [{"from_quantity": "3", "price": "1"}] * 2}, 422, "price_tiers"),
        ({"verified_by": 1}, 400, "verified_by"),
    ],
)
def test_values_that_cannot_be_are_named(
    api: Send, cast: Cast, changes: dict[str, Any], status: int, field: str
) -> None:
    answer = drafted(api, cast, **changes)
    assert (answer.status_code, list(answer.json()["errors"])) == (status, [field])
    assert Capability.objects.count() == 0


def test_the_way_of_a_capability(api: Send, cast: Cast) -> None:
    one = published(api, cast)
    path = f"capabilities/{one.pk}"
    assert api(None, "get", f"{path}/").json()["status"] == "published"
    assert api("moderator", "post", f"{path}/suspend/", {"reason": "expired filing"}).json()["status"] == "suspended"
    assert api("moderator", "post", f"{path}/reinstate/").json()["status"] == "published"
    assert api("supplier", "post", f"{path}/renew/").json()["status"] == "published"
    assert api("supplier", "post", f"{path}/withdraw/").json()["status"] == "withdrawn"
    assert api(None, "get", f"{path}/").status_code == 404
    assert api("supplier", "post", f"{path}/reopen/").json()["status"] == "draft"
    one.refresh_from_db()
    late = api("supplier", "patch", f"{path}/", {"version": one.version - 1, "title_zh": "乙"})
    assert (late.status_code, list(late.json()["differences"])) == (409, ["title_zh"])
    saved = api("supplier", "patch", f"{path}/", {"version": one.version, "title_zh": "乙", "price_tiers": []})
    assert (saved.json()["title_zh"], saved.json()["price_tiers"], len(saved.json()["evidence"])) == ("乙", [], 1)


def test_a_capability_is_returned_with_reasons(api: Send, cast: Cast) -> None:
    path = f"capabilities/{drafted(api, cast).json()['id']}"
    assert api("moderator", "post", f"{path}/verify/").status_code == 404
    api("supplier", "post", f"{path}/submit/")
    assert api("moderator", "post", f"{path}/return/", {"reasons": {"nothing": "x"}}).status_code == 422
    answer = api("moderator", "post", f"{path}/return/", {"reasons": {"limits": "Say what it does not do."}})
    assert answer.json()["status"] == "returned"


def test_capabilities_are_searched(api: Send, cast: Cast) -> None:
    one = published(api, cast)
    for query in ({"q": "表面缺陷"}, {"technique": "cv"}, {"deploy": "onprem"}, {"unit": "line", "maturity": "scaled"}):
        assert [row["code"] for row in api(None, "get", "capabilities/", query).json()["results"]] == [one.code]
    for query in ({"q": "轨道"}, {"technique": "llm"}, {"deploy": "edge"}, {"owner": str(cast.rival_org.pk)}):
        assert api(None, "get", "capabilities/", query).json()["count"] == 0


def test_the_list_of_capabilities_takes_a_constant_number_of_queries(
    api: Send, cast: Cast, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        published(api, cast)
    client = cast.client()
    with django_assert_num_queries(5):
        assert client.get("/api/v1/capabilities/").json()["count"] == 3


def test_an_organisation_is_registered_saved_and_verified(api: Send, cast: Cast) -> None:
    number = make_uscc()
    body = {"name_zh": "戊智能", "kind": "supplier", "uscc": number, "district": "binhu", "contact": "前台"}
    answer = api("stranger", "post", "organisations/", body, idempotency_key="o")
    shown = answer.json()
    assert (answer.status_code, shown["verification"], shown["uscc"], shown["contact"]) == (
        201,
        "pending",
        number,
        "前台",
    )
    assert api("stranger", "post", "organisations/", body, idempotency_key="o").json()["id"] == shown["id"]
    path = f"organisations/{shown['id']}"
    assert api("stranger", "patch", f"{path}/", {"about": "视觉"}).json()["about"] == "视觉"
    assert api("enterprise", "patch", f"{path}/", {"about": "x"}).status_code == 404
    assert api("moderator", "post", f"{path}/verify/").json()["verification"] == "verified"
    assert api("moderator", "post", f"{path}/verify/").status_code == 409
    assert api("moderator", "post", f"{path}/suspend/", {"reason": "no such firm"}).status_code == 200
    assert api(None, "get", f"{path}/").status_code == 404


def test_a_wrong_code_or_kind_is_refused(api: Send, cast: Cast) -> None:
    wrong = api("stranger", "post", "organisations/", {"name_zh": "己", "kind": "supplier", "uscc": "9" * 18})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["uscc"])
    fund = api("stranger", "post", "organisations/", {"name_zh": "己", "kind": "government"})
    assert (fund.status_code, list(fund.json()["errors"])) == (400, ["kind"])
    assert Organisation.objects.count() == 3


def test_suggestions_reach_both_sides_and_are_judged(api: Send, cast: Cast) -> None:
    one, need = published(api, cast), published_need(cast)
    drain_outbox()
    (mine,) = api("supplier", "get", "suggestions/").json()["results"]
    assert (mine["need"]["code"], mine["capability"]["code"], mine["state"]) == (need.code, one.code, "open")
    assert mine["terms"]
    assert {row["gate"]: row["met"] for row in mine["verdicts"]}["min_scale"] is True
    assert {row["remedy"] for row in mine["verdicts"]} == {""}
    assert api("enterprise", "get", "suggestions/").json()["count"] == 1
    assert api("rival", "get", "suggestions/").json()["count"] == 0
    assert api("stranger", "get", "suggestions/").status_code == 403
    path = f"suggestions/{mine['id']}/judge/"
    assert api("rival", "post", path, {"move": "shortlist"}).status_code == 404
    assert api("auditor", "post", path, {"move": "shortlist"}).status_code == 403
    assert api("supplier", "post", path, {"move": "supersede"}).status_code == 400
    assert api("supplier", "post", path, {"move": "dismiss"}).status_code == 422
    dismissed = api("supplier", "post", path, {"move": "dismiss", "reason": "too far"}).json()
    assert (dismissed["state"], dismissed["reason"]) == ("dismissed", "too far")
    assert api("enterprise", "get", f"suggestions/{mine['id']}/").json()["reason"] is None
    assert Suggestion.objects.get().state == "dismissed"


def test_notifications_are_read(api: Send, cast: Cast) -> None:
    need = published_need(cast)
    drain_outbox()
    rows = api("enterprise", "get", "notifications/").json()["results"]
    assert f"{need.code} is published: {need.title_en}" in [row["sentence"] for row in rows]
    first = rows[0]
    assert api("rival", "post", f"notifications/{first['id']}/read/").status_code == 404
    assert api("enterprise", "post", f"notifications/{first['id']}/read/").json()["read_at"] is not None
    assert api("enterprise", "post", "notifications/read/").json() == {"read": len(rows) - 1}
    assert Notification.objects.filter(account=cast.enterprise, read_at=None).count() == 0


def test_following_and_ceasing_to(api: Send, cast: Cast) -> None:
    need = published_need(cast)
    body = {"subject_type": "need", "subject_id": str(need.pk)}
    assert [api("stranger", "post", "follows/", body).status_code for _ in range(2)] == [201, 201]
    assert [row["subject_id"] for row in api("stranger", "get", "follows/").json()["results"]] == [str(need.pk)]
    assert api("rival", "get", "follows/").json()["count"] == 0
    assert api("stranger", "post", "follows/", {**body, "subject_type": "account"}).status_code == 400
    nobody = {"subject_type": "call", "subject_id": "00000000-0000-0000-0000-000000000000"}
    assert api("stranger", "post", "follows/", nobody).status_code == 404
    assert api("rival", "delete", f"follows/need/{need.pk}/").status_code == 204
    assert Follow.objects.count() == 1
    assert api("stranger", "delete", f"follows/need/{need.pk}/").status_code == 204
    assert Follow.objects.count() == 0


def test_a_project_is_followed_like_a_need_once_it_is_public(api: Send, cast: Cast) -> None:
    prepared, engagement = opened_engagement(cast), running_engagement(cast)
    for one, status in ((prepared, 404), (engagement, 201)):
        body = {"subject_type": "engagement", "subject_id": str(one.pk)}
        assert api("stranger", "post", "follows/", body).status_code == status
    (row,) = api("stranger", "get", "follows/").json()["results"]
    assert (row["subject_type"], row["subject_id"]) == ("engagement", str(engagement.pk))
    assert api("stranger", "delete", f"follows/engagement/{engagement.pk}/").status_code == 204
    assert Follow.objects.count() == 0


def test_events_are_for_staff(api: Send, cast: Cast) -> None:
    need = published_need(cast)
    page = api("auditor", "get", "events/", {"code": need.code, "kind": "need.published"}).json()
    assert [(row["kind"], row["subject_id"]) for row in page["results"]] == [("need.published", str(need.pk))]
    assert api("auditor", "get", f"events/{page['results'][0]['id']}/").status_code == 200
    assert api("enterprise", "get", "events/").status_code == 403


def test_the_status_tells_who_is_alive(api: Send, cast: Cast) -> None:
    published_need(cast)
    shown = api("manager", "get", "status/").json()
    assert [(row["name"], row["seconds"], row["alive"]) for row in shown["pulses"]] == [
        ("relay", None, False),
        ("worker", None, False),
        ("beat", None, False),
    ]
    assert shown["deliveries"] == {"pending": Delivery.objects.count()}
    assert api("enterprise", "get", "status/").status_code == 403


def test_reference_data_has_labels_in_both_languages(api: Send, cast: Cast) -> None:
    districts = {row["value"]: row for row in api(None, "get", "reference/districts/").json()}
    assert districts["huishan"]["label_zh"].startswith("惠山")
    units = api(None, "get", "reference/unit/").json()
    assert [row["value"] for row in units] == ["site", "line", "vehicle", "device", "bed", "km", "seat"]
    assert units[1]["label_en"] == "lines"
    names = api(None, "get", "reference/").json()["names"]
    assert {"chains", "districts", "need-status", "technique", "data-class"} <= set(names)


def test_a_stale_version_is_not_decided(api: Send, cast: Cast) -> None:
    pk = drafted(api, cast).json()["id"]
    version = api("supplier", "post", f"capabilities/{pk}/submit/").json()["version"]
    body: dict[str, Any] = {"version": version - 1}
    assert api("moderator", "post", f"capabilities/{pk}/verify/", body).status_code == 409
    body["reasons"] = {"limits": "请补充"}
    assert api("moderator", "post", f"capabilities/{pk}/return/", body).status_code == 409
    assert Capability.objects.get(pk=pk).status == "submitted"
    assert api("moderator", "post", f"capabilities/{pk}/verify/", {"version": version}).status_code == 200


def test_a_stale_version_of_a_need_is_not_decided(api: Send, cast: Cast) -> None:
    need = checked_need(cast)
    body: dict[str, Any] = {"version": need.version - 1}
    assert api("moderator", "post", f"needs/{need.pk}/approve/", body).status_code == 409
    body["reasons"] = {"problem": "请补充"}
    assert api("moderator", "post", f"needs/{need.pk}/return/", body).status_code == 409
    need.refresh_from_db()
    assert need.status == "checked"


def test_a_suspended_organisation_is_reinstated(api: Send, cast: Cast) -> None:
    path = f"organisations/{cast.supplier_org.pk}/"
    assert api("moderator", "post", f"{path}reinstate/").status_code == 404
    assert api("moderator", "post", f"{path}suspend/", {"reason": "执照过期"}).status_code == 200
    assert api("publisher", "post", f"{path}reinstate/").status_code == 403
    assert api("moderator", "post", f"{path}reinstate/").json()["verification"] == "pending"


def test_a_quarantined_delivery_is_retried(api: Send, cast: Cast) -> None:
    published_need(cast)
    delivery = Delivery.objects.earliest("pk")
    assert api("moderator", "post", f"deliveries/{delivery.pk}/retry/").status_code == 409
    Delivery.objects.filter(pk=delivery.pk).update(state="quarantined", attempts=3)
    assert api("auditor", "post", f"deliveries/{delivery.pk}/retry/").status_code == 403
    answer = api("moderator", "post", f"deliveries/{delivery.pk}/retry/")
    assert (answer.status_code, answer.json()["state"]) == (200, "pending")
    assert api("moderator", "post", "deliveries/999999999/retry/").status_code == 404


def test_a_failed_gate_tells_what_would_pass_it(api: Send, cast: Cast) -> None:
    published_need(cast)
    published_capability(cast)
    drain_outbox()
    (mine,) = api("supplier", "get", "suggestions/").json()["results"]
    assert {row["gate"]: row["remedy"] for row in mine["verdicts"] if not row["met"]} == {
        "min_scale": "Passes in a larger pool: follow it to hear when a pool reaches the scale."
    }
