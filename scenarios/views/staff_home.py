"""Where a member of staff begins: what waits for their roles."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from scenarios.access import access
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import address
from scenarios.waiting import Waiting, waiting_for


@access("staff")
def staff_home(request: HttpRequest) -> HttpResponse:
    """Show every queue of the actor's roles with its count, the age of its oldest and its service level.

    Where nothing waits comes last.
    """
    actor = actor_of(request)
    rows = sorted((_row(waiting) for waiting in waiting_for(actor)), key=lambda row: row["count"] == 0)
    return render(request, "scenarios/staff/home.html", {"rows": rows, "total": sum(row["count"] for row in rows)})


def _row(waiting: Waiting) -> dict[str, Any]:
    page = address(waiting.queue.page)
    return {
        "label": waiting.queue.label,
        "url": f"{page}{waiting.queue.query}" if page else "",
        "count": waiting.count,
        "age": waiting.age,
        "days": waiting.queue.days,
        "tone": waiting.tone if waiting.count else "neutral",
        "word": waiting.word,
    }
