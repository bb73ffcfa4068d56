"""Runs over super-blocks, for staff: how far they are and what failed."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import STAFF
from scenarios.actions.deliveries import MAY_RETRY, retry_run
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing
from scenarios.models import SimilarityRun
from scenarios.similarity_progress import progress_of


class RunListed(serializers.ModelSerializer[SimilarityRun]):
    tasks = serializers.IntegerField(source="tasks_all", help_text="Pairs of blocks to compare.")
    tasks_done = serializers.IntegerField()
    tasks_running = serializers.IntegerField()
    tasks_failed = serializers.IntegerField(help_text="In quarantine after three attempts.")
    pairs = serializers.IntegerField(help_text="Found so far.")
    seconds = serializers.FloatField(help_text="Of all tasks together.")
    elapsed = serializers.FloatField(help_text="Seconds since it began, or that it took.")
    workers = serializers.IntegerField(help_text="Processes that took part so far.")

    class Meta:
        model = SimilarityRun
        fields: tuple[str, ...] = (
            *("id", "kind", "state", "documents", "min_similarity", "limit", "tasks", "tasks_done", "tasks_running"),
            *("tasks_failed", "pairs", "seconds", "elapsed", "workers", "created_at", "finished_at"),
        )
        read_only_fields = fields


class FailureShown(serializers.Serializer[Any]):
    blocks = serializers.ListField(
        child=serializers.IntegerField(),
        allow_null=True,
        help_text="Two, counted from 1; null: laying out or combining failed.",
    )
    attempts = serializers.IntegerField()
    error = serializers.CharField()


class RunShown(RunListed):
    failures = serializers.SerializerMethodField()

    class Meta(RunListed.Meta):
        fields = (*RunListed.Meta.fields, "failures")
        read_only_fields = fields

    @extend_schema_field(FailureShown(many=True))
    def get_failures(self, run: SimilarityRun) -> Any:
        return FailureShown(progress_of(run).failures, many=True).data


class RunEndpoint(Endpoint):
    """Looks at all needs that are cut into tasks of two blocks each."""

    audience = {**dict.fromkeys(("list", "retrieve"), (STAFF,)), "retry": MAY_RETRY}
    serializer_class = RunShown
    lookup_value_converter = "int"

    def rows(self) -> Any:
        return SimilarityRun.objects.with_progress()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=RunListed(many=True))
    def list(self, request: Request) -> Response:
        """List the runs, newest first."""
        return self.page_of(self.get_queryset(), RunListed)

    @operation(shows=RunShown)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show a run and what failed in it."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=Nothing, shows=RunShown)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        """Give what failed three times three more attempts."""
        self.values(Nothing)
        retry_run(actor=self.actor, run_id=pk)
        return self.shown(SimilarityRun.objects.get(pk=pk))
