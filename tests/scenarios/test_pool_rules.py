"""What holds for pools, calls and their readers whatever the order in which people act."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.actors import actor_for
from marketplace.models import Notification
from scenarios.actions import calls, consents, demands, interests, needs
from scenarios.actions.members import add_member
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.models import Call, MergedDemand, Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_need
from tests.scenarios.test_deadlines import SOON
from tests.scenarios.test_merging import CALL, accept, formed, opened


def approved_call(cast: Cast, **source: Any) -> Call:
    fields: Any = {**CALL, "closes_at": timezone.now() + SOON}
    call = calls.draft_call(actor=cast.actor("manager"), fields=fields, **source)
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    return calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)


def open_approved(cast: Cast, call: Call) -> Call:
    return calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)


def leave(demand: MergedDemand, quantity: int) -> None:
    member = demand.members.get(need__quantity=quantity)
    account = member.need.owner.members.get().account
    consents.withdraw_from_pool(actor=actor_for(account), demand_id=demand.pk, need_id=member.need_id)
    demand.refresh_from_db()


def invited(cast: Cast, **terms: Any) -> MergedDemand:
    """Return a pool whose two owners have not answered yet."""
    one, other = published_need(cast), published_need(cast, "rival")
    demand = demands.draft_demand(
        actor=cast.actor("manager"), need_ids=[one.pk, other.pk], core=demands.suggested_core([one, other]), **terms
    )
    return demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)


# Calls and what they come from


def test_a_pool_with_a_call_under_way_is_not_dissolved(cast: Cast) -> None:
    call = opened(cast)
    with pytest.raises(IllegalMove):
        demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=call.demand_id, reason="x")
    calls.cancel_call(actor=cast.actor("publisher"), call_id=call.pk, reason="x")
    assert MergedDemand.objects.get().status == "frozen"
    demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=call.demand_id, reason="x")
    assert Need.objects.poolable().count() == 2


def test_taking_a_need_back_cancels_what_only_it_asked_for(cast: Cast) -> None:
    need = published_need(cast)
    call = open_approved(cast, approved_call(cast, need_id=need.pk))
    interests.declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    call.refresh_from_db()
    assert call.status == "cancelled"
    assert (call.cancelled_reason, call.cancelled_ground) == ("", "taken_back")
    drain_outbox()
    told = Notification.objects.filter(event__kind="call.cancelled").values_list("account", flat=True)
    assert {cast.supplier.pk, cast.manager.pk} <= set(told)


def test_a_frozen_pool_that_falls_to_one_owner_is_not_called(cast: Cast) -> None:
    demand = formed(cast)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    needs.withdraw_need(actor=cast.actor("rival"), need_id=Need.objects.get(owner=cast.rival_org).pk)
    with pytest.raises(IllegalMove):
        approved_call(cast, demand_id=demand.pk)
    assert Call.objects.count() == 0


def test_the_module_of_a_need_that_left_is_no_lot(cast: Cast) -> None:
    demand = formed(cast)
    third = published_need(cast, "supplier", deploy="any")
    add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=third.pk)
    accept(cast, "supplier", demand)
    consents.withdraw_from_pool(actor=cast.actor("supplier"), demand_id=demand.pk, need_id=third.pk)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    call = calls.draft_call(actor=cast.actor("manager"), demand_id=demand.pk, fields={"kind": "rfi"})
    assert ("deploy", "any") in demand.differences.values_list("field", "value")
    assert [(row["kind"], row["field"]) for row in call.lots] == [("core", "")]


def test_one_need_is_not_called_twice(cast: Cast) -> None:
    demand = formed(cast)
    need = Need.objects.get(owner=cast.rival_org)
    with pytest.raises(IllegalMove):
        approved_call(cast, need_id=need.pk)
    alone, other = published_need(cast), published_need(cast, "supplier")
    approved_call(cast, need_id=alone.pk)
    with pytest.raises(Invalid):
        demands.draft_demand(
            actor=cast.actor("manager"),
            need_ids=[alone.pk, other.pk],
            core=demands.suggested_core([alone, other]),
        )
    assert MergedDemand.objects.get() == demand


@pytest.mark.parametrize("visibility", ["verified", "staff", "parties"])
def test_what_is_not_public_does_not_become_a_public_call(cast: Cast, visibility: str) -> None:
    need = published_need(cast, visibility=visibility)
    with pytest.raises(IllegalMove):
        approved_call(cast, need_id=need.pk)


def test_a_call_without_approver_cannot_stand_in_the_database(cast: Cast) -> None:
    call = approved_call(cast, need_id=published_need(cast).pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(status="open", opens_at=timezone.now(), approved_by=None)


def test_whoever_wrote_last_does_not_review(cast: Cast) -> None:
    need = published_need(cast)
    fields: Any = {**CALL, "closes_at": timezone.now() + SOON}
    call = calls.draft_call(actor=cast.actor("manager"), need_id=need.pk, fields=fields)
    cast.moderator.staff_roles.create(role="manager")
    calls.save_call(actor=cast.actor("moderator"), call_id=call.pk, version=call.version, fields={"summary": "x"})
    with pytest.raises(NotPermitted):
        calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
