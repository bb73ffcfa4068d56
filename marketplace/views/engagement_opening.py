"""How projects come about: the manager opens those that were awarded, owners and suppliers agree directly."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_opening as actions
from marketplace.engagement_choices import EngagementStatus
from marketplace.forms.engagements import AgreementForm
from marketplace.models import Capability, Engagement, GateDecision, Incident, Response
from scenarios.access import access
from scenarios.errors import Invalid, NotPermitted
from scenarios.models import Need
from scenarios.policies import one_of
from scenarios.views.parts import actor_of, organisations_of, page_of
from scenarios.views.queues import Line, chosen_queue, queue_response, waits_on
from scenarios.views.staff_parts import chosen, options
from scenarios.waiting import steps_for


@access("staff")
def staff_engagements(request: HttpRequest) -> HttpResponse:
    """List the projects in every state, and the awards that wait to become one; or exactly one queue."""
    actor, waits = actor_of(request), waits_on(request, "staff_engagements")
    if queue := chosen_queue(request, waits):
        line = _to_guard if queue.name == "sandboxes" else _line
        return queue_response(request, queue, waits, title=_("Projects in progress"), line=line)
    states = chosen(request, "state", EngagementStatus.values)
    rows = Engagement.objects.for_page()
    counts = dict(Engagement.objects.order_by().values_list("status").annotate(Count("pk")))
    page = page_of(request, rows.filter(status__in=states) if states else rows)
    steps = steps_for(actor, "staff_engagements", page)
    context = {
        "page": page,
        "rows": [(engagement, steps.get(engagement.pk)) for engagement in page],
        "waits": waits,
        "filtered": bool(states),
        "states": options(EngagementStatus.choices, states, counts),
    }
    if actor.has_role("supervisor"):
        context["incidents"] = Incident.objects.to_close(actor).select_related("sandbox__engagement")[:50]
        context["unguarded"] = Engagement.objects.awaiting_sandbox()[:50]
    if actor.has_role("manager"):
        context["decisions"] = GateDecision.objects.awaiting_manager()[:50]
        context["awards"] = Response.objects.awaiting_engagement().select_related("call", "lead")[:50]
    return render(request, "marketplace/staff_engagements.html", context)


def _to_guard(engagement: Engagement) -> Line:
    return _line(engagement)._replace(url=reverse("sandbox_set_up", args=[engagement.pk]))


def _line(row: Any) -> Line:
    """Tell a row of a queue: a project, or an award, a decision or an incident of one."""
    if isinstance(row, Response):
        return Line(reverse("selection", args=[row.call_id]), row.call.code, row.call.title, (row.lead,))
    facts: tuple[Any, ...] = ()
    engagement, url = row, ""
    if isinstance(row, GateDecision):
        engagement, url = row.gate.engagement, reverse("decision_detail", args=[row.pk])
        facts = (row.gate.get_stage_display(), row.get_verdict_display())
    elif isinstance(row, Incident):
        engagement = row.sandbox.engagement
        url, facts = reverse("sandbox_detail", args=[engagement.pk]), (row.get_severity_display(),)
    url = url or reverse("engagement_detail", args=[engagement.pk])
    return Line(url, engagement.code, engagement.title, (engagement.lead, *facts))


@access("manager")
@require_POST
def engagement_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the project of an awarded response."""
    engagement = actions.open_engagement(actor=actor_of(request), response_id=pk)
    messages.success(request, _("%(code)s is opened. Plan its gates, then start it.") % {"code": engagement.code})
    return redirect("engagement_detail", engagement.pk)


@access("member")
def engagement_propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose a project for a need and a capability without a call, from either side."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor).select_related("owner"), pk)
    asked = request.POST.get("capability") or request.GET.get("capability", "")
    capability = one_of(Capability.objects.published().select_related("owner"), asked)
    mine = [row for row in organisations_of(actor.editor_of) if row.pk in (need.owner_id, capability.owner_id)]
    if not mine:
        raise NotPermitted
    pairs = [(str(row.pk), str(row)) for row in mine]
    form = AgreementForm(request.POST or None, organisations=pairs, initial={"capability": capability.pk})
    if request.method == "POST" and form.is_valid():
        sides = {"capability_id": capability.pk, "organisation_id": UUID(form.cleaned_data["organisation"])}
        try:
            engagement = actions.propose_engagement(actor=actor, need_id=pk, **sides)
        except Invalid as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("The other side is asked to confirm. Nothing is public before the start."))
            return redirect("engagement_detail", engagement.pk)
    context = {"need": need, "capability": capability, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "marketplace/engagement_propose.html", context, status=status)
