"""Why each member is in a proposal, and the choice of the merge threshold, as the API shows them."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scenarios.api.demand_serializers import ConflictShown, MemberNeed, PairShown
from scenarios.api.input import Strict
from scenarios.api.output import Brief, actor_of
from scenarios.belonging import belongings
from scenarios.lifecycle import PROPOSAL_MOVES
from scenarios.models import MergeProposal
from scenarios.policies import open_moves


class TermShown(serializers.Serializer[Any]):
    term = serializers.CharField()
    contribution = serializers.FloatField()


class LinkShown(serializers.Serializer[Any]):
    code = serializers.CharField()
    similarity = serializers.FloatField()
    terms = TermShown(many=True)


class OwnValue(serializers.Serializer[Any]):
    name = serializers.CharField(source="field", help_text="What the field is called in your language.")
    value = serializers.CharField()


class BelongingShown(serializers.Serializer[Any]):
    """Why a member is in the group, and what would be lost without it."""

    code = serializers.CharField(source="need.code")
    is_medoid = serializers.BooleanField()
    mean = serializers.FloatField(help_text="Mean likeness to the others.")
    links = LinkShown(many=True, help_text="The strongest links, best first.")
    own_terms = serializers.ListField(child=serializers.CharField(), help_text="Phrases that no other member has.")
    own_values = OwnValue(many=True, help_text="Typed fields in which all others agree and this one differs.")
    without = serializers.FloatField(allow_null=True, help_text="Mean likeness of the rest.")
    quantity = serializers.CharField(help_text="What the pool would lose.")
    owners = serializers.IntegerField(help_text="Owners that the rest would have.")


class PointShown(serializers.Serializer[Any]):
    threshold = serializers.FloatField()
    proposals = serializers.IntegerField()
    precision = serializers.FloatField(allow_null=True, help_text="Expected share of proposals that are accepted.")
    judged = serializers.IntegerField(help_text="Judged pairs that are at least so alike.")
    accepted = serializers.IntegerField(help_text="Those of them that were put together.")
    recall = serializers.FloatField(allow_null=True, help_text="Share of all accepted pairs that is still found.")


class SetShown(serializers.Serializer[Any]):
    needs = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class ReliabilityBin(serializers.Serializer[Any]):
    told = serializers.FloatField(help_text="Mean probability that was told.")
    relevant = serializers.FloatField(help_text="Part that was accepted.")
    pairs = serializers.IntegerField(help_text="Judgements in this bin.")
    low = serializers.FloatField(help_text="95 % interval of the part: from")
    high = serializers.FloatField(help_text="to")


class ReliabilityShown(serializers.Serializer[Any]):
    """How far the probabilities came true on judgements that they were not learned from."""

    bins = ReliabilityBin(many=True)
    error = serializers.FloatField(help_text="Expected calibration error.")
    judged = serializers.IntegerField()


class ChoiceShown(serializers.Serializer[Any]):
    """What each merge threshold would propose, and one of them against the one that holds."""

    present = serializers.FloatField(help_text="The threshold that holds.")
    chosen = serializers.FloatField(help_text="The one looked at: `?threshold=`, taken to the nearest point.")
    points = PointShown(many=True)
    appear = SetShown(many=True, help_text="(code, title) of each need.")
    vanish = SetShown(many=True)
    judgements = serializers.IntegerField(help_text="0: the expected precision is a prior.")
    judged_pairs = serializers.IntegerField()
    reliability = ReliabilityShown(allow_null=True, help_text="Null with few judgements.")
    needs = serializers.IntegerField()
    made_at = serializers.DateTimeField(allow_null=True, help_text="Empty before a worker reckoned the preview.")


class ThresholdWritten(Strict):
    threshold = serializers.FloatField(min_value=0, max_value=1)
    present = serializers.FloatField(
        required=False, allow_null=True, default=None, help_text="The threshold you saw; 409 where another one holds."
    )


class ProposalListed(serializers.ModelSerializer[MergeProposal]):
    """A set of like needs; for the city's staff only."""

    probability = serializers.FloatField(
        read_only=True, allow_null=True, help_text="That a manager accepts it, from `judgements` judgements."
    )
    members = serializers.SerializerMethodField()
    representative = Brief(read_only=True)
    pairs = PairShown(many=True, read_only=True)
    core_terms = serializers.ListField(child=serializers.ListField(), read_only=True)
    conflicts = ConflictShown(many=True, read_only=True)
    moves = serializers.SerializerMethodField(help_text="The steps that you may take now.")

    class Meta:
        model = MergeProposal
        fields: tuple[str, ...] = (
            *("id", "status", "score", "probability", "probability_method", "judgements", "representative"),
            *("member_key", "members", "pairs", "core_terms", "conflicts", "index_build"),
            *("created_at", "decided_at", "reason", "moves"),
        )
        read_only_fields = fields

    @extend_schema_field(MemberNeed(many=True))
    def get_members(self, row: Any) -> Any:
        return MemberNeed([member.need for member in row.members.all()], many=True).data

    def get_moves(self, row: Any) -> list[str]:
        return sorted(open_moves(PROPOSAL_MOVES, actor=actor_of(self.context), owner_id=None, status=row.status))


class ProposalShown(ProposalListed):
    """A set of like needs with the reasons of each member; for the city's staff only."""

    belongings = serializers.SerializerMethodField(help_text="Why each member is in the group.")

    class Meta(ProposalListed.Meta):
        fields = (*ProposalListed.Meta.fields, "belongings")
        read_only_fields = fields

    @extend_schema_field(BelongingShown(many=True))
    def get_belongings(self, row: Any) -> Any:
        return BelongingShown(belongings(row), many=True).data
