"""The gates of an engagement: planned with cap and stop-loss, started one after the other."""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement, require_under_way
from marketplace.actions.sandboxes import require_sandbox_passable
from marketplace.engagement_choices import EngagementStatus, GateState, PartyRole, Stage
from marketplace.engagement_parties import acts_as, require_owner_or_manager
from marketplace.lifecycle import GATE_MOVES
from marketplace.models import Engagement, Gate
from scenarios.actor import Actor
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of, require_move

TEXT_LIMIT = 2000
MOST_MONEY = Decimal("999999999999.99")
PLANNABLE = (EngagementStatus.PREPARING, EngagementStatus.RUNNING, EngagementStatus.ACCEPTED)


class GateFields(TypedDict, total=False):
    """What is planned for a gate; cost_cap in 万元."""

    entry: str
    stop_loss: str
    trials: int
    cost_cap: Decimal
    starts_on: date | None
    ends_on: date | None


@transaction.atomic
def plan_gate(*, actor: Actor, engagement_id: UUID, stage: str, version: int = 0, fields: GateFields) -> Gate:
    """Plan a gate, or change one that has not started, for an owner or the manager.

    version : of the gate that the author read, 0 for a new one.

    Raises Conflict for another version, IllegalMove once the gate has started, Invalid for missing or wrong values.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_owner_or_manager(actor, engagement)
    if engagement.status not in PLANNABLE:
        raise IllegalMove(_("Gates are planned before the start and while the project is under way."))
    if stage not in Stage.values:
        raise Invalid({"stage": [_("Choose one of the options.")]})
    gate = engagement.gates.filter(stage=stage).first() or Gate(
        engagement=engagement, stage=stage, position=Stage.values.index(stage), version=0
    )
    _require_plannable(engagement, gate, version)
    _write(gate, fields)
    gate.version += 1
    gate.save()
    log_event("engagement.gate_planned", engagement, actor=actor, stage=stage, changed=fields)
    return gate


def _require_plannable(engagement: Engagement, gate: Gate, version: int) -> None:
    if gate.version != version:
        raise Conflict
    if gate.state != GateState.PLANNED:
        raise IllegalMove(_("This gate has started; what was planned for it stands."))
    if engagement.gates.exclude(state=GateState.PLANNED).filter(position__gt=gate.position).exists():
        raise IllegalMove(_("A later gate has started already."))


def _write(gate: Gate, fields: GateFields) -> None:
    wrong: dict[str, list[Any]] = {}
    for name, value in fields.items():
        if name not in GateFields.__annotations__:
            wrong[name] = [_("This field cannot be set.")]
        else:
            setattr(gate, name, value)
    for name in ("entry", "stop_loss"):
        text = getattr(gate, name).strip()
        setattr(gate, name, text)
        if not text or len(text) > TEXT_LIMIT:
            wrong[name] = [_("Write this in at most %(limit)d characters.") % {"limit": TEXT_LIMIT}]
    if gate.cost_cap is None or not 0 < gate.cost_cap <= MOST_MONEY:
        wrong["cost_cap"] = [_("Give an amount above zero.")]
    if gate.trials is None or gate.trials < 1:
        wrong["trials"] = [_("At least one trial is planned.")]
    if gate.starts_on and gate.ends_on and gate.starts_on > gate.ends_on:
        wrong["ends_on"] = [_("The end lies before the start.")]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def start_gate(*, actor: Actor, gate_id: UUID) -> Gate:
    """Find the entry criteria met and begin the gate; every earlier planned gate is passed.

    For an owner or the manager. Raises IllegalMove while an earlier gate is not passed or another one runs, or where
    the sandbox failed.
    """
    gate = lock_gate(actor, gate_id)
    engagement = gate.engagement
    require_owner_or_manager(actor, engagement)
    owner = acts_as(actor, engagement, PartyRole.OWNER)
    target = require_move(GATE_MOVES, "start", actor=actor, owner_id=owner, status=gate.state)
    require_under_way(engagement)
    if engagement.gates.filter(position__lt=gate.position).exclude(state=GateState.PASSED).exists():
        raise IllegalMove(_("An earlier gate has not been passed. Pass it first."))
    require_sandbox_passable(engagement)
    gate.state, gate.started_at = target, timezone.now()
    gate.version += 1
    gate.save()
    log_event("engagement.gate_started", engagement, actor=actor, stage=gate.stage)
    return gate


def lock_gate(actor: Actor, gate_id: UUID) -> Gate:
    """Return the gate, locked after its engagement, which it carries."""
    seen = Engagement.objects.visible_to(actor)
    found = one_of(Gate.objects.filter(engagement__in=seen.values("pk")), gate_id)
    engagement = lock_engagement(actor, found.engagement_id)
    gate = Gate.objects.select_for_update().get(pk=gate_id)
    gate.engagement = engagement
    return gate


def lock_running_gate(actor: Actor, gate_id: UUID) -> Gate:
    """As `lock_gate`. Raises IllegalMove unless gate and engagement are under way."""
    gate = lock_gate(actor, gate_id)
    require_under_way(gate.engagement)
    if gate.state != GateState.RUNNING:
        raise IllegalMove(_("This gate is not under way: it has not started yet, or is decided."))
    return gate
