"""Calls: reading them, the way from a draft to an open call, and suppliers' interest."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from scenarios.access import MEMBER, PUBLIC, SIGNED_IN
from scenarios.actions import call_talk, calls, interests
from scenarios.actions.sandbox_plans import plan_sandbox
from scenarios.api.call_serializers import (
    AddendumWritten,
    CallDrafted,
    CallSaved,
    CallShown,
    InterestDeclared,
    InterestShown,
    InterestWithdrawn,
    QuestionAnswered,
    QuestionAsked,
    QuestionShown,
)
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.filters import CallFilter
from scenarios.api.input import Reason
from scenarios.api.sandbox_serializers import SandboxPlanShown, TermsWritten, terms_of
from scenarios.models import Call, Interest, SandboxPlan
from scenarios.policies import one_of


class CallEndpoint(Endpoint):
    """Calls as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve", "sandbox_plan"), (PUBLIC,)),
        "plan_sandbox": ("supervisor",),
        **dict.fromkeys(("create", "partial_update"), ("manager",)),
        "review": ("moderator",),
        "rework": ("manager", "publisher"),
        **dict.fromkeys(("approve", "open", "cancel"), ("publisher",)),
        **dict.fromkeys(("declare", "undeclare"), (MEMBER,)),
        "interests": (SIGNED_IN,),
        "ask": (MEMBER,),
        "answer": ("manager",),
        "addendum": ("publisher",),
    }
    serializer_class = CallShown
    filterset_class = CallFilter

    def rows(self) -> Any:
        return Call.objects.select_related("need", "demand").prefetch_related("interests", "questions", "addenda")

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=CallShown(many=True))
    def list(self, request: Request) -> Response:
        """List the calls that you may see."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=CallShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a call."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=CallDrafted, shows=CallShown, status=201)
    def create(self, request: Request) -> Response:
        """Draft a call from a published need or a frozen pool."""
        values = self.values(CallDrafted)
        need, demand = values.pop("need", None), values.pop("demand", None)
        call = calls.draft_call(actor=self.actor, fields=values, need_id=need, demand_id=demand)  # type: ignore[arg-type]
        return self.shown(call, status=status.HTTP_201_CREATED)

    @operation(reads=CallSaved, shows=CallShown)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Save a drafted call.

        `version` is the one that you read: if someone saved in between, the answer is 409 with the differences.
        """
        values = self.values(CallSaved)
        version = values.pop("version")
        return self.shown(calls.save_call(actor=self.actor, call_id=pk, version=version, fields=values))  # type: ignore[arg-type]

    @operation(shows=CallShown)
    @action(detail=True, methods=["post"])
    def review(self, request: Request, pk: UUID) -> Response:
        """Find a drafted call sound; its author cannot."""
        return self.shown(calls.review_call(actor=self.actor, call_id=pk))

    @operation(shows=CallShown)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: UUID) -> Response:
        """Approve a reviewed call whose fair-competition checklist is complete."""
        return self.shown(calls.approve_call(actor=self.actor, call_id=pk))

    @operation(reads=Reason, shows=CallShown)
    @action(detail=True, methods=["post"])
    def rework(self, request: Request, pk: UUID) -> Response:
        """Send a call back to its author."""
        reason = self.values(Reason)["reason"]
        return self.shown(calls.rework_call(actor=self.actor, call_id=pk, reason=reason))

    @operation(shows=CallShown)
    @action(detail=True, methods=["post"])
    def open(self, request: Request, pk: UUID) -> Response:
        """Open an approved call to the public until it closes."""
        return self.shown(calls.open_call(actor=self.actor, call_id=pk))

    @operation(reads=Reason, shows=CallShown)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Cancel a call, with a reason that everyone who is interested reads."""
        reason = self.values(Reason)["reason"]
        return self.shown(calls.cancel_call(actor=self.actor, call_id=pk, reason=reason))

    @operation(shows=SandboxPlanShown)
    @action(detail=True, methods=["get"], url_path="sandbox-plan", filterset_class=None)
    def sandbox_plan(self, request: Request, pk: UUID) -> Response:
        """Show the plan of the sandbox in which whoever wins works, where there is one."""
        plans = SandboxPlan.objects.filter(call=self.found()).select_related("supervisor")
        plan = one_of(plans, plans.values_list("pk", flat=True).first())
        return Response(SandboxPlanShown(plan, context=self.get_serializer_context()).data)

    @operation(reads=TermsWritten, shows=SandboxPlanShown)
    @sandbox_plan.mapping.put
    def plan_sandbox(self, request: Request, pk: UUID) -> Response:
        """Write the sandbox plan of a call that is not open yet; who writes it last is its supervisor."""
        values = self.values(TermsWritten)
        plan = plan_sandbox(actor=self.actor, call_id=pk, version=values["version"], fields=terms_of(values))
        return Response(SandboxPlanShown(plan, context=self.get_serializer_context()).data)

    @operation(reads=QuestionAsked, shows=QuestionShown, status=201)
    @action(detail=True, methods=["post"], url_path="questions")
    def ask(self, request: Request, pk: UUID) -> Response:
        """Ask about an open call; everybody reads it once it is answered, nobody reads who asked."""
        question = call_talk.ask_question(actor=self.actor, call_id=pk, text=self.values(QuestionAsked)["text"])
        return Response(QuestionShown(question).data, status=status.HTTP_201_CREATED)

    @operation(reads=QuestionAnswered, shows=QuestionShown)
    @action(detail=True, methods=["post"], url_path="questions/answer")
    def answer(self, request: Request, pk: UUID) -> Response:
        """Answer a question for everybody."""
        values = self.values(QuestionAnswered)
        question = self.found().questions.filter(pk=values["question"]).values_list("pk", flat=True).first()
        answered = call_talk.answer_question(actor=self.actor, question_id=question, text=values["text"])
        return Response(QuestionShown(answered).data)

    @operation(reads=AddendumWritten, shows=CallShown, status=201)
    @action(detail=True, methods=["post"], url_path="addenda")
    def addendum(self, request: Request, pk: UUID) -> Response:
        """Publish an addendum; a changed target asks every respondent to confirm again."""
        values = self.values(AddendumWritten)
        call_talk.publish_addendum(actor=self.actor, call_id=pk, **values)
        return self.shown(self.found(), status=status.HTTP_201_CREATED)

    @operation(shows=InterestShown(many=True))
    @action(detail=True, methods=["get"], filterset_class=None)
    def interests(self, request: Request, pk: UUID) -> Response:
        """List who declared interest.

        The call's owners and the manager see all with their messages, other staff see who, a supplier its own.
        """
        call = self.found()
        return self.page_of(interests.interests_told(self.actor, call), InterestShown)

    @operation(reads=InterestDeclared, shows=InterestShown, status=201)
    @interests.mapping.post
    def declare(self, request: Request, pk: UUID) -> Response:
        """Declare interest in an open call; declaring again changes the message."""
        values = self.values(InterestDeclared)
        row = interests.declare_interest(
            actor=self.actor,
            call_id=pk,
            organisation_id=values["organisation"],
            capability_id=values["capability"],
            message=values["message"],
        )
        return self._own(row, status.HTTP_201_CREATED)

    @operation(reads=InterestWithdrawn, shows=InterestShown)
    @action(detail=True, methods=["post"], url_path="interests/withdraw")
    def undeclare(self, request: Request, pk: UUID) -> Response:
        """Take a declared interest back while the call is open."""
        organisation = self.values(InterestWithdrawn)["organisation"]
        row = interests.withdraw_interest(actor=self.actor, call_id=pk, organisation_id=organisation)
        return self._own(row, status.HTTP_200_OK)

    def _own(self, row: Interest, code: int) -> Response:
        fresh = Interest.objects.select_related("organisation", "capability").get(pk=row.pk)
        return Response(InterestShown(fresh).data, status=code)
