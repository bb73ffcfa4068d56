"""What the clock decides, and that it decides it once. Tests shift the row's timestamps, never a clock."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from scenarios.actions import calls, consents, demands
from scenarios.choices import DemandStatus
from scenarios.models import Call, Consent, DemandMember, Event, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.factories import Cast, make_member, make_organisation, published_need

PAST = timedelta(seconds=1)


def make_pool(cast: Cast, quantities: list[int], **terms: Any) -> MergedDemand:
    """Return a pool of one need and one owner per quantity, to whose core every owner said yes."""
    needs, owners = [], []
    for quantity in quantities:
        organisation = make_organisation(f"示范厂{quantity}")
        owners.append((organisation, make_member(organisation)))
        needs.append(published_need(cast, owners[-1][1], quantity=Decimal(quantity)))
    demand = demands.draft_demand(
        actor=cast.actor("manager"),
        need_ids=[need.pk for need in needs],
        core=demands.suggested_core(needs),
        **terms,
    )
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    for organisation, account in owners:
        answer(demand, organisation, account, "accepted")
    demand.refresh_from_db()
    return demand


def answer(demand: MergedDemand, organisation: Any, account: Any, state: str) -> Consent:
    from marketplace.actors import actor_for

    return consents.answer_invitation(
        actor=actor_for(account),
        demand_id=demand.pk,
        organisation_id=organisation.pk,
        core_version=demand.core_version,
        state=state,
    )


def sweep(times: int = 2) -> None:
    for _ in range(times):
        sweep_clock()


def reach_deadline(demand: MergedDemand) -> None:
    MergedDemand.objects.filter(pk=demand.pk).update(deadline=timezone.now() - PAST)


def kinds(demand: MergedDemand) -> list[str]:
    """Return the clock's events of a pool, oldest first."""
    found = Event.objects.about("demand", demand.pk).filter(generation__isnull=False).order_by("id")
    return list(found.values_list("kind", flat=True))


SOON = timedelta(days=30)


def test_a_pool_at_its_threshold_has_met_it_exactly_once(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(10), deadline=timezone.now() + SOON)
    assert demand.status == "threshold_met"
    reach_deadline(demand)
    sweep(3)
    demand.refresh_from_db()
    assert (demand.status, kinds(demand)) == ("threshold_met", ["demand.deadline_met"])


def test_an_unanswered_invitation_lapses_and_leaves_the_pool(cast: Cast) -> None:
    one, other = published_need(cast), published_need(cast, "rival")
    demand = demands.draft_demand(
        actor=cast.actor("manager"), need_ids=[one.pk, other.pk], core=demands.suggested_core([one, other])
    )
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    Consent.objects.filter(demand=demand).update(answer_by=timezone.now() + timedelta(days=2))
    sweep(3)
    assert kinds(demand) == ["demand.consent_due", "demand.consent_due"]
    told = Event.objects.filter(kind="demand.consent_due").values_list("data__organisations", flat=True)
    assert sorted(told) == sorted([[str(one.owner_id)], [str(other.owner_id)]])
    Consent.objects.filter(demand=demand).update(answer_by=timezone.now() - PAST)
    sweep()
    assert set(Consent.objects.values_list("state", flat=True)) == {"withdrawn"}
    assert DemandMember.objects.filter(left_at__isnull=True).count() == 0


def test_a_need_expires_once_after_a_warning(cast: Cast) -> None:
    need = published_need(cast)
    Need.objects.filter(pk=need.pk).update(expires_at=timezone.now() + timedelta(days=13))
    sweep(3)
    Need.objects.filter(pk=need.pk).update(expires_at=timezone.now() - PAST)
    assert not Need.objects.published().filter(pk=need.pk).exists()
    sweep(3)
    clock = Event.objects.about("need", need.pk).filter(generation__isnull=False).order_by("id")
    assert list(clock.values_list("kind", flat=True)) == ["need.expires_soon", "need.expired"]
    assert Need.objects.get(pk=need.pk).status == "expired"


def test_a_call_closes_by_the_database_clock_even_before_the_sweep(cast: Cast) -> None:
    need = published_need(cast)
    call = calls.draft_call(
        actor=cast.actor("manager"),
        need_id=need.pk,
        fields={
            "kind": "open_list",
            "closes_at": timezone.now() + timedelta(days=20),
            "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
        },
    )
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)
    calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)
    assert Call.objects.open().count() == 1
    Call.objects.filter(pk=call.pk).update(
        opens_at=timezone.now() - timedelta(hours=1), closes_at=timezone.now() - PAST
    )
    assert (Call.objects.open().count(), Call.objects.closed().count()) == (0, 1)
    sweep(3)
    assert Event.objects.filter(kind="call.closed").count() == 1
    assert Call.objects.get().status == "closed"


@pytest.mark.parametrize("rule", ["split", "dissolve"])
def test_a_pool_may_end_at_its_first_deadline(cast: Cast, rule: str) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(99), deadline=timezone.now() + SOON)
    MergedDemand.objects.filter(pk=demand.pk).update(on_fail=rule)
    reach_deadline(demand)
    sweep(3)
    demand.refresh_from_db()
    assert demand.status == (DemandStatus.SPLIT if rule == "split" else DemandStatus.DISSOLVED)
    assert (demand.reason, demand.end_ground) == ("", "missed")
