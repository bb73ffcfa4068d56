"""The figures as data: what a page draws, with the addresses of the lists behind each number."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from marketplace.figures.registry import FIGURES, Figure, drawn, write_table
from marketplace.figures.scope import Scope, scope_of
from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.choices import Domain
from scenarios.errors import NotFound
from scenarios.querysets import database_time

PARAMETERS = [
    OpenApiParameter("since", OpenApiTypes.DATE, description="From this day of the city on."),
    OpenApiParameter("until", OpenApiTypes.DATE, description="Until this day, which is included."),
    OpenApiParameter("domain", str, enum=Domain.values),
    OpenApiParameter("district", str, description="Code of a district."),
    OpenApiParameter("as", str, enum=["public"], description="Count what the public may read, whoever asks."),
]


class CsvRenderer(BaseRenderer):
    """Lets an endpoint that answers with a file be asked for it; its refusals are JSON as everywhere."""

    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        shown: bytes = JSONRenderer().render(data, "application/json", renderer_context)
        return shown


class ColumnShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    help = serializers.CharField(help_text="What it says, where the label does not tell.")


class FigureListed(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    lead = serializers.CharField()
    filters = serializers.ListField(child=serializers.CharField())


class FigureShown(FigureListed):
    """A figure; a row maps each column to its value, and `lists` to the address of exactly what a number counts."""

    columns = ColumnShown(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    notes = serializers.ListField(child=serializers.CharField())
    left_out = serializers.IntegerField(help_text="Rows that only the CSV file has.")
    counted_at = serializers.DateTimeField()


def _asked(request: Request, name: str) -> tuple[Figure, Scope]:
    if name not in FIGURES:
        raise NotFound
    return FIGURES[name], scope_of(request.actor, request.query_params)  # type: ignore[attr-defined]


class FigureList(APIView):
    audience = (PUBLIC,)

    @operation(shows=FigureListed(many=True), operation_id="figures_list")
    def get(self, request: Request) -> Response:
        """List the figures."""
        return Response(FigureListed(list(FIGURES.values()), many=True).data)


class FigureData(APIView):
    audience = (PUBLIC,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "open_data"

    @operation(shows=FigureShown, operation_id="figures_retrieve", parameters=PARAMETERS)
    def get(self, request: Request, name: str) -> Response:
        """Show a figure, counted over what you may read."""
        figure, scope = _asked(request, name)
        table = drawn(figure, scope)
        shown = {
            **figure._asdict(),
            "columns": table.columns,
            "rows": table.as_dicts(),
            "notes": table.notes,
            "left_out": table.left_out,
            "counted_at": database_time(),
        }
        return Response(FigureShown(shown).data)


class FigureFile(APIView):
    audience = (PUBLIC,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "open_data"
    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(operation_id="figures_file", parameters=PARAMETERS, responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, name: str) -> HttpResponse:
        """Hand out a figure as CSV."""
        figure, scope = _asked(request, name)
        response = csv_file(f"{name}.csv")
        write_table(figure.made(scope), response)  # type: ignore[arg-type]
        return response


def csv_file(name: str) -> HttpResponse:
    """Return an answer that a table is written into; a spreadsheet reads its first letter as UTF-8."""
    return HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"},
    )
