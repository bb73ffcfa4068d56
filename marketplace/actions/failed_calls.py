"""A call that came to nothing (流标): its coded reason, and what is done next."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.lost_winners import lost_winners
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import lock_selection, note
from marketplace.choices import FailureCode, NextStep, ObjectionState, SelectionStatus
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Placing, Response, Selection
from marketplace.weighing import criteria_of
from scenarios.actions.call_lots import split_core
from scenarios.actions.calls import CallFields, draft_call
from scenarios.actions.members import lock_pooling
from scenarios.actions.standing import move_demand
from scenarios.actor import SYSTEM, Actor
from scenarios.choices import DemandStatus
from scenarios.errors import IllegalMove, Invalid
from scenarios.lifecycle import check_move
from scenarios.models import Call, MergedDemand
from scenarios.policies import require_move, require_role
from scenarios.querysets import database_time

COMPETITION = 3
COPIED = (
    *("kind", "title_zh", "title_en", "summary", "budget_cap", "eligibility", "consortium_allowed"),
    *("publicity_days", "criteria", "fair_competition", "winners"),
)
MOST_LOTS = 10


@transaction.atomic
def fail_selection(*, actor: Actor, selection_id: UUID, code: str, reason: str) -> Selection:
    """Declare a call failed. Every respondent is told, with the reason.

    code : one of FailureCode; it has to be true of the responses as they stand.

    Raises Invalid for a code that is not true, or without an explanation.
    """
    selection = lock_selection(actor, selection_id)
    target = require_move(SELECTION_MOVES, "fail", actor=actor, owner_id=None, status=selection.status)
    wrong: dict[str, list[Any]] = {}
    if code not in failure_codes(PanelWork(selection)):
        wrong["code"] = [_("This reason does not hold for the responses as they stand.")]
    if not reason.strip() or len(reason) > 2000:
        wrong["reason"] = [_("Explain it in 1 to 2,000 characters; everybody reads it.")]
    if wrong:
        raise Invalid(wrong)
    undecided = Response.objects.filter(call=selection.call, status__in=["opened", "eligible", "scored"])
    for response in undecided.order_by("pk").select_for_update():
        response.status = check_move(RESPONSE_MOVES, "decline", response.status)
        response.version += 1
        response.save()
    Placing.objects.filter(selection=selection).delete()
    selection.status, selection.suspended_at, selection.decided_at = target, None, database_time()
    selection.failure_code, selection.failure_reason = code, reason.strip()
    note(selection, "selection.failed", actor, code=code)
    return selection


def enough_for(call: Call) -> int:
    """Return how many responses a competition needs: three, or as many as are to be chosen."""
    return max(COMPETITION, call.winners)


def failure_codes(work: PanelWork) -> list[str]:
    """Return the reasons that hold for the responses as they stand."""
    call, count = work.selection.call, len(work.responses)
    judged, eligible = not work.those("opened"), work.those("eligible")
    true = {
        FailureCode.NO_RESPONSES: count == 0,
        FailureCode.TOO_FEW: 0 < count < enough_for(call),
        FailureCode.NONE_ELIGIBLE: count > 0 and len(work.those("ineligible")) == count,
        FailureCode.NONE_QUALIFIED: bool(eligible) and judged and all(_misses(call, row) for row in eligible),
        FailureCode.WINNER_LOST: work.selection.status != SelectionStatus.EVALUATING and bool(lost_winners(work)),
        FailureCode.OBJECTION: any(row.state == ObjectionState.UPHELD for row in work.objections),
        FailureCode.FUNDS: True,
    }
    return [code.value for code in FailureCode if true[code]]


def _misses(call: Call, response: Response) -> bool:
    minimums = {place: row.minimum for place, row in enumerate(criteria_of(call))}
    agreed = ((row.criterion, row.value) for row in response.consensus.all())
    return any((least := minimums[place]) is not None and value < least for place, value in agreed)


@transaction.atomic
def call_again(*, actor: Actor, selection_id: UUID, lots: int = 1) -> Call:
    """Draft a new call from the same source with the terms of the failed one; times, panel and openers are named anew.

    lots : with more than one, the core is called in so many lots that are answered and awarded apart.

    Raises IllegalMove unless the selection failed and nothing was done yet, Invalid when the source has a call under
    way.
    """
    require_role(actor, "manager")
    lock_pooling()
    selection = _lock_failed(actor, selection_id)
    if not 1 <= lots <= MOST_LOTS:
        raise Invalid({"lots": [_("Choose 1 to 10 lots.")]})
    call = selection.call
    fields: Any = {name: getattr(call, name) for name in COPIED}
    typed: CallFields = fields
    new = draft_call(actor=actor, need_id=call.need_id, demand_id=call.demand_id, fields=typed)
    if lots > 1:
        split_core(new, lots)
    selection.next_step = NextStep.CALL_AGAIN if lots == 1 else NextStep.SPLIT_LOTS
    note(selection, "selection.called_again", actor, call=new.code, lots=lots)
    return new


@transaction.atomic
def give_back(*, actor: Actor, selection_id: UUID) -> MergedDemand:
    """Give the pool behind a failed call free: it can be changed, split, dissolved, or called another time.

    Raises IllegalMove unless the selection failed, nothing was done yet, and a pool stands behind the call.
    """
    require_role(actor, "manager")
    lock_pooling()
    selection = _lock_failed(actor, selection_id)
    rows = MergedDemand.objects.select_for_update(of=("self",))
    demand = rows.filter(pk=selection.call.demand_id, status=DemandStatus.CALLED).first()
    if demand is None:
        raise IllegalMove(_("No pool stands behind this call, or it is not in a call any more."))
    move_demand(demand, "release", actor=SYSTEM)
    selection.next_step = NextStep.BACK_TO_POOL
    note(selection, "selection.given_back", actor)
    return demand


def _lock_failed(actor: Actor, selection_id: UUID) -> Selection:
    selection = lock_selection(actor, selection_id)
    if selection.status != SelectionStatus.FAILED or selection.next_step:
        raise IllegalMove(_("This is possible once, after the call was declared failed."))
    return selection
