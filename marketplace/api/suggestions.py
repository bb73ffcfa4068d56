"""Suggestions: what is suggested to whom, why, and what they say to it."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions.suggestions import judge_suggestion
from marketplace.api.filters import SuggestionFilter
from marketplace.explanations import district_names, explain
from marketplace.lifecycle import SUGGESTION_MOVES
from marketplace.models import Suggestion
from marketplace.suggested import told_verdicts
from scenarios.access import MEMBER, STAFF
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Strict, Words
from scenarios.api.output import Brief, Party, actor_of
from scenarios.models import Need

JUDGEMENTS = tuple(row.name for row in SUGGESTION_MOVES if "owner" in row.who)


class CapabilityBrief(Brief):
    owner = Party(read_only=True)


class VerdictShown(serializers.Serializer[Any]):
    gate = serializers.CharField()
    met = serializers.BooleanField()
    asked = serializers.CharField(allow_blank=True)
    offered = serializers.CharField(allow_blank=True)
    gap = serializers.CharField(allow_blank=True)
    unit = serializers.CharField(allow_blank=True)
    remedy = serializers.CharField(allow_blank=True, help_text="What would pass it, in words; empty where it is met.")


class SuggestionShown(serializers.ModelSerializer[Suggestion]):
    """A capability suggested for a need, a pool or a call, with the terms and gates behind it."""

    need = Brief(read_only=True, allow_null=True)
    demand = Brief(read_only=True, allow_null=True)
    call = Brief(read_only=True, allow_null=True)
    capability = CapabilityBrief(read_only=True)
    terms = serializers.ListField(child=serializers.ListField(), read_only=True, help_text="[term, contribution]")
    families = serializers.DictField(
        child=serializers.FloatField(), read_only=True, help_text="Parts of the score by family of features; their sum."
    )
    probability = serializers.FloatField(
        read_only=True, allow_null=True, help_text="Part of such suggestions that were taken up; null: not calibrated."
    )
    verdicts = serializers.SerializerMethodField()
    failed_gates = serializers.ListField(child=serializers.CharField(), read_only=True)
    reason = serializers.SerializerMethodField(help_text="Why you dismissed it; null for others.")

    class Meta:
        model = Suggestion
        fields = (
            *("id", "need", "demand", "call", "capability", "score", "rank", "terms"),
            *(
                "families",
                "probability",
                "ranking",
                "verdicts",
                "failed_gates",
                "index_build",
                "state",
                "reason",
                "decided_at",
                "created_at",
            ),
        )
        read_only_fields = fields

    @extend_schema_field(VerdictShown(many=True))
    def get_verdicts(self, row: Suggestion) -> list[dict[str, Any]]:
        told = told_verdicts(row, actor_of(self.context))
        shared = cast("dict[str, Any]", self.context)  # one for all rows of a list
        if "districts" not in shared:
            shared["districts"] = district_names()
        remedies = {gate.gate: gate.remedy for gate in explain(told, districts=shared["districts"])}
        return [verdict | {"remedy": remedies[verdict["gate"]]} for verdict in told]

    def get_reason(self, row: Suggestion) -> str | None:
        actor = actor_of(self.context)
        return row.reason if actor.is_staff or row.decided_by_id == actor.account_id else None


class Judgement(Strict):
    move = serializers.ChoiceField(choices=JUDGEMENTS)
    reason = Words(required=False, default="", help_text="Needed for a dismissal; the suggestions learn from it.")


class SuggestionEndpoint(Endpoint):
    """What is suggested to the actor's capabilities and needs."""

    audience = dict.fromkeys(("list", "retrieve", "judge"), (MEMBER, STAFF))
    serializer_class = SuggestionShown
    filterset_class = SuggestionFilter

    def rows(self) -> Any:
        return Suggestion.objects.for_page()

    def get_queryset(self) -> Any:
        # A need that was taken out of the reader's sight since then takes its suggestions along.
        readable = Q(need=None) | Q(need__in=Need.objects.visible_to(self.actor).values("pk"))
        return self.rows().current().visible_to(self.actor).filter(readable)

    @operation(shows=SuggestionShown(many=True))
    def list(self, request: Request) -> Response:
        """List what is suggested to you: needs, pools and calls for your capabilities, capabilities for your needs."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=SuggestionShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a suggestion."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=Judgement, shows=SuggestionShown)
    @action(detail=True, methods=["post"])
    def judge(self, request: Request, pk: UUID) -> Response:
        """Shortlist, contact or dismiss a suggestion, or take that back."""
        values = self.values(Judgement)
        return self.shown(judge_suggestion(actor=self.actor, suggestion_id=pk, **values))
