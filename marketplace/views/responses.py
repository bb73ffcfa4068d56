"""A supplier's own responses: list, editor with autosave, checklist, sealing, receipt, withdrawal."""

import io
import zipfile
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.actions import responses as actions
from marketplace.actions.lost_winners import withdraw_from_award
from marketplace.actions.partners import full_checklist, unregistered_partners
from marketplace.forms.responses import Editor, FileForm, SealForm
from marketplace.models import Response
from marketplace.outcomes import own_outcome
from marketplace.response_content import joined, read
from marketplace.response_versions import differing_parts
from marketplace.views.response_progress import progress
from scenarios.access import access
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.models import Call
from scenarios.policies import one_of
from scenarios.two_versions import compared_again, holds_version, kept_as_saved
from scenarios.views.parts import actor_of, organisations_of, page_of


def _own(request: HttpRequest, pk: UUID) -> Response:
    mine = Response.objects.of(actor_of(request)).with_told()
    rows = mine.select_related("call", "lead").prefetch_related("attachments")
    found: Response = one_of(rows, pk)
    return found


@access("member")
@never_cache
def my_responses(request: HttpRequest) -> HttpResponse:
    """List the responses of the reader's organisations; nobody else sees that there are any."""
    rows = Response.objects.of(actor_of(request)).with_told().select_related("call", "lead")
    return render(request, "marketplace/my_responses.html", {"page": page_of(request, rows)})


@access("member")
def response_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose for which organisation; a post opens its draft."""
    actor = actor_of(request)
    call = one_of(Call.objects.visible_to(actor), pk)
    if request.method == "POST":
        lead = request.POST.get("lead", "")
        own = next((one for one in actor.editor_of if str(one) == lead), None)
        if own is not None:
            try:
                draft = actions.draft_response(actor=actor, call_id=pk, lead_id=own)
            except Invalid as error:
                messages.error(request, refused_for(error))
                return redirect("call_detail", pk)
            return redirect("response_edit", draft.pk)
    context = {"call": call, "organisations": organisations_of(actor.editor_of)}
    return render(request, "marketplace/response_start.html", context)


@access("member")
@never_cache
def response_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show the draft in its form, or save it."""
    response = _own(request, pk)
    if response.status != "draft":
        return redirect("response_detail", pk)
    if request.method != "POST":
        return _form_page(request, response, Editor(response.call, read(response.content), response.version))
    editor = Editor(response.call, read(response.content), response.version, request.POST)
    if "add_tiers" in request.POST or "add_partners" in request.POST:
        return _drawn_again(request, response, editor)
    if not editor.is_valid():
        return _drawn_again(request, response, editor, status=422)
    try:
        _save(request, response, editor)
    except Conflict as conflict:
        return _show_conflict(request, response, editor, conflict)
    except Invalid as invalid:
        _show(editor, invalid)
        return _drawn_again(request, response, editor, status=422)
    messages.success(request, _("Your draft is saved. Nobody but your organisation sees it."))
    return redirect("response_check" if request.POST.get("then") == "check" else "response_edit", pk)


def _save(request: HttpRequest, response: Response, editor: Editor) -> Response:
    version, saved = editor.main.cleaned_data["version"], read(response.content)
    content = joined(editor.content(), saved, kept_as_saved(request.POST), response.call)
    return actions.save_response(actor=actor_of(request), response_id=response.pk, version=version, content=content)


def _show(editor: Editor, invalid: Invalid) -> None:
    for name, texts in invalid.fields.items():
        editor.main.add_error(name if name in editor.main.fields else None, texts)


def _drawn_again(request: HttpRequest, response: Response, editor: Editor, *, status: int = 200) -> HttpResponse:
    compared_again(editor.main)
    return _form_page(request, response, editor, status=status)


def _show_conflict(request: HttpRequest, response: Response, editor: Editor, conflict: Conflict) -> HttpResponse:
    """Show both versions. What was typed stays in the form; its author chooses for each part which of them is kept."""
    latest = _own(request, response.pk)
    holds_version(editor.main, latest.version)
    rows = differing_parts(conflict.differences, latest.call)
    return _form_page(request, latest, editor, status=409, conflict=conflict, differences=rows)


def _form_page(
    request: HttpRequest, response: Response, editor: Editor, *, status: int = 200, **more: Any
) -> HttpResponse:
    beside = progress(response, editor.content() if editor.main.is_bound and editor.is_valid() else None)
    context = {
        "response": response,
        "call": response.call,
        "editor": editor,
        "promises": list(zip(editor.commitments, response.call.indicators, beside["verdicts"], strict=False)),
        "form": editor.main,
        "file_form": FileForm(),
        "files": response.attachments.all(),
        "questions": [row for row in response.call.questions.all() if row.answer],
        "addenda": response.call.addenda.all(),
        **beside,
        **more,
    }
    return render(request, "marketplace/response_form.html", context, status=status)


@access("member")
@require_POST
def response_autosave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what is typed; answer with the version that the form is to post next.

    What cannot be kept is left to the save button, which says why: the answer is 409 and the page says “not saved”.
    """
    response = _own(request, pk)
    editor = Editor(response.call, read(response.content), response.version, request.POST)
    if not editor.is_valid():
        return HttpResponse(status=409)
    try:
        saved = _save(request, response, editor)
    except (Invalid, Conflict):
        return HttpResponse(status=409)
    context = {"version": saved.version, "call": saved.call, **progress(saved)}
    return render(request, "marketplace/parts/response_saved.html", context)


@access("member")
@require_POST
def response_attach(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add a file to the draft."""
    form, response = FileForm(request.POST, request.FILES), _own(request, pk)
    if form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            actor = actor_of(request)
            actions.attach_file(actor=actor, response_id=pk, name=upload.name, data=upload.read())
        except Invalid as invalid:
            form.add_error("file", [text for texts in invalid.fields.values() for text in texts])
    if not form.is_valid():
        editor = Editor(response.call, read(response.content), response.version)
        return _form_page(request, response, editor, status=422, file_form=form)
    messages.success(request, _("The file is attached."))
    return redirect("response_edit", pk)


@access("member")
@require_POST
def response_detach(request: HttpRequest, pk: UUID, attachment: UUID) -> HttpResponse:
    """Take a file out of the draft."""
    actions.remove_attachment(actor=actor_of(request), response_id=pk, attachment_id=attachment)
    messages.success(request, _("The file is removed."))
    return redirect("response_edit", pk)


@access("member")
@never_cache
def response_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what is still missing, offer the copy, and seal."""
    response = _own(request, pk)
    if response.status != "draft":
        return redirect("response_detail", pk)
    if request.method != "POST":
        return _check_page(request, response, SealForm(initial={"version": response.version}))
    form = SealForm(request.POST)
    if not form.is_valid():
        return _check_page(request, response, form, status=422)
    try:
        version = form.cleaned_data["version"]
        actions.seal_response(actor=actor_of(request), response_id=pk, version=version)
    except Invalid as invalid:
        form.add_error(None, str(invalid))
        return _check_page(request, response, form, status=422)
    messages.success(request, _("Your response is sealed. Keep the receipt."))
    return redirect("response_detail", pk)


def _check_page(request: HttpRequest, response: Response, form: SealForm, *, status: int = 200) -> HttpResponse:
    rows = full_checklist(response)
    context = {"response": response, "call": response.call, "rows": rows, "form": form}
    context["complete"] = all(row.met for row in rows)
    context["unregistered"] = unregistered_partners(read(response.content))
    return render(request, "marketplace/response_check.html", context, status=status)


@access("member")
@never_cache
def response_copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Download the draft, or the opened response, with its files as a zip archive."""
    response = _own(request, pk)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("response.json", response.content or "{}")
        for number, (name, data) in enumerate(actions.files_of(response), start=1):
            archive.writestr(f"{number:02d}-{name}", data)
    answer = HttpResponse(packed.getvalue(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{response.code}.zip"'
    return answer


@access("member")
@never_cache
def response_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The receipt of a sealed response and how it stands."""
    response = _own(request, pk)
    stale = response.status == "sealed" and response.terms_version < response.call.terms_version
    context = {
        "response": response,
        "call": Call.objects.with_openness().get(pk=response.call_id),
        "stale": stale,
        "own": own_outcome(actor_of(request), response),
        "may_write": actor_of(request).owns(response.lead_id),
    }
    return render(request, "marketplace/response_detail.html", context)


@access("member")
@require_POST
def response_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a sealed response back before the close."""
    actions.withdraw_response(actor=actor_of(request), response_id=pk)
    messages.success(request, _("Your response is withdrawn and wiped. You can respond anew until the close."))
    return redirect("response_detail", pk)


@access("member")
@require_POST
def response_withdraw_ranked(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw a ranked response between the result and the award."""
    withdraw_from_award(actor=actor_of(request), response_id=pk)
    messages.success(request, _("Your response is withdrawn from the award; the city is told."))
    return redirect("response_detail", pk)


@access("member")
@require_POST
def response_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Stand by a sealed response after an addendum changed an indicator."""
    posted = request.POST.get("terms_version", "")
    version = int(posted) if posted.isdigit() else 0
    try:
        actions.confirm_response(actor=actor_of(request), response_id=pk, terms_version=version)
    except Conflict as conflict:
        messages.error(request, str(conflict))
    else:
        messages.success(request, _("Your response stands for the changed call."))
    return redirect("response_detail", pk)


@access("member")
@require_POST
def response_discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Throw a draft away."""
    actions.discard_draft(actor=actor_of(request), response_id=pk)
    messages.success(request, _("The draft is thrown away."))
    return redirect("my_responses")
