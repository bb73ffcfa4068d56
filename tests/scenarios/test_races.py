"""Two people at the same moment: one effect, a clear refusal for the other, no deadlock."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from scenarios.actions import calls, consents, demands, interests, moderation, needs
from scenarios.errors import DomainError
from scenarios.models import Call, DemandMember, Event, Interest, MergedDemand, Need
from scenarios.querysets import DatabaseClock
from tests.factories import Cast, checked_need, make_account, make_member, make_organisation, published_need

pytestmark = pytest.mark.slow


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads that start together; return each one's result or the domain's refusal."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        close_old_connections()
        barrier.wait()
        try:
            return act()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def refusals(results: list[Any]) -> int:
    return sum(isinstance(result, DomainError) for result in results)


def test_two_publishers_publish_once(live_cast: Cast) -> None:
    need = checked_need(live_cast)
    moderation.approve_need(actor=live_cast.actor("moderator"), need_id=need.pk)
    other = make_account("publisher2@example.org", roles=("publisher",))
    actors = [live_cast.actor("publisher"), _actor(other)]
    results = at_once(*[lambda a=actor: moderation.publish_need(actor=a, need_id=need.pk) for actor in actors])
    assert refusals(results) == 1
    assert Event.objects.filter(kind="need.published").count() == 1


def _actor(account: Any) -> Any:
    from marketplace.actors import actor_for

    return actor_for(account)


def test_two_managers_do_not_pool_the_same_need_twice(live_cast: Cast) -> None:
    owners = [make_member(make_organisation(f"示范厂{n}")) for n in range(3)]
    a, b, c = (published_need(live_cast, owner) for owner in owners)
    core = demands.suggested_core([a, b])
    manager = live_cast.actor("manager")
    for _ in range(5):
        results = at_once(
            lambda: demands.draft_demand(actor=manager, need_ids=[a.pk, b.pk], core=core),
            lambda: demands.draft_demand(actor=manager, need_ids=[c.pk, b.pk], core=core),
        )
        assert refusals(results) == 1
        demand = MergedDemand.objects.living().get()
        demands.dissolve_demand(actor=live_cast.actor("publisher"), demand_id=demand.pk, reason="再来一次")
    assert DemandMember.objects.filter(left_at__isnull=True).count() == 0


def test_consent_and_a_new_core_at_once_never_commit_to_the_unread_core(live_cast: Cast) -> None:
    one, other = published_need(live_cast), published_need(live_cast, "rival")
    manager = live_cast.actor("manager")
    demand = demands.draft_demand(actor=manager, need_ids=[one.pk, other.pk], core=demands.suggested_core([one, other]))
    demands.invite_owners(actor=manager, demand_id=demand.pk)
    at_once(
        lambda: demands.edit_core(
            actor=manager, demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣与包装"}
        ),
        lambda: consents.answer_invitation(
            actor=live_cast.actor("rival"),
            demand_id=demand.pk,
            organisation_id=live_cast.rival_org.pk,
            core_version=1,
            state="accepted",
        ),
    )
    demand.refresh_from_db()
    assert demand.core_version == 2
    assert set(demand.consents.filter(core_version=2).values_list("state", flat=True)) == {"invited"}


def test_withdrawing_and_joining_at_once_do_not_deadlock(live_cast: Cast) -> None:
    one, other = published_need(live_cast), published_need(live_cast, "rival")
    manager, rival = live_cast.actor("manager"), live_cast.actor("rival")
    core = demands.suggested_core([one, other])
    for _ in range(5):
        at_once(
            lambda: demands.draft_demand(actor=manager, need_ids=[one.pk, other.pk], core=core),
            lambda: needs.withdraw_need(actor=rival, need_id=other.pk),
        )
        assert not DemandMember.objects.filter(left_at__isnull=True, need=other).exists()
        for demand in MergedDemand.objects.living():
            demands.dissolve_demand(actor=live_cast.actor("publisher"), demand_id=demand.pk, reason="再来一次")
        Need.objects.filter(pk=other.pk).update(status="published")


def test_thirty_suppliers_around_the_deadline_leave_no_late_interest(live_cast: Cast) -> None:
    suppliers = [make_member(make_organisation(f"示范商{n}", kind="supplier")) for n in range(10)]
    actors = [_actor(account) for account in suppliers]
    need = published_need(live_cast)
    call = calls.draft_call(
        actor=live_cast.actor("manager"),
        need_id=need.pk,
        fields={
            "kind": "open_list",
            "closes_at": timezone.now() + timedelta(days=9),
            "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
        },
    )
    calls.review_call(actor=live_cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=live_cast.actor("publisher"), call_id=call.pk)
    calls.open_call(actor=live_cast.actor("publisher"), call_id=call.pk)
    Call.objects.filter(pk=call.pk).update(closes_at=DatabaseClock() + timedelta(milliseconds=400))
    stored: list[bool] = []

    def keep_trying(actor: Any) -> Callable[[], None]:
        (organisation,) = actor.organisation_ids

        def act() -> None:
            for _ in range(200):
                try:
                    interests.declare_interest(actor=actor, call_id=call.pk, organisation_id=organisation)
                    stored.append(True)
                except DomainError:
                    return

        return act

    at_once(*[keep_trying(actor) for actor in actors])
    closes_at = Call.objects.get().closes_at
    assert Interest.objects.count() == 10
    assert Event.objects.filter(kind="call.interest_declared").count() == len(stored)
    # Held by the row's share lock, the clock was read before it closed; only what was read in time was stored.
    assert len(stored) < 10 * 200
    assert timezone.now() > closes_at
