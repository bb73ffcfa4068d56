"""The supervisor's queue: approved needs of tier R3 and R4 before anyone may publish them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.actions.moderation import supervise_need
from scenarios.actor import Actor
from scenarios.choices import RiskTier
from scenarios.content import unmet_demands
from scenarios.errors import Invalid
from scenarios.facts import label_of, need_facts
from scenarios.listing import Facet
from scenarios.models import Call, Need
from scenarios.policies import one_of
from scenarios.risk import PUBLISH_NEED
from scenarios.staff_forms import NoteForm
from scenarios.views.need_review import FOR_STAFF, indicators_of, public_facts, risk_of
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import Line, aged, chosen_queue, queue_response, waits_on
from scenarios.views.sheets import NEED_COLUMNS, sheet_response, waiting_columns, wants_sheet
from scenarios.views.staff_parts import show_errors
from scenarios.waiting import Wait, promised_days, to_clear


@access("supervisor")
def supervision_queue(request: HttpRequest) -> HttpResponse:
    """List the needs that wait for clearance, the longest waiting first; or the calls without their sandbox plan."""
    waits, promised = waits_on(request, "supervision_queue"), promised_days("supervision_queue")
    if queue := chosen_queue(request, waits):
        return queue_response(request, queue, waits, title=_("Risk review"), line=_plan)
    facets = [Facet("risk_tier", label_of(Need, "risk_tier"), RiskTier.choices)]
    found, shown = aged(request, to_clear(), since="decided_at", promised=promised, facets=facets)
    needs = found.select_related("owner", "district")
    if wants_sheet(request):
        return sheet_response("supervision", _("Risk review"), [*NEED_COLUMNS, *waiting_columns(promised)], needs)
    page = page_of(request, needs)
    rows = [
        {"need": need, "blocked": lacks_ethics_number(need), "wait": Wait(need.waited_days, promised)} for need in page
    ]
    context = {**shown, "page": page, "rows": rows, "waits": waits}
    return render(request, "scenarios/staff/supervision_queue.html", context)


def _plan(call: Call) -> Line:
    facts = (call.get_kind_display(), call.get_status_display())
    return Line(reverse("sandbox_plan", args=[call.pk]), call.code, call.title, facts)


@access("supervisor")
def supervise(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show why a need has its tier; a post clears it for publication with a note."""
    actor = actor_of(request)
    need = one_of(Need.objects.visible_to(actor).for_page(), pk)
    form = NoteForm(request.POST or None)
    if request.method != "POST":
        return _page(request, actor, need, form)
    if not form.is_valid():
        return _page(request, actor, need, form, status=422)
    try:
        supervise_need(actor=actor, need_id=pk, note=form.cleaned_data["note"])
    except Invalid as error:
        show_errors(form, error)
        return _page(request, actor, need, form, status=422)
    messages.success(request, _("%(code)s is cleared; the publisher may publish it.") % {"code": need.code})
    return redirect("supervision_queue")


def lacks_ethics_number(need: Need) -> bool:
    """Whether the need cannot be cleared before its owner enters the number of its ethics review."""
    return any(row.item == "ethics_number" for row in unmet_demands(need, before=PUBLISH_NEED))


def _page(request: HttpRequest, actor: Actor, need: Need, form: NoteForm, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "need": need,
        "form": form,
        "facts": public_facts(need),
        "staff_facts": need_facts(need, FOR_STAFF),
        "indicators": indicators_of(need),
        "risk": risk_of(need),
        "waits": need.status == "approved" and need.supervised_by_id is None,
        "own_approval": need.approved_by_id == actor.account_id,
        "ethics_missing": lacks_ethics_number(need),
    }
    return render(request, "scenarios/staff/supervise.html", context, status=status)
