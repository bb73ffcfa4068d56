"""Projects of the demonstration: gates with costs, trials and measurements, decisions, proof, rollouts, a sandbox."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from marketplace.actions import (
    engagement_costs,
    engagement_decisions,
    engagement_elements,
    engagement_gates,
    engagement_landing,
    engagement_notes,
    engagement_opening,
    engagement_proof,
    engagement_rollouts,
    engagement_standing,
    engagement_trials,
    incidents,
    sandboxes,
)
from marketplace.demonstration import past
from marketplace.demonstration.people import day, organisation, owner_of, speaker, staff
from marketplace.models import Capability, Engagement, Gate, Party, Response
from scenarios.actions.risk_papers import enter_ethics_number
from scenarios.actor import Actor
from scenarios.models import Call, Need

Row = dict[str, Any]


def open_awarded(call: Call, row: Row) -> Engagement:
    """Open the project of one winner of a call and take it as far as the file says."""
    response = Response.objects.get(call=call, lead=organisation(row["lead"]), status="awarded")
    return carry(engagement_opening.open_engagement(actor=staff("manager"), response_id=response.pk), row)


def agree(row: Row, need: Need) -> Engagement:
    """Have a need's owner and a supplier agree on a project without a call."""
    if number := row.get("ethics_number"):
        enter_ethics_number(actor=owner_of(need.owner_id), need_id=need.pk, number=number)
    capability = Capability.objects.published().get(external_id=row["capability"])
    made = engagement_opening.propose_engagement(
        actor=owner_of(need.owner_id),
        need_id=need.pk,
        capability_id=capability.pk,
        organisation_id=need.owner_id,
    )
    engagement_opening.confirm_engagement(actor=owner_of(capability.owner_id), engagement_id=made.pk)
    return carry(made, row)


def carry(engagement: Engagement, row: Row) -> Engagement:
    """Take a project from its preparation to where the file leaves it."""
    manager, pk = staff("manager"), engagement.pk
    for stage, gate in row["gates"].items():
        engagement_gates.plan_gate(actor=manager, engagement_id=pk, stage=stage, fields=planned(gate))
    if sandbox := row.get("sandbox"):
        set_up(engagement, sandbox)
    engagement_standing.start_engagement(actor=manager, engagement_id=pk)
    for promise in row.get("elements", []):
        deliver(engagement, promise)
    for stage, gate in row["gates"].items():
        if "rounds" in gate:
            run(engagement, stage, gate)
    past.age_project(engagement, days=row["started_days_ago"])
    for note in row.get("notes", []):
        write(engagement, note)
    if sandbox:
        report(engagement, sandbox["incidents"])
    if "acceptance" in row:
        accept(engagement, row["acceptance"])
    for lesson in row.get("lessons", []):
        engagement_landing.write_lesson(
            actor=speaker(lesson["by"]), engagement_id=pk, title=lesson["title"], text=lesson["text"]
        )
    for rollout in row.get("rollouts", []):
        roll_out(engagement, rollout)
    if "ended_days_ago" in row:
        past.age_end(engagement, days=row["ended_days_ago"])
    return engagement


def planned(gate: Row) -> engagement_gates.GateFields:
    return {
        "entry": gate["entry"],
        "stop_loss": gate["stop_loss"],
        "trials": gate["trials"],
        "cost_cap": Decimal(gate["cost_cap"]),
        "starts_on": day(gate["starts_in_days"]),
        "ends_on": day(gate["ends_in_days"]),
    }


def party(engagement: Engagement, key: str) -> Party:
    return engagement.parties.filter(organisation=organisation(key)).earliest("role")


def deliver(engagement: Engagement, row: Row) -> None:
    """Have a party promise an element, deliver it where the file says so, and the other one confirm it."""
    giver, receiver = (party(engagement, row[side]) for side in ("giver", "receiver"))
    fields: engagement_elements.ElementFields = {
        "element": row["element"],
        "what": row["what"],
        "due_on": day(row["due_in_days"]),
    }
    entry = engagement_elements.promise_element(
        actor=speaker(row["giver"]),
        engagement_id=engagement.pk,
        giver_id=giver.pk,
        receiver_id=receiver.pk,
        fields=fields,
    )
    if row["state"] == "promised":
        return
    engagement_elements.deliver_element(actor=speaker(row["giver"]), entry_id=entry.pk, note=row["note"])
    if row["state"] == "confirmed":
        engagement_elements.confirm_element(actor=speaker(row["receiver"]), entry_id=entry.pk)


def run(engagement: Engagement, stage: str, row: Row) -> None:
    """Begin a gate, and book, try, measure and decide its rounds one after the other."""
    manager, owner = staff("manager"), first_owner(engagement)
    gate = engagement.gates.get(stage=stage)
    engagement_gates.start_gate(actor=owner, gate_id=gate.pk)
    for one in row["rounds"]:
        for cost in one.get("costs", []):
            book(engagement, gate, cost)
        for trial in one.get("trials", []):
            attempt(engagement, gate, trial)
        measure(engagement, gate, one)
        if "decision" not in one:
            return
        decision = engagement_decisions.propose_decision(actor=owner, gate_id=gate.pk, fields=one["decision"])
        if not one.get("waits"):
            engagement_decisions.confirm_decision(actor=manager, decision_id=decision.pk)


def first_owner(engagement: Engagement) -> Actor:
    owner = engagement.parties.filter(role="owner").earliest("organisation__name_zh")
    assert owner.organisation_id is not None  # noqa: S101 - the constraint party_decides_is_registered
    return owner_of(owner.organisation_id)


def book(engagement: Engagement, gate: Gate, row: Row) -> None:
    fields: engagement_costs.CostFields = {
        "amount": Decimal(row["amount"]),
        "what": row["what"],
        "spent_on": day(-row["days_ago"]),
    }
    payer = party(engagement, row["payer"])
    engagement_costs.book_cost(actor=speaker(row["payer"]), gate_id=gate.pk, payer_id=payer.pk, fields=fields)


def attempt(engagement: Engagement, gate: Gate, row: Row) -> None:
    """Record a trial, with the cost that the file names by what it was for."""
    cost = gate.costs.get(what=row["cost"]) if "cost" in row else None
    fields: engagement_trials.TrialFields = {
        "tried_on": day(-row["days_ago"]),
        "what": row["what"],
        "outcome": row["outcome"],
        "cost_id": cost.pk if cost else None,
    }
    engagement_trials.record_trial(actor=owner_of(engagement.lead_id), gate_id=gate.pk, fields=fields)


def measure(engagement: Engagement, gate: Gate | None, row: Row) -> None:
    """Record what was measured of the indicators that the file names by their metric."""
    for indicator in engagement.indicators.filter(metric__in=row["values"]):
        fields: engagement_proof.MeasurementFields = {
            "value": Decimal(row["values"][indicator.metric]),
            "test_method": indicator.test_method or row["measured_by"],
            "measured_by": row["measured_by"],
            "measured_on": day(-row["days_ago"]),
            "evidence": row["evidence"],
        }
        actor = owner_of(engagement.lead_id)
        if gate is not None:
            engagement_proof.measure_at_gate(actor=actor, gate_id=gate.pk, indicator_id=indicator.pk, fields=fields)
        else:
            engagement_proof.measure_for_acceptance(
                actor=actor, engagement_id=engagement.pk, indicator_id=indicator.pk, fields=fields
            )


def accept(engagement: Engagement, row: Row) -> None:
    """Measure for the acceptance and have the owner accept: with the gate of scale passed it lands."""
    measure(engagement, None, row)
    engagement.refresh_from_db()
    engagement_proof.accept_engagement(
        actor=first_owner(engagement), engagement_id=engagement.pk, version=engagement.version
    )


def roll_out(engagement: Engagement, row: Row) -> None:
    """Have a member of the pool answer for its own need, with its deviation where the file names one."""
    rollout = engagement.rollouts.get(need__external_id=row["need"])
    owner = owner_of(rollout.need.owner_id)
    if "declined" in row:
        engagement_rollouts.decline_rollout(actor=owner, rollout_id=rollout.pk, reason=row["declined"])
        return
    engagement_rollouts.accept_rollout(actor=owner, rollout_id=rollout.pk)
    engagement_rollouts.note_deviation(actor=owner, rollout_id=rollout.pk, **row["deviation"])
    engagement_rollouts.plan_rollout(actor=owner, rollout_id=rollout.pk, planned_on=day(row["planned_in_days"]))


def write(engagement: Engagement, row: Row) -> None:
    """Have a party or the manager write a note to the others, so many days ago."""
    actor = staff("manager") if row["by"] == "manager" else speaker(row["by"])
    note = engagement_notes.write_note(actor=actor, engagement_id=engagement.pk, text=row["text"])
    past.age_note(note, days=row["days_ago"])


def set_up(engagement: Engagement, row: Row) -> None:
    """Have the supervisor set the sandbox up, with a third party that evaluates."""
    sandboxes.set_up_sandbox(
        actor=staff("supervisor"),
        engagement_id=engagement.pk,
        version=0,
        terms={name: row[name] for name in ("scope", "limits", "exit_criteria")},  # type: ignore[arg-type]
        fields={
            "third_party_id": organisation(row["third_party"]).pk,
            "starts_on": day(row["starts_in_days"]),
            "ends_on": day(row["ends_in_days"]),
        },
    )


def report(engagement: Engagement, rows: list[Row]) -> None:
    """Report the incidents in their order, and close those for which the file has the measures taken."""
    for row in rows:
        incident = incidents.report_incident(
            actor=speaker(row["by"]),
            engagement_id=engagement.pk,
            fields={
                "severity": row["severity"],
                "what": row["what"],
                "measures": row["measures"],
                "happened_at": timezone.now() - timedelta(hours=row["hours_ago"]),
            },
        )
        past.age_report(incident)
        if remedy := row.get("remedy"):
            incidents.close_incident(actor=staff("supervisor"), incident_id=incident.pk, remedy=remedy)
