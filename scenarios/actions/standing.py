"""Where a pool stands: what follows, for everyone alike, from its consents, its quantity and its deadline."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from scenarios import topics
from scenarios.actions.scales import note_reached
from scenarios.actor import SYSTEM, Actor
from scenarios.choices import DemandStatus, EndGround, OnFail
from scenarios.journal import log_event
from scenarios.lifecycle import DEMAND_MOVES, check_move
from scenarios.models import MergedDemand
from scenarios.outbox import emit
from scenarios.querysets import DatabaseClock

EXTENSION = timedelta(days=14)
ENOUGH_OWNERS = 2
COUNTED = (DemandStatus.FORMED, DemandStatus.THRESHOLD_MET)
BELOW = (DemandStatus.FORMED, DemandStatus.THRESHOLD_MISSED)


def move_demand(
    demand: MergedDemand, name: str, *, actor: Actor, generation: int | None = None, **data: Any
) -> MergedDemand:
    """Make a move that the table allows, save, and log it as demand.<name>."""
    demand.status = check_move(DEMAND_MOVES, name, demand.status)
    if demand.status == DemandStatus.FORMED:
        demand.formed_at = demand.formed_at or timezone.now()
    demand.version += 1
    demand.save()
    log_event(f"demand.{name}", demand, actor=actor, generation=generation, **data)
    return demand


def settle(demand: MergedDemand) -> None:
    """Move a locked pool to where its consents and quantity put it: gathering consent, formed, minimum scale met.

    One that fell below its scale after the deadline is met again when its quantity is: the verdict of that deadline has
    been given, and is not given twice.
    """
    scale = MergedDemand.objects.with_scale().get(pk=demand.pk)
    enough = scale.owners >= ENOUGH_OWNERS
    if demand.status in COUNTED and not enough:
        move_demand(demand, "unform", actor=SYSTEM, owners=scale.owners)
    elif demand.status == DemandStatus.CONSENTING and enough:
        move_demand(demand, "form", actor=SYSTEM, owners=scale.owners)
    if demand.status in COUNTED or (demand.status == DemandStatus.THRESHOLD_MISSED and enough):
        _weigh(demand, scale)
        note_reached(demand)
        # With another quantity another capability is worth while.
        emit(topics.DEMAND_FORMED, demand_id=str(demand.pk))


def _weigh(demand: MergedDemand, scale: Any) -> None:
    """Compare the pooled quantity with the threshold. Who falls below it after the deadline waits for no other one."""
    if demand.threshold_quantity is None:
        return
    reached = scale.pooled_quantity >= demand.threshold_quantity
    figures: dict[str, Any] = {"quantity": str(scale.pooled_quantity), "threshold": str(demand.threshold_quantity)}
    if demand.status in BELOW and reached:
        move_demand(demand, "meet_threshold", actor=SYSTEM, **figures)
    elif demand.status == DemandStatus.THRESHOLD_MET and not reached:
        late = MergedDemand.objects.past_deadline().filter(pk=demand.pk).exists()
        move_demand(demand, "fall_after_deadline" if late else "fall_below", actor=SYSTEM, **figures)


def obstacles_to_freezing(demand: Any) -> list[str]:
    """Return, in the reader's language, why a pool cannot be frozen yet and what would help; empty when it can.

    demand : from `with_obstacles`.

    A member that is frozen into a call without its consent could neither answer nor leave any more.
    """
    rows = []
    if demand.waiting_owners:
        rows.append(_waiting_text(demand.waiting_owners))
    if demand.has_undecided:
        rows.append(_("Targets of the members differ and are not decided. Decide for each: module or excluded."))
    if demand.owners < ENOUGH_OWNERS:
        rows.append(_("At least two owners must have accepted this core."))
    if demand.threshold_quantity is not None and demand.status != DemandStatus.THRESHOLD_MET:
        rows.append(_("The pool is below its minimum scale. Wait for more members, or lower the scale."))
    return rows


def _waiting_text(owners: int) -> str:
    text = ngettext(
        "%(count)d owner has not accepted this core. "
        "Wait for the answer or until the invitation lapses, or take its needs out of the pool.",
        "%(count)d owners have not accepted this core. "
        "Wait for the answers or until the invitations lapse, or take their needs out of the pool.",
        owners,
    )
    return text % {"count": owners}


def judge(demand: MergedDemand) -> None:
    """Give a locked pool past its deadline its one verdict: met, or missed and then extended, split or dissolved.

    Whoever changes a pool calls this first, so that what comes after the deadline cannot change what it found.
    """
    if not MergedDemand.objects.due_for_verdict().filter(pk=demand.pk).exists():
        return
    generation = demand.deadline_generation
    if demand.status == DemandStatus.THRESHOLD_MET:
        log_event("demand.deadline_met", demand, actor=SYSTEM, generation=generation)
    else:
        move_demand(demand, "miss_threshold", actor=SYSTEM, generation=generation)
        _after_missing(demand)


def _after_missing(demand: MergedDemand) -> None:
    rule = demand.on_fail if demand.deadline_generation == 1 else demand.after_extension
    if rule != OnFail.EXTEND:
        end_pool(demand, "split" if rule == OnFail.SPLIT else "dissolve", actor=SYSTEM, ground=EndGround.MISSED)
        return
    demand.deadline_generation += 1
    formed = MergedDemand.objects.with_scale().get(pk=demand.pk).owners >= ENOUGH_OWNERS
    name = "extend" if formed else "extend_invitation"
    move_demand(demand, name, actor=SYSTEM, generation=demand.deadline_generation)
    # From now if the verdict was late: an outage must not eat the extension.
    extended = Greatest("deadline", DatabaseClock()) + EXTENSION
    MergedDemand.objects.filter(pk=demand.pk).update(deadline=extended)
    demand.refresh_from_db(fields=["deadline"])


def end_pool(demand: MergedDemand, name: str, *, actor: Actor, reason: str = "", ground: str = "") -> MergedDemand:
    """Split or dissolve a locked pool: every need is on its own again. Its owners hear of it by the event.

    reason : somebody's. ground : the platform's own.
    """
    owners = demand.members.filter(left_at__isnull=True).order_by().values_list("need__owner", flat=True).distinct()
    organisations = sorted(map(str, owners))
    demand.reason, demand.end_ground = reason.strip(), ground
    move_demand(demand, name, actor=actor, organisations=organisations)
    demand.members.filter(left_at__isnull=True).update(left_at=timezone.now())
    return demand
