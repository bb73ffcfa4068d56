"""The scale meter: which minimum scales are reached, who is told which, and that it is told once."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from marketplace.actions.capabilities import suspend_capability
from marketplace.models import Notification
from scenarios.actions.members import add_member
from scenarios.models import Event, MergedDemand, Need, ScaleMark
from scenarios.scale import closing_needs
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need
from tests.scenarios.test_deadlines import make_pool
from tests.scenarios.test_pool_rules import leave
from tests.stories.town import supplier_of


def marks(cast: Cast, part: str | None, pool: MergedDemand) -> list[tuple[str, str, Any]]:
    """Return (capability's code, state, gap) of each mark as a part of the cast reads them."""
    rows = cast.client(part).get(f"/api/v1/demands/{pool.pk}/").json()["scale_marks"]
    return [(row["capability"], row["state"], row["gap"]) for row in rows]


def test_a_scale_is_reached_once_however_often_the_pool_crosses_it(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6])
    published_capability(cast)  # from 12 lines on
    drain_outbox()
    assert not Event.objects.filter(kind="demand.scale_reached").exists()
    for quantity in (5, 7):
        third = published_need(cast, "enterprise", quantity=Decimal(quantity))
        add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=third.pk)
        data = {"organisation": cast.enterprise_org.pk, "core_version": 1, "state": "accepted"}
        assert cast.client("enterprise").post(f"/pools/{pool.pk}/answer/", data).status_code == 302
        drain_outbox()
        assert ScaleMark.objects.get().reached_at is not None
        leave(pool, quantity)
        drain_outbox()
    (event,) = Event.objects.filter(kind="demand.scale_reached")
    told = Notification.objects.filter(event=event).values_list("account", flat=True)
    assert sorted(told) == sorted([cast.supplier.pk, cast.manager.pk])
    assert marks(cast, "manager", pool) == [(ScaleMark.objects.get().capability.code, "missed", "2.00")]


def test_a_capability_off_offer_is_no_mark_any_more(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6, 3])
    capability = published_capability(cast)
    drain_outbox()
    assert marks(cast, "manager", pool) == [(capability.code, "met", "0.00")]
    suspend_capability(actor=cast.actor("moderator"), capability_id=capability.pk, reason="证书过期")
    drain_outbox()
    assert marks(cast, "manager", pool) == []
    assert ScaleMark.objects.get().reached_at is not None


def test_a_capability_in_another_unit_or_behind_another_gate_is_no_mark(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6, 3])
    published_capability(cast, min_scale_quantity=Decimal(5), min_scale_unit="device")
    published_capability(cast, min_scale_quantity=Decimal(5), deploy=["cloud_cn"])
    published_capability(cast, min_scale_quantity=None, min_scale_unit="")
    drain_outbox()
    assert marks(cast, "manager", pool) == []


@pytest.mark.parametrize(("scale", "state"), [(6, "met"), (8, "within"), (10, "within"), (11, "missed")])
def test_with_two_owners_no_mark_narrows_the_band(cast: Cast, scale: int, state: str) -> None:
    pool = make_pool(cast, [3, 5])  # 8 lines, told as 6–10
    capability = published_capability(cast, min_scale_quantity=Decimal(scale))
    drain_outbox()
    member = pool.members.all()[0].need.owner.members.get().account
    object.__setattr__(cast, "member", member)
    assert marks(cast, None, pool) == [("", state, None)]
    assert marks(cast, "member", pool) == [(capability.code, state, None)]
    exact = [(capability.code, "met", "0.00") if scale <= 8 else (capability.code, "missed", f"{scale - 8}.00")]
    assert marks(cast, "manager", pool) == exact
    page = cast.client().get(reverse("pool_detail", args=[pool.pk])).content.decode()
    assert {"met": "Met", "within": "Within the range", "missed": "Not reached"}[state] in page


def test_a_supplier_reads_its_own_mark_and_counts_the_others(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6, 3])
    mine = published_capability(cast)
    supplier_of(cast, 12)
    supplier_of(cast, 12)
    drain_outbox()
    assert marks(cast, "supplier", pool) == [("", "met", "0.00"), (mine.code, "met", "0.00")]
    (row,) = cast.client("enterprise").get(f"/api/v1/demands/{pool.pk}/").json()["scale_marks"]
    assert (row["label"], row["capability"]) == ("3 matching capabilities", "")


def test_every_supplier_that_comes_short_of_its_scale_alone_is_a_mark(cast: Cast) -> None:
    """However many there are, and however many others, like the pool in words, are kept from it by something else."""
    pool = make_pool(cast, [4, 6])
    short = {supplier_of(cast, 30)[1].code for _ in range(7)}
    for _ in range(6):
        published_capability(cast, deploy=["cloud_cn"])
    drain_outbox()
    assert {row[0] for row in marks(cast, "manager", pool)} == short


def needs_of(*quantities: str) -> list[Need]:
    return [Need(code=f"XQ-{text}", quantity=Decimal(text)) for text in quantities]


@pytest.mark.parametrize(
    ("gap", "codes"),
    [
        ("3", ["XQ-3"]),  # exactly
        ("3.01", ["XQ-4.5"]),  # the smallest that is enough
        ("5", ["XQ-4.5", "XQ-3"]),  # the fewest together
        ("9.5", ["XQ-4.5", "XQ-3", "XQ-2"]),
        ("9.51", []),  # all of them are not enough
    ],
)
def test_the_smallest_need_or_the_fewest_together_close_a_gap(gap: str, codes: list[str]) -> None:
    found = closing_needs(needs_of("3", "4.5", "2"), Decimal(gap))
    assert [need.code for need in found] == codes
