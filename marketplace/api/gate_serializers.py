"""What the API shows of gates to those inside: plans, costs, trials and decisions."""

from typing import Any

from rest_framework import serializers

from marketplace.api.engagement_input import Money
from marketplace.models import Gate, GateDecision


class CostShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    payer = serializers.UUIDField(source="payer_id")
    amount = Money()
    what = serializers.CharField()
    spent_on = serializers.DateField()
    struck_at = serializers.DateTimeField(allow_null=True)
    struck_reason = serializers.CharField()


class TrialShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    round = serializers.IntegerField(source="iteration")
    tried_on = serializers.DateField()
    what = serializers.CharField()
    outcome = serializers.CharField()
    cost = serializers.UUIDField(source="cost_id", allow_null=True)
    struck_at = serializers.DateTimeField(allow_null=True)
    struck_reason = serializers.CharField()


class DecisionShown(serializers.ModelSerializer[GateDecision]):
    class Meta:
        model = GateDecision
        fields = (
            *("id", "iteration", "verdict", "state", "reason", "lesson_title", "lesson", "accused", "evidence"),
            *("statement", "version", "heard_by", "by_manager", "proposed_at", "confirmed_at"),
        )
        read_only_fields = fields


class GateShown(serializers.ModelSerializer[Gate]):
    verdict = serializers.SerializerMethodField(help_text="The last decision that was made; empty before it.")
    costs = CostShown(many=True)
    trial_records = TrialShown(many=True, help_text="What was tried; what is struck out counts no more.")
    decisions = DecisionShown(many=True)

    class Meta:
        model = Gate
        fields = (
            *("id", "stage", "state", "iterations", "verdict", "version", "entry", "stop_loss", "trials", "cost_cap"),
            *("spent", "trials_made", "starts_on", "ends_on", "costs", "trial_records", "decisions"),
        )
        read_only_fields = fields

    def get_verdict(self, gate: Any) -> str:
        return gate.made.verdict if gate.made else ""
