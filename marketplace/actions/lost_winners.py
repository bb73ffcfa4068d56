"""A winner that drops out between the result and the award: the next in rank goes under notice, or the call fails."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.panel_work import PanelWork
from marketplace.actions.public_notice import begin_notice, placings_of
from marketplace.actions.selections import lock_selection, note
from marketplace.choices import Clause, ExclusionGround, Verification
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Exclusion, Placing, Response, Selection
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import IllegalMove
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.policies import one_of, require_move
from scenarios.querysets import database_time


class Loss(NamedTuple):
    """Why a response cannot be awarded any more: the clause that everybody reads, what its author alone reads."""

    clause: Clause
    ground: ExclusionGround


SUSPENDED = Loss(Clause.UNVERIFIED, ExclusionGround.UNVERIFIED)
WITHDREW = Loss(Clause.DROPPED, ExclusionGround.WITHDREW)
BLOCKED = Loss(Clause.DROPPED, ExclusionGround.BLOCKED)


@transaction.atomic
def withdraw_from_award(*, actor: Actor, response_id: UUID) -> Response:
    """Withdraw a ranked response between the result and the award, for its lead; it cannot be awarded any more.

    Raises IllegalMove outside of the public notice, or when it was withdrawn already.
    """
    found = one_of(Response.objects.of(actor), response_id)
    selection = Selection.objects.select_for_update(of=("self",)).filter(call=found.call_id).first()
    response = one_of(Response.objects.of(actor), response_id, lock=True)
    require_move(RESPONSE_MOVES, "withdraw_ranked", actor=actor, owner_id=response.lead_id, status=response.status)
    if selection is None or response.withdrew_at is not None:
        raise IllegalMove
    response.withdrew_at = database_time()
    response.version += 1
    response.save()
    note(selection, "selection.response_withdrawn", actor, number=response.number)
    return response


def lost_responses(work: PanelWork) -> dict[UUID, Loss]:
    """Return the ranked responses that cannot be awarded any more, each with what takes it out."""
    found = {row.pk: _loss(row, work.refused) for row in work.those("scored")}
    return {pk: loss for pk, loss in found.items() if loss is not None}


def _loss(response: Response, refused: Collection[UUID]) -> Loss | None:
    if response.withdrew_at is not None:
        return WITHDREW
    if response.lead.verification != Verification.VERIFIED:
        return SUSPENDED
    return BLOCKED if response.lead_id in refused else None


def lost_winners(work: PanelWork) -> list[Response]:
    """Return the winners under notice that cannot be awarded any more, by number."""
    lost = lost_responses(work)
    return [row for row in work.responses if row.pk in lost and row.pk in work.winning]


def follows(work: PanelWork) -> bool:
    """Whether a response would stand in the place of the winners that dropped out."""
    lost = lost_responses(work)
    standing = [row for row in work.those("scored") if row.pk not in lost]
    return any(row.rank for row in placings_of(work.selection, standing))


@transaction.atomic
def put_next_in_rank(*, actor: Actor, selection_id: UUID, version: int) -> Selection:
    """Take the responses that cannot be awarded any more out, and put who follows under a public notice of its own.

    The panel's scores stand as they are; with them the others are ranked anew.

    Raises IllegalMove while no winner has dropped out, while an objection is open, or where nobody follows: the call is
    declared failed then. Raises Conflict when the selection changed since it was read.
    """
    selection = lock_selection(actor, selection_id, version)
    target = require_move(SELECTION_MOVES, "put_next", actor=actor, owner_id=None, status=selection.status)
    work = PanelWork(selection)
    if not lost_winners(work):
        raise IllegalMove(_("No winner has dropped out."))
    if selection.objections.open().exists():
        raise IllegalMove(_("An objection is open. Answer it first."))
    if not follows(work):
        raise IllegalMove(_("No response follows in the ranking. Declare the call failed instead."))
    _take_out(work)
    Placing.objects.filter(selection=selection).delete()
    standing = list(Response.objects.filter(call=selection.call, status="scored"))
    Placing.objects.bulk_create(placings_of(selection, standing))
    begin_notice(selection, target)
    note(selection, "selection.next_in_rank", actor, round=selection.round, responses=len(standing))
    return selection


def _take_out(work: PanelWork) -> None:
    lost = lost_responses(work)
    for response in Response.objects.filter(pk__in=lost).order_by("pk").select_for_update():
        clause, ground = lost[response.pk]
        response.status = check_move(RESPONSE_MOVES, "drop", response.status)
        response.version += 1
        response.save()
        Exclusion.objects.create(response=response, clause=clause, ground=ground)
        told = {"number": response.number, "clause": clause.value}
        log_event("selection.response_excluded", work.selection.call, actor=SYSTEM, subject_type="call", **told)
