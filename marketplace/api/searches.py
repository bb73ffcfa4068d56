"""The searches that an account keeps."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import saved_searches
from marketplace.choices import SearchKind, SearchNotice
from marketplace.models import SavedSearch
from marketplace.new_hits import numbers_of_new
from scenarios.access import SIGNED_IN
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Strict


class SearchShown(serializers.ModelSerializer[SavedSearch]):
    new = serializers.SerializerMethodField()

    class Meta:
        model = SavedSearch
        fields = ("id", "name", "kind", "query", "notice", "new", "created_at", "looked_at")
        read_only_fields = fields

    @extend_schema_field(serializers.IntegerField(help_text="Rows that came since you last looked."))
    def get_new(self, row: SavedSearch) -> int:
        number: int = self.context.get("new", {}).get(row.pk, 0)
        return number


class SearchWritten(Strict):
    name = serializers.CharField(max_length=saved_searches.NAME_LIMIT)
    kind = serializers.ChoiceField(choices=SearchKind.choices)
    query = serializers.CharField(
        max_length=1000, allow_blank=True, default="", help_text="What stands behind the question mark of the page."
    )
    notice = serializers.ChoiceField(choices=SearchNotice.choices, default=SearchNotice.DAILY)


class NoticeWritten(Strict):
    notice = serializers.ChoiceField(choices=SearchNotice.choices)


class SearchEndpoint(Endpoint):
    """Searches that the account keeps; nobody else reads them."""

    audience = dict.fromkeys(("list", "create", "partial_update", "destroy", "restore"), (SIGNED_IN,))
    serializer_class = SearchShown

    def get_queryset(self) -> Any:
        return SavedSearch.objects.of(self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "new": getattr(self, "new", {})}

    @operation(shows=SearchShown(many=True))
    def list(self, request: Request) -> Response:
        """List your searches with how much has come into each since you last looked."""
        kept = self.get_queryset()
        self.new = numbers_of_new(list(kept), self.actor)
        return self.page_of(kept)

    @operation(reads=SearchWritten, shows=SearchShown, status=201, keyed=True)
    def create(self, request: Request) -> Response:
        """Keep a search of a public list under a name."""
        row = saved_searches.save_search(actor=self.actor, key=self.key(), **self.values(SearchWritten))
        row.refresh_from_db()
        return Response(SearchShown(row).data, status=status.HTTP_201_CREATED)

    @operation(reads=NoticeWritten, shows=SearchShown)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Choose when to be told of what is new."""
        row = saved_searches.set_notice(actor=self.actor, search_id=pk, **self.values(NoticeWritten))
        return Response(SearchShown(row).data)

    @operation(status=204)
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Keep a search no longer; for 30 days it can be restored."""
        saved_searches.remove_search(actor=self.actor, search_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @operation(shows=SearchShown)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take a removed search back."""
        row = saved_searches.restore_search(actor=self.actor, search_id=pk)
        return Response(SearchShown(row).data)
