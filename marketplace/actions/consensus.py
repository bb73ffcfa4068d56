"""What the panel agrees on, once every reviewer has scored alone."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.eligibility import require_all_judged
from marketplace.actions.panel_work import PanelWork
from marketplace.actions.scoring import is_score
from marketplace.actions.selections import lock_selection, note, require_chair, require_evaluating
from marketplace.actions.sheets import require_seen
from marketplace.models import ConsensusScore, Response, Score, Selection
from marketplace.weighing import criteria_of, spread
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of


class Agreed(NamedTuple):
    """The panel's score for a criterion, and why it leaves the range of the reviewers' scores, if it does."""

    value: Decimal
    reason: str = ""


@transaction.atomic
def agree(
    *, actor: Actor, selection_id: UUID, response_id: UUID, version: int, scores: Mapping[int, Agreed]
) -> Response:
    """Write down the consensus on one eligible response, every criterion of it.

    version : of the response that the chair read. scores : place of the criterion → what was agreed.

    Raises NotPermitted for anyone but the chair, IllegalMove before every reviewer has submitted, Conflict where a
    consensus was noted in between, Invalid where a criterion is missing or a score outside of the reviewers' range has
    no reason.
    """
    selection = lock_selection(actor, selection_id)
    require_evaluating(selection)
    require_chair(selection, actor)
    if not PanelWork(selection).is_submitted:
        raise IllegalMove(_("Not every reviewer has submitted; the scores of the others are not shown yet."))
    eligible = Response.objects.filter(call=selection.call, status="eligible")
    response = one_of(eligible, response_id, lock=True)
    _require_agreed(selection, response, scores)
    saved = {row.criterion: Agreed(row.value, row.reason) for row in response.consensus.all()}
    require_seen(version, stored=response.version, mine=scores, saved=saved)
    for criterion, agreed in scores.items():
        ConsensusScore.objects.update_or_create(
            response=response,
            criterion=criterion,
            defaults={"value": agreed.value, "reason": agreed.reason.strip()},
        )
    response.version += 1
    response.save()
    note(selection, "selection.consensus_reached", actor, number=response.number)
    _tell_when_complete(selection)
    return response


def _tell_when_complete(selection: Selection) -> None:
    """Tell, once per round, that the panel has agreed on everything."""
    work = PanelWork(selection)
    try:
        require_consensus(work, require_all_judged(work))
    except IllegalMove:
        return
    told: dict[str, Any] = {"actor": SYSTEM, "subject_type": "call", "generation": selection.round}
    log_event("selection.consensus_complete", selection.call, **told)


def _require_agreed(selection: Selection, response: Response, scores: Mapping[int, Agreed]) -> None:
    wrong: dict[str, list[Any]] = {}
    ranges = individual_scores(selection, [response])[response.pk]
    for criterion in range(len(criteria_of(selection.call))):
        agreed = scores.get(criterion)
        if agreed is None or not is_score(agreed.value):
            wrong[f"value-{criterion}"] = [_("A score is 0 to 100, with at most two decimal places.")]
        elif len(agreed.reason) > 2000:
            wrong[f"reason-{criterion}"] = [_("A reason has at most 2,000 characters.")]
        elif leaves_range(agreed.value, ranges[criterion]) and not agreed.reason.strip():
            wrong[f"reason-{criterion}"] = [_("This score leaves the range of the reviewers' scores; say why.")]
    if set(scores) - set(ranges):
        wrong["scores"] = [_("The call has no such criterion.")]
    if wrong:
        raise Invalid(wrong)


def individual_scores(selection: Selection, responses: list[Response]) -> dict[UUID, dict[int, list[Decimal]]]:
    """Return response → criterion → the scores of those who review now; one query."""
    places = range(len(selection.call.criteria))
    found: dict[UUID, dict[int, list[Decimal]]] = {row.pk: {place: [] for place in places} for row in responses}
    rows = Score.objects.filter(response__in=responses, seat__in=selection.seats.active()).order_by("seat")
    for response_id, criterion, value in rows.values_list("response", "criterion", "value"):
        found[response_id][criterion].append(value)
    return found


def leaves_range(value: Decimal, scores: list[Decimal]) -> bool:
    """Whether the consensus is above every reviewer's score, or below every one."""
    found = spread(scores)
    return found.low is not None and found.high is not None and not found.low <= value <= found.high


def require_consensus(work: PanelWork, eligible: list[Response]) -> None:
    """Raise IllegalMove naming the responses whose consensus is missing, or unexplained since the panel changed."""
    if not work.is_submitted:
        raise IllegalMove(_("Not every reviewer has submitted their scores."))
    ranges = individual_scores(work.selection, eligible)
    missing = [str(row.number) for row in eligible if not _is_agreed(row, ranges[row.pk])]
    if missing:
        text = _("The panel has no complete consensus on response %(numbers)s.")
        raise IllegalMove(text % {"numbers": ", ".join(missing)})


def _is_agreed(response: Response, ranges: Mapping[int, list[Decimal]]) -> bool:
    agreed = {row.criterion: row for row in response.consensus.all()}
    if set(agreed) != set(ranges):
        return False
    return all(row.reason or not leaves_range(row.value, ranges[place]) for place, row in agreed.items())
