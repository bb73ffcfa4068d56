"""Where everybody lands after signing in: what waits, and what to do next."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from marketplace.choices import OrganisationKind
from marketplace.models import Member
from marketplace.project_waiting import project_side
from marketplace.views.invitations import open_invitations
from marketplace.waiting import demand_side, result_side, supply_side
from marketplace.waiting_rows import Task, tasks_of
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.views.parts import actor_of
from scenarios.waiting import waiting_for

SUPPLYING = (OrganisationKind.SUPPLIER, OrganisationKind.ACADEMY)


@access("signed_in")
def workspace(request: HttpRequest) -> HttpResponse:
    """Show a member what waits on both sides of the market; staff go to their own start page."""
    actor = actor_of(request)
    if actor.is_staff and not actor.organisation_ids:
        return redirect("staff_home")
    memberships = list(Member.objects.filter(account_id=actor.signed_in_id).select_related("organisation"))
    if not actor.organisation_ids:
        context: dict[str, Any] = {"memberships": memberships, "invitations": open_invitations(actor)}
        return render(request, "marketplace/workspace_empty.html", context)
    supplies = any(one.organisation.kind in SUPPLYING for one in memberships)
    tasks = _tasks(actor, supplies=supplies)
    context = {
        "memberships": memberships,
        "invitations": open_invitations(actor),
        "tasks": tasks,
        "total": sum(task.number for task in tasks),
        "supplies": supplies,
    }
    return render(request, "marketplace/workspace.html", context)


def _tasks(actor: Actor, *, supplies: bool) -> list[Task]:
    sides = (supply_side, demand_side) if supplies else (demand_side, supply_side)
    return tasks_of(kind for side in (project_side, result_side, *sides) for kind in side(actor))


@access("signed_in")
def workspace_counts(request: HttpRequest) -> HttpResponse:
    """Return how much waits on each page of the workspace menu, which asks for it when it is opened.

    Beside the workspace stands what waits on it: the tasks of members, and for everyone else all that waits.
    """
    actor, counts = actor_of(request), Counter[str]()
    for task in _tasks(actor, supplies=False) if actor.organisation_ids else []:
        counts[task.page] += task.number
    own = counts.total()
    for waiting in waiting_for(actor):
        counts[waiting.queue.page] += waiting.count
    counts["workspace"] = own if actor.organisation_ids else counts.total()
    return render(request, "includes/workspace_counts.html", {"nav_counts": counts})
