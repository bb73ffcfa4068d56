"""Selections as the API reads and shows them."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from marketplace.actions.feedback import lacking_feedback
from marketplace.actions.lost_winners import lost_winners
from marketplace.actions.panel_work import PanelWork
from marketplace.anonymity import anonymous
from marketplace.api.responses import OfferCommitment, OfferTier
from marketplace.audiences import OBJECTION_FIELDS, SELECTION_FIELDS
from marketplace.choices import Clause, FailureCode, PartnerRole
from marketplace.models import Objection, Response, ReviewSeat, Selection
from marketplace.outcomes import excluded, last_day_of, ranking
from marketplace.public_results import winners_of
from scenarios.api.input import Strict, Version, Words
from scenarios.api.output import Audienced, Brief, Party, actor_of
from scenarios.audiences import Audience, audience_of

UNDER_NOTICE = ("publicity", "suspended")


class ScoreValue(serializers.DecimalField):
    """A score: 0–100 with at most two decimal places."""

    def __init__(self, **options: Any) -> None:
        limits: dict[str, Any] = {"min_value": Decimal(0), "max_value": Decimal(100)}
        super().__init__(**{"max_digits": 5, "decimal_places": 2, **limits, **options})


class Place(serializers.IntegerField):
    """The place of a criterion in the call's list; the first is 0."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 30, **options})


class LongWords(Words):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": 5000, **options})


class SelectionOpened(Strict):
    call = serializers.UUIDField()


class Declared(Strict):
    conflict = serializers.BooleanField(help_text="Whether you have, or may have, a conflict of interest.")
    statement = Words(required=False, default="", help_text="What the conflict is; the manager reads it.")


class Replaced(Strict):
    seat = serializers.UUIDField(help_text="A free seat.")
    account = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class Numbered(Strict):
    number = serializers.IntegerField(min_value=1, max_value=32_767, help_text="The response's anonymous number.")


class Excluded(Numbered):
    clause = serializers.ChoiceField(choices=Clause.choices)
    quoted = Words(required=False, default="", help_text="For a condition of the call: its words as the call has them.")
    explanation = Words(help_text="The author reads it with the result.")


class ScoreGiven(Strict):
    criterion = Place()
    value = ScoreValue(allow_null=True, help_text="Empty: not given yet.")
    comment = Words(required=False, default="")


class ScoresGiven(Numbered):
    version = Version(min_value=0, help_text="The version of your scores that you read, 0 for new ones.")
    scores = ScoreGiven(many=True, max_length=30)  # type: ignore[call-arg]


class ScoreAgreed(Strict):
    criterion = Place()
    value = ScoreValue()
    reason = Words(required=False, default="", help_text="Needed where the score leaves the reviewers' range.")


class ConsensusReached(Numbered):
    version = Version(help_text="The version of the response that you read; another one is a conflict.")
    scores = ScoreAgreed(many=True, max_length=30)  # type: ignore[call-arg]


class RemarksWritten(Strict):
    criterion = Place()
    strengths = Words()
    weaknesses = Words()


class FeedbackWritten(Numbered):
    version = Version(help_text="The version of the response that you read; another one is a conflict.")
    remarks = RemarksWritten(many=True, max_length=30)  # type: ignore[call-arg]


class SelectionSeen(Strict):
    version = Version(help_text="The version that you read; another one is a conflict.")


class CallFailed(Strict):
    code = serializers.ChoiceField(choices=FailureCode.choices)
    reason = Words(help_text="Everybody reads it.")


class CalledAgain(Strict):
    lots = serializers.IntegerField(min_value=1, max_value=10, default=1, help_text="More than one: so many lots.")


class Objected(Strict):
    organisation = serializers.UUIDField(help_text="One of your organisations.")
    reasons = LongWords()


class ObjectionAnswered(Strict):
    objection = serializers.UUIDField()
    upheld = serializers.BooleanField()
    answer = LongWords(help_text="Whoever objected reads it.")


class CriterionWeighed(serializers.Serializer[Any]):
    name = serializers.CharField()
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    minimum = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class CellShown(serializers.Serializer[Any]):
    """weight × score / 100 = points."""

    criterion = CriterionWeighed()
    score = ScoreValue()
    points = serializers.DecimalField(max_digits=7, decimal_places=4)


class PriceShown(serializers.Serializer[Any]):
    from_quantity = serializers.DecimalField(max_digits=20, decimal_places=2)
    price = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="Per unit, in 10,000 yuan.")


class RankedShown(serializers.Serializer[Any]):
    rank = serializers.IntegerField(allow_null=True, help_text="Null: below a minimum score.")
    number = serializers.IntegerField()
    name = serializers.CharField()
    outcome = serializers.CharField()
    total = serializers.DecimalField(max_digits=7, decimal_places=4)
    below = serializers.CharField(help_text="The criterion whose minimum score was missed.")
    cells = CellShown(many=True)
    partners = serializers.ListField(child=serializers.CharField(), help_text="Of winners only.")
    prices = PriceShown(many=True, help_text="Of winners only.")


class LotShown(serializers.Serializer[Any]):
    label = serializers.CharField(help_text="Empty where the call has one lot.")  # type: ignore[assignment]
    rows = RankedShown(many=True)


class ExcludedShown(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    clause = serializers.CharField()


class SeatShown(serializers.ModelSerializer[ReviewSeat]):
    class Meta:
        model = ReviewSeat
        fields = ("id", "account", "is_chair", "declaration", "declared_at", "submitted_at", "left_at", "replaces")
        read_only_fields = fields


class SelectionShown(Audienced):
    """A selection; its ranking is there from the public notice on."""

    audiences = SELECTION_FIELDS
    call = Brief(read_only=True)
    lots = serializers.SerializerMethodField(help_text="The ranking of each lot with its arithmetic.")
    excluded = serializers.SerializerMethodField(help_text="Responses that are not eligible, and the clause.")
    seats = SeatShown(many=True, read_only=True)
    lacking_feedback = serializers.SerializerMethodField(help_text="Numbers of responses whose feedback is missing.")
    lost_winners = serializers.SerializerMethodField(help_text="Numbers of winners that dropped out since the result.")

    class Meta:
        model = Selection
        fields = tuple(SELECTION_FIELDS)
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        return audience_of(actor_of(self.context), None)

    @extend_schema_field(LotShown(many=True))
    def get_lots(self, row: Selection) -> Any:
        return LotShown(ranking(row), many=True).data

    @extend_schema_field(ExcludedShown(many=True))
    def get_excluded(self, row: Selection) -> Any:
        return ExcludedShown(excluded(row), many=True).data

    def to_representation(self, row: Selection) -> Any:
        self.work = PanelWork(row)
        return super().to_representation(row)

    def get_lost_winners(self, row: Selection) -> list[int]:
        return self._numbers(lost_winners) if row.status in UNDER_NOTICE else []

    def get_lacking_feedback(self, row: Selection) -> list[int]:
        return self._numbers(lacking_feedback) if row.status in UNDER_NOTICE else []

    def _numbers(self, read: Callable[[PanelWork], Iterable[Response]]) -> list[int]:
        return [one.number or 0 for one in read(self.work)]


class SelectionListed(Audienced):
    """A selection in a list: how it stands; its ranking is read one by one."""

    audiences = SELECTION_FIELDS
    always = ("winners", "last_day")
    call = Brief(read_only=True)
    winners = serializers.SerializerMethodField(help_text="Who wins, from the public notice on.")
    last_day = serializers.SerializerMethodField(help_text="Last working day of the notice, in Shanghai.")

    class Meta:
        model = Selection
        fields = (
            *(
                name
                for name in SELECTION_FIELDS
                if name not in ("lots", "excluded", "seats", "lacking_feedback", "lost_winners")
            ),
            "winners",
            "last_day",
        )
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        return audience_of(actor_of(self.context), None)

    def get_winners(self, row: Selection) -> list[str]:
        return winners_of(row)

    def get_last_day(self, row: Selection) -> date | None:
        return last_day_of(row)


class ObjectionShown(serializers.ModelSerializer[Objection]):
    organisation = Party(read_only=True)

    class Meta:
        model = Objection
        fields = tuple(OBJECTION_FIELDS)
        read_only_fields = fields


class ScoreShown(serializers.Serializer[Any]):
    value = ScoreValue()
    comment = serializers.CharField()


class SpreadShown(serializers.Serializer[Any]):
    mean = ScoreValue(allow_null=True)
    low = ScoreValue(allow_null=True)
    high = ScoreValue(allow_null=True)


class AgreedShown(serializers.Serializer[Any]):
    value = ScoreValue()
    reason = serializers.CharField()


class RowShown(serializers.Serializer[Any]):
    """One criterion of a response with what the reviewer may see of the scores."""

    place = serializers.IntegerField()
    criterion = CriterionWeighed()
    mine = ScoreShown(allow_null=True)
    given = ScoreShown(many=True, help_text="Every reviewer's; empty until all have submitted.")
    spread = SpreadShown()
    agreed = AgreedShown(allow_null=True)


class AnonymousPartner(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=PartnerRole.choices)


class AnonymousContent(serializers.Serializer[Any]):
    """The content of a response without the names of those who wrote it, as far as they can be taken out."""

    role = serializers.CharField()
    lots = serializers.ListField(child=serializers.CharField())
    partners = AnonymousPartner(many=True)
    commitments = OfferCommitment(many=True)
    price_tiers = OfferTier(many=True)
    plan = serializers.CharField()
    team = serializers.CharField()
    ip = serializers.CharField()
    data_needed = serializers.CharField()
    compute_needed = serializers.CharField()


class ReviewedShown(serializers.Serializer[Any]):
    """A response as a reviewer works on it."""

    number = serializers.IntegerField()
    status = serializers.CharField()
    version = serializers.IntegerField(help_text="To be sent with the consensus and with feedback.")
    scores_version = serializers.SerializerMethodField(help_text="To be sent with your scores.")
    clause = serializers.SerializerMethodField(help_text="Of a response that is not eligible.")
    content = serializers.SerializerMethodField()
    rows = serializers.SerializerMethodField()

    def get_scores_version(self, row: Any) -> int:
        return self.context["versions"].get(row.pk, 0)

    def get_clause(self, row: Any) -> str:
        return row.exclusion.clause if hasattr(row, "exclusion") else ""

    @extend_schema_field(AnonymousContent())
    def get_content(self, row: Any) -> Any:
        return anonymous(row)

    @extend_schema_field(RowShown(many=True))
    def get_rows(self, row: Any) -> Any:
        return RowShown(self.context["sheets"][row.pk], many=True).data
