"""A reviewer's own scores: kept as a draft, then submitted. The others read them when everyone has submitted."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.eligibility import require_all_judged
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.selections import lock_selection, note, require_evaluating, reviewing_seat
from marketplace.actions.sheets import require_seen
from marketplace.models import Response, ReviewSeat, Score, ScoreSheet, Selection
from marketplace.weighing import FULL, criteria_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.policies import one_of

CENT = Decimal("0.01")


class Given(NamedTuple):
    """A score with its comment; value is None while it is not given."""

    value: Decimal | None
    comment: str = ""


@transaction.atomic
def save_scores(
    *, actor: Actor, selection_id: UUID, response_id: UUID, version: int, scores: Mapping[int, Given]
) -> ScoreSheet:
    """Keep a reviewer's draft of the scores of one response; no event, as for every autosave.

    version : of the sheet that the reviewer read, 0 for a new one.
    scores : place of the criterion → score of 0–100 with at most two decimal places, and a comment.

    Raises Conflict where they were saved in between, IllegalMove once they are submitted, Invalid for what is no such
    score.
    """
    selection = one_of(Selection.objects.visible_to(actor), selection_id)
    require_evaluating(selection)
    seat = _lock_unsubmitted(selection, actor)
    response = one_of(Response.objects.in_review().filter(call=selection.call), response_id)
    _require_scores(len(criteria_of(selection.call)), scores)
    sheet, _new = ScoreSheet.objects.get_or_create(seat=seat, response=response)
    rows = Score.objects.filter(seat=seat, response=response).values_list("criterion", "value", "comment")
    saved = {criterion: Given(value, comment) for criterion, value, comment in rows}
    require_seen(version, stored=sheet.version, mine=scores, saved=saved)
    for criterion, given in scores.items():
        if given.value is None:
            Score.objects.filter(seat=seat, response=response, criterion=criterion).delete()
            continue
        Score.objects.update_or_create(
            seat=seat,
            response=response,
            criterion=criterion,
            defaults={"value": given.value, "comment": given.comment.strip()},
        )
    sheet.version += 1
    sheet.save()
    return sheet


def _lock_unsubmitted(selection: Selection, actor: Actor) -> ReviewSeat:
    seat = ReviewSeat.objects.select_for_update().get(pk=reviewing_seat(selection, actor).pk)
    if seat.submitted_at is not None:
        raise IllegalMove(_("Your scores are submitted. They are fixed from then on."))
    return seat


def _require_scores(count: int, scores: Mapping[int, Given]) -> None:
    wrong: dict[str, list[Any]] = {}
    for criterion, given in scores.items():
        if criterion not in range(count):
            wrong["scores"] = [_("The call has no such criterion.")]
        elif given.value is not None and not is_score(given.value):
            wrong[f"value-{criterion}"] = [_("A score is 0 to 100, with at most two decimal places.")]
        elif len(given.comment) > 2000:
            wrong[f"comment-{criterion}"] = [_("A comment has at most 2,000 characters.")]
    if wrong:
        raise Invalid(wrong)


def is_score(value: Decimal) -> bool:
    """Whether a number is a score: 0–100 with at most two decimal places."""
    return value.is_finite() and 0 <= value <= FULL and value == value.quantize(CENT)


@transaction.atomic
def submit_scores(*, actor: Actor, selection_id: UUID) -> ReviewSeat:
    """Hand the scores of all eligible responses in, each with a comment. They are fixed from then on.

    Raises Invalid naming the responses whose scores are incomplete.
    """
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    seat = _lock_unsubmitted(selection, actor)
    eligible = require_all_judged(PanelWork(selection))
    if not eligible:
        raise IllegalMove(_("No response is eligible; there is nothing to score."))
    missing = [str(row.number) for row in eligible if not _is_complete(seat, row, len(selection.call.criteria))]
    if missing:
        text = _("Every criterion needs a score and a comment. Incomplete: response %(numbers)s")
        raise Invalid({"scores": [text % {"numbers": ", ".join(missing)}]})
    seat.submitted_at = timezone.now()
    seat.save()
    note(selection, "selection.scores_submitted", actor, seat=str(seat.pk))
    return seat


def _is_complete(seat: ReviewSeat, response: Response, count: int) -> bool:
    return seat.scores.filter(response=response).exclude(comment="").count() == count
