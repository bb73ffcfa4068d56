"""The attachments of a response as a reviewer reads them: under numbers, not under the names they came with."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response as Answer
from rest_framework.views import APIView

from marketplace.models import Response, Selection
from marketplace.reviewing import NumberedFile, file_response, may_read_responses, numbered_files
from scenarios.api.endpoint import operation
from scenarios.errors import NotFound
from scenarios.policies import one_of


class NumberedFileShown(serializers.Serializer[Any]):
    place = serializers.IntegerField(help_text="Stands in the address of the file.")
    name = serializers.CharField(help_text="Tells the call, the response and the place, and nothing else.")
    content_type = serializers.CharField()
    size = serializers.IntegerField(help_text="In bytes.")


def _files(request: Request, pk: UUID, number: int) -> list[NumberedFile]:
    """Return the attachments of a response for a reviewer who has declared; nobody else finds them."""
    actor = request.actor  # type: ignore[attr-defined]
    selection = one_of(Selection.objects.visible_to(actor).select_related("call"), pk)
    if not may_read_responses(selection, actor):
        raise NotFound
    rows = Response.objects.opened().filter(call=selection.call_id).select_related("call")
    response = one_of(rows, rows.filter(number=number).values_list("pk", flat=True).first())
    return numbered_files(response)


@method_decorator(never_cache, name="dispatch")
class ReviewFiles(APIView):
    audience = ("reviewer",)

    @operation(shows=NumberedFileShown(many=True), operation_id="selections_responses_files_list")
    def get(self, request: Request, pk: UUID, number: int) -> Answer:
        """List the attachments of a response that you review."""
        return Answer(NumberedFileShown(_files(request, pk, number), many=True).data)


@method_decorator(never_cache, name="dispatch")
class ReviewFile(APIView):
    audience = ("reviewer",)

    @extend_schema(
        operation_id="selections_responses_files_retrieve",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID, number: int, place: int) -> HttpResponse:
        """Hand out an attachment; what the file itself shows cannot be taken out."""
        return file_response(_files(request, pk, number), place)
