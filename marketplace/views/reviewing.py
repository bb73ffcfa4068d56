"""One response as the panel works on it: read without names, judged, scored, agreed on, and given feedback."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.actions import consensus, eligibility, feedback, scoring
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.responses import readable_files
from marketplace.anonymity import anonymous
from marketplace.forms.selections import ConsensusForm, ExclusionForm, FeedbackForm, ScoresForm, SheetForm
from marketplace.models import Response
from marketplace.reviewing import file_response, numbered_files, sheet, shown_content, version_of
from marketplace.views.selections import selection_of
from scenarios.access import access
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, refused_for
from scenarios.two_versions import compared_again
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import show_errors


def _found(request: HttpRequest, pk: UUID, number: int) -> tuple[PanelWork, Response]:
    """Return a response for a reviewer who has declared; nobody else finds it."""
    work = PanelWork(selection_of(pk))
    work.reading_seat(actor_of(request))
    won = work.selection.placings.filter(response=OuterRef("pk"), outcome="awarded")
    rows = Response.objects.opened().filter(call=pk, number=number).annotate(has_won=Exists(won))
    response: Response | None = rows.select_related("lead", "exclusion").first()
    if response is None:
        raise NotFound
    response.call = work.selection.call
    return work, response


@access("reviewer")
@never_cache
def review_response(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Show a response with the sheet on which the reader scores it."""
    return _page(request, *_found(request, pk, number))


def _page(request: HttpRequest, work: PanelWork, response: Any, *, status: int = 200, **forms: Any) -> HttpResponse:
    selection, seat = work.selection, _seat(request, work)
    rows = sheet(work, response, seat)
    evaluating, told = selection.status == "evaluating", any(row.given for row in rows)
    judging = seat.is_chair and evaluating and not any(row.submitted_at for row in work.every_seat)
    scorable = evaluating and response.status == "eligible"
    under_notice = selection.status in ("publicity", "suspended") and response.status == "scored"
    hears = under_notice and seat.is_chair and not response.has_won
    context = {
        "call": selection.call,
        "selection": selection,
        "response": response,
        "seat": seat,
        "rows": rows,
        "told": told,
        "judging": judging and response.status in ("opened", "eligible", "ineligible"),
        "exclusion": getattr(response, "exclusion", None),
        "exclusion_form": ExclusionForm(clauses=selection.call.eligibility) if judging else None,
        "scores_form": ScoresForm(rows, version_of(response, seat)) if scorable and seat.submitted_at is None else None,
        "consensus_form": ConsensusForm(rows, response.version) if scorable and seat.is_chair and told else None,
        "feedback_form": FeedbackForm(rows, response.version) if hears else None,
        "files": range(1, readable_files(response).count() + 1),
        **shown_content(selection.call, anonymous(response)),
        **forms,
    }
    return render(request, "marketplace/review_response.html", context, status=status)


def _seat(request: HttpRequest, work: PanelWork) -> Any:
    return work.seat_of(actor_of(request))


@access("reviewer")
@never_cache
def review_file(request: HttpRequest, pk: UUID, number: int, place: int) -> HttpResponse:
    """Download an attachment under a name that tells nothing; what the file itself shows cannot be taken out."""
    _work, response = _found(request, pk, number)
    return file_response(numbered_files(response), place)


@access("reviewer")
@require_POST
def review_admit(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Find a response eligible."""
    work, response = _found(request, pk, number)
    eligibility.admit(actor=actor_of(request), selection_id=work.selection.pk, response_id=response.pk)
    messages.success(request, _("Response %(number)d is eligible.") % {"number": number})
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_exclude(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Find a response not eligible, under a clause."""
    work, response = _found(request, pk, number)
    form = ExclusionForm(request.POST, clauses=work.selection.call.eligibility)
    if form.is_valid():
        act: Any = {"actor": actor_of(request), "selection_id": work.selection.pk, "response_id": response.pk}
        try:
            eligibility.exclude(**act, **form.cleaned_data)
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        return _page(request, PanelWork(work.selection), response, status=422, exclusion_form=form)
    messages.success(request, _("Response %(number)d is not eligible; its author reads why.") % {"number": number})
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_scores(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Keep the reader's scores of a response; an autosave gets no page back but the version to post next."""
    work, response = _found(request, pk, number)
    seat = _seat(request, work)
    form = ScoresForm(sheet(work, response, seat), version_of(response, seat), request.POST)
    act: Any = {"actor": actor_of(request), "selection_id": work.selection.pk, "response_id": response.pk}
    status = _outcome(form, lambda seen: scoring.save_scores(**act, version=seen, scores=form.scores()))
    if request.headers.get("HX-Request") == "true":
        if status != 200:
            return HttpResponse(status=status)
        return render(request, "marketplace/parts/response_version.html", {"version": version_of(response, seat)})
    if status != 200:
        return _page(request, PanelWork(work.selection), response, status=status, scores_form=form)
    messages.success(request, _("Your scores are saved. Submit them when all responses are scored."))
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand the reader's scores in."""
    try:
        scoring.submit_scores(actor=actor_of(request), selection_id=selection_of(pk).pk)
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Your scores are submitted. They are shown when every reviewer has submitted."))
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_agree(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Write down the consensus on a response."""
    work, response = _found(request, pk, number)
    form = ConsensusForm(sheet(work, response, _seat(request, work)), response.version, request.POST)
    act: Any = {"actor": actor_of(request), "selection_id": work.selection.pk, "response_id": response.pk}
    status = _outcome(form, lambda seen: consensus.agree(**act, version=seen, scores=form.scores()))
    if status != 200:
        return _page(request, PanelWork(work.selection), response, status=status, consensus_form=form)
    messages.success(request, _("The consensus on response %(number)d is noted.") % {"number": number})
    return redirect("selection", pk)


@access("reviewer")
@require_POST
def review_feedback(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Write the feedback to the author of a response."""
    work, response = _found(request, pk, number)
    form = FeedbackForm(sheet(work, response, _seat(request, work)), response.version, request.POST)
    act: Any = {"actor": actor_of(request), "selection_id": work.selection.pk, "response_id": response.pk}
    status = _outcome(form, lambda seen: feedback.write_feedback(**act, version=seen, remarks=form.remarks()))
    if status != 200:
        return _page(request, PanelWork(work.selection), response, status=status, feedback_form=form)
    messages.success(request, _("The feedback to response %(number)d is complete.") % {"number": number})
    return redirect("selection", pk)


def _outcome(form: SheetForm, act: Callable[[int], object]) -> int:
    """Have the action take a valid form: 200; what it refuses (422), or what differs (409), then stands in the form."""
    if form.is_valid():
        try:
            act(form.cleaned_data["version"])
        except Invalid as refusal:
            show_errors(form, refusal)
        except Conflict as conflict:
            form.compare(conflict)
            return 409
    if form.is_valid():
        return 200
    compared_again(form)
    return 422
