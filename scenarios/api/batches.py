"""One move on several objects, for staff: rehearsed, made, reported and taken back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.actions.batches import MOST, Asked, Described, make_batch, rehearse, undo_batch
from scenarios.actions.batches import described as describe
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Strict, Words
from scenarios.batch_kinds import kind_of
from scenarios.models import Batch, BatchRow

DECIDING = ("moderator", "publisher", "manager")


class RowAsked(Strict):
    id = serializers.UUIDField()
    seen = serializers.CharField(
        max_length=64,
        allow_blank=True,
        required=False,
        default="",
        help_text="The version that you read, or a proposal's member_key; without it nothing is decided.",
    )


class RehearsalAsked(Strict):
    kind = serializers.CharField(max_length=30, help_text="The move, such as approve-needs or dismiss-proposals.")
    rows = serializers.ListField(child=RowAsked(), min_length=1, max_length=MOST)


class BatchAsked(RehearsalAsked):
    reason = Words(required=False, default="", help_text="Where the move requires one; those whom it concerns read it.")


class RowForecast(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="row.pk")
    code = serializers.CharField(source="row.code")
    title = serializers.CharField(source="row.title")
    status = serializers.CharField(source="row.status", help_text="Its state now, in your language.")
    seen = serializers.CharField(source="row.seen", help_text="What to send as `seen`.")
    refusal = serializers.CharField(help_text="Why it would stay as it is; empty: it would be moved.")


class BatchRowShown(serializers.ModelSerializer[BatchRow]):
    id = serializers.UUIDField(source="subject_id")

    class Meta:
        model = BatchRow
        fields = ("id", "code", "title", "state", "note")
        read_only_fields = fields


class BatchShown(serializers.ModelSerializer[Batch]):
    """What came of each object; your own only."""

    rows = BatchRowShown(many=True, read_only=True)
    reversible = serializers.SerializerMethodField(help_text="Whether a move leads back.")

    class Meta:
        model = Batch
        fields = ("id", "kind", "reason", "created_at", "undone_at", "reversible", "rows")
        read_only_fields = fields

    @extend_schema_field(bool)
    def get_reversible(self, batch: Batch) -> bool:
        return kind_of(batch.kind).is_reversible


class BatchEndpoint(Endpoint):
    """Moves of several objects at once."""

    audience = dict.fromkeys(("list", "retrieve", "create", "rehearse", "undo"), DECIDING)
    serializer_class = BatchShown

    def rows(self) -> Any:
        return Batch.objects.prefetch_related("rows")

    def get_queryset(self) -> Any:
        return self.rows().filter(account=self.actor.account_id)

    @operation(shows=BatchShown(many=True))
    def list(self, request: Request) -> Response:
        """List your bulk actions, the last first."""
        return self.page_of(self.get_queryset())

    @operation(shows=BatchShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a bulk action with what came of each object."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=BatchAsked, shows=BatchShown, status=201, keyed=True)
    def create(self, request: Request) -> Response:
        """Make one move on several objects, each in a transaction of its own.

        What is refused keeps none of the others back; each row of the answer says what came of it.
        """
        values = self.values(BatchAsked)
        batch = make_batch(
            actor=self.actor,
            kind=kind_of(values["kind"]),
            asked=[Asked(row["id"], row["seen"]) for row in values["rows"]],
            reason=values["reason"],
            key=self.key(),
        )
        return self.shown(batch, status=status.HTTP_201_CREATED)

    @operation(reads=RehearsalAsked, shows=RowForecast(many=True))
    @action(detail=False, methods=["post"], pagination_class=None)
    def rehearse(self, request: Request) -> Response:
        """Say what the move would do to each object; nothing is changed."""
        values = self.values(RehearsalAsked)
        kind, seen = kind_of(values["kind"]), {row["id"]: row["seen"] for row in values["rows"]}
        rows = describe(actor=self.actor, kind=kind, ids=seen)
        read: list[Described] = [row._replace(seen=seen[row.pk] or row.seen) for row in rows]
        return Response(RowForecast(rehearse(actor=self.actor, kind=kind, rows=read), many=True).data)

    @operation(reads=Nothing, shows=BatchShown)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Take a bulk action back, as far as its objects stand where it left them.

        Refused with 409 where no move leads back.
        """
        self.values(Nothing)
        return self.shown(undo_batch(actor=self.actor, kind=kind_of(self.found().kind), batch_id=pk))
