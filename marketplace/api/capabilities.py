"""Capabilities: reading, drafting, the owner's steps and the staff's."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import capabilities
from marketplace.actions.near_copies import clear_near_copy
from marketplace.api.capability_serializers import (
    CapabilityDrafted,
    CapabilitySaved,
    CapabilityShown,
    capability_fields,
)
from marketplace.api.filters import CapabilityFilter
from marketplace.models import Capability
from scenarios.access import MEMBER, PUBLIC
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Reason, SeenNote, SeenReasons


class CapabilityEndpoint(Endpoint):
    """Capabilities as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        **dict.fromkeys(("create", "partial_update", "submit", "withdraw", "reopen", "renew"), (MEMBER,)),
        **dict.fromkeys(("verify", "return_", "suspend", "reinstate", "no_copy"), ("moderator",)),
        "publish": ("publisher",),
    }
    serializer_class = CapabilityShown
    filterset_class = CapabilityFilter

    def rows(self) -> Any:
        return Capability.objects.for_page().with_copies(self.actor)

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=CapabilityShown(many=True))
    def list(self, request: Request) -> Response:
        """List the capabilities that you may see."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=CapabilityShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a capability."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=CapabilityDrafted, shows=CapabilityShown, status=201, keyed=True)
    def create(self, request: Request) -> Response:
        """Draft a capability of one of your organisations."""
        values = self.values(CapabilityDrafted)
        row = capabilities.draft_capability(
            actor=self.actor,
            owner_id=values["owner"],
            fields=capability_fields(values),
            evidence=values.get("evidence", ()),
            price_tiers=values.get("price_tiers", ()),
            district_ids=values.get("districts", ()),
            source="api",
            key=self.key(),
        )
        return self.shown(row, status=status.HTTP_201_CREATED)

    @operation(reads=CapabilitySaved, shows=CapabilityShown)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save a draft or a returned capability.

        `version` is the one that you read: if someone saved in between, the answer is 409 with the differences.
        """
        values = self.values(CapabilitySaved)
        row = capabilities.save_capability(
            actor=self.actor,
            capability_id=pk,
            version=values["version"],
            fields=capability_fields(values),
            evidence=values.get("evidence"),
            price_tiers=values.get("price_tiers"),
            district_ids=values.get("districts"),
        )
        return self.shown(row)

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: UUID) -> Response:
        """Submit a draft for moderation."""
        return self.shown(capabilities.submit_capability(actor=self.actor, capability_id=pk))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take a capability back."""
        return self.shown(capabilities.withdraw_capability(actor=self.actor, capability_id=pk))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: UUID) -> Response:
        """Make a withdrawn capability a draft again."""
        return self.shown(capabilities.reopen_capability(actor=self.actor, capability_id=pk))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: UUID) -> Response:
        """Keep a capability on offer for another 365 days."""
        return self.shown(capabilities.renew_capability(actor=self.actor, capability_id=pk))

    @operation(reads=SeenNote, shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: UUID) -> Response:
        """Find a capability fit for publication; someone else publishes it."""
        values = self.values(SeenNote)
        return self.shown(capabilities.verify_capability(actor=self.actor, capability_id=pk, **values))

    @operation(reads=SeenReasons, shows=CapabilityShown)
    @action(detail=True, methods=["post"], url_path="return")
    def return_(self, request: Request, pk: UUID) -> Response:
        """Send a capability back to its owner with a reason per field."""
        values = self.values(SeenReasons)
        return self.shown(capabilities.return_capability(actor=self.actor, capability_id=pk, **values))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Response:
        """Publish a verified capability for 365 days."""
        return self.shown(capabilities.publish_capability(actor=self.actor, capability_id=pk))

    @operation(reads=Reason, shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Take a published capability off offer, with a reason that its owner reads."""
        reason = self.values(Reason)["reason"]
        return self.shown(capabilities.suspend_capability(actor=self.actor, capability_id=pk, reason=reason))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Put a suspended capability on offer again."""
        return self.shown(capabilities.reinstate_capability(actor=self.actor, capability_id=pk))

    @operation(shows=CapabilityShown)
    @action(detail=True, methods=["post"], url_path="no-copy")
    def no_copy(self, request: Request, pk: UUID) -> Response:
        """Find that a capability which counts as nearly a copy is none, so that it is suggested again."""
        return self.shown(clear_near_copy(actor=self.actor, capability_id=pk))
