"""Needs: reading, drafting, and the owner's steps. What staff decide stands in moderation.py."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle

from scenarios import precision
from scenarios.access import MEMBER, PUBLIC, SIGNED_IN
from scenarios.actions import needs
from scenarios.actions.risk_papers import enter_ethics_number
from scenarios.api.endpoint import operation
from scenarios.api.filters import NeedFilter
from scenarios.api.moderation import NeedModeration
from scenarios.api.need_serializers import (
    LikeShown,
    NeedDrafted,
    NeedSaved,
    NeedShown,
    NeedWritten,
    PrecisionShown,
    indicator_fields,
    need_fields,
)
from scenarios.api.risk import EthicsNumber, RiskShown
from scenarios.audiences import NEED_FIELDS, audience_of, visible_fields
from scenarios.content import need_draft, risk_tier
from scenarios.errors import NotFound
from scenarios.likeness import like_needs
from scenarios.models import Indicator, Need, VaguePhrase


class NeedEndpoint(NeedModeration):
    """Needs as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        **dict.fromkeys(("create", "partial_update", "destroy"), (MEMBER,)),
        **dict.fromkeys(("submit", "withdraw", "reopen", "renew"), (MEMBER,)),
        **dict.fromkeys(("precision", "like", "risk"), (SIGNED_IN,)),
        "ethics_number": (MEMBER,),
        "likes": (PUBLIC,),
        **NeedModeration.audience,
    }
    serializer_class = NeedShown
    filterset_class = NeedFilter

    def rows(self) -> Any:
        return Need.objects.for_page().prefetch_related("blocked_organisations")

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=NeedShown(many=True))
    def list(self, request: Request) -> Response:
        """List the needs that you may see.

        The public sees what is or was on offer; members also see their own, staff all but drafts.
        """
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=NeedShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a need."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=NeedDrafted, shows=NeedShown, status=201, keyed=True)
    def create(self, request: Request) -> Response:
        """Draft a need for one of your organisations."""
        values = self.values(NeedDrafted)
        need = needs.draft_need(
            actor=self.actor,
            owner_id=values["owner"],
            fields=need_fields(values),
            indicators=indicator_fields(values) or [],
            blocked_ids=values.get("blocked_organisations", []),
            source="api",
            key=self.key(),
        )
        return self.shown(need, status=status.HTTP_201_CREATED)

    @operation(reads=NeedSaved, shows=NeedShown)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save a draft or a returned need.

        What is not given stays as it is. `version` is the one that you read: if someone saved in between, the answer
        is 409 with the differences.
        """
        values = self.values(NeedSaved)
        need = needs.save_need(
            actor=self.actor,
            need_id=pk,
            version=values["version"],
            fields=need_fields(values),
            indicators=indicator_fields(values),
            blocked_ids=values.get("blocked_organisations"),
        )
        return self.shown(need)

    @operation(status=204)
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Delete a draft that was never submitted."""
        needs.delete_draft(actor=self.actor, need_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: UUID) -> Response:
        """Submit a draft for moderation.

        Refused with 422 while the precision check finds a blocker; the answer names each.
        """
        return self.shown(needs.submit_need(actor=self.actor, need_id=pk))

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: UUID) -> Response:
        """Take a need back, and out of its pool."""
        return self.shown(needs.withdraw_need(actor=self.actor, need_id=pk))

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: UUID) -> Response:
        """Make a withdrawn need a draft again."""
        return self.shown(needs.reopen_need(actor=self.actor, need_id=pk))

    @operation(shows=NeedShown)
    @action(detail=True, methods=["post"])
    def renew(self, request: Request, pk: UUID) -> Response:
        """Keep a published or expired need on offer for another 180 days."""
        return self.shown(needs.renew_need(actor=self.actor, need_id=pk))

    @operation(reads=EthicsNumber, shows=NeedShown)
    @action(detail=True, methods=["post"], url_path="ethics-number")
    def ethics_number(self, request: Request, pk: UUID) -> Response:
        """Enter the number of the ethics review that a need on its way lacks."""
        number = self.values(EthicsNumber)["ethics_number"]
        return self.shown(enter_ethics_number(actor=self.actor, need_id=pk, number=number))

    @operation(shows=RiskShown)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def risk(self, request: Request, pk: UUID) -> Response:
        """Show why a need has its tier: every rule that applies, and what it lacks before which step."""
        need = self.found()
        if "risk_answers" not in visible_fields(NEED_FIELDS, audience_of(self.actor, need.owner_id)):
            raise NotFound
        return Response(RiskShown(need).data)

    @operation(reads=NeedWritten, shows=PrecisionShown)
    @action(detail=False, methods=["post"], throttle_classes=[ScopedRateThrottle], throttle_scope="drafting")
    def precision(self, request: Request) -> Response:
        """Check how precise a need is, without saving it."""
        values = self.values(NeedWritten)
        need = Need(**need_fields(values))
        rows = [Indicator(need=need, **row) for row in indicator_fields(values) or []]
        edits = VaguePhrase.objects.edits()
        report = precision.check(need_draft(need, rows), today=timezone.localdate(), edits=edits)
        tier = risk_tier(need.risk_answers, need.data_class)
        names = ("score", "precise_enough", "fields", "findings", "quantities")
        shown = {name: getattr(report, name) for name in names} | {"risk_tier": tier}
        return Response(PrecisionShown(shown).data)

    @operation(reads=NeedWritten, shows=LikeShown(many=True))
    @action(
        detail=False,
        methods=["post"],
        pagination_class=None,
        filterset_class=None,
        throttle_classes=[ScopedRateThrottle],
        throttle_scope="drafting",
    )
    def like(self, request: Request) -> Response:
        """Show up to five needs on offer like the one being written, and why."""
        fields = need_fields(self.values(NeedWritten))
        return Response(LikeShown(like_needs(Need(**fields), actor=self.actor), many=True).data)

    @operation(shows=LikeShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def likes(self, request: Request, pk: UUID) -> Response:
        """Show up to five needs on offer like this one, and why."""
        return Response(LikeShown(like_needs(self.found(), actor=self.actor), many=True).data)
