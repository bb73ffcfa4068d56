"""The award: after the public notice, without an open objection, and with feedback to everyone who wins nothing."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.feedback import lacking_feedback
from marketplace.actions.lost_winners import lost_responses, lost_winners
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import lock_selection, note
from marketplace.choices import Verification
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Response, Selection
from marketplace.weighing import best_of
from scenarios.actions.call_readiness import needs_behind
from scenarios.actor import SYSTEM, Actor
from scenarios.choices import NeedStatus
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.policies import require_move
from scenarios.querysets import database_time

MOVES = {"awarded": "award", "reserve": "reserve", "not_selected": "decline"}


@transaction.atomic
def award(*, actor: Actor, selection_id: UUID, version: int) -> Selection:
    """Award the call as its result stood under notice; every respondent is told once.

    Raises IllegalMove before the notice is over by the database clock, while an objection is open, or where a winner or
    what was called for was suspended meanwhile; Invalid naming the responses whose feedback is incomplete; Conflict
    when the selection changed since it was read.
    """
    selection = lock_selection(actor, selection_id, version)
    if selection.objections.open().exists():
        raise IllegalMove(_("An objection is open. The notice is suspended until it is answered."))
    target = require_move(SELECTION_MOVES, "award", actor=actor, owner_id=None, status=selection.status)
    if not Selection.objects.past_notice().filter(pk=selection.pk).exists():
        raise IllegalMove(_("The public notice is not over yet."))
    work = PanelWork(selection)
    _require_both_sides(work)
    _require_feedback(work)
    outcomes: dict[UUID, list[str]] = {}
    lost = lost_responses(work)  # a reserve that dropped out wins nothing, and holds nobody up
    for response_id, outcome in selection.placings.values_list("response", "outcome"):
        outcomes.setdefault(response_id, []).append("not_selected" if response_id in lost else outcome)
    counts = dict.fromkeys(MOVES, 0)
    for response in Response.objects.filter(pk__in=outcomes).order_by("pk").select_for_update():
        best = best_of(outcomes[response.pk])
        response.status = check_move(RESPONSE_MOVES, MOVES[best], response.status)
        response.version += 1
        response.save()
        counts[best] += 1
    selection.status, selection.decided_at = target, database_time()
    note(selection, "selection.awarded", actor, **counts)
    return selection


@transaction.atomic
def tell_notice_over(*, selection_id: UUID) -> None:
    """Tell, once per round, that the public notice is over by the database clock and no objection is open."""
    over = Selection.objects.past_notice().filter(pk=selection_id).select_for_update(of=("self",))
    selection = over.select_related("call").first()
    if selection is not None and not selection.objections.open().exists():
        told: dict[str, Any] = {"actor": SYSTEM, "subject_type": "call", "generation": selection.round}
        log_event("selection.notice_over", selection.call, **told)


def _require_both_sides(work: PanelWork) -> None:
    if gone := lost_winners(work):
        text = _(
            "The winner with response %(numbers)s dropped out. Put the next in rank under notice, or declare the call "
            "failed."
        )
        raise IllegalMove(text % {"numbers": ", ".join(str(row.number) for row in gone)})
    asking = needs_behind(work.selection.call).exclude(status=NeedStatus.SUSPENDED)
    if not asking.exclude(owner__verification=Verification.SUSPENDED).exists():
        raise IllegalMove(_("What was called for is suspended. It is reinstated, or the call is declared failed."))


def _require_feedback(work: PanelWork) -> None:
    missing = [str(row.number) for row in lacking_feedback(work)]
    if missing:
        text = _("Everyone who wins nothing gets complete feedback first. Missing: response %(numbers)s")
        raise Invalid({"feedback": [text % {"numbers": ", ".join(missing)}]})
