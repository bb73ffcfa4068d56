"""What is planted in projects: one of the rival with the supplier, one of a pool of the rival and the enterprise."""

from datetime import date
from decimal import Decimal
from typing import Any

from marketplace.actions import (
    engagement_costs,
    engagement_elements,
    engagement_landing,
    engagement_notes,
    engagement_opening,
    engagement_trials,
)
from marketplace.actions import engagement_rollouts as rollouts
from marketplace.actions import engagement_standing as standing
from marketplace.models import Engagement, Gate
from scenarios.actions.following import follow
from scenarios.actor import Actor
from tests.calls import answers, award
from tests.engagements import closed_call, landed_pool, planned_gate, propose, running_gate
from tests.factories import Cast, published_need

DAY = date(2026, 1, 15)


def plant_projects(cast: Cast, world: Any) -> dict[str, list[Any]]:
    """Plant them; return the ids by the word in an address that leads to them."""
    single, gate = _plant_single(cast, world)
    pooled = _plant_pooled(cast, world)
    projects = [single, pooled]
    return {
        "engagements": [one.pk for one in projects],
        "gates": [gate.pk, *pooled.gates.values_list("pk", flat=True)],
        "costs": list(gate.costs.values_list("pk", flat=True)),
        "trials": list(gate.trial_records.values_list("pk", flat=True)),
        "decisions": list(gate.decisions.values_list("pk", flat=True)),
        "elements": list(single.elements.values_list("pk", flat=True)),
        "rollouts": list(pooled.rollouts.values_list("pk", flat=True)),
        "lessons": list(pooled.lessons.values_list("pk", flat=True)),
    }


def _party_or_staff(*organisations: Any) -> Any:
    return lambda actor: actor.is_staff or any(actor.belongs_to(one.pk) for one in organisations)


def _party(*organisations: Any) -> Any:
    def allowed(actor: Actor) -> bool:
        return any(actor.belongs_to(one.pk) for one in organisations)

    return allowed


def _plant_single(cast: Cast, world: Any) -> tuple[Engagement, Gate]:
    sides = (cast.rival_org, cast.supplier_org)
    inside = _party_or_staff(*sides)

    def secret(field: str, text: str) -> str:
        return str(world.plant(f"project.{field}", text, inside))

    call = closed_call(cast, need_id=published_need(cast, "rival", title_zh="铸件磕碰检测").pk)
    evidence = secret("promised_evidence", "canary-promised-evidence")
    content = answers(call)
    content["commitments"][0]["evidence"] = evidence
    response = award(call, cast.supplier_org, author=cast.supplier, content=content)
    engagement = engagement_opening.open_engagement(actor=cast.actor("manager"), response_id=response.pk)
    for part in ("rival", "supplier"):
        contact = world.plant(f"party.contact of {part}", f"canary-party-contact-{part}", _party(*sides))
        engagement_opening.set_contact(actor=cast.actor(part), engagement_id=engagement.pk, contact=contact)
    plan = {"entry": secret("entry", "canary-gate-entry"), "stop_loss": secret("stop_loss", "canary-stop-loss")}
    planned_gate(cast, engagement, **plan, cost_cap=Decimal(secret("cost_cap", "6718.42")))
    standing.start_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    follow(actor=cast.actor("stranger"), subject_type="engagement", subject_id=engagement.pk)
    gate = running_gate(cast, engagement)
    _plant_steps(cast, engagement, gate, secret)
    _plant_notes(cast, engagement, secret, ("rival", "supplier", "manager"))
    return engagement, gate


def _plant_steps(cast: Cast, engagement: Engagement, gate: Gate, secret: Any) -> None:
    lead = engagement.parties.get(role="lead")
    owner = engagement.parties.get(role="owner")
    cost: Any = {
        "amount": Decimal(secret("cost", "4271.93")),
        "what": secret("cost.what", "canary-cost-what"),
        "spent_on": DAY,
    }
    engagement_costs.book_cost(actor=cast.actor("supplier"), gate_id=gate.pk, payer_id=lead.pk, fields=cost)
    engagement_trials.record_trial(
        actor=cast.actor("supplier"),
        gate_id=gate.pk,
        fields={
            "tried_on": DAY,
            "what": secret("trial.what", "canary-trial-what"),
            "outcome": secret("trial.outcome", "canary-trial-outcome"),
        },
    )
    engagement_elements.promise_element(
        actor=cast.actor("rival"),
        engagement_id=engagement.pk,
        giver_id=owner.pk,
        receiver_id=lead.pk,
        fields={
            "element": "funds",
            "what": secret("element", "canary-element-what"),
            "quantity": Decimal(secret("element.quantity", "3917.28")),
            "unit": "万元",
            "due_on": DAY,
        },
    )
    propose(
        cast,
        gate,
        "stop_breach",
        part="rival",
        reason=secret("decision.reason", "canary-decision-reason"),
        evidence=secret("decision.evidence", "canary-decision-evidence"),
        accused_id=lead.pk,
    )


def _plant_notes(cast: Cast, engagement: Engagement, secret: Any, parts: tuple[str, ...]) -> None:
    for part in parts:
        words = secret(f"note of {part}", f"canary-note-{part}-{engagement.code}")
        engagement_notes.write_note(actor=cast.actor(part), engagement_id=engagement.pk, text=words)


def _plant_pooled(cast: Cast, world: Any) -> Engagement:
    """Plant what the members of a pool must not learn of each other: contacts, and how each takes it over."""
    engagement = landed_pool(cast)
    follow(actor=cast.actor("stranger"), subject_type="engagement", subject_id=engagement.pk)
    for part, organisation in (("enterprise", cast.enterprise_org), ("rival", cast.rival_org)):
        allowed = _party(organisation, cast.supplier_org)
        contact = world.plant(f"peer.contact of {part}", f"canary-peer-contact-{part}", allowed)
        engagement_opening.set_contact(actor=cast.actor(part), engagement_id=engagement.pk, contact=contact)
    own, other = (engagement.rollouts.get(need__owner=one) for one in (cast.enterprise_org, cast.rival_org))
    words = world.plant("rollout.reason", "canary-rollout-reason", _party_or_staff(cast.rival_org, cast.supplier_org))
    rollouts.decline_rollout(actor=cast.actor("rival"), rollout_id=other.pk, reason=words)
    rollouts.accept_rollout(actor=cast.actor("enterprise"), rollout_id=own.pk)
    seen = _party_or_staff(cast.enterprise_org, cast.supplier_org)
    rollouts.note_deviation(
        actor=cast.actor("enterprise"),
        rollout_id=own.pk,
        part="problem",
        value=world.plant("deviation.value", "canary-deviation-value", seen),
        reason=world.plant("deviation.reason", "canary-deviation-reason", seen),
    )
    inside = _party_or_staff(cast.enterprise_org, cast.rival_org, cast.supplier_org)
    _plant_notes(
        cast, engagement, lambda field, text: world.plant(f"pooled.{field}", text, inside), ("enterprise", "rival")
    )
    engagement_landing.write_lesson(
        actor=cast.actor("supplier"), engagement_id=engagement.pk, title="光源", text="先做光源试验。"
    )
    return engagement
