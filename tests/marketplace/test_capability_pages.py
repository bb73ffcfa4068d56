"""The pages of capabilities: finding, reading, drafting, moderating, publishing."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from marketplace.models import Capability, Member
from scenarios.models import Event, ModerationDecision
from tests.factories import (
    CAPABILITY,
    Cast,
    draft_capability,
    make_account,
    picked,
    published_capability,
    submitted_capability,
    verified_capability,
)

LIST = "/capabilities/"
PRICE = "18.50"
BASIS = "相机与光源的开模费用要分摊到 12 条线以上。"


def page(capability: Capability) -> str:
    return f"/capabilities/{capability.pk}/"


def edit(capability: Capability) -> str:
    return f"/workspace/capabilities/{capability.pk}/edit/"


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def form_data(**changes: Any) -> dict[str, Any]:
    rows = {
        "evidence-TOTAL_FORMS": "1",
        "evidence-INITIAL_FORMS": "0",
        "evidence-0-case": "缸体表面检测",
        "evidence-0-site": "惠山某厂 3 条线",
        "evidence-0-reached": "漏检率 0.4 %",
        "tiers-TOTAL_FORMS": "2",
        "tiers-INITIAL_FORMS": "0",
        "tiers-0-from_quantity": "12",
        "tiers-0-price": "18.5",
        "tiers-1-from_quantity": "30",
        "tiers-1-price": "15.25",
    }
    return {**CAPABILITY, **rows, "key": uuid4().hex, "action": "save", **changes}


# Finding


def titles(client: Client, query: str = "") -> list[str]:
    response = client.get(LIST + query)
    assert response.status_code == 200
    return [capability.title_en for capability in response.context["page"]]


@pytest.fixture
def three(cast: Cast) -> Cast:
    """Three on offer: castings (12 lines, cv), forecasts (no scale, ml, cloud), wards (60 beds, only in Binhu)."""
    published_capability(cast)
    published_capability(
        cast,
        title_zh="公交客流预测",
        title_en="Forecast of bus passengers",
        solves="按站点预测未来一小时客流。",
        techniques=["ml"],
        deploy=["cloud_cn"],
        maturity="pilot",
        min_scale_quantity=None,
        min_scale_unit="",
    )
    published_capability(
        cast,
        title_zh="病区跌倒识别",
        title_en="Detection of falls in wards",
        solves="在 60 张床位识别跌倒。",
        min_scale_quantity=Decimal("60"),
        min_scale_unit="bed",
        district_ids=["binhu"],
    )
    return cast


def test_the_list_is_searched_as_the_index_cuts_texts(three: Cast) -> None:
    assert titles(three.client(), "?q=跌倒") == ["Detection of falls in wards"]
    assert titles(three.client(), "?q=passeng") == ["Forecast of bus passengers"]
    assert titles(three.client(), "?q=量子") == []
    assert "No capability fits" in text(three.client(), LIST + "?q=量子")
    assert len(titles(three.client(), "?q=' | !*:&\\")) == 3


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?technique=cv", {"Visual inspection of casting surfaces", "Detection of falls in wards"}),
        ("?technique=cv&technique=ml", 3),
        ("?deploy=cloud_cn", {"Forecast of bus passengers"}),
        ("?maturity=pilot", {"Forecast of bus passengers"}),
        ("?district=huishan", {"Visual inspection of casting surfaces", "Forecast of bus passengers"}),
        ("?district=binhu", 3),
        ("?layer=base", set()),
        ("?layer=nonsense", 3),
        ("?page=99", 3),
    ],
)
def test_the_list_is_narrowed(three: Cast, query: str, found: Any) -> None:
    shown = titles(three.client(), query)
    assert (len(shown) if isinstance(found, int) else set(shown)) == found


def test_counts_of_a_facet_hold_under_the_choices_of_the_others(three: Cast) -> None:
    facets = three.client().get(LIST + "?deploy=onprem").context["facets"]
    counts = {facet.name: {one.value: one.count for one in facet.options} for facet in facets}
    assert counts["technique"] == {"cv": 2, "ml": 2}
    assert counts["deploy"] == {"onprem": 2, "edge": 2, "cloud_cn": 1}
    assert counts["layer"] == {"app": 2}
    assert (counts["district"]["binhu"], counts["district"]["huishan"]) == (2, 1)


def test_the_list_is_sorted(three: Cast) -> None:
    assert titles(three.client(), "?sort=small")[0] == "Forecast of bus passengers"
    assert titles(three.client(), "?sort=mature")[-1] == "Forecast of bus passengers"


def test_the_list_takes_the_same_queries_however_long_it_is(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    published_capability(cast)
    for _ in range(3):
        with django_assert_num_queries(6):
            cast.client().get(LIST)
        published_capability(cast, district_ids=["binhu", "xishan"])


def test_only_what_is_on_offer_is_listed(cast: Cast) -> None:
    for make in (draft_capability, submitted_capability, verified_capability):
        make(cast)
    Capability.objects.filter(pk=published_capability(cast).pk).update(valid_until="2020-01-01T00:00Z")
    assert titles(cast.client("supplier")) == []


# Reading


@pytest.mark.parametrize("part", ["enterprise", "rival", "manager", "publisher", "stranger", None])
def test_a_draft_does_not_exist_for_others(cast: Cast, part: str | None) -> None:
    assert cast.client(part).get(page(draft_capability(cast))).status_code == 404


@pytest.mark.parametrize("part", ["supplier", "moderator", "auditor"])
def test_owner_and_staff_see_the_prices(cast: Cast, part: str) -> None:
    assert PRICE.rstrip("0") in text(cast.client(part), page(published_capability(cast)))


@pytest.mark.parametrize("part", [None, "stranger", "enterprise", "rival"])
def test_nobody_else_sees_prices_or_contact(cast: Cast, part: str | None) -> None:
    capability = published_capability(cast, price_tiers=[{"from_quantity": Decimal(12), "price": Decimal("987.65")}])
    shown = text(cast.client(part), page(capability)) + text(cast.client(part), LIST)
    assert "987.65" not in shown
    assert "0510-00000002" not in shown
    assert "Price tiers" not in shown


def test_staff_do_not_see_the_contact_the_owner_does(cast: Cast) -> None:
    capability = published_capability(cast)
    assert "0510-00000002" not in text(cast.client("moderator"), page(capability))
    assert "0510-00000002" in text(cast.client("supplier"), page(capability))


def test_verified_organisations_read_why_the_scale_is_what_it_is(cast: Cast) -> None:
    capability = published_capability(cast)
    assert BASIS in text(cast.client("enterprise"), page(capability))
    assert BASIS not in text(cast.client(), page(capability))
    assert BASIS not in text(cast.client("stranger"), page(capability))
    assert "12 lines" in text(cast.client(), page(capability))


def test_what_is_typed_is_escaped(cast: Cast) -> None:
    capability = published_capability(cast, solves="<script>alert(1)</script> 识别")
    shown = text(cast.client(), page(capability)) + text(cast.client(), LIST)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


# Drafting


def test_a_draft_is_kept_whole(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data())
    capability = Capability.objects.get()
    assert response.headers["Location"] == edit(capability)
    assert (capability.status, capability.title_zh, capability.deploy) == (
        "draft",
        "铸件表面缺陷视觉检测系统",
        ["onprem", "edge"],
    )
    assert capability.min_scale_quantity == Decimal(12)
    assert [(row.case, row.reached) for row in capability.evidence.all()] == [("缸体表面检测", "漏检率 0.4 %")]
    assert [(row.from_quantity, row.price) for row in capability.price_tiers.all()] == [
        (Decimal(12), Decimal("18.5")),
        (Decimal(30), Decimal("15.25")),
    ]


def test_a_draft_may_be_incomplete(cast: Cast) -> None:
    data = {name: value for name, value in form_data().items() if name not in CAPABILITY} | {"title_zh": "跌倒识别"}
    assert cast.client("supplier").post("/workspace/capabilities/new/", data).status_code == 302
    capability = Capability.objects.get()
    assert (capability.layer, capability.techniques, capability.solves) == ("", [], "")
    shown = text(cast.client("supplier"), edit(capability))
    assert "3 of 14 told" in shown
    assert "A need that must run on premises is matched only if you say you can." in shown


def test_sending_the_form_twice_makes_one_draft(cast: Cast) -> None:
    data = form_data()
    client = cast.client("supplier")
    first = client.post("/workspace/capabilities/new/", data)
    second = client.post("/workspace/capabilities/new/", data)
    assert first.headers["Location"] == second.headers["Location"]
    assert Capability.objects.count() == 1


def test_a_submission_names_what_is_missing_and_keeps_what_was_typed(cast: Cast) -> None:
    data = form_data(action="submit", limits="", solves="识别铸件表面缺陷")
    response = cast.client("supplier").post("/workspace/capabilities/new/", data)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["limits"]
    shown = response.content.decode()
    assert 'href="#id_limits"' in shown
    assert "识别铸件表面缺陷" in shown
    assert Capability.objects.count() == 0


def test_a_complete_form_is_submitted(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data(action="submit"))
    capability = Capability.objects.get()
    assert (capability.status, response.headers["Location"]) == ("submitted", page(capability))


def test_rows_are_added_without_javascript(cast: Cast) -> None:
    response = cast.client("supplier").post("/workspace/capabilities/new/", form_data(add_tiers="1", solves="半句"))
    assert response.status_code == 200
    shown = response.content.decode()
    assert 'name="tiers-2-price"' in shown
    assert 'name="evidence-1-case"' not in shown
    assert "半句" in shown
    assert Capability.objects.count() == 0


def test_rows_are_removed_and_empty_rows_are_ignored(cast: Cast) -> None:
    data = form_data(**{"evidence-TOTAL_FORMS": "3", "evidence-0-DELETE": "on", "evidence-1-case": "第二个案例"})
    cast.client("supplier").post("/workspace/capabilities/new/", data)
    assert [row.case for row in Capability.objects.get().evidence.all()] == ["第二个案例"]


def test_two_tiers_from_one_quantity_are_refused_beside_the_form(cast: Cast) -> None:
    response = cast.client("supplier").post(
        "/workspace/capabilities/new/", form_data(**{"tiers-1-from_quantity": "12"})
    )
    assert response.status_code == 422
    assert "Each price tier starts from another quantity above zero." in response.content.decode()
    assert Capability.objects.count() == 0


def test_two_editors_meet(cast: Cast) -> None:
    capability = draft_capability(cast)
    client = cast.client("supplier")
    data = form_data(version=capability.version)
    assert client.post(edit(capability), {**data, "limits": "不做探伤"}).status_code == 302
    late = client.post(edit(capability), {**data, "limits": "不做分拣"})
    assert late.status_code == 409
    assert ("What it does not do", "不做分拣", "不做探伤") in late.context["differences"]
    capability.refresh_from_db()
    assert (capability.limits, capability.version) == ("不做探伤", 2)
    knowing = client.post(
        edit(capability), {**data, "limits": "不做分拣", "version": late.context["form"]["version"].value()}
    )
    assert knowing.status_code == 302
    capability.refresh_from_db()
    assert capability.limits == "不做分拣"


def test_only_an_editor_drafts(cast: Cast) -> None:
    viewer = make_account("viewer@example.org")
    Member.objects.create(organisation=cast.supplier_org, account=viewer, role="viewer")
    client = cast.client()
    client.force_login(viewer)
    assert client.get("/workspace/capabilities/").status_code == 200
    assert client.get("/workspace/capabilities/new/").status_code == 403
    assert client.post("/workspace/capabilities/new/", form_data()).status_code == 403
    assert client.post(edit(draft_capability(cast)), form_data(version=1)).status_code == 403


def test_the_draft_of_another_is_not_there(cast: Cast) -> None:
    capability = draft_capability(cast)
    client = cast.client("enterprise")
    assert client.get(edit(capability)).status_code == 404
    assert client.post(edit(capability), form_data(version=1)).status_code == 404
    assert client.post(f"/workspace/capabilities/{capability.pk}/submit/").status_code == 404
    capability.refresh_from_db()
    assert (capability.status, capability.version) == ("draft", 1)


def test_the_owner_withdraws_reopens_and_renews(cast: Cast) -> None:
    capability = published_capability(cast)
    client = cast.client("supplier")
    path = f"/workspace/capabilities/{capability.pk}"
    for move, status in [
        ("renew", "published"),
        ("withdraw", "withdrawn"),
        ("reopen", "draft"),
        ("submit", "submitted"),
    ]:
        assert client.post(f"{path}/{move}/").headers["Location"] == page(capability)
        capability.refresh_from_db()
        assert capability.status == status
    assert client.post(f"{path}/publish/").status_code == 404
    assert client.get(f"{path}/withdraw/").status_code == 405
    assert client.get(edit(capability)).headers["Location"] == page(capability)


def test_an_incomplete_draft_goes_back_to_its_form(cast: Cast) -> None:
    capability = draft_capability(cast, limits="")
    response = cast.client("supplier").post(f"/workspace/capabilities/{capability.pk}/submit/", follow=True)
    assert response.redirect_chain == [(edit(capability), 302)]
    assert "What it does not do" in next(str(message) for message in response.context["messages"])


def test_my_capabilities_take_the_same_queries_however_many(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = cast.client("supplier")
    for _ in range(2):
        published_capability(cast)
        draft_capability(cast)
        with django_assert_num_queries(10):
            assert client.get("/workspace/capabilities/").status_code == 200


# Moderating and publishing


def test_a_moderator_returns_with_a_reason_per_field_and_the_owner_reads_it(cast: Cast) -> None:
    capability = submitted_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    assert capability.code in text(cast.client("moderator"), "/staff/moderation/capabilities/")
    response = cast.client("moderator").post(path, {"decision": "return", "reason-limits": "请写明反光件是否适用"})
    assert response.headers["Location"] == "/staff/moderation/capabilities/"
    capability.refresh_from_db()
    assert capability.status == "returned"
    for shown in (text(cast.client("supplier"), edit(capability)), text(cast.client("supplier"), page(capability))):
        assert "请写明反光件是否适用" in shown
    cast.client("supplier").post(edit(capability), form_data(version=capability.version, action="submit"))
    assert "请写明反光件是否适用" in text(cast.client("moderator"), path)


def test_a_return_needs_a_reason(cast: Cast) -> None:
    capability = submitted_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    response = cast.client("moderator").post(path, {"decision": "return", "reason-limits": "  "})
    assert response.status_code == 422
    assert "Give at least one reason" in response.content.decode()
    capability.refresh_from_db()
    assert capability.status == "submitted"


def test_a_moderator_verifies_and_someone_else_publishes(cast: Cast) -> None:
    capability = submitted_capability(cast)
    cast.client("moderator").post(f"/staff/moderation/capabilities/{capability.pk}/", {"decision": "verify"})
    assert capability.code in text(cast.client("publisher"), "/staff/publication/capabilities/")
    capability.refresh_from_db()
    publish = "/staff/batches/publish-capabilities/"
    assert cast.client("moderator").post(publish, picked(capability)).status_code == 403
    assert cast.client("publisher").post(publish, picked(capability)).status_code == 302
    capability.refresh_from_db()
    assert (capability.status, capability.verified_by_id, capability.published_by_id) == (
        "published",
        cast.moderator.pk,
        cast.publisher.pk,
    )


@pytest.mark.parametrize("decision", ["verify", "return"])
def test_a_capability_that_changed_while_it_was_read_is_not_decided_unseen(cast: Cast, decision: str) -> None:
    capability = submitted_capability(cast)
    client, path = cast.client("moderator"), f"/staff/moderation/capabilities/{capability.pk}/"
    assert f'name="version" value="{capability.version}"' in text(client, path)
    stale = {"decision": decision, "reason-limits": "请补充", "version": str(capability.version - 1)}
    answer = client.post(path, stale)
    capability.refresh_from_db()
    assert (answer.status_code, capability.status, capability.verified_by) == (409, "submitted", None)
    assert not ModerationDecision.objects.exists()
    assert client.post(path, {**stale, "version": str(capability.version)}).status_code == 302


def test_a_moderator_suspends_with_a_reason_that_the_owner_reads(cast: Cast) -> None:
    capability = published_capability(cast)
    path = f"/staff/moderation/capabilities/{capability.pk}/"
    assert cast.client("moderator").post(path, {"decision": "suspend"}).status_code == 422
    cast.client("moderator").post(path, {"decision": "suspend", "reason-general": "证书过期"})
    assert cast.client().get(page(capability)).status_code == 404
    assert "证书过期" in text(cast.client("supplier"), page(capability))
    cast.client("moderator").post(path, {"decision": "reinstate"})
    assert cast.client().get(page(capability)).status_code == 200


@pytest.mark.parametrize("part", ["enterprise", "supplier", "publisher", "manager", "auditor"])
def test_the_moderators_pages_are_theirs(cast: Cast, part: str) -> None:
    capability = submitted_capability(cast)
    for path in ("/staff/moderation/capabilities/", f"/staff/moderation/capabilities/{capability.pk}/"):
        assert cast.client(part).get(path).status_code == 403
    assert cast.client(part).post(path, {"decision": "verify"}).status_code == 403
    assert not Event.objects.filter(kind="capability.verified").exists()


def test_the_queues_take_the_same_queries_however_long(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    moderator, publisher = cast.client("moderator"), cast.client("publisher")
    for _ in range(2):
        submitted_capability(cast)
        verified_capability(cast)
        with django_assert_num_queries(8):
            moderator.get("/staff/moderation/capabilities/")
        with django_assert_num_queries(8):
            publisher.get("/staff/publication/capabilities/")
