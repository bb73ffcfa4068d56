"""Pools and merge proposals as the API reads and shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scenarios import disclosure, scale
from scenarios.api.output import Audienced, Brief, Party, actor_of
from scenarios.audiences import DEMAND_FIELDS, Audience
from scenarios.choices import Unit
from scenarios.comparing import core_changes
from scenarios.lifecycle import DEMAND_MOVES
from scenarios.models import Consent, CoreChange, CoreVersion, Difference, MergedDemand
from scenarios.policies import open_moves


class CoreShown(serializers.ModelSerializer[CoreVersion]):
    indicators = serializers.ListField(child=serializers.DictField(), read_only=True)
    treatments = serializers.ListField(
        child=serializers.DictField(), read_only=True, help_text="What is a module or excluded, and for no one named."
    )

    class Meta:
        model = CoreVersion
        fields = (
            *("version", "title_zh", "title_en", "problem", "boundary_in", "boundary_out", "indicators"),
            "treatments",
        )
        read_only_fields = fields


class MemberNeed(Brief):
    owner = Party(read_only=True)


class MemberShown(serializers.Serializer[Any]):
    """A need in the pool; without `need` while its owner stays anonymous, and then with a band for its quantity."""

    number = serializers.IntegerField(read_only=True, help_text="Of its owner, who may be in with several needs.")
    need = MemberNeed(read_only=True, allow_null=True)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2, read_only=True, allow_null=True)
    band = serializers.CharField(read_only=True, allow_blank=True)
    is_mine = serializers.BooleanField(read_only=True)


class ConsentShown(serializers.ModelSerializer[Consent]):
    """An owner's answer; its reservation is read by the manager and by the owner itself."""

    organisation = Party(read_only=True)
    reservation = serializers.SerializerMethodField()

    class Meta:
        model = Consent
        fields = ("organisation", "core_version", "state", "reservation", "decided_at", "invited_at", "answer_by")
        read_only_fields = fields

    def get_reservation(self, row: Consent) -> str | None:
        return row.reservation if disclosure.shows_reservation(row, actor_of(self.context)) else None


class DifferenceShown(serializers.ModelSerializer[Difference]):
    need = Brief(read_only=True)

    class Meta:
        model = Difference
        fields = ("need", "field", "metric", "value", "treatment")
        read_only_fields = fields


class SourceShown(serializers.Serializer[Any]):
    """Which indicator of which member's need an indicator of the core comes from."""

    indicator = serializers.UUIDField(source="id", help_text="The id in the core and in its calls.")
    need_indicator = serializers.UUIDField(source="source_id", help_text="The id in the need.")
    need = serializers.CharField(source="source.need.code", help_text="Code of the need.")


class ClosingShown(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="pk")
    code = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2)


class ScaleMarkShown(serializers.Serializer[Any]):
    """A minimum scale of a matching capability and how the pool stands to it."""

    label = serializers.CharField(  # type: ignore[assignment]
        help_text="The capability; how many there are, where you may not read which."
    )
    capability = serializers.CharField(source="code", help_text="Its code; empty where you may not read it.")
    unit = serializers.ChoiceField(choices=Unit.choices)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=2)
    state = serializers.ChoiceField(
        choices=[scale.MET, scale.MISSED, scale.WITHIN],
        help_text="within: what is pooled in this unit is told as a band, and the minimum scale lies inside it.",
    )
    gap = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text="What is missing; null where that is not told."
    )
    closing = ClosingShown(many=True, help_text="Needs outside the pool that would close the gap; for staff.")


class UnitSumShown(serializers.Serializer[Any]):
    """What is pooled in one unit; a unit beside the pool's own in which one owner alone counts is for staff."""

    unit = serializers.ChoiceField(choices=Unit.choices)
    quantity = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text="From three owners in this unit on; null before."
    )
    band = serializers.CharField()


class DemandListed(Audienced):
    """A pool in a list. The exact quantity is told from three distinct owners on, a band before."""

    audiences = DEMAND_FIELDS
    always: tuple[str, ...] = ("moves",)

    owners = serializers.IntegerField(read_only=True)
    pooled_quantity = serializers.SerializerMethodField()
    pooled_band = serializers.SerializerMethodField()
    reason = serializers.CharField(source="told_reason", read_only=True, help_text="Why it was split or dissolved.")
    moves = serializers.SerializerMethodField(help_text="The steps that you may take now.")

    class Meta:
        model = MergedDemand
        fields: tuple[str, ...] = (
            *("id", "code", "title_zh", "title_en", "status", "version", "created_at", "core_version", "unit"),
            *("threshold_quantity", "deadline", "disclosure", "owners", "pooled_quantity", "pooled_band"),
            *("on_fail", "after_extension", "reason", "deadline_generation", "moves"),
        )
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        actor = actor_of(self.context)
        if actor.is_staff:
            return Audience.STAFF
        return Audience.VERIFIED if actor.verified else Audience.PUBLIC

    def get_pooled_quantity(self, row: Any) -> str | None:
        return f"{row.pooled_quantity:.2f}" if disclosure.shows_quantities(row, actor_of(self.context)) else None

    def get_pooled_band(self, row: Any) -> str:
        return str(disclosure.band_of(row.pooled_quantity))

    def get_moves(self, row: Any) -> list[str]:
        return sorted(open_moves(DEMAND_MOVES, actor=actor_of(self.context), owner_id=None, status=row.status))


class CoreChangeShown(serializers.ModelSerializer[CoreChange]):
    """A proposed change of the core; its owner and staff read it."""

    need = Brief(read_only=True)

    class Meta:
        model = CoreChange
        fields = ("id", "need", "part", "value", "reason", "state", "answer", "core_version", "created_at")
        read_only_fields = fields


class PartChanged(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.CharField()
    after = serializers.CharField()


def _present_core(row: Any) -> Any:
    return next((one for one in row.cores.all() if one.version == row.core_version), None)


def _living(row: Any) -> list[Any]:
    """Return the links to the needs that are in a pool now, of those from `telling_consent`."""
    return [member for member in row.members.all() if member.left_at is None]


class DemandShown(DemandListed):
    """A pool with its core, its members as far as they are disclosed, and the reader's own consents."""

    always = ("moves", "my_consents", "my_core_changes", "changed_since_yours")

    core = serializers.SerializerMethodField()
    members = serializers.SerializerMethodField()
    consents = ConsentShown(many=True, read_only=True)
    my_consents = serializers.SerializerMethodField(help_text="What your organisations answered, or are asked.")
    differences = DifferenceShown(many=True, read_only=True)
    indicator_sources = serializers.SerializerMethodField()
    scale_marks = serializers.SerializerMethodField()
    pooled_by_unit = serializers.SerializerMethodField(
        help_text="What owners who consented pool in each unit; only the pool's own counts towards the minimum scale."
    )
    my_core_changes = serializers.SerializerMethodField(help_text="What you may read of what members propose.")
    changed_since_yours = serializers.SerializerMethodField(
        help_text="The parts of the core that changed since the version that you answered last."
    )

    class Meta(DemandListed.Meta):
        fields: tuple[str, ...] = (
            *DemandListed.Meta.fields,
            "core",
            "members",
            "consents",
            "my_consents",
            "differences",
            "indicator_sources",
            "scale_marks",
            "pooled_by_unit",
            "my_core_changes",
            "changed_since_yours",
        )
        read_only_fields = fields

    @extend_schema_field(CoreShown(allow_null=True))
    def get_core(self, row: Any) -> Any:
        core = _present_core(row)
        return CoreShown(core).data if core else None

    @extend_schema_field(MemberShown(many=True))
    def get_members(self, row: Any) -> Any:
        return MemberShown(disclosure.shown_members(row, _living(row), actor_of(self.context)), many=True).data

    @extend_schema_field(SourceShown(many=True))
    def get_indicator_sources(self, row: Any) -> Any:
        return SourceShown([one for one in row.core_indicators.all() if one.source_id], many=True).data

    @extend_schema_field(ScaleMarkShown(many=True))
    def get_scale_marks(self, row: Any) -> Any:
        actor = actor_of(self.context)
        members = _living(row)
        is_party = actor.is_staff or any(actor.belongs_to(owner) for owner in disclosure.owners_of(members))
        decided = {one.field for one in row.differences.all() if one.decided_by_id is not None}
        gathered = scale.Gathered(row, members, _present_core(row), decided)
        return ScaleMarkShown(scale.shown_marks(gathered, actor, is_party=is_party), many=True).data

    @extend_schema_field(UnitSumShown(many=True))
    def get_pooled_by_unit(self, row: Any) -> Any:
        actor = actor_of(self.context)
        rows = [
            {
                "unit": one.unit,
                "quantity": one.quantity if disclosure.shows_sum(one, actor) else None,
                "band": str(disclosure.band_of(one.quantity)),
            }
            for one in disclosure.told_sums(row, disclosure.counted(_living(row)), actor)
        ]
        return UnitSumShown(rows, many=True).data

    @extend_schema_field(CoreChangeShown(many=True))
    def get_my_core_changes(self, row: Any) -> Any:
        actor = actor_of(self.context)
        seen = [one for one in row.core_changes.all() if actor.is_staff or actor.belongs_to(one.need.owner_id)]
        return CoreChangeShown(seen, many=True).data

    @extend_schema_field(PartChanged(many=True))
    def get_changed_since_yours(self, row: Any) -> Any:
        actor = actor_of(self.context)
        mine = [one for one in row.consents.all() if actor.belongs_to(one.organisation_id)]
        answered = [one.core_version for one in mine if one.state not in ("invited", "withdrawn")]
        cores = {core.version: core for core in row.cores.all()}
        if not answered or max(answered) == row.core_version:
            return []
        return core_changes(cores[max(answered)], cores[row.core_version])

    @extend_schema_field(ConsentShown(many=True))
    def get_my_consents(self, row: Any) -> Any:
        actor = actor_of(self.context)
        mine = [one for one in row.consents.all() if actor.belongs_to(one.organisation_id)]
        return ConsentShown(mine, many=True, context=self.context).data


class PairShown(serializers.Serializer[Any]):
    a = serializers.CharField()
    b = serializers.CharField()
    similarity = serializers.FloatField()
    terms = serializers.ListField(child=serializers.ListField())


class ConflictShown(serializers.Serializer[Any]):
    field = serializers.CharField()
    values = serializers.DictField()
