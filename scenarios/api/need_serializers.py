"""Needs as the API reads and shows them."""

from typing import Any

from rest_framework import serializers

from scenarios.actions.needs import MAX_INDICATORS
from scenarios.api.input import KnownId, KnownIds, Strict, Version
from scenarios.api.output import Audienced, Brief, Party, actor_of
from scenarios.audiences import NEED_FIELDS
from scenarios.content import INDICATOR_FIELDS, IndicatorFields, NeedFields
from scenarios.lifecycle import NEED_MOVES
from scenarios.models import District, Indicator, MergedDemand, Need
from scenarios.policies import open_moves

WRITTEN = (
    *("title_zh", "title_en", "domain", "track", "problem", "users_and_site", "current_process", "boundary_in"),
    *("boundary_out", "value_amount", "value_basis", "quantity", "quantity_unit", "district", "data_state"),
    *("data_class", "deploy", "budget_min", "budget_max", "funding", "cooperation", "adoption", "start_by"),
    *("finish_by", "merge_pref", "visibility", "contact", "risk_answers", "ethics_number"),
)


class IndicatorShown(serializers.ModelSerializer[Indicator]):
    class Meta:
        model = Indicator
        fields = ("id", *INDICATOR_FIELDS)
        read_only_fields = fields


class NeedShown(Audienced):
    """A need as its reader may see it; money in 万元, money and quantities as decimal strings."""

    audiences = NEED_FIELDS
    always = ("moves",)

    owner = Party(read_only=True)
    indicators = IndicatorShown(many=True, read_only=True)
    risk_answers = serializers.DictField(child=serializers.BooleanField(), read_only=True)
    precision_report = serializers.DictField(read_only=True)
    moves = serializers.SerializerMethodField(help_text="The steps that you may take now.")

    class Meta:
        model = Need
        fields = (*NEED_FIELDS, "moves")
        read_only_fields = fields

    def get_moves(self, need: Need) -> list[str]:
        actor = actor_of(self.context)
        return sorted(open_moves(NEED_MOVES, actor=actor, owner_id=need.owner_id, status=need.status))


class IndicatorWritten(Strict, serializers.ModelSerializer[Indicator]):
    id = serializers.UUIDField(required=False, allow_null=True, help_text="Names the indicator that is changed.")

    class Meta:
        model = Indicator
        fields = ("id", *INDICATOR_FIELDS)


def _organisations(request: Any) -> Any:
    model: Any = Need._meta.get_field("owner").related_model
    return model._default_manager.visible_to(request.actor)


class NeedWritten(Strict, serializers.ModelSerializer[Need]):
    """What an author writes; a missing field stays as it is."""

    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), required=False, allow_null=True)
    contact = serializers.CharField(required=False, allow_blank=True, max_length=500)
    risk_answers = serializers.DictField(child=serializers.BooleanField(), required=False)
    indicators = IndicatorWritten(many=True, required=False, max_length=MAX_INDICATORS)  # type: ignore[call-arg]
    blocked_organisations = KnownIds(_organisations, required=False)
    joins = KnownId(
        lambda request: MergedDemand.objects.living().visible_to(request.actor),
        required=False,
        allow_null=True,
        help_text="The pool that this need would like to join.",
    )

    class Meta:
        model = Need
        fields: tuple[str, ...] = (*WRITTEN, "indicators", "blocked_organisations", "joins")


class NeedDrafted(NeedWritten):
    owner = serializers.UUIDField(help_text="The organisation that you write for.")

    class Meta(NeedWritten.Meta):
        fields = ("owner", *NeedWritten.Meta.fields)


class NeedSaved(NeedWritten):
    version = Version()

    class Meta(NeedWritten.Meta):
        fields = ("version", *NeedWritten.Meta.fields)


def need_fields(values: dict[str, Any]) -> NeedFields:
    """Return what the actions take of a need's validated values."""
    fields: Any = {name: values[name] for name in WRITTEN if name in values and name != "district"}
    if "district" in values:
        fields["district_id"] = values["district"].pk if values["district"] else None
    if "joins" in values:
        fields["joins_id"] = values["joins"]
    return fields


def indicator_fields(values: dict[str, Any]) -> list[IndicatorFields] | None:
    rows: Any = values.get("indicators")
    return None if rows is None else [dict(row) for row in rows]  # type: ignore[misc]


class LikeShown(serializers.Serializer[Any]):
    """A need on offer that is like the one being written, and why."""

    need = Brief(read_only=True)
    similarity = serializers.FloatField(read_only=True)
    terms = serializers.ListField(child=serializers.CharField(), source="words", read_only=True)


class PointsShown(serializers.Serializer[Any]):
    field = serializers.CharField()
    points = serializers.IntegerField()
    of = serializers.IntegerField()


class FindingShown(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["blocker", "warning", "hint"])
    message = serializers.CharField()
    remedy = serializers.CharField(allow_blank=True)
    quotes = serializers.ListField(child=serializers.CharField())


class QuantityShown(serializers.Serializer[Any]):
    field = serializers.CharField()
    text = serializers.CharField()
    value = serializers.CharField()
    unit = serializers.CharField(allow_blank=True)
    comparator = serializers.CharField(allow_blank=True)


class PrecisionShown(serializers.Serializer[Any]):
    """The precision check: points per field, and what is vague or missing with its remedy."""

    score = serializers.IntegerField()
    precise_enough = serializers.BooleanField()
    fields_ = PointsShown(many=True)
    findings = FindingShown(many=True)
    quantities = QuantityShown(many=True)
    risk_tier = serializers.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        # `fields` is a name of the serializer itself; the answer calls it so nevertheless.
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}
