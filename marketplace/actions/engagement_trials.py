"""What is tried in a gate: recorded up to the number that was planned, and struck out where it was a mistake."""

from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_costs import WORDS_LIMIT, require_speaking_for
from marketplace.actions.engagement_gates import TEXT_LIMIT, lock_running_gate
from marketplace.engagement_choices import DecisionState, PartyRole
from marketplace.engagement_querysets import today
from marketplace.models import Engagement, Gate, Trial
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of


class TrialFields(TypedDict, total=False):
    """One trial: the day, what was tried, what came of it, and the cost of the same gate that paid for it."""

    tried_on: date
    what: str
    outcome: str
    cost_id: UUID | None


@transaction.atomic
def record_trial(*, actor: Actor, gate_id: UUID, fields: TrialFields, key: str = "") -> Trial:
    """Record a trial in the present round of a gate that is under way, by the lead or for it by the manager.

    The number that was planned holds for all rounds of the gate together, as its cost cap does. The gate's row stays
    locked until the trial is stored, so that two of them cannot pass that number together.

    key : idempotency key of the form; the same key returns the trial that the first sending recorded.

    Raises Invalid when every planned trial is made, and for missing words, a day to come or a cost that is not booked
    to this gate; IllegalMove while a decision on the round is open.
    """
    gate = _lock_for_lead(actor, gate_id)
    if earlier := result_of(actor, "trial", key):
        return one_of(gate.trial_records.all(), earlier)
    if gate.trials_made >= gate.trials:
        text = _("All %(planned)d trials that were planned for this gate are made. Nothing was recorded.")
        raise Invalid({"trials": [text % {"planned": gate.trials}]})
    _require_no_decision(gate)
    _require_whole(gate, fields)
    trial = Trial.objects.create(gate=gate, iteration=gate.iterations, recorded_by_id=actor.signed_in_id, **fields)
    _count(gate, 1)
    remember_result(actor, "trial", key, trial.pk)
    log_event("engagement.trial_recorded", gate.engagement, actor=actor, stage=gate.stage)
    return trial


@transaction.atomic
def strike_trial(*, actor: Actor, trial_id: UUID, reason: str) -> Trial:
    """Strike out what was recorded by mistake, as it was recorded; it stays readable and counts no more."""
    seen = Engagement.objects.visible_to(actor).values("pk")
    found = one_of(Trial.objects.filter(gate__engagement__in=seen), trial_id)
    gate = _lock_for_lead(actor, found.gate_id)
    _require_no_decision(gate)
    trial = Trial.objects.get(pk=trial_id)
    trial.gate = gate
    if trial.struck_at is not None:
        raise IllegalMove(_("This trial is struck out already."))
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise Invalid({"reason": [_("Say why, in at most %(limit)d characters.") % {"limit": WORDS_LIMIT}]})
    trial.struck_reason, trial.struck_at = reason.strip(), timezone.now()
    trial.save()
    _count(gate, -1)
    log_event("engagement.trial_struck", gate.engagement, actor=actor, stage=gate.stage)
    return trial


def _lock_for_lead(actor: Actor, gate_id: UUID) -> Gate:
    gate = lock_running_gate(actor, gate_id)
    require_speaking_for(actor, gate.engagement, gate.engagement.parties.get(role=PartyRole.LEAD))
    return gate


def _require_no_decision(gate: Gate) -> None:
    if gate.decisions.filter(state=DecisionState.PROPOSED).exists():
        raise IllegalMove(
            _("A decision on this round is open. It has to be taken back before the trials of the round change.")
        )


def _require_whole(gate: Gate, fields: TrialFields) -> None:
    wrong: dict[str, list[Any]] = {}
    for name, limit in (("what", WORDS_LIMIT), ("outcome", TEXT_LIMIT)):
        text = str(fields.get(name, "")).strip()
        if not text or len(text) > limit:
            wrong[name] = [_("Write this in at most %(limit)d characters.") % {"limit": limit}]
    if fields["tried_on"] > today():
        wrong["tried_on"] = [_("This day is still to come.")]
    cost_id = fields.get("cost_id")
    if cost_id is not None and not gate.costs.filter(pk=cost_id, struck_at__isnull=True).exists():
        wrong["cost"] = [_("Choose a cost that is booked to this gate and stands.")]
    if wrong:
        raise Invalid(wrong)


def _count(gate: Gate, change: int) -> None:
    gate.trials_made += change
    gate.save()
