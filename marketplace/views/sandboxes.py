"""The sandbox of a project: its terms, its incidents, how it is set up and how it ends."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import incidents as incident_actions
from marketplace.actions import sandboxes as actions
from marketplace.forms.sandboxes import EndForm, IncidentForm, RemedyForm, SandboxEditor
from marketplace.models import Engagement, Incident, Sandbox
from marketplace.sandbox_facts import Reading, reading_of
from marketplace.views.engagements import found_engagement
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid, NotFound, NotPermitted, refused_for
from scenarios.models import SandboxPlan
from scenarios.policies import one_of
from scenarios.sandbox_forms import PARTS
from scenarios.two_versions import compared_again
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors, with_one_more


def _found(actor: Actor, pk: UUID) -> tuple[Engagement, Sandbox | None, Reading]:
    engagement = found_engagement(actor, pk)
    rows = Sandbox.objects.select_related("supervisor", "third_party").prefetch_related(
        "incidents__reported_by", "incidents__reporter"
    )
    sandbox = rows.filter(engagement=engagement).first()
    return engagement, sandbox, reading_of(actor, engagement, sandbox)


@access("public")
def sandbox_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The terms of a project's sandbox; whoever takes part, and staff, read its incidents too."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    engagement, sandbox, may = _found(actor_of(request), pk)
    told = sandbox is not None and "incidents" in may.visible
    context = {
        "engagement": engagement,
        "sandbox": sandbox,
        "may": may,
        "visible": may.visible,
        "incidents": list(sandbox.incidents.all()) if told and sandbox else [],
        "results": list(zip(sandbox.exit_criteria, sandbox.results, strict=False)) if sandbox else [],
        "incident_form": IncidentForm(initial={"key": str(uuid4()), "severity": 3}) if may.reports else None,
        "remedy_form": RemedyForm() if may.closes else None,
        "end_form": EndForm(initial={"version": sandbox.version}, sandbox=sandbox)
        if sandbox and may.closes and may.sets_up
        else None,
        **forms,
    }
    return render(request, "marketplace/sandbox_detail.html", context, status=status)


@access("supervisor")
def sandbox_set_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set the sandbox up, or change it; a new one begins with the plan of the call."""
    engagement, sandbox, may = _found(actor_of(request), pk)
    if not may.sets_up:
        raise NotPermitted
    if request.method != "POST":
        return _form_page(request, engagement, SandboxEditor(engagement, sandbox, _plan(engagement)))
    for prefix in PARTS:
        if f"add_{prefix}" in request.POST:
            editor = SandboxEditor(engagement, sandbox, data=with_one_more(request, prefix))
            compared_again(editor.main)
            return _form_page(request, engagement, editor)
    editor = SandboxEditor(engagement, sandbox, data=request.POST)
    if "find_third_party" in request.POST:
        compared_again(editor.main)
        return _form_page(request, engagement, editor)
    if not editor.is_valid():
        compared_again(editor.main)
        return _form_page(request, engagement, editor, status=422)
    setting: Any = {"version": editor.version, "terms": editor.fields(), "fields": editor.sandbox_fields()}
    try:
        actions.set_up_sandbox(actor=actor_of(request), engagement_id=pk, **setting)
    except Invalid as refusal:
        show_errors(editor.main, refusal)
        compared_again(editor.main)
        return _form_page(request, engagement, editor, status=422)
    except Conflict as conflict:
        version = Sandbox.objects.filter(engagement=engagement).values_list("version", flat=True).first()
        rows = editor.compared(conflict.differences, version or 0)
        return _form_page(request, engagement, editor, status=409, conflict=conflict, differences=rows)
    messages.success(request, _("The sandbox is in force; everyone who takes part is told."))
    return redirect("sandbox_detail", pk)


def _plan(engagement: Engagement) -> SandboxPlan | None:
    call_id = engagement.response.call_id if engagement.response else None
    return SandboxPlan.objects.filter(call=call_id).first() if call_id else None


def _form_page(
    request: HttpRequest, engagement: Engagement, editor: SandboxEditor, *, status: int = 200, **more: Any
) -> HttpResponse:
    editor.setting.list_found()
    context = {"engagement": engagement, "editor": editor, **more}
    return render(request, "marketplace/sandbox_form.html", context, status=status)


@access("member", "manager", "supervisor")
@require_POST
def incident_report(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Report an incident; severity 1 suspends the project at once."""
    form = IncidentForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, status=422, incident_form=form)
    key = form.cleaned_data["key"]
    try:
        incident = incident_actions.report_incident(
            actor=actor_of(request), engagement_id=pk, fields=form.incident, key=key
        )
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, status=422, incident_form=form)
    if incident.suspends:
        messages.warning(request, _("The incident is reported and the project suspended; everyone is told."))
    else:
        messages.success(request, _("The incident is reported; everyone who takes part is told."))
    return redirect("sandbox_detail", pk)


@access("supervisor")
@require_POST
def incident_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record the measures that put an incident right."""
    incident = Incident.objects.filter(pk=pk).select_related("sandbox").first()
    if incident is None:
        raise NotFound
    engagement = one_of(Engagement.objects.visible_to(actor_of(request)), incident.sandbox.engagement_id)
    remedy = request.POST.get("remedy", "")
    try:
        incident_actions.close_incident(actor=actor_of(request), incident_id=pk, remedy=remedy)
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    else:
        messages.success(request, _("The incident is closed."))
    return redirect("sandbox_detail", engagement.pk)


@access("supervisor")
@require_POST
def sandbox_end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the sandbox with a word on each criterion."""
    _engagement, sandbox, _may = _found(actor_of(request), pk)
    if sandbox is None:
        raise NotFound
    form = EndForm(request.POST, sandbox=sandbox)
    if not form.is_valid():
        return _page(request, pk, status=422, end_form=form)
    ending: Any = {name: form.cleaned_data[name] for name in ("version", "findings")}
    try:
        actions.end_sandbox(actor=actor_of(request), engagement_id=pk, results=form.results, **ending)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, status=422, end_form=form)
    except Conflict as conflict:
        form.ask_again(conflict, sandbox.version)
        return _page(request, pk, status=409, end_form=form)
    messages.success(request, _("The sandbox has ended; everyone who takes part is told."))
    return redirect("sandbox_detail", pk)
