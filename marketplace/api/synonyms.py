"""The thesaurus over the API: the concepts in use and retired, and what the machine proposes."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import STAFF
from scenarios.actions import synonyms
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import MAX_QUERY
from scenarios.api.input import Nothing, Strict, Version
from scenarios.choices import ConceptState, SynonymProposalState
from scenarios.models import Concept, SynonymProposal


class PhraseList(serializers.ListField):
    """Phrases of one language, the preferred one first."""

    def __init__(self, **options: Any) -> None:
        phrase = serializers.CharField(max_length=60)
        super().__init__(**{"child": phrase, "required": False, "max_length": synonyms.MAX_PHRASES, **options})


class ConceptFields(Strict):
    """What stands for a concept; together at least two phrases."""

    zh = PhraseList(help_text="Chinese phrases, the preferred one first.")
    en = PhraseList(help_text="English phrases in the singular; plurals and hyphens are understood.")


class ConceptChange(ConceptFields):
    """All phrases of a concept as they are to be."""

    version = Version(help_text="The version that you read; another one is a conflict.")


class ConceptShown(serializers.ModelSerializer[Any]):
    zh = serializers.SerializerMethodField()
    en = serializers.SerializerMethodField()

    class Meta:
        model = Concept
        fields = ("id", "zh", "en", "state", "origin", "version", "updated_at")
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_zh(self, row: Concept) -> list[str]:
        return row.of_language("zh")

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_en(self, row: Concept) -> list[str]:
        return row.of_language("en")


class SynonymProposalShown(serializers.ModelSerializer[Any]):
    evidence = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SynonymProposal
        fields = ("id", "one", "other", "score", "times", "evidence", "state", "created_at", "decided_at")
        read_only_fields = fields


class ConceptFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(choices=ConceptState.choices)
    q = filters.CharFilter(method="saying", max_length=MAX_QUERY, label=_("A phrase, or a part of one"))

    def saying(self, rows: Any, name: str, value: str) -> Any:
        from matching.thesaurus import phrase_form

        return rows.saying(phrase_form(value))


class SynonymProposalFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(choices=SynonymProposalState.choices)


class ConceptEndpoint(Endpoint):
    """Concepts: phrases that mean the same in matching."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (STAFF,)),
        **dict.fromkeys(("create", "update", "retire", "reinstate"), ("manager",)),
    }
    serializer_class = ConceptShown
    filterset_class = ConceptFilter

    def rows(self) -> Any:
        return Concept.objects.for_page()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=ConceptShown(many=True))
    def list(self, request: Request) -> Response:
        """List the concepts, the one changed last first."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=ConceptShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a concept."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=ConceptFields, shows=ConceptShown, status=201)
    def create(self, request: Request) -> Response:
        """Enter a concept; it counts as soon as the index is made anew in the background."""
        return self.shown(synonyms.add_concept(actor=self.actor, phrases=self.values(ConceptFields)), status=201)

    @operation(reads=ConceptChange, shows=ConceptShown)
    def update(self, request: Request, pk: UUID) -> Response:
        """Put other phrases in place of a concept's."""
        values = self.values(ConceptChange)
        version = values.pop("version")
        return self.shown(synonyms.edit_concept(actor=self.actor, concept_id=pk, version=version, phrases=values))

    @operation(reads=Nothing, shows=ConceptShown)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: UUID) -> Response:
        """Take a concept out of use."""
        return self.shown(synonyms.retire_concept(actor=self.actor, concept_id=pk))

    @operation(reads=Nothing, shows=ConceptShown)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Take a retired concept back into use."""
        return self.shown(synonyms.reinstate_concept(actor=self.actor, concept_id=pk))


class SynonymProposalEndpoint(Endpoint):
    """Pairs of phrases that the machine noticed."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (STAFF,)),
        **dict.fromkeys(("accept", "dismiss"), ("manager",)),
    }
    serializer_class = SynonymProposalShown
    filterset_class = SynonymProposalFilter

    def rows(self) -> Any:
        return SynonymProposal.objects.all()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=SynonymProposalShown(many=True))
    def list(self, request: Request) -> Response:
        """List the pairs, the most strongly tied first, with where they met."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=SynonymProposalShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a pair."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=Nothing, shows=ConceptShown)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Take a pair into the thesaurus: as a concept, or into the one that a phrase of it belongs to."""
        concept = synonyms.accept_synonyms(actor=self.actor, proposal_id=pk)
        return Response(ConceptShown(Concept.objects.for_page().get(pk=concept.pk)).data)

    @operation(reads=Nothing, shows=SynonymProposalShown)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: UUID) -> Response:
        """Set a pair aside for good; it is not proposed again."""
        return self.shown(synonyms.dismiss_synonyms(actor=self.actor, proposal_id=pk))
