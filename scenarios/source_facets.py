"""Pools, and what comes from needs and pools, narrowed by the domains and districts of the needs behind them.

Beside the published needs such a value of a pool would lead to its members. It is told where the pool names them, and
where three distinct owners who consented share it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cached_property, partial
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, CharField, F, Q, Value, When

from scenarios.actor import Actor
from scenarios.choices import Domain
from scenarios.facts import label_of
from scenarios.figure_querysets import ENOUGH_OWNERS
from scenarios.listing import Facet, entries_of
from scenarios.models import DemandMember, District, MergedDemand, Need
from scenarios.naming import in_order

KINDS = ("domain", "district")
KINDS_OF_NEEDS = [f"need__{name}" for name in KINDS]


class Source(NamedTuple):
    """Where the rows of a list come from.

    pool : from a row to its pool. need : from a row to its need; empty for pools.
    """

    pool: str
    need: str = ""


POOLS = Source("pk")
CALLS = Source("demand", "need")

Told = Mapping[str, Mapping[str, set[UUID]]]
"""Name → value → the pools behind which it is told to stand."""


class Behind:
    """What stands behind the rows of a list, as far as one reader may know; what pools tell is read once."""

    def __init__(self, source: Source, actor: Actor) -> None:
        self.source, self.actor = source, actor

    def condition(self, name: str, values: list[str]) -> Q:
        """Return the condition that a need with one of these values stands behind a row."""
        pools = set[UUID]().union(*(self._told[name].get(value, ()) for value in values))
        wanted = Q(**{f"{self.source.pool}__in": pools})
        if not self.source.need:
            return wanted
        return wanted | self._readable(**{f"{name}__in": values})

    def counts(self, name: str, rows: Any) -> Counter[str]:
        """Return how many of these rows each value stands behind; one query. A row has a need or a pool."""
        value: Any = Value(None, CharField())
        if self.source.need:
            value = Case(
                When(self._readable(), then=F(f"{self.source.need}__{name}")), default=value, output_field=CharField()
            )
        found: Counter[str] = Counter()
        of_pools: Counter[UUID] = Counter()
        for pool, own in rows.order_by().values_list(self.source.pool, value):
            of_pools[pool] += 1
            if own is not None:
                found[own] += 1
        for told, pools in self._told[name].items():
            found[told] += sum(of_pools[pool] for pool in pools)
        return found

    def _readable(self, **wanted: Any) -> Q:
        """Return the condition that the need of a row can be read, and is as wanted."""
        way = f"{self.source.need}__"
        return Need.objects.open_to(self.actor, way) & Q(**{f"{way}{name}": one for name, one in wanted.items()})

    @cached_property
    def _told(self) -> Told:
        """What pools tell of the needs in them: all values where they name them, else those that enough owners share.

        Two queries; for staff, who are told of every need in a pool, one.
        """
        staff, links = self.actor.is_staff, DemandMember.objects.living().order_by()
        rows = (links if staff else links.consented()).values_list("demand", "need__owner", *KINDS_OF_NEEDS)
        naming = set() if staff else {*MergedDemand.objects.naming_members().values_list("pk", flat=True)}
        owners: dict[tuple[str, str, UUID], set[UUID]] = defaultdict(set)
        for pool, owner, *values in rows:
            for name, value in zip(KINDS, values, strict=True):
                owners[name, value, pool].add(owner)
        told: dict[str, dict[str, set[UUID]]] = {name: defaultdict(set) for name in KINDS}
        for (name, value, pool), sharing in owners.items():
            if staff or pool in naming or len(sharing) >= ENOUGH_OWNERS:
                told[name][value].add(pool)
        return told


def source_facets(source: Source, actor: Actor, names: tuple[str, ...] = KINDS) -> list[Facet]:
    """Return the facets of these names, as far as the actor may know what is behind a row."""
    behind = Behind(source, actor)
    return [_facet(name, behind) for name in names]


def _facet(name: str, behind: Behind) -> Facet:
    condition, counts = partial(behind.condition, name), partial(behind.counts, name)
    return Facet(name, label_of(Need, name), _choices(name), condition=condition, counts=counts)


def _choices(name: str) -> Any:
    return entries_of(District) if name == "district" else [*in_order("domain", Domain.choices)]
