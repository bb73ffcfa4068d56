"""Learned rankings over the API: what was learned, what is in use, whether its scores can be believed."""

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import rankings
from marketplace.choices import RankingState
from marketplace.models import RankingModel
from marketplace.ranking_training import judged_grades, readiness
from scenarios.access import STAFF
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing


class RankingShown(serializers.ModelSerializer[RankingModel]):
    """nDCG@10 is of needs that the ranking had not seen."""

    coefficients = serializers.JSONField(read_only=True, help_text="By feature: mean, scale, coefficient.")
    calibration = serializers.JSONField(read_only=True, allow_null=True, help_text="Null: scores are no probabilities.")

    class Meta:
        model = RankingModel
        fields = (
            *("id", "state", "refusal", "ndcg", "plain_ndcg", "unlearned_ndcg", "gain_bound", "needs", "judgements"),
            *("calibration", "feature_version", "coefficients", "trained_at"),
        )
        read_only_fields = fields


class ReadinessShown(serializers.Serializer[Any]):
    judgements = serializers.IntegerField(help_text="Judged pairs of a need and a capability.")
    needs = serializers.IntegerField(help_text="Needs with enough of them, one good, to count.")
    missing = serializers.IntegerField(help_text="Needs that have to be added before anything is learned.")


class RankingFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(choices=RankingState.choices)


class RankingEndpoint(Endpoint):
    """Rankings learned from what people said to suggestions."""

    audience = {
        **dict.fromkeys(("list", "retrieve", "readiness"), (STAFF,)),
        **dict.fromkeys(("train", "activate", "retire"), ("manager",)),
    }
    serializer_class = RankingShown
    filterset_class = RankingFilter

    def rows(self) -> Any:
        return RankingModel.objects.all()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=RankingShown(many=True))
    def list(self, request: Request) -> Response:
        """List the rankings, the one learned last first."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=RankingShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a ranking."""
        return Response(self.get_serializer(self.found()).data)

    @operation(shows=ReadinessShown)
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def readiness(self, request: Request) -> Response:
        """Show how far the judgements reach."""
        return Response(ReadinessShown(readiness(judged_grades())).data)

    @operation(reads=Nothing, status=202)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def train(self, request: Request) -> Response:
        """Have a worker learn a ranking from the present judgements."""
        self.values(Nothing)
        rankings.ask_for_training(actor=self.actor)
        return Response(status=status.HTTP_202_ACCEPTED)

    @operation(reads=Nothing, shows=RankingShown)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: UUID) -> Response:
        """Rank suggestions by this ranking; the one in use is retired, and all suggestions are ranked anew."""
        return self.shown(rankings.activate_ranking(actor=self.actor, ranking_id=pk))

    @operation(reads=Nothing, shows=RankingShown)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: UUID) -> Response:
        """Go back to the unlearned ranking; all suggestions are ranked anew."""
        return self.shown(rankings.retire_ranking(actor=self.actor, ranking_id=pk))
