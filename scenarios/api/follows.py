"""Being told of changes."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scenarios.access import SIGNED_IN
from scenarios.actions import following
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Strict
from scenarios.choices import Subject
from scenarios.models import Follow

FOLLOWED = [(str(name), name.label) for name in map(Subject, following.FOLLOWED)]


class FollowShown(serializers.ModelSerializer[Follow]):
    class Meta:
        model = Follow
        fields = ("subject_type", "subject_id", "created_at")
        read_only_fields = fields


class FollowWritten(Strict):
    subject_type = serializers.ChoiceField(choices=FOLLOWED)
    subject_id = serializers.UUIDField()


class FollowEndpoint(Endpoint):
    """What the account follows."""

    audience = dict.fromkeys(("list", "create"), (SIGNED_IN,))
    serializer_class = FollowShown

    def get_queryset(self) -> Any:
        return Follow.objects.filter(account=self.actor.account_id).order_by("-created_at", "pk")

    @operation(shows=FollowShown(many=True))
    def list(self, request: Request) -> Response:
        """List what you follow."""
        return self.page_of(self.get_queryset())

    @operation(reads=FollowWritten, shows=FollowShown, status=201)
    def create(self, request: Request) -> Response:
        """Follow a need, a pool, a call or a project; following twice is the same as once."""
        row = following.follow(actor=self.actor, **self.values(FollowWritten))
        return Response(FollowShown(row).data, status=status.HTTP_201_CREATED)


class Unfollow(APIView):
    audience = (SIGNED_IN,)

    @operation(status=204, operation_id="follows_destroy")
    def delete(self, request: Request, subject_type: str, subject_id: UUID) -> Response:
        """Stop following."""
        following.unfollow(
            actor=request.actor,  # type: ignore[attr-defined]
            subject_type=subject_type,
            subject_id=subject_id,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
