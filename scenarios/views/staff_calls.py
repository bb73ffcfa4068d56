"""The staff's calls: the list by state, a call with its steps, and exactly what opening makes public."""

from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from scenarios.access import access
from scenarios.actions.calls import FAIR_COMPETITION
from scenarios.actions.interests import interests_told
from scenarios.actor import Actor
from scenarios.audiences import CALL_FIELDS, Audience, visible_fields
from scenarios.choices import CallStatus
from scenarios.event_labels import event_label
from scenarios.facts import Fact, indicator_text, label_of, number, text_of_field
from scenarios.lifecycle import CALL_MOVES
from scenarios.models import Call, Event
from scenarios.policies import one_of, open_moves
from scenarios.staff_forms import ReasonForm
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import Line, chosen_queue, queue_response, waits_on
from scenarios.views.staff_parts import address
from scenarios.waiting import steps_for

READERS = ("manager", "moderator", "publisher", "auditor")
# In the order in which the public reads a call; indicators, clauses and criteria are lists and stand apart.
READ_IN_ORDER = (
    *(
        "code",
        "kind",
        "title_zh",
        "title_en",
        "summary",
        "quantity",
        "quantity_band",
        "quantity_unit",
        "budget_cap",
    ),
    *("consortium_allowed", "opens_at", "question_deadline", "closes_at", "publicity_days"),
)
SHOWN_EVENTS = 20
ENDED = (CallStatus.CLOSED, CallStatus.CANCELLED)


@access(*READERS)
def staff_call_list(request: HttpRequest) -> HttpResponse:
    """List the calls of one state, newest first; without a state all that have not ended; or exactly one queue."""
    actor, waits = actor_of(request), waits_on(request, "staff_call_list")
    if queue := chosen_queue(request, waits):
        return queue_response(request, queue, waits, title=_("Calls"), line=_line)
    state = request.GET.get("state", "")
    state = state if state in CallStatus.values else ""
    counts = dict(Call.objects.order_by().values_list("status").annotate(Count("pk")))
    under_way = sum(number for status, number in counts.items() if status not in ENDED)
    calls = Call.objects.filter(status=state) if state else Call.objects.exclude(status__in=ENDED)
    total = counts.get(state, 0) if state else under_way
    page = page_of(request, calls.select_related("need", "demand", "author"), total=total)
    steps = steps_for(actor, "staff_call_list", page)
    context = {
        "page": page,
        "rows": [(call, steps.get(call.pk)) for call in page],
        "waits": waits,
        "state": state,
        "tabs": [("", None, under_way), *((value, label, counts.get(value, 0)) for value, label in CallStatus.choices)],
    }
    return render(request, "scenarios/staff/call_list.html", context)


def _line(call: Call) -> Line:
    source = call.need or call.demand
    facts = (call.get_kind_display(), *([source.code] if source else []))
    return Line(reverse("staff_call", args=[call.pk]), call.code, call.title, facts)


@access(*READERS)
def staff_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a call with the steps that the reader may take and who is interested."""
    return call_page(request, actor_of(request), pk)


def load(actor: Actor, pk: UUID) -> Call:
    """Return a call with what its pages show."""
    related = ("need", "demand", "author", "reviewed_by", "approved_by")
    call: Call = one_of(Call.objects.visible_to(actor).select_related(*related), pk)
    return call


def call_page(request: HttpRequest, actor: Actor, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a call; `forms` replaces those that were refused."""
    call = load(actor, pk)
    context = {
        "call": call,
        **public_face(call),
        "checklist": [(label, bool(call.fair_competition.get(name))) for name, label in FAIR_COMPETITION.items()],
        "moves": open_moves(CALL_MOVES, actor=actor, owner_id=None, status=call.status),
        "four_eyes": {
            "review": call.author_id == actor.account_id,
            "approve": actor.account_id in (call.author_id, call.reviewed_by_id),
        },
        "may_edit": actor.has_role("manager") and call.status == CallStatus.DRAFT,
        "interests": interests_told(actor, call),
        "suggestions_url": address("call_suggestions", call.pk),
        "opening_url": address("call_opening", call.pk),
        "selection_url": address("selection", call.pk) if call.status == CallStatus.CLOSED else "",
        "talk_url": address("staff_call_talk", call.pk),
        "public_url": address("call_detail", call.pk),
        "events": [
            {"label": event_label(row.kind), "event": row}
            for row in Event.objects.history_of("call", call.pk)[:SHOWN_EVENTS]
        ],
        "rework_form": ReasonForm(prefix="rework"),
        "cancel_form": ReasonForm(prefix="cancel"),
        **forms,
    }
    return render(request, "scenarios/staff/call.html", context, status=status)


def public_face(call: Call) -> dict[str, Any]:
    """Return exactly what anyone may read of a call once it is open."""
    public = visible_fields(CALL_FIELDS, Audience.PUBLIC)
    names = [name for name in READ_IN_ORDER if name in public]
    source = call.need or call.demand
    return {
        "facts": [Fact(name, label_of(Call, name), text_of_field(call, name)) for name in names],
        "source": source if {"source_code", "source_title"} <= public else None,
        "indicators": [indicator_text(row) for row in call.indicators] if "indicators" in public else [],
        "clauses": call.eligibility if "eligibility" in public else [],
        "criteria": [_criterion(row) for row in call.criteria] if "criteria" in public else [],
    }


def _criterion(row: dict[str, Any]) -> dict[str, str]:
    minimum = row.get("minimum")
    return {
        "name": row.get("name", ""),
        "weight": number(row.get("weight", 0)),
        "minimum": "" if minimum is None else number(minimum),
    }
