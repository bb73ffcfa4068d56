"""The result of a call as everybody reads it, objections to it, and the answers to them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.objections import concerned, object_to, reject_objection, uphold_objection
from marketplace.forms.selections import AnswerForm, ObjectionForm
from marketplace.models import Engagement, Objection, Organisation, Selection
from marketplace.outcomes import excluded, last_day_of, ranking
from marketplace.public_results import results_told, whole_entry, with_winners
from marketplace.side_by_side import may_compare
from marketplace.views.selections import WORKERS, selection_page
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound
from scenarios.models import Call
from scenarios.policies import one_of
from scenarios.views.list_files import entry_file
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors


@access("public")
def call_result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the ranking with its arithmetic from the public notice on; before it, that there is nothing to read yet."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, form: ObjectionForm | None = None) -> HttpResponse:
    actor = actor_of(request)
    call = one_of(Call.objects.visible_to(actor).with_public_state(), pk)
    told = with_winners(results_told(actor)).filter(pk=pk).first() if request.GET.get("as") == "pdf" else None
    if told and (file := entry_file(request, f"{call.code}-result", lambda: whole_entry(told))):
        return file
    found = (
        Selection.objects.public().filter(call=call).with_notice().select_related("call__need", "call__demand").first()
    )
    context: dict[str, Any] = {"call": call, "selection": found, "works_on_it": actor.has_role(*WORKERS)}
    context["may_compare"] = actor.account_id is not None and may_compare(call, actor)
    if found is not None:
        context |= {
            "lots": ranking(found),
            "excluded": excluded(found),
            "last_day": last_day_of(found),
            "is_over": found.is_past_notice,
            "objection_form": form or _objection_form(found, actor),
            "projects": Engagement.objects.visible_to(actor).filter(response__call=call).order_by("code"),
            "own_objections": found.objections.visible_to(actor).select_related("organisation"),
        }
    return render(request, "marketplace/call_result.html", context, status=status)


def _objection_form(found: Any, actor: Actor, data: Any = None) -> ObjectionForm | None:
    """Return the form while the reader may object for an organisation that has not yet done so.

    found : the selection with its notice.
    """
    if not (found.is_under_notice and actor.editor_of):
        return None
    said = found.objections.filter(round=found.round).values("organisation")
    rows = list(concerned(found, actor.editor_of).filter(verification="verified").exclude(pk__in=said))
    return ObjectionForm(data, organisations=rows) if rows else None


@access("member")
@require_POST
def result_object(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Object to the result under notice."""
    actor = actor_of(request)
    found = Selection.objects.public().filter(call=pk).first()
    if found is None:
        raise NotFound
    own = list(Organisation.objects.filter(pk__in=actor.editor_of))
    form = ObjectionForm(request.POST, organisations=own)
    if form.is_valid():
        organisation = UUID(form.cleaned_data["organisation"])
        reasons = form.cleaned_data["reasons"]
        try:
            object_to(actor=actor, selection_id=found.pk, organisation_id=organisation, reasons=reasons)
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        return _page(request, pk, status=422, form=form)
    messages.success(request, _("Your objection is with the manager; the notice is suspended until it is answered."))
    return redirect("call_result", pk)


@access("manager")
@require_POST
def objection_answer(request: HttpRequest, pk: UUID, objection: UUID) -> HttpResponse:
    """Reject an objection, or uphold it."""
    one_of(Objection.objects.filter(selection__call=pk), objection)
    form = AnswerForm(request.POST, prefix=str(objection))
    act = uphold_objection if request.POST.get("then") == "uphold" else reject_objection
    if form.is_valid():
        try:
            act(actor=actor_of(request), objection_id=objection, answer=form.cleaned_data["answer"])
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for texts in form.errors.values() for text in texts))
        return selection_page(request, pk, status=422)
    messages.success(request, _("The objection is answered; whoever made it is told."))
    return redirect("selection", pk)
