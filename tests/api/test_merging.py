"""Proposals, pools, consents and calls over the API, and who sees what of them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from scenarios.actions.calls import FAIR_COMPETITION
from scenarios.models import Call, Event, Interest, MergedDemand, MergeLink, MergeProposal
from tests.api.conftest import Send
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_need


def pooled(api: Send, cast: Cast, *, state: str = "accepted") -> str:
    """Return the id of a pool of two needs whose owners answered."""
    one, two = published_need(cast), published_need(cast, "rival", title_zh="铸件外观缺陷检测", quantity=Decimal(6))
    body = {"needs": [str(one.pk), str(two.pk)], "threshold_quantity": "10"}
    demand = api("manager", "post", "demands/", body).json()
    assert demand["status"] == "drafted"
    assert api("manager", "post", f"demands/{demand['id']}/invite/").json()["status"] == "consenting"
    for part in ("enterprise", "rival"):
        answer = {"organisation": str(getattr(cast, f"{part}_org").pk), "core_version": 1, "state": state}
        if state != "accepted":
            answer["reservation"] = f"only at night, says {part}"
        assert api(part, "post", f"demands/{demand['id']}/consent/", answer).status_code == 200
    return str(demand["id"])


def test_a_proposal_is_accepted_into_a_pool(api: Send, cast: Cast) -> None:
    published_need(cast)
    published_need(cast, "rival", title_zh="铸件外观缺陷检测")
    drain_outbox()
    (listed,) = api("manager", "get", "proposals/").json()["results"]
    assert (listed["status"], len(listed["members"]), listed["moves"]) == ("open", 2, ["accept", "dismiss"])
    assert api("enterprise", "get", "proposals/").status_code == 403
    answer = api("manager", "post", f"proposals/{listed['id']}/accept/", {"core": {"title_zh": "铸件检测池"}})
    assert answer.status_code == 201
    assert (answer.json()["core"]["title_zh"], answer.json()["status"]) == ("铸件检测池", "drafted")
    assert api("manager", "post", f"proposals/{listed['id']}/accept/").status_code == 409


def test_conflicting_members_are_pooled_only_with_a_resolution(api: Send, cast: Cast) -> None:
    published_need(cast)
    published_need(cast, "rival", title_zh="铸件外观缺陷检测", deploy="cloud_cn")
    drain_outbox()
    pk = MergeProposal.objects.get().pk
    refused = api("manager", "post", f"proposals/{pk}/accept/")
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["deploy"])
    assert MergedDemand.objects.count() == 0
    accepted = api("manager", "post", f"proposals/{pk}/accept/", {"resolutions": {"deploy": "module"}})
    assert accepted.status_code == 201
    assert {(row["field"], row["treatment"]) for row in accepted.json()["differences"]} == {("deploy", "module")}


def test_a_dismissal_needs_a_reason_and_can_be_undone(api: Send, cast: Cast) -> None:
    published_need(cast)
    published_need(cast, "rival", title_zh="铸件外观缺陷检测")
    drain_outbox()
    path = f"proposals/{MergeProposal.objects.get().pk}"
    assert api("manager", "post", f"{path}/dismiss/", {"reason": " "}).status_code == 422
    assert api("manager", "post", f"{path}/dismiss/", {"reason": "two plants"}).json()["status"] == "dismissed"
    assert api("manager", "post", f"{path}/reconsider/").json()["status"] == "open"
    assert api("publisher", "post", f"{path}/reconsider/").status_code == 403


def test_two_owners_stay_anonymous_and_see_a_band(api: Send, cast: Cast) -> None:
    path = f"demands/{pooled(api, cast)}/"
    public = api(None, "get", path).json()
    assert (public["status"], public["owners"]) == ("threshold_met", 2)
    assert (public["pooled_quantity"], public["pooled_band"]) == (None, "6–10")
    assert [(row["need"], row["quantity"]) for row in public["members"]] == [(None, None), (None, None)]
    assert {"consents", "differences"} & set(public) == set()
    mine = api("enterprise", "get", path).json()
    assert [(row["is_mine"], row["quantity"]) for row in mine["members"]] == [(True, "4.00"), (False, None)]
    assert [row["state"] for row in mine["my_consents"]] == ["accepted"]
    assert "consents" not in mine
    staff = api("manager", "get", path).json()
    assert staff["pooled_quantity"] == "10.00"
    assert [row["state"] for row in staff["consents"]] == ["accepted", "accepted"]


def test_a_reservation_is_read_by_the_manager_and_its_owner(api: Send, cast: Cast) -> None:
    path = f"demands/{pooled(api, cast, state='accepted_with_reservation')}/"
    words = "only at night, says enterprise"
    assert words in api("manager", "get", path).content.decode()
    assert words in api("enterprise", "get", path).content.decode()
    for part in ("rival", "supplier", "publisher", "stranger", None):
        assert words not in api(part, "get", path).content.decode()


def test_consent_to_an_older_core_is_a_conflict(api: Send, cast: Cast) -> None:
    path = f"demands/{pooled(api, cast)}"
    changed = api("manager", "patch", f"{path}/core/", {"version": 1, "core": {"boundary_out": "不含软件。"}})
    assert (changed.json()["core_version"], changed.json()["status"]) == (2, "consenting")
    stale = {"organisation": str(cast.enterprise_org.pk), "core_version": 1, "state": "accepted"}
    assert api("enterprise", "post", f"{path}/consent/", stale).status_code == 409
    late = api("manager", "patch", f"{path}/core/", {"version": 1, "core": {"boundary_out": "x"}})
    assert (late.status_code, list(late.json()["differences"])) == (409, ["boundary_out"])
    other = {**stale, "core_version": 2}
    assert api("rival", "post", f"{path}/consent/", other).status_code == 403


def test_an_owner_leaves_and_a_manager_removes(api: Send, cast: Cast) -> None:
    path = f"demands/{pooled(api, cast)}"
    need = str(cast.enterprise_org.needs.get().pk)
    assert api("rival", "post", f"{path}/leave/", {"need": need}).status_code == 403
    left = api("enterprise", "post", f"{path}/leave/", {"need": need})
    assert (left.status_code, left.json()["status"]) == (200, "consenting")  # one owner is no pool
    assert len(left.json()["members"]) == 1
    other = str(cast.rival_org.needs.get().pk)
    removed = api("manager", "post", f"{path}/remove/", {"need": other}).json()
    assert removed["members"] == []
    assert api("manager", "post", f"{path}/remove/", {"need": other}).status_code == 404


def test_a_pool_is_frozen_split_and_dissolved_by_the_publisher(api: Send, cast: Cast) -> None:
    path = f"demands/{pooled(api, cast)}"
    assert api("manager", "post", f"{path}/freeze/").status_code == 403
    assert api("publisher", "post", f"{path}/freeze/").json()["status"] == "frozen"
    assert api("publisher", "post", f"{path}/split/", {"reason": ""}).status_code == 422
    assert api("publisher", "post", f"{path}/split/", {"reason": "too different"}).json()["status"] == "split"
    assert api("publisher", "post", f"{path}/dissolve/", {"reason": "x"}).status_code == 409
    # What was formed stays readable at its public address.
    assert api(None, "get", f"{path}/").json()["status"] == "split"


def opened(api: Send, cast: Cast) -> str:
    """Return the id of an open call from a need of the enterprise."""
    need = published_need(cast)
    body = {
        "need": str(need.pk),
        "kind": "open_list",
        "closes_at": (timezone.now() + timedelta(days=30)).isoformat(),
        "criteria": [{"name": "price", "weight": "40"}, {"name": "quality", "weight": "60"}],
        "fair_competition": dict.fromkeys(FAIR_COMPETITION, True),
    }
    drafted = api("manager", "post", "calls/", body)
    assert drafted.status_code == 201, drafted.json()
    path = f"calls/{drafted.json()['id']}"
    assert api("moderator", "post", f"{path}/review/").json()["status"] == "reviewed"
    assert api("publisher", "post", f"{path}/approve/").json()["status"] == "approved"
    assert api("publisher", "post", f"{path}/open/").json()["status"] == "open"
    return str(drafted.json()["id"])


def test_a_call_goes_from_draft_to_open(api: Send, cast: Cast) -> None:
    path = f"calls/{opened(api, cast)}/"
    public = api(None, "get", path).json()
    assert (public["quantity"], public["publicity_days"]) == ("4.00", 5)
    assert public["criteria"][0] == {"name": "price", "weight": "40.00"}
    assert {"fair_competition", "rework_reason", "interests"} & set(public) == set()
    assert api("manager", "get", path).json()["interests"] == 0
    assert api(None, "get", "calls/", {"open_now": "true"}).json()["count"] == 1
    assert api("publisher", "post", f"{path}cancel/", {"reason": "budget gone"}).json()["status"] == "cancelled"
    assert api(None, "get", path).json()["cancelled_reason"] == "budget gone"


def test_a_draft_call_is_staffs_alone_and_saved_with_its_version(api: Send, cast: Cast) -> None:
    need = published_need(cast)
    drafted = api("manager", "post", "calls/", {"need": str(need.pk), "kind": "rfi"}).json()
    path = f"calls/{drafted['id']}/"
    assert api("enterprise", "get", path).status_code == 404
    assert api("manager", "post", "calls/", {"need": str(need.pk), "kind": "rfi"}).status_code == 422
    assert api("manager", "post", "calls/", {"kind": "rfi"}).status_code == 422
    assert api("manager", "patch", path, {"version": 1, "summary": "anyone"}).json()["version"] == 2
    late = api("manager", "patch", path, {"version": 1, "summary": "nobody"})
    assert (late.status_code, late.json()["differences"]["summary"]["theirs"]) == (409, "anyone")
    assert api("manager", "patch", path, {"version": 2, "publicity_days": 3}).status_code == 422
    assert api("moderator", "post", f"{path}review/").status_code == 422
    assert Call.objects.get().status == "draft"


def test_interest_is_seen_by_owners_and_the_manager(api: Send, cast: Cast) -> None:
    path = f"calls/{opened(api, cast)}/interests/"
    body = {"organisation": str(cast.supplier_org.pk), "message": "we did this twice"}
    assert api("supplier", "post", path, body).status_code == 201
    other = make_organisation("丁算法公司", kind="supplier")
    make_member(other, email="other@example.org")
    for part, seen in [("manager", 1), ("enterprise", 1), ("supplier", 1), ("rival", 0), ("stranger", 0)]:
        rows = api(part, "get", path).json()["results"]
        assert [row["message"] for row in rows] == ["we did this twice"] * seen, part
    assert [row["message"] for row in api("auditor", "get", path).json()["results"]] == [""]
    assert api(None, "get", path).status_code == 401
    mine = {"organisation": str(cast.enterprise_org.pk)}
    assert api("enterprise", "post", path, mine).status_code == 422
    foreign = {**body, "capability": "00000000-0000-0000-0000-000000000000"}
    assert api("supplier", "post", path, foreign).status_code == 404
    withdrawn = api("supplier", "post", f"{path}withdraw/", {"organisation": str(cast.supplier_org.pk)})
    assert withdrawn.json()["state"] == "withdrawn"
    assert Interest.objects.count() == 1


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ("enterprise", "demands/"),
        ("publisher", "demands/"),
        ("enterprise", "calls/"),
        ("moderator", "calls/"),
    ],
)
def test_drafting_pools_and_calls_is_the_managers(api: Send, cast: Cast, part: str, path: str) -> None:
    assert api(part, "post", path, {}).status_code == 403
    assert Event.objects.count() == 0


def test_lists_take_as_many_queries_for_many_as_for_one(
    api: Send, cast: Cast, django_assert_num_queries: Any, unlimited: None
) -> None:
    pooled(api, cast)
    client = cast.client()
    with django_assert_num_queries(2):
        assert client.get("/api/v1/demands/").json()["count"] == 1
    with django_assert_num_queries(10):
        assert client.get(f"/api/v1/demands/{MergedDemand.objects.get().pk}/").status_code == 200
    opened(api, cast)
    with django_assert_num_queries(5):
        assert client.get("/api/v1/calls/").json()["count"] == 1


def test_a_word_on_two_needs_is_said_refused_and_taken_back(api: Send, cast: Cast) -> None:
    one, two, three = (
        published_need(cast, part) for part in ("enterprise", "rival", make_member(make_organisation("丁压铸厂")))
    )
    pairs = [{"need_a": str(a.pk), "need_b": str(b.pk)} for a, b in ((one, two), (two, three), (one, three))]
    for pair in pairs[:2]:
        assert api("manager", "post", "proposals/link/", {**pair, "together": True}).status_code == 200
    refused = api("manager", "post", "proposals/link/", {**pairs[2], "together": False})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["together"])
    assert MergeLink.objects.count() == 2
    assert api("moderator", "post", "proposals/unlink/", pairs[1]).status_code == 403
    assert api("manager", "post", "proposals/unlink/", pairs[1]).status_code == 204
    assert api("manager", "post", "proposals/unlink/", pairs[1]).status_code == 404
    assert api("manager", "post", "proposals/link/", {**pairs[2], "together": False}).status_code == 200
