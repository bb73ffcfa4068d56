"""Merge proposals: what the machine found and what a manager makes of it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import STAFF
from scenarios.actions import proposals, thresholds
from scenarios.api.demand_input import Accepted, Dismissed, Linked, TwoNeeds
from scenarios.api.demand_serializers import DemandShown
from scenarios.api.demands import DemandEndpoint
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import ProposalFilter
from scenarios.api.input import Nothing
from scenarios.api.proposal_serializers import ChoiceShown, ProposalListed, ProposalShown, ThresholdWritten
from scenarios.models import MergeProposal
from scenarios.threshold_choice import threshold_choice


class ProposalEndpoint(Endpoint):
    """Sets of like needs."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (STAFF,)),
        **dict.fromkeys(("accept", "dismiss", "reconsider", "link", "unlink"), ("manager",)),
        **dict.fromkeys(("threshold", "choose_threshold", "preview"), ("manager",)),
    }
    serializer_class = ProposalShown
    filterset_class = ProposalFilter

    def rows(self) -> Any:
        return MergeProposal.objects.for_page()

    def get_queryset(self) -> Any:
        return self.rows()

    @operation(shows=ProposalListed(many=True))
    def list(self, request: Request) -> Response:
        """List the proposals, most similar first."""
        return self.page_of(self.filter_queryset(self.get_queryset()), ProposalListed)

    @operation(shows=ProposalShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a proposal."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=Accepted, shows=DemandShown, status=201)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Make a drafted pool of a proposal.

        Refused with 422 while the members differ in a hard field that `resolutions` does not name.
        """
        values = self.values(Accepted)
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

    @operation(shows=ChoiceShown, parameters=[OpenApiParameter("threshold", float)])
    @action(detail=False, methods=["get"], pagination_class=None, filterset_class=None)
    def threshold(self, request: Request) -> Response:
        """Show what each merge threshold would propose, and what one of them would change."""
        asked, wanted = request.query_params.get("threshold"), None
        if asked:
            reader = ThresholdWritten(data={"threshold": asked})
            reader.is_valid(raise_exception=True)
            wanted = reader.validated_data["threshold"]
        return Response(ChoiceShown(threshold_choice(wanted)).data)

    @operation(reads=ThresholdWritten, shows=ChoiceShown)
    @threshold.mapping.post
    def choose_threshold(self, request: Request) -> Response:
        """Have another merge threshold hold; all needs are looked at again.

        Refused with 409 where `present` is not the threshold that holds.
        """
        values = self.values(ThresholdWritten)
        thresholds.choose_threshold(actor=self.actor, value=values["threshold"], present=values["present"])
        return Response(ChoiceShown(threshold_choice()).data)

    @operation(reads=Nothing, status=202)
    @action(detail=False, methods=["post"], pagination_class=None, filterset_class=None)
    def preview(self, request: Request) -> Response:
        """Have a worker reckon anew what each threshold would propose."""
        self.values(Nothing)
        thresholds.ask_for_preview(actor=self.actor)
        return Response(status=status.HTTP_202_ACCEPTED)
