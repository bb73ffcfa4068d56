"""Putting the result under public notice: the ranking is fixed, names are told, and the working days begin."""

from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from marketplace.actions.consensus import require_consensus
from marketplace.actions.eligibility import require_all_judged
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selection_panel import require_full_panel
from marketplace.actions.selections import exclude_unverified, lock_selection, note
from marketplace.choices import ObjectionState
from marketplace.lifecycle import RESPONSE_MOVES, SELECTION_MOVES
from marketplace.models import Placing, Response, Selection
from marketplace.response_content import read
from marketplace.weighing import Placed, by_criterion, criteria_of, lots_of, rank, weigh
from marketplace.working_days import after
from scenarios.actor import Actor
from scenarios.errors import IllegalMove
from scenarios.lifecycle import check_move
from scenarios.models import Call
from scenarios.policies import require_move
from scenarios.querysets import database_time


@transaction.atomic
def publish_notice(*, actor: Actor, selection_id: UUID, version: int) -> Selection:
    """Publish the ranking for the call's working days; the day of publication is not one of them.

    A response whose lead was suspended since the opening is excluded first.

    Raises IllegalMove while the panel is not complete, a response is not judged or not agreed on, no response is left
    to rank, or an objection is open; Conflict when the selection changed since it was read.
    """
    selection = lock_selection(actor, selection_id, version)
    target = require_move(SELECTION_MOVES, "publish", actor=actor, owner_id=None, status=selection.status)
    exclude_unverified(selection)
    eligible, placings = _require_result(PanelWork(selection))
    Placing.objects.bulk_create(placings)
    for response in Response.objects.filter(pk__in=[row.pk for row in eligible]).order_by("pk").select_for_update():
        response.status = check_move(RESPONSE_MOVES, "score", response.status)
        response.version += 1
        response.save()
    begin_notice(selection, target)
    note(selection, "selection.published", actor, round=selection.round, responses=len(eligible))
    return selection


def _require_result(work: PanelWork) -> tuple[list[Response], list[Placing]]:
    """Return the eligible responses and how they rank. Raises IllegalMove naming what is still to be done."""
    require_full_panel(work)
    eligible = require_all_judged(work)
    if not eligible:
        raise IllegalMove(_("No response is eligible. Declare the call failed instead."))
    require_consensus(work, eligible)
    if any(objection.state == ObjectionState.OPEN for objection in work.objections):
        raise IllegalMove(_("An objection is open. Answer it first."))
    placings = placings_of(work.selection, eligible)
    if not any(row.rank for row in placings):
        raise IllegalMove(_("No response reached the minimum scores. Declare the call failed instead."))
    return eligible, placings


def obstacle_to_notice(work: PanelWork) -> str:
    """Return what is still to be done before the result can be published; empty when nothing is."""
    try:
        _require_result(work)
    except IllegalMove as refusal:
        return str(refusal)
    return ""


def begin_notice(selection: Selection, status: str) -> None:
    """Have the working days of a public notice begin now; the caller saves."""
    selection.status = status
    selection.round += 1
    selection.published_at = database_time()
    period = after(selection.published_at, selection.call.publicity_days)
    selection.notice_ends_at, selection.notice_provisional = period


def placings_of(selection: Selection, eligible: list[Response]) -> list[Placing]:
    """Return how the responses stand in each lot, from the consensus as it stands; not stored yet."""
    return [
        Placing(
            selection=selection,
            response_id=row.weighed.response_id,
            lot=lot,
            rank=row.rank,
            total=row.weighed.total,
            below=row.weighed.below,
            outcome=row.outcome,
        )
        for lot, placed in ranking(selection.call, eligible).items()
        for row in placed
    ]


def ranking(call: Call, eligible: list[Response]) -> dict[str, list[Placed]]:
    """Return lot → the responses to it in their order, from the consensus scores as they stand."""
    criteria = criteria_of(call)
    prefetch_related_objects(eligible, "consensus")
    scores = by_criterion((row.pk, one.criterion, one.value) for row in eligible for one in row.consensus.all())
    found = {}
    numbered = sorted(eligible, key=lambda row: row.number or 0)
    for lot in lots_of(call):
        bids = [row for row in numbered if not lot or lot in read(row.content).get("lots", [])]
        weighed = [
            weigh(criteria, row.pk, [scores[row.pk][place] for place in range(len(criteria))], row.sealed_at)
            for row in bids
            if row.sealed_at is not None
        ]
        found[lot] = rank(criteria, weighed, call.winners)
    return found
