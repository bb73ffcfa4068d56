"""What the account was told."""

from typing import Any

from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions.notifications import mark_read
from marketplace.models import Notification
from marketplace.notices import sentence_of
from scenarios.access import SIGNED_IN
from scenarios.api.endpoint import Endpoint, operation


class NotificationShown(serializers.ModelSerializer[Notification]):
    sentence = serializers.SerializerMethodField(help_text="What it says, in the language of Accept-Language.")
    kind = serializers.CharField(source="event.kind", read_only=True)
    subject_type = serializers.CharField(source="event.subject_type", read_only=True)
    subject_id = serializers.UUIDField(source="event.subject_id", read_only=True)

    class Meta:
        model = Notification
        fields = ("id", "kind", "sentence", "subject_type", "subject_id", "path", "created_at", "read_at")
        read_only_fields = fields

    def get_sentence(self, row: Notification) -> str:
        return sentence_of(row)


class Counted(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were unread.")


class NotificationEndpoint(Endpoint):
    """The account's own notifications, newest first."""

    audience = dict.fromkeys(("list", "read", "read_all"), (SIGNED_IN,))
    serializer_class = NotificationShown
    lookup_value_converter = "int"

    def rows(self) -> Any:
        return Notification.objects.select_related("event")

    def get_queryset(self) -> Any:
        return self.rows().filter(account_id=self.actor.account_id)

    @operation(shows=NotificationShown(many=True))
    def list(self, request: Request) -> Response:
        """List your notifications."""
        return self.page_of(self.get_queryset())

    @operation(shows=NotificationShown)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Mark a notification as read."""
        row = self.found()
        mark_read(actor=self.actor, notification_id=row.pk)
        return self.shown(row)

    @operation(shows=Counted, operation_id="notifications_read_all_create")
    @action(detail=False, methods=["post"], url_path="read")
    def read_all(self, request: Request) -> Response:
        """Mark all your notifications as read."""
        return Response({"read": mark_read(actor=self.actor)})
