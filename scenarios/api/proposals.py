"""Merge proposals: what the machine found and what a manager makes of it."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import STAFF
from scenarios.actions import proposals
from scenarios.api.demand_serializers import DemandShown, Dismissed, Linked, PoolTerms, ProposalShown, TwoNeeds
from scenarios.api.demands import DemandEndpoint
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import ProposalFilter
from scenarios.models import MergeProposal


class ProposalEndpoint(Endpoint):
    """Sets of like needs."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (STAFF,)),
        **dict.fromkeys(("accept", "dismiss", "reconsider", "link", "unlink"), ("manager",)),
    }
    serializer_class = ProposalShown
    filterset_class = ProposalFilter

    def rows(self) -> Any:
        return MergeProposal.objects.for_page()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=ProposalShown(many=True))
    def list(self, request: Request) -> Response:
        """List the proposals, most similar first."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=ProposalShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a proposal."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=PoolTerms, shows=DemandShown, status=201)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Make a drafted pool of a proposal.

        Refused with 422 while the members differ in a hard field that `resolutions` does not name.
        """
        values = self.values(PoolTerms)
        demand = proposals.accept_proposal(actor=self.actor, proposal_id=pk, **values)
        fresh = DemandEndpoint.rows(self).get(pk=demand.pk)  # type: ignore[arg-type]
        shown = DemandShown(fresh, context=self.get_serializer_context())
        return Response(shown.data, status=status.HTTP_201_CREATED)

    @operation(reads=Dismissed, shows=ProposalShown)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: UUID) -> Response:
        """Set a proposal aside for good; exactly these needs are not proposed again."""
        values = self.values(Dismissed)
        return self.shown(proposals.dismiss_proposal(actor=self.actor, proposal_id=pk, **values))

    @operation(reads=Linked, shows=Linked)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def link(self, request: Request) -> Response:
        """Say that two needs always, or never, belong together; every later run keeps to it.

        Refused with 422 where words would tie together needs of which two are kept apart.
        """
        values = self.values(Linked)
        pair = (values["need_a_id"], values["need_b_id"])
        link = proposals.link_needs(actor=self.actor, need_ids=pair, together=values["together"])
        return Response(Linked(link).data)

    @operation(reads=TwoNeeds, status=204)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def unlink(self, request: Request) -> Response:
        """Take back what was said of two needs."""
        values = self.values(TwoNeeds)
        proposals.take_back_link(actor=self.actor, need_ids=(values["need_a_id"], values["need_b_id"]))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @operation(shows=ProposalShown)
    @action(detail=True, methods=["post"])
    def reconsider(self, request: Request, pk: UUID) -> Response:
        """Undo a dismissal."""
        return self.shown(proposals.reconsider_proposal(actor=self.actor, proposal_id=pk))
