"""The acceptance: the need's own indicators measured, and accepted by an owner who has read them."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_proof as actions
from marketplace.engagement_facts import standing_of, told_indicators
from marketplace.models import Engagement
from marketplace.proof import unmet_essentials
from marketplace.views.engagements import inside_of
from marketplace.views.measuring import blank_form, posted_form, record
from scenarios.access import access
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import posted_version


@access("member", "staff")
def engagement_acceptance(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show every indicator from its target to what was measured; a post records a measurement."""
    actor = actor_of(request)
    engagement = inside_of(actor, pk)
    if request.method != "POST":
        return _page(request, engagement)
    form = posted_form(request, engagement, None)
    measure = partial(actions.measure_for_acceptance, actor=actor, engagement_id=pk)
    status, more = record(form, engagement, None, measure)
    if status != 302:
        return _page(request, engagement, status=status, form=form, **more)
    messages.success(request, _("The measurement is recorded."))
    return redirect("engagement_acceptance", pk)


def _page(request: HttpRequest, engagement: Engagement, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    may = standing_of(actor, engagement)
    rows = told_indicators(engagement, may)
    under_way = engagement.status == "running" and engagement.gates.filter(state="passed").exists()
    context = {
        "engagement": engagement,
        "may": may,
        "indicators": rows,
        "unmet": unmet_essentials([row.line for row in rows]),
        "under_way": under_way,
        "form": blank_form(engagement) if under_way and may.records else None,
        **more,
    }
    return render(request, "marketplace/engagement_acceptance.html", context, status=status)


@access("member")
@require_POST
def engagement_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept what was built, on the values that the owner read."""
    try:
        actions.accept_engagement(actor=actor_of(request), engagement_id=pk, version=posted_version(request))
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
        return redirect("engagement_acceptance", pk)
    except Conflict as conflict:
        messages.error(request, str(conflict))
        return redirect("engagement_acceptance", pk)
    messages.success(request, _("It is accepted on the indicators of the need."))
    return redirect("engagement_detail", pk)
