"""What waits for staff in selections, projects and sandboxes: queues beside those of scenarios.waiting."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.models import Engagement, GateDecision, Incident, Objection, Response, ReviewSeat, Selection
from scenarios.actor import Actor
from scenarios.models import Call, Opener
from scenarios.waiting import Queue


def _to_open(actor: Actor) -> QuerySet[Any]:
    """Calls whose responses are open and whose evaluation waits for the actor, who is in the chair."""
    opened = Call.objects.closed().filter(key__opened_at__isnull=False, selection__isnull=True)
    return opened.filter(panel__account=actor.account_id, panel__is_chair=True)


def _to_start() -> QuerySet[Any]:
    return Engagement.objects.filter(status="preparing")


_OPENINGS: dict[str, Any] = {"role": "", "page": "my_openings", "days": 3, "own": True, "shown": ("call",)}
_PANEL: dict[str, Any] = {"role": "reviewer", "page": "selection_list", "own": True}
_RESULTS: dict[str, Any] = {"page": "selection_list", "of": "call", "shown": ("call",)}
_PROJECTS: dict[str, Any] = {"page": "staff_engagements"}
_RESPONSES: dict[str, Any] = {**_PANEL, "of": "call", "shown": ("call",)}
_SEATS: dict[str, Any] = {"of": "selection__call", "shown": ("selection__call", "account")}
_ENGAGEMENT: tuple[str, ...] = ("need", "demand", "lead")
_OF_PROJECT: tuple[str, ...] = tuple(f"engagement__{name}" for name in _ENGAGEMENT)
QUEUES = (
    Queue(
        label=_("Opening codes to take"),
        rows=Opener.objects.to_take,
        since="call__updated_at",
        name="take",
        step=_("Take your code"),
        **_OPENINGS,
    ),
    Queue(
        label=_("Responses to open with your code"),
        rows=Opener.objects.to_give,
        since="call__closes_at",
        name="give",
        step=_("Give your code"),
        **_OPENINGS,
    ),
    Queue(
        label=_("Evaluations to open"),
        rows=_to_open,
        since="key__opened_at",
        days=5,
        name="open",
        step=_("Open the evaluation"),
        **_PANEL,
    ),
    Queue(
        label=_("Conflicts of interest to declare"),
        rows=ReviewSeat.objects.to_declare,
        since="selection__opened_at",
        days=3,
        name="declare",
        step=pgettext_lazy("step", "Declare whether you have a conflict of interest"),
        **_PANEL,
        **_SEATS,
    ),
    Queue(
        label=_("Responses whose eligibility you judge"),
        rows=Response.objects.to_judge,
        since="opened_at",
        days=5,
        name="judge",
        step=pgettext_lazy("step", "Judge who is eligible"),
        **_RESPONSES,
    ),
    Queue(
        label=_("Panels that wait for your scores"),
        rows=ReviewSeat.objects.to_score,
        since="declared_at",
        days=10,
        name="score",
        step=pgettext_lazy("step", "Score the responses"),
        **_PANEL,
        **_SEATS,
    ),
    Queue(
        label=_("Responses the panel has to agree on"),
        rows=Response.objects.to_agree_on,
        since="updated_at",
        days=5,
        name="agree",
        step=pgettext_lazy("step", "Write down what the panel agreed on"),
        **_RESPONSES,
    ),
    Queue(
        label=_("Respondents who wait for feedback"),
        rows=Response.objects.to_explain,
        since="updated_at",
        days=5,
        name="feedback",
        step=pgettext_lazy("step", "Write the feedback"),
        **_RESPONSES,
    ),
    Queue(
        "manager",
        "selection_list",
        _("Seats of panels to fill"),
        ReviewSeat.objects.free,
        "left_at",
        3,
        "seats",
        step=pgettext_lazy("step", "Name another reviewer"),
        **_SEATS,
    ),
    Queue(
        "manager",
        "selection_list",
        _("Objections to answer"),
        Objection.objects.open,
        "made_at",
        5,
        "objections",
        of="selection__call",
        step=pgettext_lazy("step", "Answer the objection"),
        shown=("selection__call", "organisation"),
    ),
    Queue(
        "manager",
        label=_("Failed calls without a next step"),
        rows=Selection.objects.to_go_on,
        since="decided_at",
        days=10,
        name="failed",
        step=pgettext_lazy("step", "Decide what follows"),
        **_RESULTS,
    ),
    Queue(
        "manager",
        label=_("Awards without a project"),
        rows=Response.objects.awaiting_engagement,
        since="updated_at",
        days=5,
        name="awards",
        of="",
        step=_("Open the project"),
        shown=("call", "lead"),
        **_PROJECTS,
    ),
    Queue(
        "manager",
        label=_("Projects to plan and start"),
        rows=_to_start,
        since="updated_at",
        days=10,
        name="start",
        step=pgettext_lazy("step", "Plan and start the project"),
        shown=_ENGAGEMENT,
        **_PROJECTS,
    ),
    Queue(
        "manager",
        label=_("Gate decisions to confirm"),
        rows=GateDecision.objects.awaiting_manager,
        since="proposed_at",
        days=5,
        name="decisions",
        of="gate__engagement",
        step=pgettext_lazy("step", "Confirm the decision"),
        shown=tuple(f"gate__{name}" for name in _OF_PROJECT),
        **_PROJECTS,
    ),
    Queue(
        "publisher",
        label=_("Results to put under public notice"),
        rows=Selection.objects.to_publish,
        since="opened_at",
        days=30,
        name="notice",
        step=pgettext_lazy("step", "Put the result under public notice"),
        **_RESULTS,
    ),
    Queue(
        "publisher",
        label=_("Calls to award"),
        rows=Selection.objects.past_notice,
        since="notice_ends_at",
        days=3,
        name="award",
        step=pgettext_lazy("step", "Award the call"),
        **_RESULTS,
    ),
    Queue(
        "supervisor",
        label=_("Projects that wait for their sandbox"),
        rows=Engagement.objects.awaiting_sandbox,
        since="created_at",
        days=5,
        name="sandboxes",
        step=pgettext_lazy("step", "Set up the sandbox"),
        shown=_ENGAGEMENT,
        **_PROJECTS,
    ),
    Queue(
        "supervisor",
        label=_("Incidents to close"),
        rows=Incident.objects.to_close,
        since="reported_at",
        days=5,
        name="incidents",
        own=True,
        of="sandbox__engagement",
        step=pgettext_lazy("step", "Close the incident"),
        shown=tuple(f"sandbox__{name}" for name in _OF_PROJECT),
        **_PROJECTS,
    ),
)
