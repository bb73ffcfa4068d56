"""The supervisor's queue: approved needs of tier R3 and R4 before anyone may publish them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.actions.moderation import supervise_need
from scenarios.actor import Actor
from scenarios.content import unmet_demands
from scenarios.errors import Invalid
from scenarios.facts import need_facts
from scenarios.models import Call, Need
from scenarios.policies import one_of
from scenarios.risk import PUBLISH_NEED
from scenarios.staff_forms import NoteForm
from scenarios.views.need_review import FOR_STAFF, indicators_of, public_facts, risk_of
from scenarios.views.parts import actor_of, page_of
from scenarios.views.staff_parts import show_errors


@access("supervisor")
def supervision_queue(request: HttpRequest) -> HttpResponse:
    """List the needs that wait for clearance, oldest first."""
    needs = Need.objects.awaiting_supervision().select_related("owner", "district").order_by("submitted_at", "id")
    page = page_of(request, needs)
    rows = [{"need": need, "blocked": lacks_ethics_number(need)} for need in page]
    context = {
        "page": page,
        "rows": rows,
        "planless": Call.objects.awaiting_sandbox_plan().order_by("created_at", "id"),
    }
    return render(request, "scenarios/staff/supervision_queue.html", context)


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
