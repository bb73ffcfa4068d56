"""What staff decide on a need."""

from uuid import UUID

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.actions import moderation
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Note, Reason, SeenNote, SeenReasons
from scenarios.api.need_serializers import NeedShown


class NeedModeration(Endpoint):
    """The steps of moderators, supervisors and publishers."""

    audience = {
        **dict.fromkeys(("approve", "return_", "suspend", "reinstate"), ("moderator",)),
        "supervise": ("supervisor",),
        "publish": ("publisher",),
    }

    @operation(reads=SeenNote, shows=NeedShown)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Find a need fit for publication; someone else publishes it."""
        return self.shown(moderation.approve_need(actor=self.actor, need_id=pk, **self.values(SeenNote)))

    @operation(reads=SeenReasons, shows=NeedShown)
    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: UUID) -> Response:
        """Send a need back to its owner with a reason per field."""
        return self.shown(moderation.return_need(actor=self.actor, need_id=pk, **self.values(SeenReasons)))

    @operation(reads=Note, shows=NeedShown)
    @action(detail=True, methods=["post"])
    def supervise(self, request: Request, pk: UUID) -> Response:
        """Clear a need of tier R3 or R4 for publication."""
        values = self.values(Note)
        return self.shown(moderation.supervise_need(actor=self.actor, need_id=pk, note=values["note"]))

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Publish an approved need: public, indexed and matched from now on."""
        return self.shown(moderation.publish_need(actor=self.actor, need_id=pk))

    @operation(reads=Reason, shows=NeedShown)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Take a published need off offer, with a reason that its owner reads."""
        values = self.values(Reason)
        return self.shown(moderation.suspend_need(actor=self.actor, need_id=pk, reason=values["reason"]))

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Put a suspended need on offer again."""
        return self.shown(moderation.reinstate_need(actor=self.actor, need_id=pk))
