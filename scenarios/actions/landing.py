"""What a project that was accepted at scale makes of its need or pool."""

from collections.abc import Iterable

from scenarios.actions.members import end_membership
from scenarios.actions.needs import end_offer
from scenarios.actions.standing import move_demand
from scenarios.actor import SYSTEM
from scenarios.journal import log_event
from scenarios.lifecycle import DEMAND_MOVES, NEED_MOVES, move
from scenarios.models import DemandMember, MergedDemand, Need


def land_need(need: Need) -> None:
    """Note that a need is met: it is on offer no more. One that is not on offer, or has landed, stays as it is."""
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    arrow = move(NEED_MOVES, "land")
    if locked.status in arrow.source:
        end_offer(locked, arrow.target, "need.landed", actor=SYSTEM)


def close_need(need: Need) -> None:
    """Note that everything about a landed need is done."""
    locked = Need.objects.select_for_update(of=("self",)).get(pk=need.pk)
    arrow = move(NEED_MOVES, "close")
    if locked.status in arrow.source:
        locked.status = arrow.target
        locked.version += 1
        locked.save()
        log_event("need.closed", locked, actor=SYSTEM)


def part_from_landed(demand: MergedDemand, needs: Iterable[Need]) -> None:
    """Take needs that do not take over what has landed out of its pool: they are on their own, and can be merged again.

    The caller has called `lock_pooling` before any row lock.
    """
    living = DemandMember.objects.living().filter(demand=demand, need__in=needs)
    for member in living.select_related("need").order_by("pk"):
        end_membership(member, actor=SYSTEM)


def land_demand(demand: MergedDemand) -> None:
    """Note that a called pool has landed; its members decide on their own rollouts. A landed one stays as it is."""
    locked = MergedDemand.objects.select_for_update(of=("self",)).get(pk=demand.pk)
    if locked.status in move(DEMAND_MOVES, "land").source:
        move_demand(locked, "land", actor=SYSTEM)
