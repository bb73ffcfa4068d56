"""The selection of a call for those who work on it: where it stands, and the steps of chair, publisher and manager."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from marketplace.actions.award import award
from marketplace.actions.failed_calls import call_again, fail_selection, failure_codes, give_back
from marketplace.actions.feedback import lacking_feedback
from marketplace.actions.lost_winners import follows, lost_winners, put_next_in_rank
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.public_notice import obstacle_to_notice, publish_notice
from marketplace.actions.selections import open_evaluation
from marketplace.forms.selections import (
    AnswerForm,
    DeclarationForm,
    FailureForm,
    LeavingForm,
    LotsForm,
    ReplacementForm,
)
from marketplace.lifecycle import SELECTION_MOVES
from marketplace.models import Account, Response, Selection
from marketplace.outcomes import WITH_RESULT, excluded, last_day_of, ranking
from marketplace.reviewing import lines, steps
from marketplace.side_by_side import may_compare
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, refused_for
from scenarios.models import Call, CallKey
from scenarios.policies import one_of, open_moves
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import posted_version, show_errors

WORKERS = ("reviewer", "manager", "publisher", "auditor")


@access(*WORKERS)
@never_cache
def selection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show where the selection of a call stands and what the reader can do about it."""
    return selection_page(request, pk)


def selection_of(pk: UUID) -> Selection:
    """Return the selection of a call as its workers find it; NotFound where none has begun."""
    found: Selection | None = Selection.objects.filter(call=pk).select_related("call__need", "call__demand").first()
    if found is None:
        raise NotFound
    return found


def selection_page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a selection; `forms` replaces those that were refused."""
    actor = actor_of(request)
    over = Selection.objects.past_notice().filter(call=OuterRef("pk"))
    calls = Call.objects.visible_to(actor).with_public_state().annotate(is_over=Exists(over))
    call: Any = one_of(calls.select_related("selection", "need", "demand"), pk)
    found = getattr(call, "selection", None)
    context: dict[str, Any] = {"call": call, "selection": found, "may_compare": may_compare(call, actor)}
    if found is None:
        context |= _before(call, actor)
    else:
        context |= {"is_over": call.is_over} | _work(PanelWork(found), actor) | forms
    return render(request, "marketplace/selection.html", context, status=status)


def _before(call: Any, actor: Actor) -> dict[str, Any]:
    chair = call.panel.filter(account_id=actor.account_id, is_chair=True).exists()
    opened = CallKey.objects.filter(call=call, opened_at__isnull=False).exists()
    return {
        "is_closed": call.public_state == "closed",
        "is_opened": opened,
        "may_open": chair and opened and actor.has_role("reviewer"),
    }


def _work(work: PanelWork, actor: Actor) -> dict[str, Any]:
    found, seat = work.selection, work.seat_of(actor)
    reviews = seat is not None and seat.may_read
    moves = open_moves(SELECTION_MOVES, actor=actor, owner_id=None, status=found.status)
    told = found.status in ("publicity", "suspended")
    return {
        "steps": steps(work),
        "seat": seat,
        "reviews": reviews,
        "declaration_form": DeclarationForm() if seat and seat.declaration == "pending" else None,
        "leaving_form": LeavingForm() if reviews and found.status == "evaluating" else None,
        "lines": lines(work, seat) if reviews or actor.has_role("manager", "publisher", "auditor") else None,
        "seats": _seats(work, actor),
        "moves": moves,
        "obstacle": obstacle_to_notice(work) if "publish" in moves else "",
        "last_day": last_day_of(found),
        "lacking": lacking_feedback(work) if told else [],
        "lots": ranking(found, work.placings) if found.status in WITH_RESULT else [],
        "excluded": excluded(found, work.exclusions),
        "objections": [(row, AnswerForm(prefix=str(row.pk))) for row in work.objections],
        "may_answer": actor.has_role("manager"),
        **_lost(work, moves),
        "failure_form": FailureForm(codes=failure_codes(work)) if "fail" in moves else None,
        "awards": Response.objects.awarded_in(found.call) if found.status == "awarded" else [],
        "lots_form": LotsForm() if _may_go_on(found, actor) else None,
        "has_pool": found.call.demand_id is not None,
    }


def _lost(work: PanelWork, moves: frozenset[str]) -> dict[str, Any]:
    """Return the winners that dropped out, and whether the reader can put who follows in their place."""
    lost = lost_winners(work) if work.selection.status in ("publicity", "suspended") else []
    return {"lost": lost, "may_put_next": bool(lost) and "put_next" in moves and follows(work)}


def _may_go_on(found: Selection, actor: Actor) -> bool:
    return found.status == "failed" and not found.next_step and actor.has_role("manager")


def _seats(work: PanelWork, actor: Actor) -> list[dict[str, Any]]:
    """Return every seat with its declaration; what a reviewer wrote about it is read by the manager alone."""
    manages = actor.has_role("manager") and work.selection.status == "evaluating"
    rows, free_seats = work.every_seat, work.free_seats
    reviewers = Account.objects.filter(is_active=True, staff_roles__role="reviewer").order_by("email")
    others = reviewers.exclude(pk__in=[row.account_id for row in rows])
    free = [(str(row.pk), str(row)) for row in others] if manages else []
    return [
        {
            "seat": row,
            "statement": row.statement if actor.has_role("manager") else "",
            "is_free": row.pk in free_seats,
            "form": ReplacementForm(prefix=str(row.pk), reviewers=free) if manages else None,
        }
        for row in rows
    ]


@access("reviewer")
@require_POST
def selection_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the evaluation."""
    open_evaluation(actor=actor_of(request), call_id=pk)
    messages.success(request, _("The evaluation is open. Every reviewer now declares whether they have a conflict."))
    return redirect("selection", pk)


@access("publisher")
@require_POST
def selection_publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put the result under public notice."""
    act: Any = {"actor": actor_of(request), "selection_id": selection_of(pk).pk, "version": posted_version(request)}
    try:
        publish_notice(**act)
    except (Conflict, IllegalMove) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The result is under public notice; everyone concerned is told."))
    return redirect("selection", pk)


@access("publisher")
@require_POST
def selection_award(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Award the call."""
    act: Any = {"actor": actor_of(request), "selection_id": selection_of(pk).pk, "version": posted_version(request)}
    try:
        award(**act)
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    except (Conflict, IllegalMove) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The call is awarded; everyone concerned is told."))
    return redirect("selection", pk)


@access("publisher")
@require_POST
def selection_next(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put who follows a winner that dropped out under public notice."""
    act: Any = {"actor": actor_of(request), "selection_id": selection_of(pk).pk, "version": posted_version(request)}
    try:
        put_next_in_rank(**act)
    except (Conflict, IllegalMove) as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The next in rank is under public notice; everyone concerned is told."))
    return redirect("selection", pk)


@access("publisher")
@require_POST
def selection_fail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Declare the call failed."""
    found = selection_of(pk)
    form = FailureForm(request.POST, codes=failure_codes(PanelWork(found)))
    if form.is_valid():
        try:
            fail_selection(actor=actor_of(request), selection_id=found.pk, **form.cleaned_data)
        except Invalid as refusal:
            show_errors(form, refusal)
    if not form.is_valid():
        return selection_page(request, pk, status=422, failure_form=form)
    messages.success(request, _("The call is declared failed; everyone concerned is told why."))
    return redirect("selection", pk)


@access("manager")
@require_POST
def selection_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft a new call with the terms of the failed one, in lots where a number of them is posted."""
    form = LotsForm(request.POST) if "lots" in request.POST else None
    if form is not None and not form.is_valid():
        return selection_page(request, pk, status=422, lots_form=form)
    lots = form.cleaned_data["lots"] if form else 1
    try:
        new = call_again(actor=actor_of(request), selection_id=selection_of(pk).pk, lots=lots)
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
        return redirect("selection", pk)
    messages.success(request, _("A new call is drafted. Set its dates, its panel and its openers."))
    return redirect("staff_call", new.pk)


@access("manager")
@require_POST
def selection_give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the pool behind a failed call free."""
    demand = give_back(actor=actor_of(request), selection_id=selection_of(pk).pk)
    messages.success(request, _("The pool is free again; its owners are told."))
    return redirect("staff_pool", demand.pk)
