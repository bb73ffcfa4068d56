"""Opening the evaluation of the responses to a call, and what every later step of its selection begins with."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Clause, ExclusionGround, SelectionStatus, Verification
from marketplace.lifecycle import RESPONSE_MOVES
from marketplace.models import Exclusion, Response, ReviewSeat, Selection
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import Conflict, IllegalMove, NotFound, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.models import Call, CallKey
from scenarios.policies import one_of, require_role


@transaction.atomic
def open_evaluation(*, actor: Actor, call_id: UUID) -> Selection:
    """Begin the selection of a call: its panel takes its seats.

    Responses that were not confirmed after an addendum, or whose lead is not verified any more, are excluded.

    Raises NotPermitted for anyone but the chair, IllegalMove before the call closed by the database clock, before its
    responses were opened, or when the selection has begun.
    """
    require_role(actor, "reviewer")
    call = one_of(Call.objects.visible_to(actor), call_id, lock=True)
    if not call.panel.filter(account_id=actor.account_id, is_chair=True).exists():
        raise NotPermitted(_("The chair of the panel opens the evaluation."))
    if not Call.objects.closed().filter(pk=call.pk).exists():
        raise IllegalMove(_("This call has not closed yet."))
    if not CallKey.objects.filter(call=call, opened_at__isnull=False).exists():
        raise IllegalMove(_("The responses are not open yet. Two of the three openers have to give their codes first."))
    if Selection.objects.filter(call=call).exists():
        raise IllegalMove(_("The evaluation of this call is open already."))
    selection = Selection.objects.create(call=call, opened_by_id=actor.signed_in_id)
    seats = [
        ReviewSeat(selection=selection, account_id=row.account_id, is_chair=row.is_chair) for row in call.panel.all()
    ]
    ReviewSeat.objects.bulk_create(seats)
    note(selection, "selection.opened", actor)
    _exclude_unconfirmed(selection)
    exclude_unverified(selection)
    return selection


def _exclude_unconfirmed(selection: Selection) -> None:
    stale = Response.objects.opened().filter(call=selection.call, terms_version__lt=selection.call.terms_version)
    _exclude(selection, stale, Clause.TERMS)


def exclude_unverified(selection: Selection) -> None:
    """Exclude every response whose lead is not verified any more: the panel, which reads no names, could not."""
    standing = Response.objects.filter(call=selection.call, status__in=["opened", "eligible"])
    gone = standing.exclude(lead__verification=Verification.VERIFIED)
    _exclude(selection, gone, Clause.UNVERIFIED, ExclusionGround.UNVERIFIED)


def _exclude(selection: Selection, rows: Any, clause: Clause, ground: str = "") -> None:
    for response in rows.order_by("pk").select_for_update(of=("self",)):
        response.status = check_move(RESPONSE_MOVES, "exclude", response.status)
        response.version += 1
        response.save()
        Exclusion.objects.create(response=response, clause=clause, ground=ground)
        told = {"number": response.number, "clause": clause.value}
        log_event("selection.response_excluded", selection.call, actor=SYSTEM, subject_type="call", **told)


def lock_selection(actor: Actor, selection_id: UUID, version: int | None = None) -> Selection:
    """Lock a selection. Raises NotFound, or Conflict when it is at another version than the actor saw."""
    selection = one_of(Selection.objects.visible_to(actor), selection_id, lock=True)
    if version is not None and selection.version != version:
        raise Conflict
    return selection


def require_evaluating(selection: Selection) -> None:
    """Raise IllegalMove unless the panel may work on the responses now."""
    if selection.status != SelectionStatus.EVALUATING:
        raise IllegalMove(_("The evaluation is over. The panel's work is fixed while its result is under notice."))


def seat_of(selection: Selection, actor: Actor) -> ReviewSeat:
    """Return the actor's seat. Raises NotFound for whoever has none, or left it."""
    seat: ReviewSeat | None = selection.seats.held_by(actor).first()
    if seat is None:
        raise NotFound
    return seat


def reviewing_seat(selection: Selection, actor: Actor) -> ReviewSeat:
    """Return the seat of a reviewer who may read the responses. Raises NotPermitted before the declaration."""
    seat = seat_of(selection, actor)
    if not seat.may_read:
        raise NotPermitted(_("Declare first whether you have a conflict of interest; until then nothing is shown."))
    return seat


def require_chair(selection: Selection, actor: Actor) -> ReviewSeat:
    """Return the chair's seat. Raises NotPermitted for every other reviewer."""
    seat = reviewing_seat(selection, actor)
    if not seat.is_chair:
        raise NotPermitted(_("The chair of the panel does this."))
    return seat


def note(selection: Selection, kind: str, actor: Actor, **data: Any) -> None:
    """Raise the version, save, and log the change under the call, which is what everybody follows."""
    selection.version += 1
    selection.save()
    log_event(kind, selection.call, actor=actor, subject_type="call", **data)
