"""Needs that count in different units: summed per unit, compared in the pool's own, and never converted."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from scenarios.actions import demands, members
from scenarios.errors import Invalid
from scenarios.models import MergedDemand, Need
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
    assert (page.context["consented"], page.context["other_units"]) == ("130", "3 devices, 10.5 lines")
    assert "Units are never converted" in page.content.decode()
    assert (told["unit"], told["pooled_quantity"], told["owners"]) == ("site", "130.00", 4)
    assert told["pooled_by_unit"] == [
        {"unit": "device", "quantity": "3.00"},
        {"unit": "line", "quantity": "10.50"},
        {"unit": "site", "quantity": "130.00"},
    ]
    public = cast.client().get(f"/api/v1/demands/{pool.pk}/").json()
    assert (public["pooled_quantity"], public["pooled_band"], "pooled_by_unit" in public) == (None, "101–200", False)


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


def test_a_supplier_is_measured_in_its_own_unit_and_nothing_is_converted(cast: Cast) -> None:
    """1 km is not 1,000 of anything: of two equal numbers in two units only the pool's own is a mark."""
    published_capability(cast, min_scale_quantity=Decimal(12), min_scale_unit="km")
    published_capability(cast, min_scale_quantity=Decimal(12), min_scale_unit="line", title_zh="铸件表面缺陷视觉检测")
    pool = pooled(cast, ("6.5", "line"), ("4", "line"), ("3", "km"))
    marks = shown(cast, pool)["scale_marks"]
    assert [(row["quantity"], row["gap"]) for row in marks] == [("12.00", "1.50")]


def test_two_units_are_no_one_click_merge_and_a_late_one_needs_a_decision(cast: Cast) -> None:
    pool = pooled(cast, ("6.5", "line"), ("4", "line"))
    _account, late = asked(cast, "3", "device", 7)
    cast.client("manager").post(reverse("staff_pool_add", args=[pool.pk]), {"code": late.code})
    assert pool.members.living().count() == 2
    with pytest.raises(Invalid) as refusal:
        members.add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=late.pk)
    assert list(refusal.value.fields) == ["quantity_unit"]
