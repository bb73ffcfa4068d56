"""The open data sets: their list, their rows page by page, and each as one file."""

from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from marketplace.api.figures import CsvRenderer
from marketplace.open_data import DATA_SETS, DataSet, csv_lines
from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.api.paging import Paging
from scenarios.errors import NotFound


class OpenDataPaging(Paging):
    page_size = 100
    max_page_size = 1000


class FieldShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


class DataSetShown(serializers.Serializer[Any]):
    """A data set with what its columns say, how many rows it has and when the latest changed."""

    name = serializers.CharField()
    title = serializers.CharField()
    lead = serializers.CharField()
    columns = FieldShown(many=True)
    count = serializers.IntegerField()
    updated = serializers.DateTimeField(allow_null=True)


class DataSetPage(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = serializers.ListField(child=serializers.DictField())


def _named(name: str) -> DataSet:
    if name not in DATA_SETS:
        raise NotFound
    return DATA_SETS[name]


class OpenData(APIView):
    audience = (PUBLIC,)

    @operation(shows=DataSetShown(many=True), operation_id="open_data_list")
    def get(self, request: Request) -> Response:
        """List the open data sets."""
        return Response(DataSetShown([data.described() for data in DATA_SETS.values()], many=True).data)


class OpenDataRows(APIView):
    audience = (PUBLIC,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "open_data"

    @operation(
        shows=DataSetPage,
        operation_id="open_data_retrieve",
        parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int, description="At most 1000.")],
    )
    def get(self, request: Request, name: str) -> Response:
        """Show a page of a data set: what the public may read, whoever asks."""
        data, paging = _named(name), OpenDataPaging()
        rows: list[Any] = paging.paginate_queryset(data.rows(), request, view=self) or []
        return paging.get_paginated_response([data.values_of(row) for row in rows])


class OpenDataFile(APIView):
    audience = (PUBLIC,)
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "open_data"
    renderer_classes = (JSONRenderer, CsvRenderer)

    @extend_schema(operation_id="open_data_file", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, request: Request, name: str) -> StreamingHttpResponse:
        """Hand out a data set as one CSV file."""
        lines = csv_lines(_named(name))
        headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "X-Content-Type-Options": "nosniff"}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)
