"""What is measured of the need's own indicators: in each round of a gate, and at the acceptance."""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_gates import lock_running_gate
from marketplace.actions.engagement_landing import land_locked
from marketplace.actions.engagement_standing import has_scaled, lock_engagement, move_engagement, require_read
from marketplace.engagement_choices import DecisionState, EngagementStatus, GateState, PartyRole
from marketplace.engagement_parties import acts_as, require_party_or_manager
from marketplace.engagement_querysets import today
from marketplace.lifecycle import ENGAGEMENT_MOVES
from marketplace.models import Engagement, EngagementIndicator, Gate, Measurement
from marketplace.proof import proof_of, unmet_essentials
from scenarios.actor import Actor
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of, require_move


class MeasurementFields(TypedDict, total=False):
    """A value in the indicator's unit, how it was found, by whom and when; evidence says where that can be read."""

    value: Decimal
    test_method: str
    measured_by: str
    measured_on: date
    evidence: str


@transaction.atomic
def measure_at_gate(
    *, actor: Actor, gate_id: UUID, indicator_id: UUID, fields: MeasurementFields, version: int = 0
) -> Measurement:
    """Record what this round of a gate measured of an indicator, for any party or the manager.

    Measured anew, the value of the round is replaced.

    version : of the engagement that the author read, 0 for whoever read no earlier value.

    Raises Conflict with what differs when this indicator was measured since, IllegalMove while a decision on the round
    is open: it was proposed on what was measured then.
    """
    gate = lock_running_gate(actor, gate_id)
    require_party_or_manager(actor, gate.engagement)
    if gate.decisions.filter(state=DecisionState.PROPOSED).exists():
        raise IllegalMove(
            _("A decision on this round is open. It has to be taken back before something is measured anew.")
        )
    return _record(gate.engagement, gate, actor, indicator_id, fields, version)


@transaction.atomic
def measure_for_acceptance(
    *, actor: Actor, engagement_id: UUID, indicator_id: UUID, fields: MeasurementFields, version: int = 0
) -> Measurement:
    """Record what the acceptance measured of an indicator, once a gate is passed and before it is accepted.

    version : as `measure_at_gate` takes it, with the same Conflict.
    """
    engagement = lock_engagement(actor, engagement_id)
    require_party_or_manager(actor, engagement)
    _require_acceptable(engagement)
    return _record(engagement, None, actor, indicator_id, fields, version)


def _require_acceptable(engagement: Engagement) -> None:
    if engagement.status != EngagementStatus.RUNNING:
        raise IllegalMove(_("The acceptance is held while the project is under way, and once."))
    if not engagement.gates.filter(state=GateState.PASSED).exists():
        raise IllegalMove(_("No gate is passed yet; the acceptance comes after the first one."))


def _record(
    engagement: Engagement,
    gate: Gate | None,
    actor: Actor,
    indicator_id: UUID,
    fields: MeasurementFields,
    version: int,
) -> Measurement:
    indicator: EngagementIndicator = one_of(engagement.indicators.all(), indicator_id)
    _require_whole(fields)
    place: Any = {"indicator": indicator, "gate": gate, "iteration": gate.iterations if gate else 0}
    if earlier := Measurement.objects.filter(**place).first():
        require_read(earlier, version, fields)
    engagement.version += 1  # whoever accepts has read exactly these values
    engagement.save()
    written = {**fields, "recorded_by_id": actor.signed_in_id, "version": engagement.version}
    row, _new = Measurement.objects.update_or_create(**place, defaults=written)
    stage = gate.stage if gate else ""
    log_event("engagement.measured", engagement, actor=actor, indicator=str(indicator.indicator), stage=stage)
    return row


def _require_whole(fields: MeasurementFields) -> None:
    limits = {"test_method": 1000, "measured_by": 200, "evidence": 2000}
    wrong: dict[str, list[Any]] = {}
    for name, limit in limits.items():
        text = str(fields.get(name, "")).strip()
        if (not text and name != "evidence") or len(text) > limit:
            wrong[name] = [_("Write this in at most %(limit)d characters.") % {"limit": limit}]
    if fields["measured_on"] > today():
        wrong["measured_on"] = [_("This day is still to come.")]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def accept_engagement(*, actor: Actor, engagement_id: UUID, version: int) -> Engagement:
    """Accept what was built, for an owner, on the very indicators of its need; with scale reached it has landed.

    version : of the engagement whose measurements the owner read.

    Raises Conflict when something was measured since, Invalid naming essential indicators that are not measured or
    miss their target.
    """
    engagement = lock_engagement(actor, engagement_id)
    owner = acts_as(actor, engagement, PartyRole.OWNER)
    require_move(ENGAGEMENT_MOVES, "accept", actor=actor, owner_id=owner, status=engagement.status)
    _require_acceptable(engagement)
    if engagement.version != version:
        raise Conflict(message=_("Something was measured in the meantime. Read the values again, then accept."))
    missing = unmet_essentials(proof_of(engagement))
    if missing:
        text = _("Not measured, or below its target: %(metric)s")
        raise Invalid({"indicators": [text % {"metric": metric} for metric in missing]})
    engagement.accepted_at = timezone.now()
    move_engagement(engagement, "accept", actor=actor)
    if has_scaled(engagement):
        land_locked(engagement)
    return engagement
