"""What members propose for the next version of a pool's core, and what the manager makes of it."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.members import lock_demand
from scenarios.actions.next_core import BOUND, write_next_core
from scenarios.actor import Actor
from scenarios.choices import CoreChangeState, CorePart, DemandStatus
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import CORE_CHANGE_MOVES
from scenarios.models import CoreChange, DemandMember, MergedDemand
from scenarios.models.need import TEXT_LIMIT
from scenarios.policies import one_of, require_move

REASON_LIMIT = 2000


@transaction.atomic
def propose_core_change(
    *, actor: Actor, demand_id: UUID, need_id: UUID, part: str, value: str, reason: str
) -> CoreChange:
    """Propose what a part of the core should say in its next version, for a need that is in the pool.

    part : one of CorePart. value : the new words; of an indicator, its line. reason : what was learned, and where.

    Possible from the invitation to the landing, for an editor of the need's owner, the manager and the system (a
    rollout that deviates). A second proposal for the same part replaces one that is still open; the manager hears.
    Raises Invalid for missing or overlong words, IllegalMove where the pool is still drafted or has ended.
    """
    demand = one_of(_pools_of(actor), demand_id, lock=True)
    member = DemandMember.objects.living().filter(demand=demand, need=need_id).select_related("need").first()
    if member is None:
        raise NotFound
    if not (actor.owns(member.need.owner_id) or actor.has_role("manager", "system")):
        raise NotPermitted
    if demand.status in (DemandStatus.DRAFTED, DemandStatus.SPLIT, DemandStatus.DISSOLVED):
        raise IllegalMove(_("This pool has no core that its owners were asked about, or it has ended."))
    value, reason = value.strip(), reason.strip()
    _require_words(part, value, reason)
    change, _new = CoreChange.objects.update_or_create(
        demand=demand,
        need=member.need,
        part=part,
        state=CoreChangeState.OPEN,
        defaults={"value": value, "reason": reason, "proposed_by_id": actor.account_id},
    )
    log_event("demand.core_change_proposed", demand, actor=actor, changed=[part])
    return change


def _pools_of(actor: Actor) -> Any:
    """Return the pools for whose core the actor may speak: the manager and the system for all, owners for their own."""
    pools = MergedDemand.objects
    return pools.all() if actor.has_role("manager", "system") else pools.of(actor)


def _require_words(part: str, value: str, reason: str) -> None:
    wrong: dict[str, list[Any]] = {}
    if part not in CorePart.values:
        wrong["part"] = [_("Choose one of the options.")]
    if not value or len(value) > TEXT_LIMIT:
        wrong["value"] = [_("Write what the core should say, in at most %(limit)d characters.") % {"limit": TEXT_LIMIT}]
    if not reason or len(reason) > REASON_LIMIT:
        wrong["reason"] = [_("Say why, in at most %(limit)d characters.") % {"limit": REASON_LIMIT}]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def take_up_core_change(*, actor: Actor, change_id: UUID) -> CoreChange:
    """Note a proposed change for the next version of the core: whoever edits the core next takes it in, in words that
    fit every member.

    Of a frozen, called or landed pool a text is taken into the next version at once, beside the core that its call
    froze; indicators are numbers, and whoever writes that version enters them.
    """
    found = one_of(CoreChange.objects.visible_to(actor), change_id)
    demand = lock_demand(MergedDemand.objects.visible_to(actor), found.demand_id)
    change = _decide(actor, change_id, "take_up", "demand.core_change_taken", "")
    if demand.status in BOUND and change.part != CorePart.INDICATORS:
        core: Any = {change.part: change.value}
        write_next_core(demand, core, actor=actor)
        change.refresh_from_db()
    return change


@transaction.atomic
def dismiss_core_change(*, actor: Actor, change_id: UUID, answer: str) -> CoreChange:
    """Set a proposed change aside; its owner reads why. Raises Invalid without an answer."""
    if not answer.strip() or len(answer) > REASON_LIMIT:
        raise Invalid({"answer": [_("Say why, in at most %(limit)d characters.") % {"limit": REASON_LIMIT}]})
    return _decide(actor, change_id, "dismiss", "demand.core_change_dismissed", answer.strip())


def _decide(actor: Actor, change_id: UUID, name: str, kind: str, answer: str) -> CoreChange:
    change = one_of(CoreChange.objects.visible_to(actor).select_related("demand", "need"), change_id, lock=True)
    change.state = require_move(CORE_CHANGE_MOVES, name, actor=actor, owner_id=None, status=change.state)
    change.answer, change.decided_by_id, change.decided_at = answer, actor.account_id, timezone.now()
    change.save()
    owner = str(change.need.owner_id)
    log_event(kind, change.demand, actor=actor, changed=[change.part], organisations=[owner])
    return change
