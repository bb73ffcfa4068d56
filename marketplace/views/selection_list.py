"""The selections of closed calls as a list, and as the queues of those who work on them."""

from typing import Any

from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.choices import SelectionStatus
from marketplace.models import Objection, Response, ReviewSeat
from marketplace.views.selections import WORKERS
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.listing import Facet, Order, chosen_order, narrow
from scenarios.models import Call
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import Line, chosen_queue, queue_response, waits_on
from scenarios.waiting import steps_for

PAGE = "selection_list"
FACETS = (Facet("status", gettext_lazy("Status"), SelectionStatus.choices, "selection__status"),)
ORDERS = (
    Order("latest", gettext_lazy("Latest close first"), (F("closes_at").desc(nulls_last=True), "pk")),
    Order("earliest", gettext_lazy("Earliest close first"), (F("closes_at").asc(nulls_last=True), "pk")),
)


@access(*WORKERS)
def selection_list(request: HttpRequest) -> HttpResponse:
    """List the closed calls that took sealed responses, or exactly what waits in one of the reader's queues.

    A reviewer's calls are those of the panels they are named for.
    """
    waits = waits_on(request, PAGE)
    if queue := chosen_queue(request, waits):
        return queue_response(request, queue, waits, title=_("Selections"), line=_line)
    actor = actor_of(request)
    narrowed = narrow(_calls(actor), FACETS, request.GET)
    order = chosen_order(ORDERS, request.GET)
    page = page_of(request, narrowed.rows.order_by(*order.fields), total=narrowed.total)
    steps = steps_for(actor, PAGE, page)
    context = {
        "page": page,
        "rows": [(call, steps.get(call.pk)) for call in page],
        "waits": waits,
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "orders": ORDERS,
        "order": order,
    }
    return render(request, "marketplace/selection_list.html", context)


def _calls(actor: Actor) -> Any:
    calls = Call.objects.closed().filter(key__isnull=False).select_related("selection")
    if actor.has_role("manager", "publisher", "auditor"):
        return calls
    named = Q(panel__account=actor.account_id) | Q(selection__seats__account=actor.account_id)
    return calls.filter(pk__in=Call.objects.filter(named).values("pk"))


def _line(row: Any) -> Line:
    """Tell a row of a queue: a call, its selection, or a response, seat or objection in it."""
    facts: tuple[Any, ...] = ()
    call, url = _call_of(row), ""
    if isinstance(row, Response):
        url = reverse("review_response", args=[call.pk, row.number])
        facts = (_("Response %(number)s") % {"number": row.number},)
    elif isinstance(row, Objection):
        facts = (row.organisation,)
    elif isinstance(row, ReviewSeat) and row.left_at:
        facts = (row.account,)
    return Line(url or reverse("selection", args=[call.pk]), call.code, call.title, facts)


def _call_of(row: Any) -> Call:
    if isinstance(row, Call):
        return row
    call: Call = row.selection.call if isinstance(row, Objection | ReviewSeat) else row.call
    return call
