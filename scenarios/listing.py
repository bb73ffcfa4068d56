"""Lists that a reader narrows: facets with counts, the order, and what is chosen at present."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Model, Q, QuerySet
from django.http import QueryDict
from django.utils.functional import SimpleLazyObject

from scenarios.tiles import tiles


def entries_of(vocabulary: type[Model]) -> Any:
    """Return the entries of a vocabulary as the choices of a facet, read when they are first asked for."""
    return SimpleLazyObject(lambda: [(row.pk, str(row)) for row in vocabulary._default_manager.all()])


class Facet(NamedTuple):
    """A field by which a list can be narrowed.

    name : in the address. choices : (value, label) in the order in which they are shown. field : of the row, where it
    is called otherwise. many : the field is an array, and a row has each of
    its values. default : the values that hold while the address names none. condition, counts : for what is no field of
    the row: the condition of some values, and rows → the number of each value in one query of its own.
    """

    name: str
    label: Any
    choices: list[tuple[Any, Any]]
    field: str = ""
    many: bool = False
    default: tuple[str, ...] = ()
    condition: Callable[[list[str]], Q] | None = None
    counts: Callable[[Any], Mapping[str, int]] | None = None

    def holds(self, values: list[str]) -> Q:
        """Return the condition that a row has one of the values; all rows where there are none."""
        if not values:
            return Q()
        if self.condition:
            return self.condition(values)
        return Q(**{f"{self.field or self.name}__{'overlap' if self.many else 'in'}": values})


@dataclass(frozen=True)
class Option:
    """One value of a facet, with how many rows it would leave beside the other facets' choices."""

    value: str
    label: Any
    count: int
    selected: bool


class ShownFacet(NamedTuple):
    """A facet as it is drawn."""

    name: str
    label: Any
    options: list[Option]


class Chip(NamedTuple):
    """A chosen value and the address without it."""

    label: Any
    url: str


class Narrowed(NamedTuple):
    """A list narrowed by its facets; rows is a queryset of the class that was given, total the number of its rows."""

    rows: Any
    facets: list[ShownFacet]
    chips: list[Chip]
    total: int


def chosen_values(query: QueryDict, facet: Facet) -> list[str]:
    """Return the values of a facet that the address names and the facet knows."""
    asked = dict.fromkeys(query.getlist(facet.name))
    known = {str(value) for value, _ in facet.choices} if asked else ()
    return [value for value in asked if value in known]


def only_chosen(rows: QuerySet[Any], facets: Iterable[Facet], query: QueryDict) -> QuerySet[Any]:
    """Narrow `rows` as `narrow` does, without counting anything."""
    return rows.filter(*(facet.holds(chosen_values(query, facet) or [*facet.default]) for facet in facets))


def narrow(rows: QuerySet[Any], facets: Iterable[Facet], query: QueryDict) -> Narrowed:
    """Narrow `rows` by the facets' values in the address. All values are counted in one look at the rows.

    A facet's counts hold under the choices of all the others, so that no choice leads to an empty list unannounced.
    """
    facets = list(facets)
    chosen = {facet.name: chosen_values(query, facet) for facet in facets}
    held = {facet.name: facet.holds(chosen[facet.name] or [*facet.default]) for facet in facets}
    counts, total = _counted(rows, facets, held)
    shown = [_shown(facet, chosen[facet.name] or [*facet.default], counts[facet.name]) for facet in facets]
    return Narrowed(rows.filter(*held.values()), shown, _chips(facets, chosen, query), total)


def _counted(rows: QuerySet[Any], facets: list[Facet], held: Mapping[str, Q]) -> tuple[dict[str, dict[str, int]], int]:
    """Return the number of rows of each value, by facet, and of those that all facets leave."""
    # Their conditions look into other tables: once for all the counts, not once for each.
    apart = [facet for facet in facets if facet.counts]
    beside = rows.filter(*(held[facet.name] for facet in apart)).order_by()
    chosen = [facet for facet in facets if facet not in apart and held[facet.name]]
    free = [facet for facet in facets if facet not in apart and facet not in chosen]
    # What is chosen holds for every value of a facet without a choice: those look at fewer rows.
    counts, total = _values_counted(beside.filter(*(held[facet.name] for facet in chosen)), free, held)
    if chosen:
        counts |= _values_counted(beside, chosen, held)[0]
    for facet in apart:
        others = [held[one.name] for one in facets if one is not facet]
        apiece = facet.counts(rows.filter(*others))  # type: ignore[misc]
        counts[facet.name] = {str(value): number for value, number in apiece.items()}
    return counts, total


def _values_counted(
    rows: QuerySet[Any], facets: list[Facet], held: Mapping[str, Q]
) -> tuple[dict[str, dict[str, int]], int]:
    """Return the number of rows of each value of these facets under the choices of the others among them, and of all
    rows; in one query.
    """
    chosen = [facet for facet in facets if held[facet.name]]
    if facets and not any(facet.condition for facet in facets) and (not chosen or len(facets) == 1):
        return _grouped(rows, facets)
    asked: dict[str, Any] = {"total": Count("pk")}
    places: dict[str, tuple[str, str]] = {}
    for facet in facets:
        others = reduce(and_, (held[one.name] for one in facets if one is not facet), Q())
        for value, _label in facet.choices:
            alias = f"counted_{len(asked)}"
            asked[alias], places[alias] = Count("pk", filter=others & facet.holds([value])), (facet.name, str(value))
    found = rows.aggregate(**asked)
    counts: dict[str, dict[str, int]] = {facet.name: {} for facet in facets}
    for alias, (name, value) in places.items():
        counts[name][value] = found[alias]
    return counts, found["total"]


def _grouped(rows: QuerySet[Any], facets: list[Facet]) -> tuple[dict[str, dict[str, int]], int]:
    """Return the same where no choice holds and each facet is a field: the rows are put into groups by each field at
    once, arrays as they are, instead of being asked for every value.
    """
    counts: dict[str, dict[str, int]] = {facet.name: {} for facet in facets}
    try:
        listed, values = rows.values_list(*(facet.field or facet.name for facet in facets)).query.sql_with_params()
    except EmptyResultSet:
        return counts, 0
    columns = [f"value_{place}" for place in range(len(facets))]
    names, sets = ", ".join(columns), ", ".join(f"({column})" for column in columns)
    counted = f"SELECT GROUPING({names}), COUNT(*), {names} FROM ({listed}) AS listed ({names})"  # noqa: S608 - as compiled
    with connection.cursor() as cursor:
        cursor.execute(f"{counted} GROUP BY GROUPING SETS ({sets}, ())", values)
        groups = cursor.fetchall()
    # A bit for each column, the first the highest, that a group is not by.
    every = 2 ** len(facets) - 1
    by = {every - 2**place: number for number, place in enumerate(reversed(range(len(facets))))}
    for without, count, *group in groups:
        if without != every:
            facet, value = facets[by[without]], group[by[without]]
            for one in set(value or ()) if facet.many else [value]:
                counts[facet.name][str(one)] = counts[facet.name].get(str(one), 0) + count
    return counts, next(count for without, count, *_ in groups if without == every)


def _shown(facet: Facet, selected: list[str], counts: Mapping[str, int]) -> ShownFacet:
    options = [
        Option(str(value), label, counts.get(str(value), 0), str(value) in selected) for value, label in facet.choices
    ]
    return ShownFacet(facet.name, facet.label, [one for one in options if one.count or one.selected])


def _chips(facets: Iterable[Facet], chosen: Mapping[str, list[str]], query: QueryDict) -> list[Chip]:
    chips = []
    for facet in facets:
        labels = {str(value): label for value, label in facet.choices}
        for value in chosen[facet.name]:
            rest = query.copy()
            rest.pop("page", None)
            rest.setlist(facet.name, [one for one in rest.getlist(facet.name) if one != value])
            chips.append(Chip(labels[value], f"?{rest.urlencode()}"))
    return chips


class Narrowing(NamedTuple):
    """A way to narrow a list that no facet shows, as figures link to it: its name in the address, the rows that it
    leaves of a value, and the words for the value. `rows` and `words` are not asked for a value that `read` refuses.
    """

    name: str
    read: Callable[[str], Any]
    rows: Callable[[Any, Any], Any]
    words: Callable[[Any], Any]


def labelled(name: str, labels: Mapping[str, Any], rows: Callable[[Any, str], Any], words: Any) -> Narrowing:
    """Return a narrowing by one of these values. words : with a place for its label."""
    return Narrowing(name, lambda one: one if one in labels else None, rows, lambda one: words % {"label": labels[one]})


def linked(rows: Any, narrowings: Iterable[Narrowing], query: QueryDict) -> tuple[Any, list[Chip], dict[str, str]]:
    """Return the rows narrowed as the address says, a chip for each, and what a form has to carry on."""
    chips, carried = [], {}
    for one in narrowings:
        text = query.get(one.name, "")
        value = one.read(text) if text else None
        if value is None:
            continue
        rows = one.rows(rows, value)
        rest = query.copy()
        rest.pop("page", None)
        rest.pop(one.name)
        chips.append(Chip(one.words(value), f"?{rest.urlencode()}"))
        carried[one.name] = text
    return rows, chips, carried


def a_day(text: str) -> date | None:
    """Return a day written as 2026-03-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def days(read: Callable[[Any, date | None, date | None], Any], name: str, since: Any, until: Any) -> list[Narrowing]:
    """Return the two narrowings by days of a named read: `<name>_since` and `<name>_until`.

    since, until : their words, with a place for the day.
    """
    return [
        Narrowing(f"{name}_since", a_day, lambda rows, day: read(rows, day, None), lambda day: since % {"day": day}),
        Narrowing(f"{name}_until", a_day, lambda rows, day: read(rows, None, day), lambda day: until % {"day": day}),
    ]


def district_tiles(facets: Iterable[ShownFacet], query: QueryDict) -> dict[str, Any] | None:
    """Return the picture of how many rows each district has under the other choices; None where no facet tells."""
    shown = next((facet for facet in facets if facet.name == "district" and facet.options), None)
    return shown and tiles([(option.label, option.count, _only(query, shown.name, option)) for option in shown.options])


def _only(query: QueryDict, name: str, option: Option) -> str:
    rest = query.copy()
    rest.pop("page", None)
    rest[name] = option.value
    return f"?{rest.urlencode()}"


class Order(NamedTuple):
    """One order of a list: its name in the address, its label, the fields; pk makes it total."""

    name: str
    label: Any
    fields: tuple[Any, ...]


def chosen_order(orders: tuple[Order, ...], query: QueryDict) -> Order:
    """Return the order that the address names, or the first."""
    return next((order for order in orders if order.name == query.get("sort")), orders[0])
