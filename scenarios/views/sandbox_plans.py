"""The sandbox plan of a call: read by staff, written by the supervisor."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.call_readiness import needs_behind
from scenarios.actions.openers import BEFORE_OPENING
from scenarios.actions.sandbox_plans import plan_sandbox
from scenarios.errors import Conflict, Invalid
from scenarios.models import Call, SandboxPlan
from scenarios.policies import one_of
from scenarios.sandbox_forms import PARTS, TermsEditor
from scenarios.two_versions import compared_again
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors, with_one_more


@access("staff")
def sandbox_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the plan of a call, to a supervisor in its form while the call is not open."""
    return _page(request, pk)


@access("supervisor")
@require_POST
def save_sandbox_plan(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write the plan."""
    saved = SandboxPlan.objects.filter(call=pk).first()
    for prefix in PARTS:
        if f"add_{prefix}" in request.POST:
            editor = TermsEditor(saved, 0, with_one_more(request, prefix))
            compared_again(editor.main)
            return _page(request, pk, editor=editor)
    editor = TermsEditor(saved, 0, request.POST)
    if not editor.is_valid():
        compared_again(editor.main)
        return _page(request, pk, status=422, editor=editor)
    try:
        plan_sandbox(actor=actor_of(request), call_id=pk, version=editor.version, fields=editor.fields())
    except Invalid as error:
        show_errors(editor.main, error)
        compared_again(editor.main)
        return _page(request, pk, status=422, editor=editor)
    except Conflict as conflict:
        version = SandboxPlan.objects.filter(call=pk).values_list("version", flat=True).first()
        rows = editor.compared(conflict.differences, version or 0)
        return _page(request, pk, status=409, editor=editor, conflict=conflict, differences=rows)
    messages.success(request, _("The sandbox plan is saved; the call can be opened with it."))
    return redirect("sandbox_plan", pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    call: Call = one_of(Call.objects.visible_to(actor).select_related("need", "demand"), pk)
    plan = SandboxPlan.objects.filter(call=call).select_related("supervisor").first()
    may_write = actor.has_role("supervisor") and call.status in BEFORE_OPENING
    version = plan.version if plan else 0
    context = {
        "call": call,
        "plan": plan,
        "needs": needs_behind(call),
        "editor": TermsEditor(plan, version) if may_write else None,
        "may_read_call": actor.has_role("manager", "moderator", "publisher", "auditor"),
        **more,
    }
    return render(request, "scenarios/staff/sandbox_plan.html", context, status=status)
