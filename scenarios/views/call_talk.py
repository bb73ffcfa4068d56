"""Questions about an open call, their answers, and addenda."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.call_talk import answer_question, ask_question, publish_addendum
from scenarios.errors import Invalid, refused_for
from scenarios.facts import indicator_text
from scenarios.models import Call
from scenarios.policies import one_of
from scenarios.staff_forms import AddendumForm
from scenarios.views.parts import actor_of
from scenarios.views.staff_calls import READERS


def _refused(request: HttpRequest, invalid: Invalid) -> None:
    messages.error(request, refused_for(invalid))


@access("member")
@require_POST
def ask(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask a question; nobody reads who asked."""
    try:
        ask_question(actor=actor_of(request), call_id=pk, text=request.POST.get("text", ""))
    except Invalid as invalid:
        _refused(request, invalid)
    else:
        messages.success(
            request, _("Your question is with the manager. Everybody will read the answer, nobody who asked.")
        )
    return redirect("call_detail", pk)


@access(*READERS)
def staff_call_talk(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show questions and addenda with the forms to answer and to add."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **more: Any) -> HttpResponse:
    actor = actor_of(request)
    call: Any = one_of(Call.objects.visible_to(actor).with_openness(), pk)
    context = {
        "call": call,
        "questions": call.questions.all(),
        "addenda": call.addenda.all(),
        "may_answer": actor.has_role("manager") and call.is_open,
        "addendum_form": _addendum_form(call) if actor.has_role("publisher") and call.is_open else None,
        **more,
    }
    return render(request, "scenarios/staff/call_talk.html", context, status=status)


def _addendum_form(call: Call, data: Any = None) -> AddendumForm:
    form = AddendumForm(data)
    for row in call.indicators:
        label = _("New target: %(indicator)s") % {"indicator": indicator_text(row)}
        form.fields[f"target-{row['id']}"] = forms.DecimalField(
            label=label, max_digits=16, decimal_places=4, required=False
        )
    return form


@access("manager")
@require_POST
def answer(request: HttpRequest, pk: UUID, question: UUID) -> HttpResponse:
    """Answer a question for everybody."""
    try:
        answer_question(actor=actor_of(request), question_id=question, text=request.POST.get("answer", ""))
    except Invalid as invalid:
        _refused(request, invalid)
    else:
        messages.success(request, _("The answer is public."))
    return redirect("staff_call_talk", pk)


@access("publisher")
@require_POST
def addendum(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Publish an addendum."""
    actor = actor_of(request)
    form = _addendum_form(one_of(Call.objects.visible_to(actor), pk), request.POST)
    if not form.is_valid():
        return _page(request, pk, status=422, addendum_form=form)
    targets: dict[str, Decimal] = {
        name.removeprefix("target-"): value
        for name, value in form.cleaned_data.items()
        if name.startswith("target-") and value is not None
    }
    typed = form.cleaned_data
    try:
        publish_addendum(actor=actor, call_id=pk, text=typed["text"], closes_at=typed["closes_at"], targets=targets)
    except Invalid as invalid:
        for name, texts in invalid.fields.items():
            form.add_error(name if name in form.fields else None, texts)
        return _page(request, pk, status=422, addendum_form=form)
    messages.success(request, _("The addendum is public; followers and respondents are told."))
    return redirect("staff_call_talk", pk)
