"""Stop words over the API: what matching passes over, in use and retired."""

from typing import Any
from uuid import UUID

from django_filters import rest_framework as filters
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import STAFF
from scenarios.actions import stop_words
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Strict
from scenarios.choices import ConceptState
from scenarios.models import StopWord


class StopWordFields(Strict):
    text = serializers.CharField(max_length=stop_words.LONGEST, help_text="A phrase of at least two characters.")


class StopWordShown(serializers.ModelSerializer[Any]):
    class Meta:
        model = StopWord
        fields = ("id", "text", "state", "created_at", "updated_at")
        read_only_fields = fields


class StopWordFilter(filters.FilterSet):  # type: ignore[misc]
    state = filters.ChoiceFilter(choices=ConceptState.choices)


class StopWordEndpoint(Endpoint):
    """Stop words: phrases that needs and capabilities are compared without."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (STAFF,)),
        **dict.fromkeys(("create", "retire", "reinstate"), ("manager",)),
    }
    serializer_class = StopWordShown
    filterset_class = StopWordFilter

    def rows(self) -> Any:
        return StopWord.objects.for_page()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=StopWordShown(many=True))
    def list(self, request: Request) -> Response:
        """List the stop words, those in use first."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=StopWordShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a stop word."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=StopWordFields, shows=StopWordShown, status=201)
    def create(self, request: Request) -> Response:
        """Enter a stop word; it counts as soon as the index is made anew in the background."""
        return self.shown(stop_words.add_stop_word(actor=self.actor, **self.values(StopWordFields)), status=201)

    @operation(reads=Nothing, shows=StopWordShown)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: UUID) -> Response:
        """Have a word counted again."""
        return self.shown(stop_words.retire_stop_word(actor=self.actor, word_id=pk))

    @operation(reads=Nothing, shows=StopWordShown)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Take a retired word back."""
        return self.shown(stop_words.reinstate_stop_word(actor=self.actor, word_id=pk))
