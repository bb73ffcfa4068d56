"""Typed conflicts between needs: hard values that no wording can bridge. Plain values in, plain values out."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

HARD_FIELDS = ("data_class", "deploy", "risk_tier", "quantity_unit")
# Data of one group may be handled by one solution; between groups the law asks for different ones.
DATA_GROUPS = {"public": 0, "internal": 0, "personal": 1, "sensitive": 1, "important": 2}


class Conflict(NamedTuple):
    """A hard field in which the members differ, with each member's value."""

    field: str
    values: dict[str, list[str]]

    def as_json(self) -> dict[str, Any]:
        return {"field": self.field, "values": self.values}


def conflicts_between(needs: Iterable[Any]) -> list[Conflict]:
    """Return the hard fields in which these needs cannot share one solution, in the order of HARD_FIELDS.

    `any` deployment fits every other one; an empty value is unknown, which is no conflict; tiers conflict once one
    is R3 or R4.
    """
    rows = list(needs)
    return [Conflict(field, _by_value(rows, field)) for field in HARD_FIELDS if _differ(field, _values(rows, field))]


def _values(rows: Sequence[Any], field: str) -> set[str]:
    return {value for row in rows if (value := getattr(row, field))}


def _differ(field: str, values: set[str]) -> bool:
    if field == "deploy":
        return len(values - {"any"}) > 1
    if field == "data_class":
        return len({DATA_GROUPS[value] for value in values}) > 1
    if field == "risk_tier":
        return len(values) > 1 and bool(values & {"R3", "R4"})
    return len(values) > 1


def _by_value(rows: Sequence[Any], field: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(getattr(row, field), []).append(row.code)
    return {value: sorted(codes) for value, codes in sorted(found.items())}


def indicator_conflicts(needs: Iterable[Any]) -> dict[str, list[Any]]:
    """Return metric → the indicators of these needs that name it, for each metric whose targets differ.

    The needs come with their indicators loaded. A target is its value with comparator and unit; none is averaged.
    """
    by_metric: dict[str, list[Any]] = {}
    for need in needs:
        for row in need.indicators.all():
            by_metric.setdefault(row.metric.strip(), []).append(row)
    return {metric: rows for metric, rows in sorted(by_metric.items()) if len({target_of(row) for row in rows}) > 1}


def target_of(indicator: Any) -> tuple[Any, ...]:
    """Return what two indicators of one metric must have in common to be the same."""
    return (indicator.unit.strip(), indicator.comparator, indicator.target, indicator.target_max)


def blocked_pairs(owners: dict[UUID, UUID], walls: Iterable[tuple[UUID, UUID]]) -> set[tuple[UUID, UUID]]:
    """Return the pairs of needs that are never pooled.

    owners : need → its organisation.
    walls : (organisation, organisation that it blocked): its word holds for every need of both.
    """
    by_owner: dict[UUID, list[UUID]] = {}
    for need, owner in owners.items():
        by_owner.setdefault(owner, []).append(need)
    pairs = {(a, b) for one, other in walls for a in by_owner.get(one, ()) for b in by_owner.get(other, ())}
    return {(min(a, b), max(a, b)) for a, b in pairs if a != b}
