"""What waits for staff in selections, projects and sandboxes: queues beside those of scenarios.waiting."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

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


PAGE = "selection_list"
PROJECTS = "staff_engagements"
QUEUES = (
    Queue("", "my_openings", _("Opening codes to take"), Opener.objects.to_take, "call__updated_at", 3, own=True),
    Queue(
        "", "my_openings", _("Responses to open with your code"), Opener.objects.to_give, "call__closes_at", 3, own=True
    ),
    Queue("reviewer", PAGE, _("Evaluations to open"), _to_open, "key__opened_at", 5, own=True),
    Queue(
        "reviewer",
        PAGE,
        _("Conflicts of interest to declare"),
        ReviewSeat.objects.to_declare,
        "selection__opened_at",
        3,
        own=True,
    ),
    Queue(
        "reviewer",
        PAGE,
        _("Responses whose eligibility you judge"),
        Response.objects.to_judge,
        "opened_at",
        5,
        own=True,
    ),
    Queue(
        "reviewer",
        PAGE,
        _("Panels that wait for your scores"),
        ReviewSeat.objects.to_score,
        "declared_at",
        10,
        own=True,
    ),
    Queue(
        "reviewer",
        PAGE,
        _("Responses the panel has to agree on"),
        Response.objects.to_agree_on,
        "updated_at",
        5,
        own=True,
    ),
    Queue(
        "reviewer",
        PAGE,
        _("Respondents who wait for feedback"),
        Response.objects.to_explain,
        "updated_at",
        5,
        own=True,
    ),
    Queue("manager", PAGE, _("Seats of panels to fill"), ReviewSeat.objects.free, "left_at", 3),
    Queue("manager", PAGE, _("Objections to answer"), Objection.objects.open, "made_at", 5),
    Queue("manager", PAGE, _("Failed calls without a next step"), Selection.objects.to_go_on, "decided_at", 10),
    Queue("manager", PROJECTS, _("Awards without a project"), Response.objects.awaiting_engagement, "updated_at", 5),
    Queue("manager", PROJECTS, _("Projects to plan and start"), _to_start, "updated_at", 10, "preparing"),
    Queue("manager", PROJECTS, _("Gate decisions to confirm"), GateDecision.objects.awaiting_manager, "proposed_at", 5),
    Queue("publisher", PAGE, _("Results to put under public notice"), Selection.objects.to_publish, "opened_at", 30),
    Queue("publisher", PAGE, _("Calls to award"), Selection.objects.past_notice, "notice_ends_at", 3),
    Queue(
        "supervisor",
        PROJECTS,
        _("Projects that wait for their sandbox"),
        Engagement.objects.awaiting_sandbox,
        "created_at",
        5,
    ),
    Queue(
        "supervisor",
        PROJECTS,
        _("Incidents to close"),
        Incident.objects.to_close,
        "reported_at",
        5,
        own=True,
    ),
)
