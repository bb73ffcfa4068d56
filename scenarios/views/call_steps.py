"""What staff do with a call: draft, edit, review, approve, send back, open, cancel."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.calls import (
    CallFields,
    approve_call,
    cancel_call,
    draft_call,
    open_call,
    review_call,
    rework_call,
    save_call,
)
from scenarios.actor import Actor
from scenarios.call_forms import ROWS, CallForm, CallRows, call_fields, call_initial, weights_sum
from scenarios.choices import CallStatus
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.facts import indicator_text, label_of
from scenarios.models import Call, MergedDemand, Need
from scenarios.policies import one_of
from scenarios.staff_forms import ReasonForm
from scenarios.views.parts import actor_of
from scenarios.views.staff_calls import call_page, load, public_face
from scenarios.views.staff_parts import comparison, posted_version, show_errors, with_one_more


@access("manager")
def new_call(request: HttpRequest) -> HttpResponse:
    """Draft a call from the need or the pool that the address names."""
    actor = actor_of(request)
    if code := request.GET.get("code", "").strip():
        return _by_code(request, actor, code)
    need_id, demand_id = request.GET.get("need"), request.GET.get("demand")
    source = (
        one_of(Need.objects.visible_to(actor).prefetch_related("indicators"), need_id)
        if need_id
        else one_of(MergedDemand.objects.visible_to(actor), demand_id)
    )
    extra = {"source": source, "source_indicators": _indicators(source)}
    if request.method != "POST":
        return _form_page(request, CallForm(initial=_start(source)), CallRows(), **extra)
    form, rows = CallForm(request.POST), CallRows(data=with_one_more(request, _asked_for(request)))
    fields = _typed(request, form, rows)
    if fields is None:
        return _form_page(request, form, rows, **extra)
    ids = {"need_id": source.pk} if need_id else {"demand_id": source.pk}
    try:
        call = draft_call(actor=actor, fields=fields, **ids)
    except Invalid as error:
        show_errors(form, error)
        return _form_page(request, form, rows, **extra)
    messages.success(request, _("%(code)s is drafted; a moderator has to review it.") % {"code": call.code})
    return redirect("staff_call", call.pk)


def _by_code(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    need = Need.objects.visible_to(actor).filter(code__iexact=code[:20], status="published").first()
    if need is None:
        messages.error(request, _("There is no published need %(code)s.") % {"code": code[:20]})
        return redirect("staff_call_list")
    return redirect(f"{reverse('staff_call_new')}?need={need.pk}")


def _start(source: Need | MergedDemand) -> dict[str, Any]:
    core = source if isinstance(source, Need) else source.cores.get(version=source.core_version)
    words = {"title_zh": core.title_zh, "title_en": core.title_en, "summary": core.problem}
    return {**words, "kind": "open_list", "publicity_days": 5, "consortium_allowed": True}


def _indicators(source: Need | MergedDemand) -> list[str]:
    if isinstance(source, Need):
        return [indicator_text(vars(row)) for row in source.indicators.all()]
    return [indicator_text(row) for row in source.cores.get(version=source.core_version).indicators]


def _asked_for(request: HttpRequest) -> str:
    """Return which rows one more was asked for without JavaScript, empty for none."""
    return next((prefix for prefix in ROWS if f"add_{prefix}" in request.POST), "")


def _typed(request: HttpRequest, form: CallForm, rows: CallRows) -> CallFields | None:
    """Return what was typed, or None to show the form again: a row was asked for, or a value has no type."""
    if _asked_for(request) or not (form.is_valid() & rows.is_valid()):
        return None
    return call_fields(form, rows)


def _form_page(request: HttpRequest, form: CallForm, rows: CallRows, *, status: int = 0, **extra: Any) -> HttpResponse:
    asked_again = form.is_bound and not _asked_for(request)
    sum_ = weights_sum(rows.criteria)
    context = {"form": form, "criteria": rows.criteria, "clauses": rows.clauses, "weights_sum": sum_, **extra}
    return render(request, "scenarios/staff/call_form.html", context, status=status or (422 if asked_again else 200))


@access("manager")
def edit_call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Edit a drafted call."""
    actor = actor_of(request)
    call = load(actor, pk)
    if call.status != CallStatus.DRAFT:
        raise IllegalMove(_("Only a drafted call can be edited."))
    extra: dict[str, Any] = {"call": call, "source": call.need or call.demand}
    extra["source_indicators"] = [indicator_text(row) for row in call.indicators]
    if request.method != "POST":
        return _form_page(request, CallForm(initial=call_initial(call)), CallRows(call), **extra)
    form, rows = CallForm(request.POST), CallRows(call, with_one_more(request, _asked_for(request)))
    fields = _typed(request, form, rows)
    if fields is None:
        return _form_page(request, form, rows, **extra)
    try:
        save_call(actor=actor, call_id=pk, version=posted_version(request), fields=fields)
    except Invalid as error:
        show_errors(form, error)
        return _form_page(request, form, rows, **extra)
    except Conflict as error:
        return _form_page(request, form, rows, status=409, **extra, **comparison(Call, error))
    messages.success(request, _("%(code)s is saved.") % {"code": call.code})
    return redirect("staff_call", pk)


@access("moderator")
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Find a drafted call sound."""
    try:
        call = review_call(actor=actor_of(request), call_id=pk)
    except Invalid as error:
        return call_page(request, actor_of(request), pk, status=422, refused=_refusal(error))
    messages.success(request, _("%(code)s is reviewed; a publisher has to approve it.") % {"code": call.code})
    return redirect("staff_call", pk)


@access("publisher")
@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Approve a reviewed call."""
    try:
        call = approve_call(actor=actor_of(request), call_id=pk)
    except Invalid as error:
        return call_page(request, actor_of(request), pk, status=422, refused=_refusal(error))
    messages.success(request, _("%(code)s is approved; it can be opened.") % {"code": call.code})
    return redirect("staff_call", pk)


def _refusal(error: Invalid) -> list[tuple[str, list[str]]]:
    """Return each refused part with its messages, for the head of the page."""
    return [(label_of(Call, name), list(map(str, messages_))) for name, messages_ in error.fields.items()]


@access("publisher")
def open_to_public(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show exactly what becomes public; a post opens the call."""
    actor = actor_of(request)
    call = load(actor, pk)
    if request.method == "POST":
        try:
            open_call(actor=actor, call_id=pk)
        except Invalid as error:
            return _preview(request, call, status=422, refused=_refusal(error))
        messages.success(request, _("%(code)s is open to the public.") % {"code": call.code})
        return redirect("staff_call", pk)
    if call.status != CallStatus.APPROVED:
        raise IllegalMove(_("Only an approved call can be opened."))
    return _preview(request, call)


def _preview(request: HttpRequest, call: Call, *, status: int = 200, **extra: Any) -> HttpResponse:
    context = {"call": call, **public_face(call), **extra}
    return render(request, "scenarios/staff/call_open.html", context, status=status)


@access("manager", "publisher")
@require_POST
def rework(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Send a call back to its author with a reason."""
    actor, form = actor_of(request), ReasonForm(request.POST, prefix="rework")
    if not form.is_valid():
        return call_page(request, actor, pk, status=422, rework_form=form)
    call = rework_call(actor=actor, call_id=pk, reason=form.cleaned_data["reason"])
    messages.success(request, _("%(code)s is a draft again; its author reads why.") % {"code": call.code})
    return redirect("staff_call", pk)


@access("publisher")
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Cancel a call with a reason."""
    actor, form = actor_of(request), ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return call_page(request, actor, pk, status=422, cancel_form=form)
    call = cancel_call(actor=actor, call_id=pk, reason=form.cleaned_data["reason"])
    messages.success(request, _("%(code)s is cancelled; everyone who is interested is told why.") % {"code": call.code})
    return redirect("staff_call", pk)
