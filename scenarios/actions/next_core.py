"""The next version of a core whose present one is bound: written beside it, taken on when no call is under way."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actions.demands import CoreFields, add_core, fields_of, own_indicators
from scenarios.actions.members import ask_owners, lock_demand
from scenarios.actions.standing import move_demand, settle
from scenarios.actor import Actor
from scenarios.choices import DemandStatus
from scenarios.errors import Conflict, IllegalMove
from scenarios.journal import log_event
from scenarios.lifecycle import DEMAND_MOVES
from scenarios.models import CoreVersion, MergedDemand
from scenarios.policies import require_move, require_role
from scenarios.querysets import LIVE_CALLS

BOUND = (DemandStatus.FROZEN, DemandStatus.CALLED, DemandStatus.LANDED)


def newest_core(demand: MergedDemand) -> CoreVersion:
    """Return the latest version of a pool's core: the present one, or the one that waits to follow it."""
    newest: CoreVersion = demand.cores.order_by("-version")[0]
    return newest


@transaction.atomic
def edit_next_core(*, actor: Actor, demand_id: UUID, version: int, core: CoreFields) -> MergedDemand:
    """Write what the core of a frozen, called or landed pool says next; the core that its call froze stays as it is.

    version : the newest version that the manager saw. Nobody's consent changes: owners are asked when it is taken on.

    Raises Conflict for another version, IllegalMove for a pool whose core can still be edited, or has ended.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    newest = newest_core(demand)
    if newest.version != version:
        raise Conflict({name: (str(value), str(getattr(newest, name))) for name, value in core.items()})
    write_next_core(demand, core, actor=actor)
    return demand


def write_next_core(demand: MergedDemand, core: CoreFields, *, actor: Actor) -> None:
    """Add a version to a locked pool's cores without making it the present one; it takes in what was noted for it."""
    if demand.status not in BOUND:
        raise IllegalMove(_("The core of this pool is not bound by a call, or the pool has ended."))
    newest = newest_core(demand)
    whole, core = fields_of(newest), own_indicators(demand, core)
    changed = [name for name, value in core.items() if whole.get(name) != value]
    if not changed:
        return
    version = newest.version + 1
    add_core(demand, {**whole, **core}, actor, version=version, treatments=newest.treatments)
    demand.core_changes.noted().update(core_version=version)
    demand.version += 1
    demand.save()
    log_event("demand.next_core_written", demand, actor=actor, changed=changed, core_version=version)


def obstacles_to_next_core(demand: MergedDemand) -> Sequence[str]:
    """Return, in the reader's language, why the newest core cannot become the present one yet; empty when it can."""
    rows = []
    if newest_core(demand).version == demand.core_version:
        rows.append(_("There is no newer version of the core."))
    if demand.calls.filter(status__in=LIVE_CALLS).exists():
        rows.append(_("A call from this pool is under way. Cancel it first."))
    return [str(row) for row in rows]


@transaction.atomic
def take_on_next_core(*, actor: Actor, demand_id: UUID) -> MergedDemand:
    """Make the newest core of a frozen pool the present one, for its next call; every owner is asked about it.

    A deadline that has passed falls away: what the pool reached by then was judged for the core before.

    Raises IllegalMove where no newer core waits, a call is under way, or the pool is not frozen.
    """
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, "take_on_core", actor=actor, owner_id=None, status=demand.status)
    if obstacles := obstacles_to_next_core(demand):
        raise IllegalMove(" ".join(obstacles))
    newest = newest_core(demand)
    demand.core_version = newest.version
    demand.title_zh, demand.title_en = newest.title_zh, newest.title_en
    if MergedDemand.objects.past_deadline().filter(pk=demand.pk).exists():
        demand.deadline = None
    move_demand(demand, "take_on_core", actor=actor, core_version=demand.core_version)
    ask_owners(demand)
    settle(demand)
    return demand
