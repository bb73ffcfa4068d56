"""Pools through the pages: who sees what, consent to exactly one core version, the way out."""

from decimal import Decimal
from typing import Any

import pytest

from scenarios.actions import demands
from scenarios.actions.members import add_member
from scenarios.disclosure import band_of
from scenarios.models import Consent, MergedDemand, Need
from tests.factories import Cast, make_member, make_organisation, published_need

LIKE = "车身压铸件外观缺陷视觉检测"


def pool_of(cast: Cast, *members: Need, **changes: Any) -> MergedDemand:
    """Return a pool of these needs whose owners are asked for consent."""
    core = demands.suggested_core(members)
    pool = demands.draft_demand(
        actor=cast.actor("manager"), need_ids=[need.pk for need in members], core=core, **changes
    )
    return demands.invite_owners(actor=cast.actor("manager"), demand_id=pool.pk)


@pytest.fixture
def pool(cast: Cast) -> MergedDemand:
    one = published_need(cast)
    other = published_need(cast, "rival", title_zh=LIKE, title_en="Of the rival", quantity=Decimal("7"))
    return pool_of(cast, one, other, threshold_quantity=Decimal("12"))


def third(cast: Cast) -> Any:
    organisation = make_organisation("丁压铸厂")
    account = make_member(organisation, email="third@example.org")
    object.__setattr__(cast, "third", account)
    return organisation


def accept(cast: Cast, part: str, pool: MergedDemand, **changes: Any) -> Any:
    (organisation,) = cast.actor(part).organisation_ids
    data = {"organisation": str(organisation), "core_version": pool.core_version, "state": "accepted", **changes}
    return cast.client(part).post(f"/pools/{pool.pk}/answer/", data)


def test_a_pool_that_gathers_consent_is_for_its_parties(cast: Cast, pool: MergedDemand) -> None:
    parts = (None, "supplier", "enterprise", "rival", "manager")
    statuses = [cast.client(part).get(f"/pools/{pool.pk}/").status_code for part in parts]
    assert statuses == [404, 404, 200, 200, 200]
    assert pool.code not in cast.client().get("/pools/").content.decode()


def test_owners_accept_without_javascript_and_the_pool_forms(cast: Cast, pool: MergedDemand) -> None:
    page = cast.client("enterprise").get(f"/pools/{pool.pk}/").content.decode()
    assert 'name="core_version" value="1"' in page
    assert accept(cast, "enterprise", pool)["Location"] == f"/pools/{pool.pk}/"
    accept(cast, "rival", pool, state="accepted_with_reservation", reservation="节拍 8 s/件")
    pool.refresh_from_db()
    assert pool.status == "formed"
    assert list(pool.consents.order_by("state").values_list("state", flat=True)) == [
        "accepted",
        "accepted_with_reservation",
    ]


def test_a_reservation_needs_its_words(cast: Cast, pool: MergedDemand) -> None:
    answer = accept(cast, "enterprise", pool, state="accepted_with_reservation")
    assert answer.status_code == 422
    assert "Write the reservation" in answer.content.decode()
    assert set(Consent.objects.values_list("state", flat=True)) == {"invited"}


def test_an_answer_to_an_old_core_shows_what_changed(cast: Cast, pool: MergedDemand) -> None:
    demands.edit_core(actor=cast.actor("manager"), demand_id=pool.pk, version=1, core={"boundary_out": "只做铸件。"})
    answer = accept(cast, "enterprise", pool, core_version=1)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "The core changed while you read it" in page
    assert "<ins>只做铸件</ins>。" in page
    assert 'name="core_version" value="2"' in page
    assert not Consent.objects.filter(state="accepted").exists()


def test_nobody_answers_for_another_organisation(cast: Cast, pool: MergedDemand) -> None:
    answer = accept(cast, "enterprise", pool, organisation=str(cast.rival_org.pk))
    assert answer.status_code == 403
    assert accept(cast, "supplier", pool).status_code == 404
    assert set(Consent.objects.values_list("state", flat=True)) == {"invited"}


def test_two_owners_see_bands_and_no_name(cast: Cast, pool: MergedDemand) -> None:
    accept(cast, "enterprise", pool)
    accept(cast, "rival", pool)
    answer = cast.client("enterprise").get(f"/pools/{pool.pk}/")
    page = answer.content.decode()
    assert answer.context["scale"]["band"] == "11–20"
    assert answer.context["scale"]["pooled"] == "11"
    assert [(row.is_mine, row.need is None, row.band) for row in answer.context["members"]] == [
        (True, False, ""),
        (False, True, "6–10"),
    ]
    assert cast.rival_org.name_zh not in page
    public = cast.client().get(f"/pools/{pool.pk}/")
    assert (public.status_code, public.context["scale"]["band"]) == (200, "11–20")
    assert cast.enterprise_org.name_zh not in public.content.decode()
    staff = cast.client("manager").get(f"/pools/{pool.pk}/")
    assert (staff.context["scale"]["band"], staff.context["scale"]["pooled"]) == ("", "11")
    assert cast.rival_org.name_zh in staff.content.decode()


def test_the_page_of_a_pooled_need_does_not_unmask_it(cast: Cast, pool: MergedDemand) -> None:
    accept(cast, "enterprise", pool)
    accept(cast, "rival", pool)
    rivals = Need.objects.get(owner=cast.rival_org)
    for part in (None, "enterprise", "supplier"):
        assert pool.code not in cast.client(part).get(f"/needs/{rivals.pk}/").content.decode()
    assert pool.code in cast.client("rival").get(f"/needs/{rivals.pk}/").content.decode()
    assert pool.code in cast.client("manager").get(f"/needs/{rivals.pk}/").content.decode()


def test_three_owners_show_the_figure_and_names_only_where_disclosed(cast: Cast) -> None:
    third(cast)
    rows = [
        published_need(cast, part, quantity=Decimal(n)) for part, n in (("enterprise", 4), ("rival", 7), ("third", 9))
    ]
    pool = pool_of(cast, *rows, threshold_quantity=Decimal("18"))
    for part in ("enterprise", "rival", "third"):
        accept(cast, part, pool)
    public = cast.client().get(f"/pools/{pool.pk}/")
    assert (public.context["scale"]["band"], public.context["scale"]["pooled"]) == ("", "20")
    assert [row["met"] for row in public.context["scale"]["thresholds"]] == [True]
    assert all(row.need is None for row in public.context["members"])
    MergedDemand.objects.filter(pk=pool.pk).update(disclosure="named")
    named = cast.client().get(f"/pools/{pool.pk}/")
    assert [
        str(row.quantity.normalize()) for row in sorted(named.context["members"], key=lambda row: row.quantity)
    ] == ["4", "7", "9"]
    assert "丁压铸厂" in named.content.decode()


def test_who_has_not_consented_is_named_to_nobody_and_makes_no_third(cast: Cast) -> None:
    third(cast)
    rows = [
        published_need(cast, part, quantity=Decimal(n)) for part, n in (("enterprise", 4), ("rival", 7), ("third", 9))
    ]
    pool, asked = pool_of(cast, *rows), rows[2]
    MergedDemand.objects.filter(pk=pool.pk).update(disclosure="named")
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    needs = "/api/v1/needs/?step=pooled"
    for named in (0, 3):
        told = cast.client().get(f"/pools/{pool.pk}/").context["members"]
        assert (sum(row.need is not None for row in told), cast.client().get(needs).json()["count"]) == (named, named)
        assert (pool.code in cast.client().get(f"/needs/{asked.pk}/").content.decode()) is (named > 0)
        accept(cast, "third", pool)
    silent = published_need(cast, "supplier", quantity=Decimal(2))
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=silent.pk)
    told = cast.client().get(f"/pools/{pool.pk}/").context["members"]
    assert (len(told), {row.need for row in told}) == (4, {*rows, None})
    assert cast.supplier_org.name_zh not in cast.client().get(f"/pools/{pool.pk}/").content.decode()
    assert cast.client().get(needs).json()["count"] == 3


def test_the_list_of_pools_costs_the_same_for_many(cast: Cast, django_assert_num_queries: Any) -> None:
    for _ in range(2):
        pool = pool_of(cast, published_need(cast), published_need(cast, "rival"))
        accept(cast, "enterprise", pool)
        accept(cast, "rival", pool)
        client = cast.client()
        with django_assert_num_queries(8):
            answer = client.get("/pools/")
    assert len(answer.context["cards"]) == 2


def test_declining_takes_the_need_out(cast: Cast, pool: MergedDemand) -> None:
    accept(cast, "rival", pool, state="declined")
    assert pool.members.filter(left_at__isnull=True).count() == 1
    assert Consent.objects.get(organisation=cast.rival_org).state == "declined"


def test_leaving_a_pool(cast: Cast, pool: MergedDemand) -> None:
    accept(cast, "enterprise", pool)
    accept(cast, "rival", pool)
    mine = Need.objects.get(owner=cast.enterprise_org)
    page = cast.client("enterprise").get(f"/pools/{pool.pk}/").content.decode()
    assert f'action="/pools/{pool.pk}/leave/{mine.pk}/"' in page
    assert cast.client("rival").post(f"/pools/{pool.pk}/leave/{mine.pk}/").status_code == 403
    assert cast.client("enterprise").post(f"/pools/{pool.pk}/leave/{mine.pk}/")["Location"] == "/workspace/pools/"
    assert not pool.members.filter(need=mine, left_at__isnull=True).exists()
    assert cast.client("enterprise").get("/workspace/pools/").context["cards"] == []


def test_my_pools_puts_what_waits_for_an_answer_first(
    cast: Cast, pool: MergedDemand, django_assert_max_num_queries: Any
) -> None:
    client = cast.client("enterprise")
    with django_assert_max_num_queries(11):
        answer = client.get("/workspace/pools/")
    assert [card["consents"][0].state for card in answer.context["cards"]] == ["invited"]
    assert "None of your needs is in a pool yet" in cast.client("supplier").get("/workspace/pools/").content.decode()


def test_a_need_is_posted_to_join_a_pool(cast: Cast, pool: MergedDemand) -> None:
    accept(cast, "enterprise", pool)
    accept(cast, "rival", pool)
    client = cast.client("supplier")
    start = client.get("/workspace/needs/new/", {"pool": str(pool.pk)})
    assert start.context["drafting"].form["quantity_unit"].value() == "line"
    assert pool.code in start.content.decode()
    data = {
        "indicators-TOTAL_FORMS": 0,
        "indicators-INITIAL_FORMS": 0,
        "title_zh": "检测",
        "joins": str(pool.pk),
        "then": "save",
    }
    client.post("/workspace/needs/new/", data)
    assert Need.objects.get(owner=cast.supplier_org).joins_id == pool.pk


def test_a_dissolved_pool_says_why_to_its_members(cast: Cast, pool: MergedDemand) -> None:
    demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=pool.pk, reason="规模起点未达到。")
    assert "规模起点未达到。" in cast.client("enterprise").get(f"/pools/{pool.pk}/").content.decode()
    assert cast.client().get(f"/pools/{pool.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("quantity", "band"),
    [("0", "0–5"), ("5", "0–5"), ("5.5", "6–10"), ("6", "6–10"), ("11", "11–20"), ("10001", "more than 10000")],
)
def test_bands(quantity: str, band: str) -> None:
    from django.utils.translation import override

    with override("en"):
        assert str(band_of(Decimal(quantity))) == band
