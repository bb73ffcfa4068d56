"""The selection of a call over the API: the panel's work, the public notice, objections, award and failure."""

from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response as Answer

from marketplace.actions import (
    award,
    consensus,
    eligibility,
    failed_calls,
    feedback,
    lost_winners,
    objections,
    public_notice,
    scoring,
    selection_panel,
    selections,
)
from marketplace.actions.panel_work import PanelWork
from marketplace.api import selection_serializers as shapes
from marketplace.api.filters import SelectionFilter
from marketplace.api.selection_serializers import ObjectionShown, ReviewedShown, SelectionListed, SelectionShown
from marketplace.models import Objection, Response, Selection
from marketplace.public_results import winning
from marketplace.reviewing import may_read_responses, sheets
from scenarios.access import MEMBER, PUBLIC, SIGNED_IN
from scenarios.api.call_serializers import CallShown
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Reason
from scenarios.errors import NotFound
from scenarios.models import Call
from scenarios.policies import one_of


@method_decorator(never_cache, name="dispatch")
class SelectionEndpoint(Endpoint):
    """Selections of calls, as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        **dict.fromkeys(("create", "declare", "leave", "responses", "admit", "exclude", "scores"), ("reviewer",)),
        **dict.fromkeys(("submit", "consensus", "feedback"), ("reviewer",)),
        **dict.fromkeys(("publish", "put_next", "award", "fail"), ("publisher",)),
        **dict.fromkeys(("replace", "answer", "again", "give_back"), ("manager",)),
        "object": (MEMBER,),
        "objections": (SIGNED_IN,),
    }
    serializer_class = SelectionShown
    filterset_class = SelectionFilter

    def rows(self) -> Any:
        return Selection.objects.select_related("call__need", "call__demand").prefetch_related("seats")

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    def _numbered(self, number: int) -> UUID:
        """Return the id of a response of this selection; nobody finds one who does not review."""
        selection = self.found()
        if not may_read_responses(selection, self.actor):
            raise NotFound
        rows = Response.objects.opened().filter(call=selection.call_id)
        response: Response = one_of(rows, rows.filter(number=number).values_list("pk", flat=True).first())
        return response.pk

    def _now(self, pk: UUID) -> Answer:
        return self.shown(self.rows().get(pk=pk))

    @operation(shows=SelectionListed(many=True))
    def list(self, request: Request) -> Answer:
        """List the selections that you may see: everyone from the public notice on."""
        rows = self.filter_queryset(self.get_queryset()).prefetch_related(winning())
        return self.page_of(rows, SelectionListed)

    @operation(shows=SelectionShown)
    def retrieve(self, request: Request, pk: UUID) -> Answer:
        """Show a selection, with its ranking from the public notice on."""
        return Answer(self.get_serializer(self.found()).data)

    @operation(reads=shapes.SelectionOpened, shows=SelectionShown, status=201)
    def create(self, request: Request) -> Answer:
        """Open the evaluation of a closed call whose responses are open."""
        call = self.values(shapes.SelectionOpened)["call"]
        made = selections.open_evaluation(actor=self.actor, call_id=call)
        return self.shown(made, status=status.HTTP_201_CREATED)

    @operation(reads=shapes.Declared, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def declare(self, request: Request, pk: UUID) -> Answer:
        """Declare whether you have a conflict of interest; before that you read nothing of the responses."""
        values = self.values(shapes.Declared)
        selection_panel.declare(actor=self.actor, selection_id=pk, **values)
        return self._now(pk)

    @operation(reads=Reason, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: UUID) -> Answer:
        """Leave the panel; what the others wrote stays."""
        selection_panel.leave_panel(actor=self.actor, selection_id=pk, reason=self.values(Reason)["reason"])
        return self._now(pk)

    @operation(reads=shapes.Replaced, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: UUID) -> Answer:
        """Name a reviewer for a free seat."""
        values = self.values(shapes.Replaced)
        selection_panel.replace_reviewer(
            actor=self.actor, selection_id=pk, seat_id=values["seat"], account_id=values["account"]
        )
        return self._now(pk)

    @operation(shows=ReviewedShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def responses(self, request: Request, pk: UUID) -> Answer:
        """List the responses without names, with your scores, and those of the others once all have submitted."""
        work = PanelWork(self.found())
        seat = work.reading_seat(self.actor)
        versions = dict(seat.sheets.values_list("response", "version"))
        context = {"versions": versions, "sheets": sheets(work, work.responses, seat)}
        return Answer(ReviewedShown(work.responses, many=True, context=context).data)

    @operation(reads=shapes.Numbered, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def admit(self, request: Request, pk: UUID) -> Answer:
        """Find a response eligible."""
        response_id = self._numbered(self.values(shapes.Numbered)["number"])
        eligibility.admit(actor=self.actor, selection_id=pk, response_id=response_id)
        return self._now(pk)

    @operation(reads=shapes.Excluded, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def exclude(self, request: Request, pk: UUID) -> Answer:
        """Find a response not eligible, and name the clause."""
        values = self.values(shapes.Excluded)
        response_id = self._numbered(values.pop("number"))
        eligibility.exclude(actor=self.actor, selection_id=pk, response_id=response_id, **values)
        return self._now(pk)

    @operation(reads=shapes.ScoresGiven, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def scores(self, request: Request, pk: UUID) -> Answer:
        """Keep your scores of a response as a draft."""
        values = self.values(shapes.ScoresGiven)
        given = {row["criterion"]: scoring.Given(row["value"], row["comment"]) for row in values["scores"]}
        response_id = self._numbered(values["number"])
        scoring.save_scores(
            actor=self.actor, selection_id=pk, response_id=response_id, version=values["version"], scores=given
        )
        return self._now(pk)

    @operation(reads=Nothing, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, pk: UUID) -> Answer:
        """Hand your scores in; they are fixed from then on."""
        self.values(Nothing)
        scoring.submit_scores(actor=self.actor, selection_id=pk)
        return self._now(pk)

    @operation(reads=shapes.ConsensusReached, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def consensus(self, request: Request, pk: UUID) -> Answer:
        """Write down what the panel agrees on for a response."""
        values = self.values(shapes.ConsensusReached)
        agreed = {row["criterion"]: consensus.Agreed(row["value"], row["reason"]) for row in values["scores"]}
        response_id = self._numbered(values["number"])
        consensus.agree(
            actor=self.actor, selection_id=pk, response_id=response_id, version=values["version"], scores=agreed
        )
        return self._now(pk)

    @operation(reads=shapes.FeedbackWritten, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def feedback(self, request: Request, pk: UUID) -> Answer:
        """Write the feedback to the author of a response."""
        values = self.values(shapes.FeedbackWritten)
        said = {row["criterion"]: feedback.Remarks(row["strengths"], row["weaknesses"]) for row in values["remarks"]}
        response_id = self._numbered(values["number"])
        feedback.write_feedback(
            actor=self.actor, selection_id=pk, response_id=response_id, version=values["version"], remarks=said
        )
        return self._now(pk)

    @operation(reads=shapes.SelectionSeen, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: UUID) -> Answer:
        """Put the ranking under public notice for the call's working days."""
        version = self.values(shapes.SelectionSeen)["version"]
        return self.shown(public_notice.publish_notice(actor=self.actor, selection_id=pk, version=version))

    @operation(reads=shapes.SelectionSeen, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def award(self, request: Request, pk: UUID) -> Answer:
        """Award the call after the notice, with no objection open and all feedback written."""
        version = self.values(shapes.SelectionSeen)["version"]
        return self.shown(award.award(actor=self.actor, selection_id=pk, version=version))

    @operation(reads=shapes.SelectionSeen, shows=SelectionShown)
    @action(detail=True, methods=["post"], url_path="next-in-rank")
    def put_next(self, request: Request, pk: UUID) -> Answer:
        """Put who follows a winner that dropped out under a public notice of its own."""
        version = self.values(shapes.SelectionSeen)["version"]
        return self.shown(lost_winners.put_next_in_rank(actor=self.actor, selection_id=pk, version=version))

    @operation(reads=shapes.CallFailed, shows=SelectionShown)
    @action(detail=True, methods=["post"])
    def fail(self, request: Request, pk: UUID) -> Answer:
        """Declare the call failed, with a reason that is true of the responses."""
        values = self.values(shapes.CallFailed)
        return self.shown(failed_calls.fail_selection(actor=self.actor, selection_id=pk, **values))

    @operation(reads=shapes.CalledAgain, shows=CallShown, status=201)
    @action(detail=True, methods=["post"])
    def again(self, request: Request, pk: UUID) -> Answer:
        """Draft a new call with the terms of the failed one, in lots if you ask for them."""
        lots = self.values(shapes.CalledAgain)["lots"]
        new = failed_calls.call_again(actor=self.actor, selection_id=pk, lots=lots)
        row = Call.objects.select_related("need", "demand").get(pk=new.pk)
        shown = CallShown(row, context=self.get_serializer_context())
        return Answer(shown.data, status=status.HTTP_201_CREATED)

    @operation(reads=Nothing, shows=SelectionShown)
    @action(detail=True, methods=["post"], url_path="give-back")
    def give_back(self, request: Request, pk: UUID) -> Answer:
        """Give the pool behind the failed call free."""
        self.values(Nothing)
        failed_calls.give_back(actor=self.actor, selection_id=pk)
        return self._now(pk)

    @operation(reads=shapes.Objected, shows=ObjectionShown, status=201)
    @action(detail=True, methods=["post"])
    def object(self, request: Request, pk: UUID) -> Answer:
        """Object to the result under notice for one of your organisations; the notice is suspended."""
        values = self.values(shapes.Objected)
        made = objections.object_to(
            actor=self.actor, selection_id=pk, organisation_id=values["organisation"], reasons=values["reasons"]
        )
        return Answer(ObjectionShown(made).data, status=status.HTTP_201_CREATED)

    @operation(shows=ObjectionShown(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def objections(self, request: Request, pk: UUID) -> Answer:
        """List the objections: staff all, others those of their organisations."""
        rows = Objection.objects.visible_to(self.actor).filter(selection=self.found())
        return Answer(ObjectionShown(rows.select_related("organisation"), many=True).data)

    @operation(reads=shapes.ObjectionAnswered, shows=ObjectionShown)
    @action(detail=True, methods=["post"])
    def answer(self, request: Request, pk: UUID) -> Answer:
        """Reject an objection with the reason, or uphold it: the panel then reviews again."""
        values = self.values(shapes.ObjectionAnswered)
        one_of(Objection.objects.filter(selection=pk), values["objection"])
        act = objections.uphold_objection if values["upheld"] else objections.reject_objection
        done = act(actor=self.actor, objection_id=values["objection"], answer=values["answer"])
        return Answer(ObjectionShown(done).data)
