"""What the `type` of a problem leads to."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.api.problems import TITLES
from scenarios.errors import NotFound


class KindShown(serializers.Serializer[Any]):
    kind = serializers.CharField()
    title = serializers.CharField()


class ProblemKind(APIView):
    audience = (PUBLIC,)

    @operation(shows=KindShown, operation_id="problems_retrieve")
    def get(self, request: Request, kind: str) -> Response:
        """Say what a kind of problem is called, in the language of Accept-Language."""
        if kind not in TITLES:
            raise NotFound
        return Response({"kind": kind, "title": str(TITLES[kind])})
