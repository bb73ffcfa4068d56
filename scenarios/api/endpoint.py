"""What the endpoints of an object share: parse → policy → one action → render."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from scenarios.actor import PUBLIC, Actor
from scenarios.policies import one_of

F = TypeVar("F", bound=Callable[..., Any])
KEY_LENGTH = 64
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="At most 64 characters; sent twice, the second answer shows what the first request made.",
)


class Endpoint(GenericViewSet[Any]):
    """Endpoints of one kind of object; `audience` names for each of them who may come here at all."""

    audience: dict[str, tuple[str, ...]] = {}
    lookup_value_converter = "uuid"
    throttle_scope: str | None = None

    @property
    def actor(self) -> Actor:
        # While the schema is made there is no request of anyone.
        return getattr(self.request, "actor", PUBLIC)

    def found(self) -> Any:
        """Return the object of the address as the actor may see it."""
        return one_of(self.get_queryset(), self.kwargs["pk"])

    def values(self, kind: type[serializers.BaseSerializer[Any]]) -> dict[str, Any]:
        """Return the body as typed values."""
        reader = kind(data=self.request.data, context=self.get_serializer_context())
        reader.is_valid(raise_exception=True)
        return dict(reader.validated_data)

    def key(self) -> str:
        """Return the idempotency key of a creation."""
        key: str = self.request.headers.get("Idempotency-Key", "")
        if len(key) > KEY_LENGTH:
            raise serializers.ValidationError({"Idempotency-Key": [_("A key has at most 64 characters.")]})
        return key

    def page_of(self, rows: Any, kind: Any = None) -> Response:
        """Show one page of rows."""
        page = self.paginate_queryset(rows)
        shown = (kind or self.get_serializer_class())(page, many=True, context=self.get_serializer_context())
        return self.get_paginated_response(shown.data)

    def shown(self, row: Any, *, status: int = 200) -> Response:
        """Show an object as it stands now, whatever the action left in memory."""
        fresh = self.rows().get(pk=row.pk)
        return Response(self.get_serializer(fresh).data, status=status)

    def rows(self) -> Any:
        """Return all rows with what the answer needs; whoever made a move may see what it led to."""
        raise NotImplementedError


def operation(
    *, reads: Any = None, shows: Any = None, status: int = 200, keyed: bool = False, **more: Any
) -> Callable[[F], F]:
    """Describe an endpoint for the schema; its summary is the first line of its docstring."""
    parameters = [*more.pop("parameters", []), *([IDEMPOTENCY_KEY] if keyed else [])]
    return extend_schema(request=reads, responses={status: shows}, parameters=parameters, **more)
