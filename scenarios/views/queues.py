"""A queue of work as a page: its rows with age, day due and service level, narrowed, in order, or as a workbook."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from scenarios.listing import Facet, Order, chosen_order, narrow
from scenarios.sheets import Column
from scenarios.views.parts import actor_of, page_of
from scenarios.views.sheets import sheet_response, waiting_columns, wants_sheet
from scenarios.waiting import LEVELS, Queue, Wait, Waiting, rows_of, waiting_for, with_wait

LEVEL = Facet("level", _("Service level"), [*LEVELS.items()])


class Line(NamedTuple):
    """A row of a queue in words: where it is dealt with, what it is called, and what else is told of it."""

    url: str
    code: str
    title: str
    facts: tuple[Any, ...] = ()


class Item(NamedTuple):
    """A row of a queue as it is listed. due_at : until when the city has promised to be done with it."""

    line: Line
    wait: Wait
    due_at: datetime


def by_age(since: str) -> tuple[Order, ...]:
    """Return the two orders of what waits since a column."""
    return (
        Order("oldest", _("Longest waiting first"), (since, "pk")),
        Order("newest", _("Newest first"), (f"-{since}", "pk")),
    )


def aged(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    since: str,
    promised: int,
    facets: Iterable[Facet] = (),
) -> tuple[Any, dict[str, Any]]:
    """Return rows that wait since a column, narrowed and in the order that the address names, and what shows both.

    facets : besides the service level.
    """
    narrowed = narrow(with_wait(rows, since, promised), [LEVEL, *facets], request.GET)
    orders = by_age(since)
    order = chosen_order(orders, request.GET)
    shown = {"facets": narrowed.facets, "chips": narrowed.chips, "orders": orders, "order": order}
    return narrowed.rows.order_by(*order.fields), shown


def chosen_queue(request: HttpRequest, waits: Iterable[Waiting]) -> Queue | None:
    """Return the queue that the address names, where it is one of the reader's."""
    name = request.GET.get("queue", "")
    return next((one.queue for one in waits if one.queue.name == name), None)


def waits_on(request: HttpRequest, page: str) -> list[Waiting]:
    """Return the reader's queues on a page that have a name: where something waits, and the one that is asked for."""
    asked = request.GET.get("queue", "")
    named = [one for one in waiting_for(actor_of(request), page) if one.queue.name]
    return [one for one in named if one.count or one.queue.name == asked]


def queue_response(
    request: HttpRequest, queue: Queue, waits: list[Waiting], *, title: Any, line: Callable[[Any], Line]
) -> HttpResponse:
    """Show exactly the rows that wait in a queue.

    waits : the reader's queues on this page. title : of the page that they stand on. line : a row in words.
    """
    waiting = rows_of(queue, actor_of(request)).order_by()
    # Apart from what it was found by: rows that are distinct by more than their keys would be counted by their values.
    rows = waiting.model._default_manager.filter(pk__in=waiting.values("pk"))
    if queue.shown:  # without a name it would follow every foreign key
        rows = rows.select_related(*queue.shown)
    found, shown = aged(request, rows, since=queue.since, promised=queue.days)
    if wants_sheet(request):
        return sheet_response(f"queue-{queue.name}", queue.label, _columns(queue, line), found)
    page = page_of(request, found)
    context = {
        **shown,
        "title": title,
        "queue": queue,
        "waits": waits,
        "page": page,
        "items": [Item(line(row), Wait(row.waited_days, queue.days), row.due_at) for row in page],
        "carried": {"queue": queue.name},
        "reset": f"{request.path}?queue={queue.name}",
    }
    return render(request, "scenarios/staff/queue.html", context)


def _columns(queue: Queue, line: Callable[[Any], Line]) -> list[Column]:
    return [
        Column(_("Code"), lambda row: line(row).code),
        Column(_("Title"), lambda row: line(row).title),
        Column(_("What it is about"), lambda row: " · ".join(map(str, line(row).facts))),
        *waiting_columns(queue.days),
        Column(_("Due"), lambda row: localtime(row.due_at).date()),
    ]
