"""What the API shows of engagements: as far as the reader may know it."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace import engagement_choices as choices
from marketplace.api.engagement_input import Money
from marketplace.api.gate_serializers import GateShown, Money
from marketplace.engagement_facts import (
    Standing,
    gates_of,
    standing_of,
    told_elements,
    told_indicators,
    told_parties,
    told_rollouts,
)
from marketplace.models import Engagement, Gate, GateDecision, Lesson
from scenarios.api.output import Brief, Party, actor_of


from marketplace.models import Engagement, Lesson
from scenarios.api.input import Strict, Version, Words
from scenarios.api.output import Brief, Party, actor_of
from scenarios.choices import CorePart


class Text(serializers.CharField):
    """A text of up to 4,000 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 4000, "allow_blank": True, **options})


class EngagementOpened(Strict):
    response = serializers.UUIDField(help_text="An awarded response.")


class EngagementProposed(Strict):
    need = serializers.UUIDField()
    capability = serializers.UUIDField()
    organisation = serializers.UUIDField(help_text="Yours: the need's owner or the capability's.")


class AcceptanceGiven(Strict):
    version = Version(help_text="Of the engagement whose measurements you read.")


class GatePlanned(Strict):
    stage = serializers.ChoiceField(choices=choices.Stage.choices)
    version = serializers.IntegerField(min_value=0, default=0, help_text="Of the gate that you read; 0 for a new one.")
    entry = Words(required=False)
    stop_loss = Words(required=False)
    trials = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    cost_cap = Money(required=False, help_text="In 10,000 yuan.")
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)


class CostBooked(Strict):
    payer = serializers.UUIDField(help_text="A party; your own one, unless you are the manager.")
    amount = Money(help_text="In 10,000 yuan; beyond the cap of the gate it is refused.")
    what = serializers.CharField(max_length=400)
    spent_on = serializers.DateField()


class TrialRecorded(Strict):
    tried_on = serializers.DateField()
    what = serializers.CharField(max_length=400)
    outcome = Words()
    cost = serializers.UUIDField(required=False, allow_null=True, help_text="A cost that is booked to this gate.")


class Measured(Strict):
    indicator = serializers.UUIDField(help_text="The id of a line of `indicators`.")
    value = serializers.DecimalField(max_digits=16, decimal_places=4)
    test_method = serializers.CharField(max_length=1000)
    measured_by = serializers.CharField(max_length=200)
    measured_on = serializers.DateField()
    evidence = Words(required=False, default="")


class DecisionProposed(Strict):
    verdict = serializers.ChoiceField(choices=choices.GateVerdict.choices)
    reason = Words()
    lesson_title = serializers.CharField(max_length=120, allow_blank=True, required=False)
    lesson = Text(required=False, help_text="Needed to stop without fault; it is public.")
    accused = serializers.UUIDField(required=False, allow_null=True, help_text="A party; needed to stop for breach.")
    evidence = Text(required=False)


class Statement(Strict):
    statement = Text()


class ElementPromised(Strict):
    giver = serializers.UUIDField(help_text="Your own party.")
    receiver = serializers.UUIDField()
    element = serializers.ChoiceField(choices=choices.Element.choices)
    what = serializers.CharField(max_length=400)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=2, required=False, allow_null=True)
    unit = serializers.CharField(max_length=30, required=False, allow_blank=True)
    due_on = serializers.DateField()


class ContactChanged(Strict):
    contact = serializers.CharField(max_length=400, allow_blank=True)


class LessonWritten(Strict):
    title = serializers.CharField(max_length=120)
    text = serializers.CharField(max_length=4000)


class DaySet(Strict):
    day = serializers.DateField()


class DeviationNoted(Strict):
    part = serializers.ChoiceField(choices=CorePart.choices)
    value = serializers.CharField(max_length=20_000)
    reason = serializers.CharField(max_length=2000)


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


class CostShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    payer = serializers.UUIDField(source="payer_id")
    amount = Money()
    what = serializers.CharField()
    spent_on = serializers.DateField()
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
    decisions = DecisionShown(many=True)

    class Meta:
        model = Gate
        fields = (
            *("id", "stage", "state", "iterations", "verdict", "version", "entry", "stop_loss", "trials", "cost_cap"),
            *("spent", "starts_on", "ends_on", "costs", "decisions"),
        )
        read_only_fields = fields

    def get_verdict(self, gate: Any) -> str:
        return gate.made.verdict if gate.made else ""


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
