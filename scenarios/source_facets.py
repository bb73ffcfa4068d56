"""Pools, and what comes from needs and pools, narrowed by the domains and districts of the needs behind them.

Beside the published needs such a value of a pool would lead to its members. It is told where the pool names them, and
where three distinct owners who consented share it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count, Q

from scenarios.actor import Actor
from scenarios.choices import Domain
from scenarios.facts import label_of
from scenarios.figure_querysets import ENOUGH_OWNERS
from scenarios.listing import Facet
from scenarios.models import DemandMember, District, Need
from scenarios.naming import in_order

KINDS = ("domain", "district")


class Source(NamedTuple):
    """Where the rows of a list come from.

    row : from a link between a pool and a need to the row. need : from the row to its need; empty for pools.
    """

    row: str
    need: str = ""


POOLS = Source("demand")
CALLS = Source("demand__calls", "need")


def source_facets(source: Source, actor: Actor, names: tuple[str, ...] = KINDS) -> list[Facet]:
    """Return the facets of these names, as far as the actor may know what is behind a row."""
    return [_facet(name, source, actor) for name in names]


def _facet(name: str, source: Source, actor: Actor) -> Facet:
    def condition(values: list[str]) -> Q:
        return comes_from(source, actor, name, values)

    def counts(rows: Any) -> Mapping[str, int]:
        return _counts(rows, source, actor, name)

    return Facet(name, label_of(Need, name), _choices(name), condition=condition, counts=counts)


def _choices(name: str) -> list[tuple[Any, Any]]:
    if name == "district":
        return [(row.pk, str(row)) for row in District.objects.all()]
    return [*in_order("domain", Domain.choices)]


def comes_from(source: Source, actor: Actor, name: str, values: list[str]) -> Q:
    """Return the condition that a need with one of these values stands behind a row, as far as the actor may know."""
    column = f"need__{name}__in"
    told = [links.filter(**{column: values}).values(source.row) for links in _telling(source, actor, name)]
    wanted = Q(pk__in=told[0])
    for rows in told[1:]:
        wanted |= Q(pk__in=rows)
    if not source.need:
        return wanted
    needs = Need.objects.visible_to(actor).filter(**{f"{name}__in": values})
    return wanted | Q(**{f"{source.need}__in": needs.order_by().values("pk")})


def _telling(source: Source, actor: Actor, name: str, **among: Any) -> list[Any]:
    """Return links of pools whose value the actor may know: those that are told, and those that enough owners share.

    among : conditions on the rows, which are joined once with them.
    """
    links = DemandMember.objects.order_by().filter(**{f"{source.row}__isnull": False}, **among)
    named = links.living().told_to(actor)
    if actor.is_staff:
        return [named]
    shared = links.consented().values(source.row, f"need__{name}")
    return [named, shared.annotate(sharers=Count("need__owner", distinct=True)).filter(sharers__gte=ENOUGH_OWNERS)]


def _counts(rows: Any, source: Source, actor: Actor, name: str) -> Counter[str]:
    """Return how many of these rows each value stands behind: one query for the pairs of row and value."""
    plain = rows.order_by()
    among = {f"{source.row}__in": plain.values("pk")}
    first, *others = (
        links.values_list(source.row, f"need__{name}") for links in _telling(source, actor, name, **among)
    )
    if source.need:
        read = plain.filter(**{f"{source.need}__in": Need.objects.visible_to(actor).order_by().values("pk")})
        others.append(read.values_list("pk", f"{source.need}__{name}"))
    pairs = first.union(*others) if others else first.distinct()
    return Counter(value for _row, value in pairs)
