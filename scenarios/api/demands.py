"""Pools: reading them, the manager's and publisher's steps, and the owners' consents."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import MEMBER, PUBLIC
from scenarios.actions import consents, core_changes, demands, members, next_core
from scenarios.actions.terms import set_terms
from scenarios.api.demand_input import (
    Answered,
    ChangeDismissed,
    ChangeProposed,
    ChangeTaken,
    CoreSaved,
    DemandDrafted,
    DifferenceDecided,
    Left,
    Split,
    TermsSet,
)
from scenarios.api.demand_serializers import DemandListed, DemandShown
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import DemandFilter
from scenarios.api.input import Reason
from scenarios.models import CoreChange, CoreIndicator, DemandMember, MergedDemand, Need
from scenarios.policies import one_of


class DemandEndpoint(Endpoint):
    """Pools as their readers may see them: members stay anonymous and quantities are bands below three owners."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        **dict.fromkeys(("create", "core", "terms", "add", "invite", "remove"), ("manager",)),
        **dict.fromkeys(("decide", "take_up", "dismiss_change", "next_core", "take_on_core"), ("manager",)),
        **dict.fromkeys(("consent", "leave", "propose"), (MEMBER,)),
        **dict.fromkeys(("freeze", "split", "dissolve"), ("publisher",)),
    }
    serializer_class = DemandShown
    filterset_class = DemandFilter

    def rows(self) -> Any:
        return MergedDemand.objects.with_scale().prefetch_related(
            *("cores", "consents__organisation", "differences__need"),
            "core_changes__need",
            Prefetch("members", queryset=DemandMember.objects.telling_consent().select_related("need__owner")),
            Prefetch("core_indicators", queryset=CoreIndicator.objects.select_related("source__need")),
        )

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=DemandListed(many=True))
    def list(self, request: Request) -> Response:
        """List the pools that you may see: everyone's once formed, before that their members' and staff's."""
        listed = self.filter_queryset(self.get_queryset().prefetch_related(None))
        return self.page_of(listed, DemandListed)

    @operation(shows=DemandShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a pool."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=DemandDrafted, shows=DemandShown, status=201)
    def create(self, request: Request) -> Response:
        """Draft a pool of needs by hand.

        What is missing in `core` is taken from the largest member. Nobody is committed before the owners consent.
        """
        values = self.values(DemandDrafted)
        members = Need.objects.visible_to(self.actor).filter(pk__in=values["needs"]).prefetch_related("indicators")
        suggested = demands.suggested_core(list(members)) if members else {}
        demand = demands.draft_demand(
            actor=self.actor,
            need_ids=values["needs"],
            core={**suggested, **values["core"]},
            threshold_quantity=values["threshold_quantity"],
            deadline=values["deadline"],
            resolutions=values["resolutions"],
        )
        return self.shown(demand, status=status.HTTP_201_CREATED)

    @operation(reads=CoreSaved, shows=DemandShown)
    @action(detail=True, methods=["patch"])
    def core(self, request: Request, pk: UUID) -> Response:
        """Change the core: a new core version, and every owner is asked again."""
        values = self.values(CoreSaved)
        demand = demands.edit_core(
            actor=self.actor,
            demand_id=pk,
            version=values["version"],
            core=values["core"],
        )
        return self.shown(demand)

    @operation(reads=CoreSaved, shows=DemandShown)
    @action(detail=True, methods=["patch"])
    def next_core(self, request: Request, pk: UUID) -> Response:
        """Write the next version of a core that a call has frozen; the present one stays. `version`: the newest one."""
        values = self.values(CoreSaved)
        return self.shown(next_core.edit_next_core(actor=self.actor, demand_id=pk, **values))

    @operation(shows=DemandShown)
    @action(detail=True, methods=["post"])
    def take_on_core(self, request: Request, pk: UUID) -> Response:
        """Make the newest core of a frozen pool the present one; every owner is asked for consent to it."""
        return self.shown(next_core.take_on_next_core(actor=self.actor, demand_id=pk))

    @operation(reads=TermsSet, shows=DemandShown)
    @action(detail=True, methods=["patch"])
    def terms(self, request: Request, pk: UUID) -> Response:
        """Set the minimum scale, the deadline, what follows when it is missed, and whether members are named.

        The core and its consents stay; naming who was to stay anonymous asks every owner again.
        """
        values = dict(self.values(TermsSet))
        version = values.pop("version")
        return self.shown(set_terms(actor=self.actor, demand_id=pk, version=version, terms=values))  # type: ignore[arg-type]

    @operation(reads=Left, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def add(self, request: Request, pk: UUID) -> Response:
        """Take another need into a pool that is not frozen; its owner is asked for consent."""
        need = self.values(Left)["need"]
        return self.shown(members.add_member(actor=self.actor, demand_id=pk, need_id=need))

    @operation(shows=DemandShown)
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: UUID) -> Response:
        """Ask every owner for consent to the present core."""
        return self.shown(demands.invite_owners(actor=self.actor, demand_id=pk))

    @operation(reads=Left, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def remove(self, request: Request, pk: UUID) -> Response:
        """Take a need out of a pool that is not frozen."""
        need = self.values(Left)["need"]
        return self.shown(members.remove_member(actor=self.actor, demand_id=pk, need_id=need))

    @operation(reads=Answered, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def consent(self, request: Request, pk: UUID) -> Response:
        """Accept, accept with a reservation, or decline the core version that you read."""
        values = self.values(Answered)
        answer = consents.answer_invitation(
            actor=self.actor,
            demand_id=pk,
            organisation_id=values["organisation"],
            core_version=values["core_version"],
            state=values["state"],
            reservation=values["reservation"],
        )
        return self.shown(answer.demand)

    @operation(reads=Left, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: UUID) -> Response:
        """Leave a pool with one of your needs, until it is frozen."""
        need = self.values(Left)["need"]
        return self.shown(consents.withdraw_from_pool(actor=self.actor, demand_id=pk, need_id=need))

    @operation(reads=ChangeProposed, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: UUID) -> Response:
        """Propose, for one of your needs, what a part of the core should say in its next version."""
        values = self.values(ChangeProposed)
        change = core_changes.propose_core_change(
            actor=self.actor,
            demand_id=pk,
            need_id=values["need"],
            part=values["part"],
            value=values["value"],
            reason=values["reason"],
        )
        return self.shown(change.demand)

    @operation(reads=ChangeTaken, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def take_up(self, request: Request, pk: UUID) -> Response:
        """Note a member's proposal for the next version of the core; whoever edits the core takes it in."""
        change = one_of(CoreChange.objects.filter(demand=pk), self.values(ChangeTaken)["change"])
        return self.shown(core_changes.take_up_core_change(actor=self.actor, change_id=change.pk).demand)

    @operation(reads=ChangeDismissed, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def dismiss_change(self, request: Request, pk: UUID) -> Response:
        """Set a member's proposal aside, with an answer."""
        values = self.values(ChangeDismissed)
        change = one_of(CoreChange.objects.filter(demand=pk), values["change"])
        answered = core_changes.dismiss_core_change(actor=self.actor, change_id=change.pk, answer=values["answer"])
        return self.shown(answered.demand)

    @operation(reads=DifferenceDecided, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: UUID) -> Response:
        """Make what members deviate in a module or exclude it; once owners were asked, that is a new core version."""
        values = self.values(DifferenceDecided)
        return self.shown(demands.decide_difference(actor=self.actor, demand_id=pk, **values))

    @operation(shows=DemandShown)
    @action(detail=True, methods=["post"])
    def freeze(self, request: Request, pk: UUID) -> Response:
        """Close a pool to changes, so that a call can be opened from exactly this core."""
        return self.shown(demands.freeze_demand(actor=self.actor, demand_id=pk))

    @operation(reads=Split, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: UUID) -> Response:
        """Undo the merge, and draft a smaller pool of each group."""
        values = self.values(Split)
        demand = demands.split_demand(actor=self.actor, demand_id=pk, reason=values["reason"], groups=values["groups"])
        return self.shown(demand)

    @operation(reads=Reason, shows=DemandShown)
    @action(detail=True, methods=["post"])
    def dissolve(self, request: Request, pk: UUID) -> Response:
        """Undo the merge; every need stands on its own again."""
        values = self.values(Reason)
        return self.shown(demands.dissolve_demand(actor=self.actor, demand_id=pk, reason=values["reason"]))
