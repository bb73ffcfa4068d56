"""How projects come about: the manager opens those that were awarded, owners and suppliers agree directly."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
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
from scenarios.views.staff_parts import chosen, options


@access("staff")
def staff_engagements(request: HttpRequest) -> HttpResponse:
    """List the projects in every state, and the awards that wait to become one."""
    states = chosen(request, "state", EngagementStatus.values)
    rows = Engagement.objects.for_page()
    page = page_of(request, rows.filter(status__in=states) if states else rows)
    context = {"page": page, "filtered": bool(states), "states": options(EngagementStatus.choices, states)}
    actor = actor_of(request)
    if actor.has_role("supervisor"):
        context["incidents"] = Incident.objects.to_close(actor).select_related("sandbox__engagement")[:50]
        context["unguarded"] = Engagement.objects.awaiting_sandbox()[:50]
    if actor.has_role("manager"):
        context["decisions"] = GateDecision.objects.awaiting_manager()[:50]
        context["awards"] = Response.objects.awaiting_engagement().select_related("call", "lead")[:50]
    return render(request, "marketplace/staff_engagements.html", context)


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
