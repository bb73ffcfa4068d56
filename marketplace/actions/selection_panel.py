"""The declarations of the reviewers, who leaves the panel, and who comes instead."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import lock_selection, note, require_evaluating, seat_of
from marketplace.choices import Declaration
from marketplace.models import Member, Response, ReviewSeat, Selection
from scenarios.actions.call_readiness import needs_behind
from scenarios.actions.openers import require_staff
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.policies import one_of, require_role


@transaction.atomic
def declare(*, actor: Actor, selection_id: UUID, conflict: bool, statement: str = "") -> ReviewSeat:
    """Declare a conflict of interest, or that there is none; with a conflict the seat is free for a replacement.

    Raises IllegalMove when it was declared, Invalid for a conflict that is not described, and where the actor's own
    organisation stands on one of the two sides of the call.
    """
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    seat = seat_of(selection, actor)
    if seat.declaration != Declaration.PENDING:
        raise IllegalMove(_("You have declared already. If a conflict has come up since, leave the panel."))
    if not conflict and actor.account_id in related_accounts(selection, [actor.signed_in_id]):
        raise Invalid({"conflict": [_("Your own organisation is on one of the two sides: declare the conflict.")]})
    seat.declaration = Declaration.CONFLICT if conflict else Declaration.NONE
    seat.declared_at = timezone.now()
    if conflict:
        return _leave(selection, seat, actor, statement)
    seat.statement = statement.strip()
    seat.save()
    note(selection, "selection.declared", actor, seat=str(seat.pk))
    return seat


@transaction.atomic
def leave_panel(*, actor: Actor, selection_id: UUID, reason: str) -> ReviewSeat:
    """Leave the panel later on. What the others wrote stays as it is; one's own scores no longer count."""
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    return _leave(selection, seat_of(selection, actor), actor, reason)


def _leave(selection: Selection, seat: ReviewSeat, actor: Actor, reason: str) -> ReviewSeat:
    if not reason.strip():
        raise Invalid({"statement": [_("Say why; only the staff who replace you read it.")]})
    seat.statement, seat.left_at = reason.strip(), timezone.now()
    seat.save()
    note(selection, "selection.reviewer_left", actor, seat=str(seat.pk), declaration=seat.declaration)
    return seat


@transaction.atomic
def replace_reviewer(*, actor: Actor, selection_id: UUID, seat_id: UUID, account_id: int) -> ReviewSeat:
    """Name a reviewer for a seat that is free; who takes the chair's seat is in the chair.

    Raises Invalid for someone who is no reviewer, sat on the panel before, or belongs to an organisation that responded
    or stands behind the call; IllegalMove for a seat that is not free.
    """
    require_role(actor, "manager")
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    seat = one_of(selection.seats.all(), seat_id, lock=True)
    if seat.left_at is None or ReviewSeat.objects.filter(replaces=seat).exists():
        raise IllegalMove(_("This seat is taken."))
    require_staff("account", [account_id], "reviewer")
    if selection.seats.filter(account_id=account_id).exists():
        raise Invalid({"account": [_("This reviewer is, or was, on the panel. Name someone else.")]})
    if account_id in related_accounts(selection, [account_id]):
        raise Invalid({"account": [_("This reviewer cannot be named for this call. Name someone else.")]})
    new = ReviewSeat.objects.create(selection=selection, account_id=account_id, is_chair=seat.is_chair, replaces=seat)
    note(selection, "selection.reviewer_replaced", actor, seat=str(seat.pk), accounts=[account_id])
    return new


def related_accounts(selection: Selection, account_ids: list[int]) -> set[int]:
    """Return those of the accounts that belong to an organisation that responded or stands behind the call."""
    behind = needs_behind(selection.call).values_list("owner", flat=True)
    leads = Response.objects.opened().filter(call=selection.call).values_list("lead", flat=True)
    members: Any = Member.objects.filter(account__in=account_ids, organisation__in={*behind, *leads})
    return set(members.values_list("account", flat=True))


def require_full_panel(work: PanelWork) -> None:
    """Raise IllegalMove naming what is missing until every seat is taken by a reviewer who declared to have no
    conflict.
    """
    if work.free_seats:
        raise IllegalMove(_("A seat of the panel is free. The manager has to name a replacement first."))
    if not all(seat.may_read for seat in work.seats):
        raise IllegalMove(_("Not every reviewer has declared yet whether they have a conflict of interest."))
