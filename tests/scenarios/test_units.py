"""Needs that count in different units: summed per unit, compared in the pool's own, and never converted."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from marketplace.models import Notification
from scenarios.actions import demands, members
from scenarios.actions.standing import settle
from scenarios.errors import Invalid
from scenarios.models import Event, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_capability, published_need
from tests.stories.town import post, signed_in


def asked(cast: Cast, quantity: str, unit: str, number: int) -> tuple[Any, Need]:
    """Return an owner of its own and its published need of so much."""
    account = make_member(make_organisation(f"第{number}精密铸造厂"))
    return account, published_need(cast, account, quantity=Decimal(quantity), quantity_unit=unit)


def pooled(cast: Cast, *quantities: tuple[str, str], **terms: Any) -> MergedDemand:
    """Return a pool of these quantities to whose core every owner consented over its page."""
    rows = [asked(cast, quantity, unit, number) for number, (quantity, unit) in enumerate(quantities)]
    needs = [need for _account, need in rows]
    pool = demands.draft_demand(
        actor=cast.actor("manager"),
        need_ids=[need.pk for need in needs],
        core=demands.suggested_core(needs),
        resolutions={"quantity_unit": "module"},
        **terms,
    )
    post(cast.client("manager"), "staff_pool_invite", pool.pk)
    for account, need in rows:
        said = {"organisation": str(need.owner_id), "core_version": 1, "state": "accepted"}
        post(signed_in(account), "pool_answer", pool.pk, **said)
    drain_outbox()
    pool.refresh_from_db()
    return pool


def shown(cast: Cast, pool: MergedDemand, part: str = "manager") -> dict[str, Any]:
    answer: dict[str, Any] = cast.client(part).get(f"/api/v1/demands/{pool.pk}/").json()
    return answer


def test_quantities_are_summed_per_unit_and_only_the_pools_own_counts(cast: Cast) -> None:
    pool = pooled(cast, ("130", "site"), ("4", "line"), ("6.5", "line"), ("3", "device"))
    page, told = cast.client("manager").get(reverse("staff_pool", args=[pool.pk])), shown(cast, pool)
    assert page.context["all_pooled"] == "3 devices, 10.5 lines, 130 sites"
    others = [(one["pooled"], str(one["unit"]), one["band"]) for one in page.context["other_meters"]]
    assert (page.context["consented"], others) == ("130", [("3", "devices", ""), ("10.5", "lines", "")])
    assert "Units are never converted" in page.content.decode()
    assert (told["unit"], told["pooled_quantity"], told["owners"]) == ("site", "130.00", 4)
    assert told["pooled_by_unit"] == [
        {"unit": "device", "quantity": "3.00", "band": "0–5"},
        {"unit": "line", "quantity": "10.50", "band": "11–20"},
        {"unit": "site", "quantity": "130.00", "band": "101–200"},
    ]
    public = cast.client().get(f"/api/v1/demands/{pool.pk}/").json()
    assert (public["pooled_quantity"], public["pooled_band"]) == (None, "101–200")
    # One owner alone counts in devices: that unit is not even named.
    assert public["pooled_by_unit"] == [
        {"unit": "line", "quantity": None, "band": "11–20"},
        {"unit": "site", "quantity": None, "band": "101–200"},
    ]


def test_a_sum_is_told_when_three_owners_are_behind_it_in_whatever_unit_others_count(cast: Cast) -> None:
    two = pooled(cast, ("6.5", "line"), ("4", "line"), ("3", "device"))
    three = pooled(cast, ("6.5", "line"), ("4", "line"), ("2", "line"), ("3", "device"))
    told = [cast.client().get(f"/api/v1/demands/{pool.pk}/").json() for pool in (two, three)]
    assert [(row["pooled_quantity"], row["owners"]) for row in told] == [(None, 3), ("12.50", 4)]


@pytest.mark.parametrize(
    ("threshold", "status", "gap"), [("10.5", "threshold_met", "0.00"), ("10.51", "formed", "0.01")]
)
def test_the_minimum_scale_counts_in_the_pools_unit_alone(cast: Cast, threshold: str, status: str, gap: str) -> None:
    pool = pooled(cast, ("6.5", "line"), ("4", "line"), ("3", "device"), threshold_quantity=Decimal(threshold))
    assert (pool.unit, pool.status) == ("line", status)
    wanted = Decimal(threshold)
    assert max(wanted - Decimal(shown(cast, pool)["pooled_quantity"]), Decimal("0.00")) == Decimal(gap)


def marks(cast: Cast, pool: MergedDemand, part: str | None = "manager") -> list[tuple[str, str, str, str | None]]:
    """Return (unit, minimum scale, state, gap) of each mark as a part of the cast reads them."""
    rows = cast.client(part).get(f"/api/v1/demands/{pool.pk}/").json()["scale_marks"]
    return [(row["unit"], row["quantity"], row["state"], row["gap"]) for row in rows]


def kilometres(cast: Cast, quantity: str) -> Any:
    return published_capability(cast, min_scale_quantity=Decimal(quantity), min_scale_unit="km")


LINES = (("8", "line"), ("4", "line"), ("2", "line"))


def test_a_supplier_is_measured_in_its_own_unit_and_nothing_is_converted(cast: Cast) -> None:
    """1 km is not 1,000 of anything: each is held against what is pooled in its own unit."""
    published_capability(cast, min_scale_quantity=Decimal(12), min_scale_unit="line", title_zh="铸件表面缺陷视觉检测")
    kilometres(cast, "7")
    published_capability(cast, min_scale_quantity=Decimal(1), min_scale_unit="device", title_zh="没有人按台套计")
    three = pooled(cast, *LINES, ("3", "km"), ("2.5", "km"), ("1", "km"))
    told = [("line", "12.00", "met", "0.00"), ("km", "7.00", "missed", "0.50")]
    assert marks(cast, three) == told
    assert marks(cast, three, None) == told  # three owners count in each of the two units
    page = cast.client("manager").get(reverse("staff_pool", args=[three.pk]))
    (meter,) = page.context["other_meters"]
    assert (meter["pooled"], [row["gap"] for row in meter["thresholds"]]) == ("6.5", ["0.5"])
    text = cast.client().get(reverse("pool_detail", args=[three.pk])).content.decode()
    assert ("0.5 km short" in text, text.count('<line class="tick"')) == (True, 2)


def test_two_owners_of_a_unit_are_told_as_a_band_and_one_alone_not_at_all(cast: Cast) -> None:
    for quantity in ("6", "8", "11"):
        kilometres(cast, quantity)
    two = pooled(cast, *LINES, ("3", "km"), ("4", "km"))  # 7 km, told as 6–10
    assert [row[2] for row in marks(cast, two)] == ["met", "missed", "missed"]
    for part in (None, "supplier"):
        assert [row[2:] for row in marks(cast, two, part)] == [("met", None), ("within", None), ("missed", None)]
    one = pooled(cast, *LINES, ("7", "km"))
    assert [row[2] for row in marks(cast, one)] == ["met", "missed", "missed"]
    for part in (None, "supplier"):
        assert marks(cast, one, part) == []
        page = cast.client(part).get(reverse("pool_detail", args=[one.pk]))
        assert (page.context["scale"]["others"], "km" in page.content.decode()) == ([], False)


def test_a_scale_in_a_further_unit_is_reached_once_and_not_by_one_owner_alone(cast: Cast) -> None:
    offer = kilometres(cast, "3")
    alone = pooled(cast, *LINES, ("7", "km"))
    assert not Event.objects.filter(kind="demand.scale_reached", subject_id=alone.pk).exists()
    two = pooled(cast, *LINES, ("2", "km"), ("1.5", "km"))
    with transaction.atomic():
        settle(two)
    drain_outbox()
    (event,) = Event.objects.filter(kind="demand.scale_reached", subject_id=two.pk)
    assert event.data["capabilities"] == [offer.code]
    assert sorted(Notification.objects.filter(event=event).values_list("account", flat=True)) == sorted(
        [cast.supplier.pk, cast.manager.pk]
    )


def test_the_need_that_closes_a_gap_counts_in_the_unit_of_the_gap(cast: Cast) -> None:
    kilometres(cast, "9")
    pool = pooled(cast, *LINES, ("3", "km"), ("4", "km"))
    asked(cast, "40", "line", 8)
    _account, near = asked(cast, "2", "km", 9)
    drain_outbox()
    (mark,) = shown(cast, pool)["scale_marks"]
    assert (mark["unit"], mark["gap"]) == ("km", "2.00")
    assert [row["code"] for row in mark["closing"]] == [near.code]


def test_two_units_are_no_one_click_merge_and_a_late_one_needs_a_decision(cast: Cast) -> None:
    pool = pooled(cast, ("6.5", "line"), ("4", "line"))
    _account, late = asked(cast, "3", "device", 7)
    cast.client("manager").post(reverse("staff_pool_add", args=[pool.pk]), {"code": late.code})
    assert pool.members.living().count() == 2
    with pytest.raises(Invalid) as refusal:
        members.add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=late.pk)
    assert list(refusal.value.fields) == ["quantity_unit"]
