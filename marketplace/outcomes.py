"""The result of a selection as it is told: to everyone from the public notice on, and to each respondent its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from marketplace.choices import Clause
from marketplace.models import Engagement, Exclusion, Placing, Response, Selection
from marketplace.response_content import read
from marketplace.weighing import Criterion, criteria_of, lots_of
from marketplace.working_days import DAY, SHANGHAI
from scenarios.actor import Actor
from scenarios.facts import lot_labels

WITH_RESULT = ("publicity", "suspended", "awarded")


class Cell(NamedTuple):
    """One criterion of a ranked response: weight × score = points."""

    criterion: Criterion
    score: Decimal
    points: Decimal


class Price(NamedTuple):
    """The price per unit in 万元 from a quantity on."""

    from_quantity: Decimal
    price: Decimal


class Ranked(NamedTuple):
    """A response in a ranking as everyone reads it; partners and prices of winners only."""

    rank: int | None
    number: int
    name: str
    outcome: str
    outcome_label: str
    total: Decimal
    below: str
    cells: list[Cell]
    partners: list[str]
    prices: list[Price]


class Lot(NamedTuple):
    """The ranking of one lot; label is empty where the call has only one."""

    label: str
    rows: list[Ranked]


class Excluded(NamedTuple):
    """A response that did not count, and the clause; not whose it is."""

    number: int
    clause: str
    clause_label: Any


def last_day_of(selection: Selection) -> date | None:
    """Return the last working day of the notice in Shanghai; None before a notice, and while it is suspended."""
    ends = selection.notice_ends_at
    if ends is None or selection.status == "suspended":
        return None
    return (ends.astimezone(SHANGHAI) - DAY).date()


def ranking(selection: Selection, placings: Iterable[Placing] | None = None) -> list[Lot]:
    """Return the ranking that is under notice, lot by lot; empty before the notice and after a failure.

    placings : those of the selection, where they are read already, with their responses, leads and consensus.
    """
    if selection.status not in WITH_RESULT:
        return []
    criteria = criteria_of(selection.call)
    labels = lot_labels(selection.call.lots) | {"": ""}
    if placings is None:
        placings = selection.placings.select_related("response__lead").prefetch_related("response__consensus")
    by_lot: dict[str, list[Ranked]] = {lot: [] for lot in lots_of(selection.call)}
    for placing in placings:
        by_lot[placing.lot].append(_ranked(placing, criteria))
    return [Lot(labels[lot], rows) for lot, rows in by_lot.items()]


def _ranked(placing: Placing, criteria: list[Criterion]) -> Ranked:
    response: Any = placing.response
    won = placing.outcome == "awarded"
    content = read(response.content) if won else {}
    return Ranked(
        placing.rank,
        response.number,
        str(response.lead),
        placing.outcome,
        placing.get_outcome_display(),
        placing.total,
        placing.below,
        _cells(response, criteria),
        [row["name"] for row in content.get("partners", [])],
        [Price(Decimal(row["from_quantity"]), Decimal(row["price"])) for row in content.get("price_tiers", [])],
    )


def _cells(response: Response, criteria: list[Criterion]) -> list[Cell]:
    scores = {row.criterion: row.value for row in response.consensus.all()}
    return [Cell(row, scores[place], row.weight * scores[place] / 100) for place, row in enumerate(criteria)]


def excluded(selection: Selection, exclusions: Iterable[Exclusion] | None = None) -> list[Excluded]:
    """Return the responses that did not count, once the result or the failure is public.

    exclusions : those of the selection by number, where they are read already, with their responses.
    """
    if selection.status == "evaluating":
        return []
    if exclusions is None:
        rows = Exclusion.objects.filter(response__call=selection.call).select_related("response")
        exclusions = rows.order_by("response__number")
    return [Excluded(row.response.number or 0, row.clause, Clause(row.clause).label) for row in exclusions]


class Said(NamedTuple):
    """The panel's feedback by one criterion."""

    name: str
    strengths: str
    weaknesses: str


@dataclass(frozen=True)
class Own:
    """What a respondent reads of its own response: the clause, or the arithmetic; the feedback with the award.

    project : what became of an award; None before the manager has opened it.
    """

    status: str
    exclusion: Exclusion | None
    cells: list[Cell]
    places: list[Placing]
    feedback: list[Said]
    project: Engagement | None


def own_outcome(actor: Actor, response: Response) -> Own | None:
    """Return the outcome of a response for the members of its lead; None for others and before it is public."""
    selection = Selection.objects.public().filter(call=response.call_id).select_related("call").first()
    if selection is None or not actor.belongs_to(response.lead_id) or response.number is None:
        return None
    places = list(selection.placings.filter(response=response)) if selection.status in WITH_RESULT else []
    exclusion = Exclusion.objects.filter(response=response).first()
    return Own(
        response.status,
        exclusion,
        _cells(response, criteria_of(selection.call)) if places else [],
        places,
        _said(response, criteria_of(selection.call)) if selection.status == "awarded" else [],
        Engagement.objects.filter(response=response).first(),
    )


def _said(response: Response, criteria: list[Criterion]) -> list[Said]:
    rows = response.feedback.order_by("criterion")
    return [Said(criteria[row.criterion].name, row.strengths, row.weaknesses) for row in rows]
