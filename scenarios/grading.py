"""How many points each field of a need earns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scenarios.drafts import IndicatorDraft
from scenarios.reading import (
    Reading,
    budget_upside_down,
    has_quantity,
    has_target,
    is_essential,
    is_given,
    is_no_better,
    is_upside_down,
)

# What a supplier must know to answer weighs most: the problem, the yardstick, the amount and the edge make 72 of 100.
POINTS: Mapping[str, int] = {
    "title": 4,
    "problem": 20,
    "users_and_site": 4,
    "current_process": 3,
    "boundary_in": 3,
    "boundary_out": 13,
    "value_basis": 2,
    "value_amount": 1,
    "quantity": 12,
    "indicators": 27,
    "district": 1,
    "domain": 1,
    "data_state": 1,
    "data_class": 1,
    "deploy": 1,
    "budget_max": 1,
    "finish_by": 1,
    "cooperation": 1,
    "adoption": 1,
    "has_contact": 1,
    "risk_answered": 1,
}

# What a text must say for all its points, in characters of its concrete clauses; an English word counts as two.
ENOUGH = {"title": 5, "users_and_site": 8, "current_process": 20, "boundary_in": 8, "boundary_out": 4, "value_basis": 8}
# Points of the problem for what it says and for the numbers with units that it names.
PROBLEM_STEPS = ((60, 14), (40, 12), (20, 11), (8, 9))
NUMBER_POINTS = (0, 4, 6)
# Shares of one indicator's points.
INDICATOR_SHARES = {"target": 0.40, "unit": 0.20, "baseline": 0.25, "test_method": 0.15}
# Indicators none of which is essential help a reader, but nothing is promised.
WITHOUT_ESSENTIAL = 0.4


def points_of(name: str, need: Reading) -> int:
    """Return the whole points of a field, half a point upwards."""
    of = POINTS[name]
    share = _GRADERS.get(name, _grade_given if name not in ENOUGH else _grade_text)(name, need)
    return int(of * share + 0.5)


def _grade_given(name: str, need: Reading) -> float:
    return 1.0 if getattr(need.draft, name) not in ("", None, False) else 0.0


def _grade_text(name: str, need: Reading) -> float:
    return min(1.0, need.texts[name].substance / ENOUGH[name])


def _grade_problem(name: str, need: Reading) -> float:
    if need.repeats_title:
        return 0.0
    text = need.texts[name]
    said = next((points for least, points in PROBLEM_STEPS if text.substance >= least), 0)
    return (said + NUMBER_POINTS[min(len(text.quantities), 2)]) / POINTS[name]


def _grade_boundary_in(name: str, need: Reading) -> float:
    return 0.0 if need.boundaries_same else _grade_text(name, need)


def _grade_quantity(name: str, need: Reading) -> float:
    return 1.0 if has_quantity(need.draft) else 0.0


def _grade_indicators(name: str, need: Reading) -> float:
    """Return the mean of the essential indicators, or a part of the mean of the others where none is essential."""
    essential = [row for row in need.draft.indicators if is_essential(row)]
    rows = essential or need.draft.indicators
    if not rows:
        return 0.0
    return sum(map(_grade_indicator, rows)) / len(rows) * (1.0 if essential else WITHOUT_ESSENTIAL)


def _grade_indicator(row: IndicatorDraft) -> float:
    if not has_target(row):
        return 0.0
    share = sum(part for name, part in INDICATOR_SHARES.items() if is_given(getattr(row, name)))
    return share / 2 if is_upside_down(row) or is_no_better(row) else share


def _grade_budget(name: str, need: Reading) -> float:
    return 0.0 if need.draft.budget_max is None or budget_upside_down(need.draft) else 1.0


def _grade_finish(name: str, need: Reading) -> float:
    finish, start = need.draft.finish_by, need.draft.start_by
    return 1.0 if finish and finish >= need.today and not (start and finish < start) else 0.0


_GRADERS: dict[str, Callable[[str, Reading], float]] = {
    "problem": _grade_problem,
    "boundary_in": _grade_boundary_in,
    "quantity": _grade_quantity,
    "indicators": _grade_indicators,
    "budget_max": _grade_budget,
    "finish_by": _grade_finish,
}
