"""How a round of a gate ends: one side proposes, the other confirms; whoever is accused of a breach is heard first."""

from datetime import timedelta
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_gates import lock_running_gate
from marketplace.actions.engagement_landing import land_locked, publish_lesson, require_lesson
from marketplace.actions.engagement_standing import move_engagement, require_read, stated
from marketplace.engagement_choices import DecisionState, EngagementStatus, GateVerdict, PartyRole, Stage
from marketplace.engagement_parties import acts_as, require_staff
from marketplace.lifecycle import DECISION_MOVES, GATE_MOVES
from marketplace.models import Engagement, Gate, GateDecision, Party
from marketplace.models.gate import MAX_ITERATIONS
from marketplace.proof import unmeasured_essentials
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.policies import one_of, require_move
from scenarios.querysets import DatabaseClock, database_time

HEARING = timedelta(days=10)
TEXT_LIMIT = 4000


class DecisionFields(TypedDict, total=False):
    """What a decision says: always a reason; of a stop without fault its lesson, of one for breach who and what."""

    verdict: str
    reason: str
    lesson_title: str
    lesson: str
    accused_id: UUID | None
    evidence: str


@transaction.atomic
def propose_decision(*, actor: Actor, gate_id: UUID, fields: DecisionFields) -> GateDecision:
    """Propose how the round of a gate ends, for an owner or the manager; the other of the two has to confirm it.

    Against an owner that is accused of a breach, the lead takes the owner's part.

    Raises IllegalMove while another decision waits or for a third further round, Invalid while essential indicators are
    not measured (to pass) or for missing words, NotPermitted for everyone else.
    """
    gate = lock_running_gate(actor, gate_id)
    if gate.decisions.filter(state=DecisionState.PROPOSED).exists():
        raise IllegalMove(_("A decision on this round waits already. Confirm it or have it taken back."))
    decision = GateDecision(gate=gate, iteration=gate.iterations, proposed_by_id=actor.signed_in_id)
    _write(gate, decision, fields)
    decision.by_manager = _speaks_as_manager(actor, decision)
    _require_possible(gate, decision)
    decision.save(force_insert=True)
    log_event("engagement.decision_proposed", gate.engagement, actor=actor, stage=gate.stage, verdict=decision.verdict)
    return decision


def _write(gate: Gate, decision: GateDecision, fields: DecisionFields) -> None:
    decision.verdict = fields.get("verdict", "")
    if decision.verdict not in GateVerdict.values:
        raise Invalid({"verdict": [_("Choose one of the options.")]})
    decision.reason = stated(fields.get("reason", ""))
    if decision.verdict == GateVerdict.STOP_NO_FAULT:
        decision.lesson_title, decision.lesson = (
            fields.get("lesson_title", "").strip(),
            fields.get("lesson", "").strip(),
        )
        require_lesson(decision.lesson_title, decision.lesson)
    if decision.verdict == GateVerdict.STOP_BREACH:
        decision.accused = _accused(gate, fields.get("accused_id"))
        decision.evidence = fields.get("evidence", "").strip()
        if not decision.evidence or len(decision.evidence) > TEXT_LIMIT:
            raise Invalid({"evidence": [_("Write this in at most %(limit)d characters.") % {"limit": TEXT_LIMIT}]})
        decision.heard_by = database_time() + HEARING


def _accused(gate: Gate, party_id: UUID | None) -> Party:
    party = gate.engagement.parties.filter(pk=party_id, organisation__isnull=False).first() if party_id else None
    if party is None:
        raise Invalid({"accused": [_("Choose the party that is said to have broken its word.")]})
    return party


def _deciding_role(decision: GateDecision) -> str:
    accused = decision.accused
    return PartyRole.LEAD if accused is not None and accused.role == PartyRole.OWNER else PartyRole.OWNER


def _speaks_as_manager(actor: Actor, decision: GateDecision) -> bool:
    """Return whether the actor decides as the manager, or (False) for the party that decides beside the manager."""
    engagement = decision.gate.engagement
    if acts_as(actor, engagement, _deciding_role(decision)) is not None:
        return False
    require_staff(actor, engagement, "manager")
    return True


def _require_possible(gate: Gate, decision: GateDecision) -> None:
    if decision.verdict == GateVerdict.PASS:
        missing = unmeasured_essentials(gate)
        if missing:
            text = _("Not measured in this round yet: %(metric)s")
            raise Invalid({"verdict": [text % {"metric": metric} for metric in missing]})
    if decision.verdict == GateVerdict.ITERATE and gate.iterations >= MAX_ITERATIONS:
        raise IllegalMove(_("This gate has had its two further rounds. Pass it, or stop it without fault."))


def _lock_decision(actor: Actor, decision_id: UUID) -> GateDecision:
    seen = Engagement.objects.visible_to(actor).values("pk")
    found = one_of(GateDecision.objects.filter(gate__engagement__in=seen), decision_id)
    gate = lock_running_gate(actor, found.gate_id)
    decision = GateDecision.objects.select_related("accused").get(pk=decision_id)
    decision.gate = gate
    if decision.state != DecisionState.PROPOSED:
        raise IllegalMove(_("This decision is made or taken back already."))
    return decision


@transaction.atomic
def make_statement(*, actor: Actor, decision_id: UUID, statement: str, version: int = 0) -> GateDecision:
    """Give the side of the party that is said to be in breach, until the decision is made.

    version : of the decision whose statement the author read, 0 before the first one.

    Raises Conflict with both statements when a colleague handed in another one since.
    """
    decision = _lock_decision(actor, decision_id)
    if decision.accused is None or not actor.owns(decision.accused.organisation_id):
        raise NotPermitted
    if not statement.strip() or len(statement) > TEXT_LIMIT:
        raise Invalid({"statement": [_("Write this in at most %(limit)d characters.") % {"limit": TEXT_LIMIT}]})
    require_read(decision, version, {"statement": statement.strip()})
    decision.statement = statement.strip()
    decision.version += 1
    decision.save()
    log_event("engagement.statement_made", decision.gate.engagement, actor=actor, stage=decision.gate.stage)
    return decision


@transaction.atomic
def take_decision_back(*, actor: Actor, decision_id: UUID) -> GateDecision:
    """Take a proposed decision back, by the side that proposed it."""
    decision = _lock_decision(actor, decision_id)
    if _speaks_as_manager(actor, decision) != decision.by_manager:
        raise NotPermitted(_("The other side proposed this decision; confirm it, or ask them to take it back."))
    _move(decision, "take_back", actor)
    decision.save()
    log_event("engagement.decision_taken_back", decision.gate.engagement, actor=actor, stage=decision.gate.stage)
    return decision


def _move(decision: GateDecision, name: str, actor: Actor) -> None:
    role = acts_as(actor, decision.gate.engagement, _deciding_role(decision))
    decision.state = require_move(DECISION_MOVES, name, actor=actor, owner_id=role, status=decision.state)


@transaction.atomic
def confirm_decision(*, actor: Actor, decision_id: UUID) -> GateDecision:
    """Make the decision that the other side proposed; the gate, and with a stop the engagement, follow it.

    A stop without fault publishes its lesson and leaves no mark on anyone.

    Raises NotPermitted for the side that proposed it, IllegalMove for a breach before the accused party was heard or
    its ten days have passed by the database clock, and as `propose_decision` does.
    """
    decision = _lock_decision(actor, decision_id)
    if _speaks_as_manager(actor, decision) == decision.by_manager or actor.account_id == decision.proposed_by_id:
        raise NotPermitted(_("Your side proposed this decision; the other side has to confirm it."))
    _require_possible(decision.gate, decision)
    _require_heard(decision)
    _move(decision, "confirm", actor)
    decision.confirmed_by_id, decision.confirmed_at = actor.account_id, timezone.now()
    decision.save()
    _follow(decision, actor)
    return decision


def _require_heard(decision: GateDecision) -> None:
    if decision.verdict != GateVerdict.STOP_BREACH or decision.statement:
        return
    if not GateDecision.objects.filter(pk=decision.pk, heard_by__lte=DatabaseClock()).exists():
        raise IllegalMove(
            _("The party concerned has to be heard first. Wait for its statement or until its time is over.")
        )


def _follow(decision: GateDecision, actor: Actor) -> None:
    gate, engagement = decision.gate, decision.gate.engagement
    gate.state = check_move(GATE_MOVES, decision.verdict, gate.state)
    gate.iterations += decision.verdict == GateVerdict.ITERATE
    gate.decided_at = timezone.now()
    gate.version += 1
    gate.save()
    if decision.verdict == GateVerdict.PASS:
        log_event("engagement.gate_passed", engagement, actor=actor, stage=gate.stage)
        if gate.stage == Stage.SCALE and engagement.status == EngagementStatus.ACCEPTED:
            land_locked(engagement)
    elif decision.verdict == GateVerdict.ITERATE:
        log_event("engagement.gate_iterated", engagement, actor=actor, stage=gate.stage, round=gate.iterations)
    else:
        _stop(decision, actor)


def _stop(decision: GateDecision, actor: Actor) -> None:
    gate, engagement = decision.gate, decision.gate.engagement
    engagement.ended_at = timezone.now()
    if decision.verdict == GateVerdict.STOP_BREACH:
        engagement.reason = decision.reason
    move_engagement(engagement, decision.verdict, actor=actor, stage=gate.stage)
    if decision.verdict == GateVerdict.STOP_NO_FAULT:
        publish_lesson(engagement, actor=actor, title=decision.lesson_title, text=decision.lesson, gate=gate)
