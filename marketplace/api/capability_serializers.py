"""Capabilities as the API reads and shows them."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from marketplace.capability_content import CapabilityFields
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability, Evidence, NearCopy, PriceTier
from scenarios.api.input import KnownIds, Strict, Version
from scenarios.api.output import Audienced, Brief, Party, actor_of
from scenarios.audiences import CAPABILITY_FIELDS
from scenarios.models import District
from scenarios.policies import open_moves

MAX_CHILDREN = 20
WRITTEN = tuple(CapabilityFields.__annotations__)


class EvidenceShown(serializers.ModelSerializer[Evidence]):
    class Meta:
        model = Evidence
        fields = ("case", "site", "reached")
        read_only_fields = fields


class TierShown(serializers.ModelSerializer[PriceTier]):
    class Meta:
        model = PriceTier
        fields = ("from_quantity", "price")
        read_only_fields = fields


class NearCopyShown(serializers.ModelSerializer[NearCopy]):
    """What a capability has nearly word for word from others; as long as it stands the capability is not suggested."""

    stands = serializers.BooleanField(read_only=True, help_text="No moderator found that it is no copy.")
    need = Brief(read_only=True, allow_null=True, help_text="The need with most of the text, if you may read it.")
    capability = Brief(
        source="source", read_only=True, allow_null=True, help_text="The earlier capability, if you may read it."
    )

    class Meta:
        model = NearCopy
        fields = ("kind", "stands", "overlap", "passage", "need", "capability", "found_at", "cleared_at")
        read_only_fields = fields
        extra_kwargs = {
            "overlap": {"help_text": "Part of the text that is copied, or of the characters listed, 0 to 1."}
        }


class CapabilityShown(Audienced):
    """A capability as its reader may see it; money in 万元, money and quantities as decimal strings."""

    audiences = CAPABILITY_FIELDS
    always = ("moves",)

    owner = Party(read_only=True)
    evidence = EvidenceShown(many=True, read_only=True)
    price_tiers = TierShown(many=True, read_only=True)
    near_copy = NearCopyShown(read_only=True, allow_null=True)
    moves = serializers.SerializerMethodField(help_text="The steps that you may take now.")

    class Meta:
        model = Capability
        fields = (*CAPABILITY_FIELDS, "moves")
        read_only_fields = fields

    def get_moves(self, row: Capability) -> list[str]:
        actor = actor_of(self.context)
        return sorted(open_moves(CAPABILITY_MOVES, actor=actor, owner_id=row.owner_id, status=row.status))


class EvidenceWritten(Strict):
    case = serializers.CharField(max_length=200)
    site = serializers.CharField(max_length=120, required=False, default="", allow_blank=True)
    reached = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class TierWritten(Strict):
    from_quantity = serializers.DecimalField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"))
    price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=Decimal(0))


class CapabilityWritten(Strict, serializers.ModelSerializer[Capability]):
    """What a supplier writes; a missing field stays as it is."""

    contact = serializers.CharField(required=False, allow_blank=True, max_length=500)
    evidence = EvidenceWritten(many=True, required=False, max_length=MAX_CHILDREN)  # type: ignore[call-arg]
    price_tiers = TierWritten(many=True, required=False, max_length=MAX_CHILDREN)  # type: ignore[call-arg]
    districts = KnownIds(
        lambda _request: District.objects.all(), child=serializers.SlugField(max_length=40), required=False
    )

    class Meta:
        model = Capability
        fields: tuple[str, ...] = (*WRITTEN, "evidence", "price_tiers", "districts")


class CapabilityDrafted(CapabilityWritten):
    owner = serializers.UUIDField(help_text="The organisation that you write for.")

    class Meta(CapabilityWritten.Meta):
        fields = ("owner", *CapabilityWritten.Meta.fields)


class CapabilitySaved(CapabilityWritten):
    version = Version()

    class Meta(CapabilityWritten.Meta):
        fields = ("version", *CapabilityWritten.Meta.fields)


def capability_fields(values: dict[str, Any]) -> CapabilityFields:
    """Return what the actions take of a capability's validated values."""
    fields: Any = {name: values[name] for name in WRITTEN if name in values}
    return fields
