"""A supplier's own record as data."""

from typing import Any

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from marketplace.record import answered, projects_of, told_outcomes, told_responses, totals
from scenarios.access import MEMBER
from scenarios.api.endpoint import Endpoint, operation


class RecordTotals(serializers.Serializer[Any]):
    sealed = serializers.IntegerField()
    counted = serializers.IntegerField(help_text="Responses whose result is public.")
    awarded = serializers.IntegerField()
    projects = serializers.IntegerField()
    gates = serializers.IntegerField(help_text="Gates passed.")
    no_fault = serializers.IntegerField(help_text="Projects stopped without fault; they count against nobody.")
    measured = serializers.IntegerField(help_text="Indicators measured at acceptance.")
    met = serializers.IntegerField(help_text="Those of them that met their target.")
    kept = serializers.IntegerField(help_text="Those of them that kept the promise.")


class RecordProject(serializers.Serializer[Any]):
    id = serializers.UUIDField(source="engagement.pk")
    code = serializers.CharField(source="engagement.code")
    status = serializers.CharField(source="engagement.status")
    gates = serializers.SerializerMethodField(help_text="The stages of the gates passed, in order.")
    measured = serializers.SerializerMethodField(help_text="Indicators measured at acceptance.")
    met = serializers.IntegerField()
    kept = serializers.IntegerField()

    def get_gates(self, row: Any) -> list[str]:
        return [gate.stage for gate in row.gates]

    def get_measured(self, row: Any) -> int:
        return len(row.measured)


class RecordShown(serializers.Serializer[Any]):
    totals = RecordTotals()
    projects = RecordProject(many=True)


class RecordResponse(serializers.Serializer[Any]):
    """A response with its best placing; rank and points are there once the ranking is public."""

    id = serializers.UUIDField(source="response.pk")
    code = serializers.CharField(source="response.code")
    call = serializers.UUIDField(source="response.call_id")
    status = serializers.CharField(source="response.told")
    rank = serializers.IntegerField(source="placing.rank", default=None, allow_null=True)
    total = serializers.DecimalField(
        source="placing.total", max_digits=7, decimal_places=4, default=None, allow_null=True
    )
    has_feedback = serializers.BooleanField()


@method_decorator(never_cache, name="dispatch")
class RecordEndpoint(Endpoint):
    """What your organisations did as suppliers; nobody else reads it."""

    audience = dict.fromkeys(("retrieve", "responses"), (MEMBER,))
    serializer_class = RecordResponse

    def get_queryset(self) -> Any:
        return told_responses(self.actor)

    @operation(shows=RecordShown, operation_id="record_retrieve")
    def retrieve(self, request: Request) -> Answer:
        """Show your record in numbers, with the projects that you worked in."""
        projects = projects_of(self.actor)
        return Answer(RecordShown({"totals": totals(told_outcomes(self.actor), projects), "projects": projects}).data)

    @operation(shows=RecordResponse(many=True), operation_id="record_responses_list")
    def responses(self, request: Request) -> Answer:
        """List what you sealed, with its result as you may know it."""
        rows = answered(self.paginate_queryset(self.get_queryset()) or ())
        return self.get_paginated_response(RecordResponse(rows, many=True).data)
