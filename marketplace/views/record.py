"""A supplier's own record: what it answered, how that ended, and what its projects have shown."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from marketplace.record import answered, projects_of, told_outcomes, told_responses, totals
from scenarios.access import access
from scenarios.views.parts import actor_of, page_of


@access("member")
@never_cache
def my_record(request: HttpRequest) -> HttpResponse:
    """Show responses with their results and feedback, and projects with gates passed and measurements kept."""
    actor = actor_of(request)
    told = told_outcomes(actor)
    page = page_of(request, told_responses(actor), total=len(told))
    projects = projects_of(actor)
    context = {
        "page": page,
        "rows": answered(page.object_list),
        "projects": projects,
        "totals": totals(told, projects),
    }
    return render(request, "marketplace/my_record.html", context)
