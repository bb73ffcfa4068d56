"""Projects over the API: how they come about, go on and end."""

from typing import Any
from uuid import UUID

from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import engagement_elements, engagement_gates, engagement_landing, engagement_opening
from marketplace.actions import engagement_proof as proof
from marketplace.actions import engagement_standing as standing
from marketplace.api.engagement_input import (
    AcceptanceGiven,
    ContactChanged,
    ElementPromised,
    EngagementOpened,
    EngagementProposed,
    GatePlanned,
    LessonWritten,
    Measured,
)
from marketplace.api.engagement_serializers import EngagementListed, EngagementShown, LessonShown
from marketplace.api.filters import EngagementFilter
from marketplace.models import Engagement, Lesson
from scenarios.access import MEMBER, PUBLIC
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Nothing, Reason


class EngagementEndpoint(Endpoint):
    """Projects as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        **dict.fromkeys(("create", "call_off", "start", "close"), ("manager",)),
        **dict.fromkeys(("suspend", "resume"), ("manager", "supervisor")),
        **dict.fromkeys(("propose", "confirm", "decline", "accept", "elements", "contact"), (MEMBER,)),
        **dict.fromkeys(("gates", "measure", "lessons"), (MEMBER, "manager")),
    }
    serializer_class = EngagementShown
    filterset_class = EngagementFilter

    def rows(self) -> Any:
        return Engagement.objects.for_page().prefetch_related("parties__organisation", "lessons")

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=EngagementListed(many=True))
    def list(self, request: Request) -> Response:
        """List the projects that you may see."""
        return self.page_of(self.filter_queryset(self.get_queryset()), EngagementListed)

    @operation(shows=EngagementShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a project, from promise to proof."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=EngagementOpened, shows=EngagementShown, status=201)
    def create(self, request: Request) -> Response:
        """Open the project of an awarded response; opened again, it is the same one."""
        response = self.values(EngagementOpened)["response"]
        opened = engagement_opening.open_engagement(actor=self.actor, response_id=response)
        return self.shown(opened, status=status.HTTP_201_CREATED)

    @operation(reads=EngagementProposed, shows=EngagementShown, status=201)
    @action(detail=False, methods=["post"])
    def propose(self, request: Request) -> Response:
        """Propose a project without a call; the other side confirms it."""
        values = {f"{name}_id": value for name, value in self.values(EngagementProposed).items()}
        proposed = engagement_opening.propose_engagement(actor=self.actor, **values)
        return self.shown(proposed, status=status.HTTP_201_CREATED)

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: UUID) -> Response:
        """Agree to what the other side proposed."""
        self.values(Nothing)
        return self.shown(engagement_opening.confirm_engagement(actor=self.actor, engagement_id=pk))

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: UUID) -> Response:
        """Decline what the other side proposed."""
        reason = self.values(Reason)["reason"]
        return self.shown(engagement_opening.decline_engagement(actor=self.actor, engagement_id=pk, reason=reason))

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: Request, pk: UUID) -> Response:
        """Give a project up before it has begun."""
        reason = self.values(Reason)["reason"]
        return self.shown(standing.call_off_engagement(actor=self.actor, engagement_id=pk, reason=reason))

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, pk: UUID) -> Response:
        """Start a project whose first gate is planned."""
        self.values(Nothing)
        return self.shown(standing.start_engagement(actor=self.actor, engagement_id=pk))

    @operation(reads=Reason, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Suspend a project; nothing goes on until it is resumed."""
        reason = self.values(Reason)["reason"]
        return self.shown(standing.suspend_engagement(actor=self.actor, engagement_id=pk, reason=reason))

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: UUID) -> Response:
        """Let a suspended project go on."""
        self.values(Nothing)
        return self.shown(standing.resume_engagement(actor=self.actor, engagement_id=pk))

    @operation(reads=Nothing, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: UUID) -> Response:
        """Close a landed project with its lessons."""
        self.values(Nothing)
        return self.shown(engagement_landing.close_engagement(actor=self.actor, engagement_id=pk))

    @operation(reads=GatePlanned, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def gates(self, request: Request, pk: UUID) -> Response:
        """Plan a gate, or change one that has not started."""
        values: Any = self.values(GatePlanned)
        stage, version = values.pop("stage"), values.pop("version")
        engagement_gates.plan_gate(actor=self.actor, engagement_id=pk, stage=stage, version=version, fields=values)
        return self.shown(self.found())

    @operation(reads=ElementPromised, shows=EngagementShown, status=201, keyed=True)
    @action(detail=True, methods=["post"])
    def elements(self, request: Request, pk: UUID) -> Response:
        """Promise something in the name of your own party."""
        values: Any = self.values(ElementPromised)
        sides = {f"{name}_id": values.pop(name) for name in ("giver", "receiver")}
        engagement_elements.promise_element(actor=self.actor, engagement_id=pk, **sides, fields=values, key=self.key())
        return self.shown(self.found(), status=status.HTTP_201_CREATED)

    @operation(reads=Measured, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def measure(self, request: Request, pk: UUID) -> Response:
        """Record what the acceptance measured of an indicator."""
        values: Any = self.values(Measured)
        seen: Any = {"indicator_id": values.pop("indicator"), "version": values.pop("version")}
        proof.measure_for_acceptance(actor=self.actor, engagement_id=pk, fields=values, **seen)
        return self.shown(self.found())

    @operation(reads=AcceptanceGiven, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: UUID) -> Response:
        """Accept for an owner, on the measurements that you read."""
        version = self.values(AcceptanceGiven)["version"]
        return self.shown(proof.accept_engagement(actor=self.actor, engagement_id=pk, version=version))

    @operation(reads=ContactChanged, shows=EngagementShown)
    @action(detail=True, methods=["post"])
    def contact(self, request: Request, pk: UUID) -> Response:
        """Say whom the parties across the table reach at your organisation."""
        engagement_opening.set_contact(actor=self.actor, engagement_id=pk, **self.values(ContactChanged))
        return self.shown(self.found())

    @operation(reads=LessonWritten, shows=LessonShown, status=201, keyed=True)
    @action(detail=True, methods=["post"])
    def lessons(self, request: Request, pk: UUID) -> Response:
        """Publish a lesson of a project."""
        values = self.values(LessonWritten)
        lesson = engagement_landing.write_lesson(actor=self.actor, engagement_id=pk, **values, key=self.key())
        return Response(LessonShown(lesson).data, status=status.HTTP_201_CREATED)


class LessonEndpoint(Endpoint):
    """What projects taught."""

    audience = dict.fromkeys(("list", "retrieve"), (PUBLIC,))
    serializer_class = LessonShown

    def get_queryset(self) -> Any:
        return Lesson.objects.for_page()

    @operation(shows=LessonShown(many=True))
    def list(self, request: Request) -> Response:
        """List the lessons, newest first."""
        return self.page_of(self.get_queryset())

    @operation(shows=LessonShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a lesson."""
        return Response(self.get_serializer(self.found()).data)
