"""The scale meter of a pool: from which quantity on matching capabilities are worth delivering, and when it got there.

What matches is worked out by whoever knows capabilities; here stands what follows for the pool.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from scenarios.actor import SYSTEM
from scenarios.choices import DemandStatus
from scenarios.disclosure import consented_members, shared_sums
from scenarios.journal import log_event
from scenarios.locks import wait_for_lock
from scenarios.models import MergedDemand, ScaleMark

# Before it is formed nobody stands behind a pool; once it is frozen its quantity is that of its call.
MEASURED = (DemandStatus.FORMED, DemandStatus.THRESHOLD_MET)


class Scale(NamedTuple):
    """The smallest quantity at which a capability is worth delivering, in the capability's own unit."""

    capability_id: UUID
    quantity: Decimal
    unit: str


@transaction.atomic
def mark_scales(*, demand_id: UUID, scales: Sequence[Scale]) -> None:
    """Set the marks of a pool's meter to exactly these scales; what the pool reaches already is told at once.

    A mark that was there keeps when it was reached. Does nothing for a pool that is gone or ended.
    """
    wait_for_lock("pooling")
    demand = MergedDemand.objects.living().filter(pk=demand_id).select_for_update(of=("self",)).first()
    if demand is None:
        return
    rows = [ScaleMark(demand=demand, **scale._asdict()) for scale in scales]
    rewritten = ("quantity", "unit", "matches")
    ScaleMark.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=("demand", "capability"), update_fields=rewritten
    )
    demand.scale_marks.exclude(capability__in=[scale.capability_id for scale in scales]).update(matches=False)
    note_reached(demand)


def note_reached(demand: MergedDemand) -> None:
    """Note which marks a locked pool reaches for the first time, and log it once, for their suppliers and the manager.

    A mark is measured in its own unit. Where one owner alone counts in a unit beside the pool's own, nothing is noted
    until a second one does: the news would tell that owner's quantity.
    """
    if demand.status not in MEASURED:
        return
    quantities = {one.unit: one.quantity for one in shared_sums(demand, consented_members(demand))}
    marks = list(ScaleMark.objects.reached_now(demand, quantities).select_related("capability"))
    if not marks:
        return
    ScaleMark.objects.filter(pk__in=[mark.pk for mark in marks]).update(reached_at=timezone.now())
    log_event(
        "demand.scale_reached",
        demand,
        actor=SYSTEM,
        capabilities=sorted(mark.capability.code for mark in marks),
        organisations=sorted({str(mark.capability.owner_id) for mark in marks}),
    )
