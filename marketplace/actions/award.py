"""The award: after the public notice, without an open objection, and with feedback to everyone who wins nothing."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.feedback import lacking_feedback
from marketplace.actions.selections import lock_selection, note
from marketplace.choices import Verification
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Response, Selection
from marketplace.weighing import best_of
from scenarios.actions.call_readiness import needs_behind
from scenarios.actor import Actor
from scenarios.choices import NeedStatus
from scenarios.errors import IllegalMove, Invalid
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
    _require_both_sides(selection)
    _require_feedback(selection)
    outcomes: dict[UUID, list[str]] = {}
    for response_id, outcome in selection.placings.values_list("response", "outcome"):
        outcomes.setdefault(response_id, []).append(outcome)
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


def _require_both_sides(selection: Selection) -> None:
    winning = Response.objects.filter(placings__selection=selection, placings__outcome="awarded")
    gone = sorted({row.number or 0 for row in winning.exclude(lead__verification=Verification.VERIFIED)})
    if gone:
        text = _(
            "The winner with response %(numbers)s is not verified any more. It is verified again, "
            "or the call is declared failed."
        )
        raise IllegalMove(text % {"numbers": ", ".join(map(str, gone))})
    asking = needs_behind(selection.call).exclude(status=NeedStatus.SUSPENDED)
    if not asking.exclude(owner__verification=Verification.SUSPENDED).exists():
        raise IllegalMove(_("What was called for is suspended. It is reinstated, or the call is declared failed."))


def _require_feedback(selection: Selection) -> None:
    missing = [str(row.number) for row in lacking_feedback(selection)]
    if missing:
        text = _("Everyone who wins nothing gets complete feedback first. Missing: response %(numbers)s")
        raise Invalid({"feedback": [text % {"numbers": ", ".join(missing)}]})
