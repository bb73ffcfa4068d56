"""The event log and the state of the machinery, for staff."""

from math import isfinite
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scenarios import health
from scenarios.access import STAFF
from scenarios.actions.deliveries import MAY_RETRY, retry_delivery
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import EventFilter
from scenarios.api.output import actor_of
from scenarios.api.runs import RunListed
from scenarios.models import Delivery, Event, SimilarityRun


class EventShown(serializers.ModelSerializer[Event]):
    data = serializers.DictField(read_only=True)  # type: ignore[assignment]

    class Meta:
        model = Event
        fields = (
            *("id", "at", "kind", "actor_id", "subject_type", "subject_id", "subject_code", "changed"),
            *("data", "generation"),
        )
        read_only_fields = fields


class EventEndpoint(Endpoint):
    """The audit trail: names of changed fields, never confidential values."""

    audience = dict.fromkeys(("list", "retrieve"), (STAFF,))
    serializer_class = EventShown
    filterset_class = EventFilter
    lookup_value_converter = "int"

    def get_queryset(self) -> Any:
        return Event.objects.visible_to(self.actor)

    @operation(shows=EventShown(many=True))
    def list(self, request: Request) -> Response:
        """List the events, newest first."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=EventShown)
    def retrieve(self, request: Request, pk: int) -> Response:
        """Show an event."""
        return Response(EventShown(self.found()).data)


class PulseShown(serializers.Serializer[Any]):
    name = serializers.CharField()
    seconds = serializers.FloatField(allow_null=True, help_text="Since the last sign of life; null: never seen.")
    alive = serializers.BooleanField()


class QuarantineShown(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = ("id", "topic", "task", "attempts", "error", "created_at")
        read_only_fields = fields


class StatusShown(serializers.Serializer[Any]):
    pulses = PulseShown(many=True)
    deliveries = serializers.DictField(child=serializers.IntegerField())
    oldest_seconds = serializers.FloatField()
    index_build = serializers.IntegerField(allow_null=True)
    runs = RunListed(many=True, help_text="Runs over super-blocks that are under way.")
    quarantine = QuarantineShown(many=True, help_text="The latest 20.")


class Status(APIView):
    audience = (STAFF,)

    @operation(shows=StatusShown, operation_id="status_retrieve")
    def get(self, request: Request) -> Response:
        """Tell who is alive and how far behind the work is."""
        backlog, build = health.backlog(), health.last_build()
        pulses = [
            {"name": one.name, "seconds": one.seconds if isfinite(one.seconds) else None, "alive": one.alive}
            for one in health.pulses()
        ]
        shown = {
            "pulses": pulses,
            "deliveries": backlog.states,
            "oldest_seconds": backlog.oldest_seconds,
            "index_build": build.number if build else None,
            "runs": SimilarityRun.objects.unfinished().with_progress(),
            "quarantine": Delivery.objects.quarantined().order_by("-id")[:20],
        }
        return Response(StatusShown(shown).data)


class DeliveryShown(serializers.ModelSerializer[Delivery]):
    class Meta:
        model = Delivery
        fields = ("id", "topic", "task", "state", "attempts", "created_at")
        read_only_fields = fields


class DeliveryRetry(APIView):
    audience = MAY_RETRY

    @operation(shows=DeliveryShown, operation_id="deliveries_retry_create")
    def post(self, request: Request, pk: int) -> Response:
        """Give a quarantined delivery three new attempts."""
        delivery = retry_delivery(actor=actor_of({"request": request}), delivery_id=pk)
        delivery.refresh_from_db()
        return Response(DeliveryShown(delivery).data)
