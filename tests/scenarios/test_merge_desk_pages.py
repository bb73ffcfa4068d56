"""The merge desk and the pools through the HTTP edge."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from scenarios.actions.consents import answer_invitation
from scenarios.models import Consent, CoreVersion, Event, MergedDemand, MergeLink, MergeProposal, Need
from tests.drain import drain_outbox
from tests.factories import INDICATORS, STAFF, Cast, published_need
from tests.scenarios.test_deadlines import make_pool

LIKE = "车身压铸件外观缺陷视觉检测"


def proposed(cast: Cast, **changes: Any) -> MergeProposal:
    published_need(cast)
    published_need(cast, "rival", title_zh=LIKE, quantity=Decimal("6"), **changes)
    drain_outbox()
    return MergeProposal.objects.get()


def posted_core(page: Any, **changes: Any) -> dict[str, Any]:
    """Return what a browser would post of the core form on `page`, with `changes`."""
    form, rows = page.context["core_form"], page.context["indicators"]
    data = {field.html_name: field.value() or "" for field in form}
    for bound in (rows.management_form, *rows):
        data |= {field.html_name: "" if field.value() is None else field.value() for field in bound}
    data = {name: value for name, value in data.items() if value is not False}
    return data | changes


def drafted(cast: Cast) -> MergedDemand:
    proposal = proposed(cast)
    client = cast.client("manager")
    page = client.get(reverse("merge_proposal", args=[proposal.pk]))
    client.post(reverse("accept_proposal", args=[proposal.pk]), posted_core(page))
    return MergedDemand.objects.get()


def consented(cast: Cast) -> MergedDemand:
    demand = drafted(cast)
    cast.client("manager").post(reverse("staff_pool_invite", args=[demand.pk]))
    for part in ("enterprise", "rival"):
        (organisation,) = cast.actor(part).organisation_ids
        values = {"core_version": 1, "state": "accepted"}
        answer_invitation(actor=cast.actor(part), demand_id=demand.pk, organisation_id=organisation, **values)  # type: ignore[arg-type]
    demand.refresh_from_db()
    return demand


@pytest.mark.parametrize(
    ("page", "roles"),
    [
        ("/staff/merge/", {"manager"}),
        ("/staff/merge/dismissed/", {"manager"}),
        ("/staff/pools/", {"manager", "publisher", "auditor"}),
    ],
)
def test_each_page_opens_for_its_roles_only(cast: Cast, page: str, roles: set[str]) -> None:
    answers = {part: cast.client(part).get(page).status_code for part in (*STAFF, "enterprise")}
    assert answers == {part: 200 if part in roles else 403 for part in answers}
    assert cast.client().get(page)["Location"].startswith("/accounts/login/?next=")


def test_the_desk_shows_what_a_proposal_would_pool(cast: Cast) -> None:
    proposal = proposed(cast)
    (row,) = cast.client("manager").get("/staff/merge/").context["rows"]
    assert (row["proposal"], row["owners"], row["pooled"], row["conflicts"]) == (proposal, 2, "10 lines", [])
    assert cast.client("manager").get("/staff/merge/?conflicts=some").context["rows"] == []
    assert len(cast.client("manager").get("/staff/merge/?conflicts=none&domain=manufacturing").context["rows"]) == 1


OTHER = {
    "title_zh": "公交站点客流预测",
    "title_en": "Forecast of bus passengers",
    "problem": "早高峰客流靠人工估计，乘客平均候车 14 分钟，希望提前半小时预测。",
    "users_and_site": "调度中心六名调度员。",
    "current_process": "看视频后打电话加车。",
    "boundary_in": "120 个站点的客流预测与加车建议。",
    "indicators": [{**INDICATORS[0], "metric": "候车时间", "unit": "min"}],
}


def test_the_desk_takes_the_same_number_of_queries_for_one_and_for_two_proposals(cast: Cast) -> None:
    client, counts = cast.client("manager"), []
    for changes in ({}, OTHER):
        published_need(cast, **changes)
        published_need(cast, "rival", **changes)
        drain_outbox()
        with CaptureQueriesContext(connection) as captured:
            shown = len(client.get("/staff/merge/").context["rows"])
        counts.append((shown, len(captured)))
    assert [shown for shown, _queries in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]


def test_a_proposal_shows_terms_and_differences(cast: Cast) -> None:
    proposal = proposed(cast)
    page = cast.client("manager").get(reverse("merge_proposal", args=[proposal.pk]))
    rows = {row["label"]: row for row in page.context["rows"]}
    assert page.context["columns"] == [need.code for need in Need.objects.order_by("code")]
    assert (rows["Quantity"]["values"], rows["Quantity"]["differs"]) == (["4", "6"], True)
    assert (rows["Deployment"]["differs"], rows["Deployment"]["conflict"]) == (False, False)
    assert page.context["pairs"][0]["terms"][0]["contribution"] > 0
    assert "<mark>" in page.content.decode()


def test_one_click_makes_a_drafted_pool(cast: Cast) -> None:
    demand = drafted(cast)
    assert (demand.status, demand.code[:3], demand.title_zh) == ("drafted", "HB-", LIKE)
    core = CoreVersion.objects.get()
    assert [(row["metric"], row["target"]) for row in core.indicators] == [("漏检率", "0.5000"), ("节拍", "10.0000")]
    assert Consent.objects.count() == 0
    assert MergeProposal.objects.get().status == "accepted"


def test_a_core_without_an_edge_is_refused_at_the_field(cast: Cast) -> None:
    proposal = proposed(cast)
    client = cast.client("manager")
    page = client.get(reverse("merge_proposal", args=[proposal.pk]))
    answer = client.post(reverse("accept_proposal", args=[proposal.pk]), posted_core(page, boundary_out=""))
    assert answer.status_code == 422
    assert answer.context["core_form"].errors == {"boundary_out": ["The core needs this part."]}
    assert MergedDemand.objects.count() == 0


def test_a_conflict_refuses_the_one_click_merge_and_shows_why(cast: Cast) -> None:
    proposal = proposed(cast, deploy="cloud_cn", data_class="personal")
    client, address = cast.client("manager"), reverse("merge_proposal", args=[proposal.pk])
    page = client.get(address)
    assert [(row["label"], [value for value, _codes in row["values"]]) for row in page.context["conflicts"]] == [
        ("Class of the data", ["Internal data", "Personal information"]),
        ("Deployment", ["Cloud within mainland China", "On premises"]),
    ]
    assert "No one-click merge" in page.content.decode()
    accept = reverse("accept_proposal", args=[proposal.pk])
    answer = client.post(accept, posted_core(page))
    assert answer.status_code == 422
    assert set(answer.context["resolutions"].errors) == {"data_class", "deploy"}
    assert (MergedDemand.objects.count(), MergeProposal.objects.get().status) == (0, "open")
    data = posted_core(page, **{"resolve-deploy": "module", "resolve-data_class": "excluded"})
    assert client.post(accept, data).status_code == 302
    demand = MergedDemand.objects.get()
    treatments = set(demand.differences.filter(field__in=["deploy", "data_class"]).values_list("field", "treatment"))
    assert treatments == {("deploy", "module"), ("data_class", "excluded")}
    assert MergeProposal.objects.get().status == "accepted"


def test_a_row_is_added_without_javascript(cast: Cast) -> None:
    proposal = proposed(cast)
    client = cast.client("manager")
    page = client.get(reverse("merge_proposal", args=[proposal.pk]))
    answer = client.post(reverse("accept_proposal", args=[proposal.pk]), posted_core(page, add_indicators="1"))
    assert (answer.status_code, len(answer.context["indicators"].forms)) == (200, 3)
    assert MergedDemand.objects.count() == 0


def test_dismissing_and_taking_up_again(cast: Cast) -> None:
    proposal = proposed(cast)
    client, dismiss = cast.client("manager"), reverse("dismiss_proposal", args=[proposal.pk])
    assert client.post(dismiss, {"reason": ""}).status_code == 422
    assert client.post(dismiss, {"reason": "工件不同", "keep_apart": "on"})["Location"] == "/staff/merge/"
    assert (MergeProposal.objects.get().status, MergeLink.objects.get().together) == ("dismissed", False)
    assert "工件不同" in client.get("/staff/merge/dismissed/").content.decode()
    client.post(reverse("reconsider_proposal", args=[proposal.pk]))
    assert (MergeProposal.objects.get().status, MergeLink.objects.count()) == ("open", 0)


def test_a_proposal_keeps_the_way_back_to_the_queue_as_it_was_narrowed(cast: Cast) -> None:
    proposal, query = proposed(cast), "?domain=manufacturing&sort=oldest"
    published_need(cast, domain="city", **OTHER)
    published_need(cast, "rival", domain="city", **OTHER)
    drain_outbox()
    client, address = cast.client("manager"), reverse("merge_proposal", args=[proposal.pk])
    queue = client.get(f"/staff/merge/{query}").content.decode()
    assert f'href="{address}?domain=manufacturing&amp;sort=oldest"' in queue
    page = client.get(address + query)
    assert page.context["place"] == ("", "")
    other = MergeProposal.objects.exclude(pk=proposal.pk).get()
    beside = client.get(f"{address}?sort=oldest").context["place"]
    assert beside == ("", f"{reverse('merge_proposal', args=[other.pk])}?sort=oldest")
    dismiss = reverse("dismiss_proposal", args=[proposal.pk]) + query
    assert dismiss.replace("&", "&amp;") in page.content.decode()
    answer = client.post(dismiss, {"reason": "对象不同", "member_key": proposal.member_key})
    assert answer["Location"] == f"/staff/merge/{query}"


def test_inviting_and_seeing_the_consents(cast: Cast) -> None:
    demand = consented(cast)
    context = cast.client("manager").get(reverse("staff_pool", args=[demand.pk])).context
    assert demand.status == "formed"
    assert {(row["consent"].state, row["quantity"]) for row in context["consents"]} == {
        ("accepted", "4 lines"),
        ("accepted", "6 lines"),
    }
    assert context["consented"] == "10"


def test_the_terms_count_at_once(cast: Cast) -> None:
    demand = consented(cast)
    client, address = cast.client("manager"), reverse("staff_pool_terms", args=[demand.pk])
    deadline = timezone.localtime(timezone.now() + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    terms = {
        "version": demand.version,
        "threshold_quantity": "10",
        "deadline": deadline,
        "on_fail": "extend",
        "after_extension": "split",
        "disclosure": "anonymous",
    }
    assert client.post(address, terms | {"threshold_quantity": "-1"}).status_code == 422
    assert client.post(address, terms | {"deadline": "2020-01-01T00:00"}).status_code == 422
    assert client.post(address, terms).status_code == 302
    demand.refresh_from_db()
    assert (demand.status, demand.threshold_quantity, demand.deadline_generation) == ("threshold_met", 10, 1)
    assert client.post(address, terms).status_code == 409
    event = Event.objects.get(kind="demand.terms_set")
    assert event.changed == ["deadline", "threshold_quantity"]
    (threshold,) = client.get(reverse("staff_pool", args=[demand.pk])).context["thresholds"]
    assert (threshold["quantity"], threshold["met"], threshold["gap"]) == ("10", True, "0")


def test_a_changed_core_resets_the_consents(cast: Cast) -> None:
    demand = consented(cast)
    client, address = cast.client("manager"), reverse("staff_pool_core", args=[demand.pk])
    page = client.get(address)
    assert "2 owners were asked about the present version" in page.content.decode()
    assert client.post(address, posted_core(page, version="1")).status_code == 302
    assert (MergedDemand.objects.get().core_version, Consent.objects.count()) == (1, 2)
    client.post(address, posted_core(page, version="1", boundary_out="不含分拣"))
    demand.refresh_from_db()
    assert (demand.status, demand.core_version) == ("consenting", 2)
    assert list(Consent.objects.filter(core_version=2).values_list("state", flat=True)) == ["invited", "invited"]
    context = client.get(reverse("staff_pool", args=[demand.pk])).context
    assert [(row["core"].version, [change["label"] for change in row["changes"]]) for row in context["versions"]] == [
        (2, ["Out of scope"]),
        (1, []),
    ]
    refused = client.post(address, posted_core(page, version="1", boundary_out="不含改造"))
    assert refused.status_code == 409
    assert refused.context["compared"][0]["values"] == ["不含改造", "不含分拣"]
    assert MergedDemand.objects.get().core_version == 2


def test_removing_a_member_frees_its_need(cast: Cast) -> None:
    demand = consented(cast)
    need = Need.objects.get(owner=cast.rival_org)
    cast.client("manager").post(reverse("staff_pool_remove", args=[demand.pk, need.pk]))
    assert Need.objects.poolable().get() == need
    assert "Left:" in cast.client("manager").get(reverse("staff_pool", args=[demand.pk])).content.decode()


def test_freezing_is_the_publishers(cast: Cast) -> None:
    demand = consented(cast)
    address = reverse("staff_pool_freeze", args=[demand.pk])
    assert cast.client("manager").post(address).status_code == 403
    assert cast.client("publisher").post(address).status_code == 302
    assert MergedDemand.objects.get().status == "frozen"
    assert cast.client("manager").get(reverse("staff_pool_core", args=[demand.pk])).status_code == 200
    page = cast.client("manager").get(reverse("staff_pool", args=[demand.pk]))
    assert (page.context["may_change"], page.context["may_call"]) == (False, True)


def test_dissolving_and_splitting_ask_for_a_reason(cast: Cast) -> None:
    demand = consented(cast)
    client = cast.client("publisher")
    assert client.post(reverse("staff_pool_dissolve", args=[demand.pk]), {"dissolve-reason": ""}).status_code == 422
    one, other = Need.objects.order_by("code")
    split = reverse("staff_pool_split", args=[demand.pk])
    data = {"split-reason": "工艺不同", f"split-group_{one.pk}": "1"}
    assert client.post(split, data).status_code == 422
    assert MergedDemand.objects.get().status == "formed"
    assert client.post(split, data | {f"split-group_{other.pk}": "1"}).status_code == 302
    assert sorted(MergedDemand.objects.values_list("status", flat=True)) == ["drafted", "split"]
    assert MergedDemand.objects.get(status="split").reason == "工艺不同"


def test_a_need_that_asks_to_join_is_added_and_its_owner_asked(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6])
    need = published_need(cast, "enterprise", quantity=Decimal(3), joins_id=pool.pk)
    client = cast.client("manager")
    page = client.get(reverse("staff_pool", args=[pool.pk])).content.decode()
    assert "Ask to join" in page
    assert need.code in page
    client.post(reverse("staff_pool_add", args=[pool.pk]), {"code": need.code.lower()})
    assert pool.members.get(need=need).left_at is None
    assert pool.consents.get(organisation=cast.enterprise_org).state == "invited"


def test_a_code_that_names_nothing_changes_nothing(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6])
    answer = cast.client("manager").post(
        reverse("staff_pool_add", args=[pool.pk]), {"code": "XQ-2026-9999"}, follow=True
    )
    assert "There is no published need with this code." in answer.content.decode()
    assert pool.members.count() == 2
