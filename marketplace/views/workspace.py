"""Where everybody lands after signing in: what waits, and what to do next."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from marketplace.choices import OrganisationKind
from marketplace.models import Member
from marketplace.views.invitations import open_invitations
from marketplace.waiting import demand_side, project_side, supply_side
from marketplace.waiting_rows import tasks_of
from scenarios.access import access
from scenarios.views.parts import actor_of

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
    sides = (supply_side, demand_side) if supplies else (demand_side, supply_side)
    context = {
        "memberships": memberships,
        "invitations": open_invitations(actor),
        "tasks": tasks_of(kind for side in (project_side, *sides) for kind in side(actor)),
        "supplies": supplies,
    }
    return render(request, "marketplace/workspace.html", context)
