"""Steps within a project over the API: gates, decisions, the ledger, rollouts. Each answers with the whole project."""

from typing import Any
from uuid import UUID

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import engagement_costs as costs
from marketplace.actions import engagement_decisions as decisions
from marketplace.actions import engagement_elements as elements
from marketplace.actions import engagement_gates, engagement_proof, engagement_trials
from marketplace.actions import engagement_rollouts as rollouts
from marketplace.api.engagement_input import (
    CostBooked,
    DayPlanned,
    DaySet,
    DecisionProposed,
    DeviationNoted,
    Measured,
    Statement,
    TrialRecorded,
)
from marketplace.api.engagement_serializers import EngagementShown
from marketplace.models import Engagement
from scenarios.access import MEMBER
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Note, Nothing, Reason
from scenarios.policies import one_of

INSIDE = (MEMBER, "manager")


class StepEndpoint(Endpoint):
    """Steps that answer with the project that they belong to."""

    serializer_class = EngagementShown

    def rows(self) -> Any:
        return Engagement.objects.for_page().prefetch_related("parties__organisation", "lessons")

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    def project(self, engagement_id: UUID) -> Response:
        """Show the project as it stands now."""
        return Response(self.get_serializer(one_of(self.get_queryset(), engagement_id)).data)


class GateEndpoint(StepEndpoint):
    """Steps of a gate."""

    audience = dict.fromkeys(("start", "costs", "trials", "measure", "decide"), INSIDE)

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: UUID) -> Response:
        """Begin a gate whose entry criteria are met."""
        self.values(Nothing)
        return self.project(engagement_gates.start_gate(actor=self.actor, gate_id=pk).engagement_id)

    @operation(reads=CostBooked, shows=EngagementShown, keyed=True)
    @action(detail=True, methods=["post"])
    def costs(self, request: Request, pk: UUID) -> Response:
        """Book what was spent, within the cap."""
        values: Any = self.values(CostBooked)
        payer = values.pop("payer")
        cost = costs.book_cost(actor=self.actor, gate_id=pk, payer_id=payer, fields=values, key=self.key())
        return self.project(cost.gate.engagement_id)

    @operation(reads=TrialRecorded, shows=EngagementShown, keyed=True)
    @action(detail=True, methods=["post"])
    def trials(self, request: Request, pk: UUID) -> Response:
        """Record a trial, among those that were planned."""
        values: Any = self.values(TrialRecorded)
        values["cost_id"] = values.pop("cost", None)
        trial = engagement_trials.record_trial(actor=self.actor, gate_id=pk, fields=values, key=self.key())
        return self.project(trial.gate.engagement_id)

    @operation(reads=Measured, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, pk: UUID) -> Response:
        """Record what this round measured of an indicator."""
        values: Any = self.values(Measured)
        seen: Any = {"indicator_id": values.pop("indicator"), "version": values.pop("version")}
        row = engagement_proof.measure_at_gate(actor=self.actor, gate_id=pk, fields=values, **seen)
        return self.project(row.indicator.engagement_id)

    @operation(reads=DecisionProposed, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: UUID) -> Response:
        """Propose how the round ends; the other side confirms it."""
        values: Any = self.values(DecisionProposed)
        values["accused_id"] = values.pop("accused", None)
        proposed = decisions.propose_decision(actor=self.actor, gate_id=pk, fields=values)
        return self.project(proposed.gate.engagement_id)


class CostEndpoint(StepEndpoint):
    """Steps of a cost."""

    audience = {"strike": INSIDE}

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def strike(self, request: Request, pk: UUID) -> Response:
        """Strike out what was booked by mistake."""
        struck = costs.strike_cost(actor=self.actor, cost_id=pk, reason=self.values(Reason)["reason"])
        return self.project(struck.gate.engagement_id)


class TrialEndpoint(StepEndpoint):
    """Steps of a trial."""

    audience = {"strike": INSIDE}

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def strike(self, request: Request, pk: UUID) -> Response:
        """Strike out what was recorded by mistake; it counts no more."""
        reason = self.values(Reason)["reason"]
        struck = engagement_trials.strike_trial(actor=self.actor, trial_id=pk, reason=reason)
        return self.project(struck.gate.engagement_id)


class DecisionEndpoint(StepEndpoint):
    """Steps of a decision on a gate."""

    audience = {**dict.fromkeys(("confirm", "take_back"), INSIDE), "statement": (MEMBER,)}

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Make the decision that the other side proposed."""
        self.values(Nothing)
        return self.project(decisions.confirm_decision(actor=self.actor, decision_id=pk).gate.engagement_id)

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: UUID) -> Response:
        """Take back what your side proposed."""
        self.values(Nothing)
        return self.project(decisions.take_decision_back(actor=self.actor, decision_id=pk).gate.engagement_id)

    @operation(reads=Statement, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def statement(self, request: Request, pk: UUID) -> Response:
        """State your side before a stop for breach is decided."""
        made = decisions.make_statement(actor=self.actor, decision_id=pk, **self.values(Statement))
        return self.project(made.gate.engagement_id)


class ElementEndpoint(StepEndpoint):
    """Steps of an entry in the element ledger."""

    audience = dict.fromkeys(("deliver", "confirm", "refuse", "release"), (MEMBER,))

    @operation(reads=Note, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def deliver(self, request: Request, pk: UUID) -> Response:
        """Say that what you promised was delivered."""
        note = self.values(Note)["note"]
        return self.project(elements.deliver_element(actor=self.actor, entry_id=pk, note=note).engagement_id)

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Confirm that what was promised to you has come."""
        self.values(Nothing)
        return self.project(elements.confirm_element(actor=self.actor, entry_id=pk).engagement_id)

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, pk: UUID) -> Response:
        """Say that it has not come, or not so."""
        reason = self.values(Reason)["reason"]
        return self.project(elements.refuse_element(actor=self.actor, entry_id=pk, reason=reason).engagement_id)

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: UUID) -> Response:
        """Give up what was promised to you."""
        reason = self.values(Reason)["reason"]
        return self.project(elements.release_element(actor=self.actor, entry_id=pk, reason=reason).engagement_id)


class RolloutEndpoint(StepEndpoint):
    """Steps of a member's rollout."""

    audience = dict.fromkeys(("accept", "decline", "plan", "finish", "deviate"), (MEMBER,))

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Take over what has landed for your need."""
        self.values(Nothing)
        return self.project(rollouts.accept_rollout(actor=self.actor, rollout_id=pk).engagement_id)

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Do not take it over."""
        reason = self.values(Reason)["reason"]
        return self.project(rollouts.decline_rollout(actor=self.actor, rollout_id=pk, reason=reason).engagement_id)

    @operation(reads=DayPlanned, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def plan(self, request: Request, pk: UUID) -> Response:
        """Set the day on which your site takes it over."""
        values = self.values(DayPlanned)
        planned: Any = {"planned_on": values["day"], "version": values["version"]}
        return self.project(rollouts.plan_rollout(actor=self.actor, rollout_id=pk, **planned).engagement_id)

    @operation(reads=DaySet, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: UUID) -> Response:
        """Say since when it runs at your site."""
        day = self.values(DaySet)["day"]
        return self.project(rollouts.finish_rollout(actor=self.actor, rollout_id=pk, done_on=day).engagement_id)

    @operation(reads=DeviationNoted, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def deviate(self, request: Request, pk: UUID) -> Response:
        """Note a deviation from the core; it is proposed for the core's next version."""
        noted = rollouts.note_deviation(actor=self.actor, rollout_id=pk, **self.values(DeviationNoted))
        return self.project(noted.rollout.engagement_id)
