"""Calls and declared interest as the API reads and shows them."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scenarios.actions.calls import FAIR_COMPETITION, CallFields
from scenarios.api.input import Strict, Version, Words
from scenarios.api.output import Audienced, Brief, Party, actor_of
from scenarios.audiences import CALL_FIELDS, Audience
from scenarios.clauses import MOST_CLAUSES, NAME_LIMIT, TEXT_LIMIT
from scenarios.lifecycle import CALL_MOVES
from scenarios.models import Addendum, Call, Interest, Question
from scenarios.policies import open_moves


class CriterionShown(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=200)
    weight = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100))
    minimum = serializers.DecimalField(
        max_digits=5, decimal_places=2, min_value=Decimal(0), max_value=Decimal(100), required=False
    )


class Criterion(Strict, CriterionShown):
    """A criterion of a call with its weight; the weights of all add up to 100."""


class ClauseWritten(Strict):
    """A named condition of responding."""

    name = serializers.CharField(max_length=NAME_LIMIT)
    text = serializers.CharField(max_length=TEXT_LIMIT)


class QuestionShown(serializers.ModelSerializer[Question]):
    """A question with its answer, without who asked."""

    class Meta:
        model = Question
        fields = ("id", "text", "asked_at", "answer", "answered_at")
        read_only_fields = fields


class AddendumShown(serializers.ModelSerializer[Addendum]):
    """What was changed or made clear while the call was open."""

    class Meta:
        model = Addendum
        fields = ("number", "text", "changed", "terms_version", "published_at")
        read_only_fields = fields


class CallShown(Audienced):
    """A call; open and closed are what the database clock says."""

    audiences = CALL_FIELDS
    always = ("moves",)

    source_code = serializers.SerializerMethodField(help_text="Code of the need or the pool that it comes from.")
    source_title = serializers.SerializerMethodField()
    indicators = serializers.ListField(child=serializers.DictField(), read_only=True)
    criteria = serializers.ListField(child=serializers.DictField(), read_only=True)
    eligibility = ClauseWritten(many=True, read_only=True)
    lots = serializers.ListField(child=serializers.DictField(), read_only=True)
    questions = serializers.SerializerMethodField(help_text="Answered questions; nobody reads who asked.")
    addenda = serializers.SerializerMethodField()
    fair_competition = serializers.DictField(read_only=True)
    interests = serializers.SerializerMethodField(help_text="How many organisations declared interest.")
    moves = serializers.SerializerMethodField(help_text="The steps that you may take now.")
    cancelled_reason = serializers.CharField(source="cancellation", read_only=True)

    class Meta:
        model = Call
        fields = (*CALL_FIELDS, "moves")
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        actor = actor_of(self.context)
        if actor.is_staff:
            return Audience.STAFF
        return Audience.VERIFIED if actor.verified else Audience.PUBLIC

    def get_source_code(self, call: Call) -> str:
        return (call.need or call.demand).code  # type: ignore[union-attr]

    def get_source_title(self, call: Call) -> str:
        return (call.need or call.demand).title  # type: ignore[union-attr]

    @extend_schema_field(QuestionShown(many=True))
    def get_questions(self, call: Call) -> Any:
        return QuestionShown([row for row in call.questions.all() if row.answer], many=True).data

    @extend_schema_field(AddendumShown(many=True))
    def get_addenda(self, call: Call) -> Any:
        return AddendumShown(call.addenda.all(), many=True).data

    def get_interests(self, call: Call) -> int:
        return sum(one.state == "declared" for one in call.interests.all())

    def get_moves(self, call: Call) -> list[str]:
        actor = actor_of(self.context)
        return sorted(open_moves(CALL_MOVES, actor=actor, owner_id=None, status=call.status))


class CallWritten(Strict, serializers.ModelSerializer[Call]):
    criteria = Criterion(many=True, required=False, max_length=30)  # type: ignore[call-arg]
    eligibility = ClauseWritten(many=True, required=False, max_length=MOST_CLAUSES)  # type: ignore[call-arg]
    fair_competition = serializers.DictField(
        child=serializers.BooleanField(),
        required=False,
        help_text=f"Each confirmed before approval: {', '.join(FAIR_COMPETITION)}.",
    )

    class Meta:
        model = Call
        fields: tuple[str, ...] = tuple(CallFields.__annotations__)
        extra_kwargs = {"kind": {"required": False}, "publicity_days": {"max_value": 365}}

    def validate_criteria(self, rows: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [{name: str(value) for name, value in row.items()} for row in rows]


class CallDrafted(CallWritten):
    need = serializers.UUIDField(required=False, allow_null=True, help_text="The published need it comes from, or")
    demand = serializers.UUIDField(required=False, allow_null=True, help_text="the frozen pool.")

    class Meta(CallWritten.Meta):
        fields = ("need", "demand", *CallWritten.Meta.fields)


class CallSaved(CallWritten):
    version = Version()

    class Meta(CallWritten.Meta):
        fields = ("version", *CallWritten.Meta.fields)


class QuestionAsked(Strict):
    text = Words()


class QuestionAnswered(Strict):
    question = serializers.UUIDField()
    text = serializers.CharField(max_length=5000)


class AddendumWritten(Strict):
    text = serializers.CharField(max_length=5000)
    closes_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    targets = serializers.DictField(
        child=serializers.DecimalField(max_digits=16, decimal_places=4),
        required=False,
        help_text="Id of a frozen indicator → its new target.",
    )


class InterestDeclared(Strict):
    organisation = serializers.UUIDField()
    capability = serializers.UUIDField(required=False, default=None, allow_null=True)
    message = Words(required=False, default="")


class InterestWithdrawn(Strict):
    organisation = serializers.UUIDField()


class InterestShown(serializers.ModelSerializer[Interest]):
    """Who declared interest; the message is for the call's owners, the manager and the organisation itself."""

    organisation = Party(read_only=True)
    capability = serializers.SerializerMethodField()

    class Meta:
        model = Interest
        fields = ("organisation", "capability", "message", "state", "declared_at")
        read_only_fields = fields

    @extend_schema_field(Brief(allow_null=True))
    def get_capability(self, row: Interest) -> Any:
        # A capability that was taken off offer since then is not shown to others by this way.
        offered = row.capability if row.capability and row.capability.status == "published" else None
        return Brief(offered).data if offered else None
