"""The arithmetic of a selection: weight × score, minimum scores, the ranking, the rule for ties. All of it is public.

Points of a criterion are weight × score / 100, so that a full score of 100 in each adds up to 100. A response below the
minimum score of a criterion is not ranked. Of equal totals the one with the higher score in the weightiest criterion
stands first, then in the next one; if all are equal, the one that was sealed earlier; if that is equal too, the one
with the lower anonymous number, which was drawn by lot.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from scenarios.models import Call

FULL = Decimal(100)
RESERVES = 1


class Criterion(NamedTuple):
    """One criterion of a call; weight : of 100, minimum : of 100, None where there is none."""

    name: str
    weight: Decimal
    minimum: Decimal | None


class Weighed(NamedTuple):
    """A response with its scores in the order of the criteria, the points they make, and the minimum it missed."""

    response_id: UUID
    scores: tuple[Decimal, ...]
    points: tuple[Decimal, ...]
    total: Decimal
    below: str
    sealed_at: datetime


class Placed(NamedTuple):
    """A weighed response with its rank (None where it missed a minimum) and what that makes it."""

    weighed: Weighed
    rank: int | None
    outcome: str


class Spread(NamedTuple):
    """How far the reviewers are apart on one criterion of one response; None while nobody has scored it."""

    mean: Decimal | None
    low: Decimal | None
    high: Decimal | None


def criteria_of(call: Call) -> list[Criterion]:
    """Return the criteria of a call with exact numbers."""
    return [
        Criterion(
            row["name"],
            Decimal(str(row["weight"])),
            None if row.get("minimum") in (None, "") else Decimal(str(row["minimum"])),
        )
        for row in call.criteria
    ]


def lots_of(call: Call) -> list[str]:
    """Return the ids of the lots that are ranked apart; one empty id where the call has a single lot."""
    return [row["id"] for row in call.lots] if len(call.lots) > 1 else [""]


def weigh(criteria: Sequence[Criterion], response_id: UUID, scores: Sequence[Decimal], sealed_at: datetime) -> Weighed:
    """Return the points of a response: weight × score / 100, and the first criterion whose minimum it misses."""
    points = tuple(row.weight * score / FULL for row, score in zip(criteria, scores, strict=True))
    below = next(
        (
            row.name
            for row, score in zip(criteria, scores, strict=True)
            if row.minimum is not None and score < row.minimum
        ),
        "",
    )
    return Weighed(response_id, tuple(scores), points, sum(points, Decimal(0)), below, sealed_at)


def rank(criteria: Sequence[Criterion], rows: Iterable[Weighed], winners: int) -> list[Placed]:
    """Return the responses of one lot in their order, those below a minimum last.

    rows : by their anonymous numbers, which part what nothing else does.
    winners : how many are awarded; the next one is the reserve.
    """
    weightiest = sorted(range(len(criteria)), key=lambda place: -criteria[place].weight)

    def order(row: Weighed) -> tuple[object, ...]:
        return (-row.total, *(-row.scores[place] for place in weightiest), row.sealed_at)

    placed = []
    every = list(rows)
    for number, row in enumerate(sorted((one for one in every if not one.below), key=order), start=1):
        outcome = "awarded" if number <= winners else "reserve" if number <= winners + RESERVES else "not_selected"
        placed.append(Placed(row, number, outcome))
    return placed + [
        Placed(row, None, "not_selected") for row in sorted((one for one in every if one.below), key=order)
    ]


def best_of(outcomes: Iterable[str]) -> str:
    """Return what a response comes to over all lots: a winner of one lot is a winner."""
    found = set(outcomes)
    return next((one for one in ("awarded", "reserve") if one in found), "not_selected")


def spread(values: Iterable[Decimal]) -> Spread:
    """Return the mean (to two decimal places) and the range of the reviewers' scores."""
    found = list(values)
    if not found:
        return Spread(None, None, None)
    mean = (sum(found, Decimal(0)) / len(found)).quantize(Decimal("0.01"))
    return Spread(mean, min(found), max(found))


def by_criterion(rows: Iterable[tuple[UUID, int, Decimal]]) -> Mapping[UUID, dict[int, Decimal]]:
    """Return response → criterion → score."""
    found: dict[UUID, dict[int, Decimal]] = {}
    for response_id, criterion, value in rows:
        found.setdefault(response_id, {})[criterion] = value
    return found
