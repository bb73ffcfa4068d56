"""What the API shows of engagements: as far as the reader may know it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace import engagement_choices as choices
from marketplace.api.gate_serializers import GateShown
from marketplace.engagement_facts import (
    Standing,
    gates_of,
    standing_of,
    told_elements,
    told_indicators,
    told_parties,
    told_rollouts,
)
from marketplace.models import Engagement, Lesson
from scenarios.api.output import Brief, Party, actor_of


class PartyTold(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    role = serializers.ChoiceField(choices=choices.PartyRole.choices)
    name = serializers.CharField(help_text="A peer in a pool is numbered where its name is not told.")
    organisation = serializers.UUIDField(source="organisation_id", allow_null=True)
    contact = serializers.CharField(allow_blank=True, help_text="Of the parties across the table, for parties only.")
    version = serializers.IntegerField(help_text="Of your own contact, to be sent with another one; 0 of others.")


class ReadingTold(serializers.Serializer[Any]):
    stage = serializers.CharField(source="gate.stage")
    round = serializers.IntegerField(source="measurement.iteration")
    value = serializers.DecimalField(source="measurement.value", max_digits=16, decimal_places=4)
    test_method = serializers.CharField(source="measurement.test_method")
    measured_by = serializers.CharField(source="measurement.measured_by")
    measured_on = serializers.DateField(source="measurement.measured_on")
    evidence = serializers.CharField(source="measurement.evidence")
    met = serializers.BooleanField(allow_null=True)


class AcceptedReading(serializers.Serializer[Any]):
    value = serializers.DecimalField(source="measurement.value", max_digits=16, decimal_places=4)
    test_method = serializers.CharField(source="measurement.test_method")
    measured_by = serializers.CharField(source="measurement.measured_by")
    measured_on = serializers.DateField(source="measurement.measured_on")
    met = serializers.BooleanField(allow_null=True)


class ProofLineShown(serializers.Serializer[Any]):
    """One indicator from the need's target to the measurement at the acceptance."""

    id = serializers.UUIDField(source="indicator.pk")
    indicator = serializers.UUIDField(source="indicator.indicator", help_text="Its id in the need or the pool's core.")
    metric = serializers.CharField(source="indicator.metric")
    unit = serializers.CharField(source="indicator.unit")
    comparator = serializers.CharField(source="indicator.comparator")
    essential = serializers.BooleanField(source="indicator.essential")
    baseline = serializers.DecimalField(source="indicator.baseline", max_digits=16, decimal_places=4, allow_null=True)
    need_target = serializers.DecimalField(
        source="indicator.need_target", max_digits=16, decimal_places=4, allow_null=True
    )
    target = serializers.DecimalField(source="indicator.target", max_digits=16, decimal_places=4, allow_null=True)
    target_max = serializers.DecimalField(
        source="indicator.target_max", max_digits=16, decimal_places=4, allow_null=True
    )
    promised = serializers.DecimalField(
        source="indicator.promised", max_digits=16, decimal_places=4, allow_null=True, required=False
    )
    promised_evidence = serializers.CharField(source="indicator.promised_evidence", required=False)
    readings = ReadingTold(many=True, required=False)
    accepted = AcceptedReading(allow_null=True)
    met = serializers.BooleanField(allow_null=True)


class ElementShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    element = serializers.CharField()
    giver = serializers.UUIDField(source="giver_id")
    receiver = serializers.UUIDField(source="receiver_id")
    what = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    unit = serializers.CharField()
    due_on = serializers.DateField()
    state = serializers.CharField()
    is_late = serializers.BooleanField()
    note = serializers.CharField()


class DeviationShown(serializers.Serializer[Any]):
    part = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()
    core_change = serializers.UUIDField(source="core_change_id", allow_null=True)


class RolloutShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    need = Brief()
    state = serializers.CharField()
    reason = serializers.CharField()
    planned_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField(help_text="To be sent with another day.")
    done_on = serializers.DateField(allow_null=True)
    deviations = DeviationShown(many=True)


class LessonShown(serializers.ModelSerializer[Lesson]):
    class Meta:
        model = Lesson
        fields = ("id", "engagement", "title", "text", "published_at")
        read_only_fields = fields


PROOF_OF_PARTIES = ("promised", "promised_evidence", "readings")
PUBLIC_OF_GATE = ("id", "stage", "state", "iterations", "verdict")


class EngagementShown(serializers.ModelSerializer[Engagement]):
    """A project; what the reader may not know is left out."""

    need = Brief(allow_null=True)
    demand = Brief(allow_null=True)
    capability = Brief(allow_null=True)
    lead = Party()
    reason = serializers.CharField(source="told_reason")
    parties = serializers.SerializerMethodField()
    indicators = serializers.SerializerMethodField()
    gates = serializers.SerializerMethodField(help_text="Plans, costs and decisions for parties and staff only.")
    elements = serializers.SerializerMethodField(help_text="What you may read of the ledger.")
    rollouts = serializers.SerializerMethodField()
    lessons = LessonShown(many=True)

    class Meta:
        model = Engagement
        fields = (
            *("id", "code", "version", "title_zh", "title_en", "summary", "status", "need", "demand", "capability"),
            *("lead", "reason", "started_at", "accepted_at", "landed_at", "ended_at", "parties", "indicators"),
            *("gates", "elements", "rollouts", "lessons"),
        )
        read_only_fields = fields

    def to_representation(self, row: Engagement) -> dict[str, Any]:
        visible = self._standing(row).visible
        return {name: value for name, value in super().to_representation(row).items() if name in visible}

    def _standing(self, row: Engagement) -> Standing:
        return standing_of(actor_of(self.context), row)

    @extend_schema_field(PartyTold(many=True))
    def get_parties(self, row: Engagement) -> Any:
        return PartyTold(told_parties(row, actor_of(self.context)), many=True).data

    @extend_schema_field(ProofLineShown(many=True))
    def get_indicators(self, row: Engagement) -> Any:
        standing = self._standing(row)
        lines = [one.line for one in told_indicators(row, standing)]
        hidden = () if "indicator.readings" in standing.visible else PROOF_OF_PARTIES
        shown = ProofLineShown(lines, many=True).data
        return [{name: value for name, value in line.items() if name not in hidden} for line in shown]

    @extend_schema_field(GateShown(many=True))
    def get_gates(self, row: Engagement) -> Any:
        gates = GateShown(gates_of(row), many=True).data
        if "gate.plan" in self._standing(row).visible:
            return gates
        return [{name: gate[name] for name in PUBLIC_OF_GATE} for gate in gates]

    @extend_schema_field(ElementShown(many=True))
    def get_elements(self, row: Engagement) -> Any:
        return ElementShown(told_elements(row, actor_of(self.context)), many=True).data

    @extend_schema_field(RolloutShown(many=True))
    def get_rollouts(self, row: Engagement) -> Any:
        return RolloutShown(told_rollouts(row, actor_of(self.context)), many=True).data


class EngagementListed(serializers.ModelSerializer[Engagement]):
    """A project in a list."""

    lead = Party()

    class Meta:
        model = Engagement
        fields = ("id", "code", "title_zh", "title_en", "status", "lead", "started_at", "landed_at", "ended_at")
        read_only_fields = fields
