"""The calendar of deadlines as data."""

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.due_dates import SOURCES, due_dates
from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.querysets import database_time

MOST_DAYS = 366


class DeadlineShown(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[(source.kind, source.label) for source in SOURCES])
    label = serializers.CharField()  # type: ignore[assignment]
    at = serializers.DateTimeField()
    whole_day = serializers.BooleanField(help_text="Due within the day that begins at this time.")
    code = serializers.CharField()
    title = serializers.CharField()
    url = serializers.CharField(help_text="The page of what ends.")


class Days(serializers.Serializer[Any]):
    """The days that are asked for; without them the coming 31."""

    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        since: date = values.get("since") or timezone.localtime(database_time()).date()
        until: date = values.get("until") or since + timedelta(days=min(31, (date.max - since).days))
        if not 0 <= (until - since).days <= MOST_DAYS:
            raise serializers.ValidationError({"until": [_("Ask for at most 366 days, the first one first.")]})
        return {"since": since, "until": until}


class Deadlines(APIView):
    audience = (PUBLIC,)

    @operation(
        shows=DeadlineShown(many=True),
        operation_id="deadlines_list",
        parameters=[OpenApiParameter(name, OpenApiTypes.DATE) for name in ("since", "until")],
    )
    def get(self, request: Request) -> Response:
        """List what ends within the days asked for, of what you may read."""
        asked = Days(data=request.query_params.dict())
        asked.is_valid(raise_exception=True)
        dues = due_dates(request.actor, **asked.validated_data)  # type: ignore[attr-defined]
        return Response(DeadlineShown(dues, many=True).data)
