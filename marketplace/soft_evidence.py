"""What a capability states beside its text, as numbers that a ranking may learn from: evidence that is no gate.

| facet | what it counts |
|---|---|
| maturity | 0 not stated, 1 laboratory … 4 used at scale |
| cases | ln(1 + number of cases with their results) |
| filings | filings and registrations |
| named | which part of data class, deployment and district, as asked for, is named and not merely left open |
| near | 1 where the supplier sits in the district that is asked for |

Suppliers write all of it themselves and moderators check it; what it is worth, judgements decide. Public fields only.
"""

from collections.abc import Iterable, Mapping
from math import log1p
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q

from marketplace.choices import Filing, Maturity
from marketplace.gates import Asked
from marketplace.models import Capability
from matching import Facets

FACETS = ("maturity", "cases", "filings", "named", "near")

MATURITY = {"": 0, **{step: number for number, step in enumerate(Maturity.values, start=1)}}


class Stated(NamedTuple):
    """What a capability states; home : the district of its owner."""

    maturity: str
    filings: list[str]
    home: str | None
    data_classes: list[str]
    deploy: list[str]
    cases: int
    districts: list[Any]


def stated_by(capabilities: Iterable[str]) -> dict[str, Stated]:
    """Return what these capabilities state, in one query."""
    rows = Capability.objects.filter(pk__in=list(capabilities)).order_by()
    served = ArrayAgg("districts", filter=Q(districts__isnull=False), default=[], distinct=True)
    rows = rows.annotate(cases=Count("evidence", distinct=True), served=served)
    columns = ("maturity", "filings", "owner__district", "data_classes", "deploy", "cases", "served")
    return {str(pk): Stated(*stated) for pk, *stated in rows.values_list("pk", *columns)}


def facets_of(asked: Mapping[str, Asked], pairs: Iterable[tuple[str, str]], stated: Mapping[str, Stated]) -> Facets:
    """Return the facets of pairs of what asks, by its id, and a capability."""
    return {(one, other): _facets(asked[one], stated[other]) for one, other in pairs if other in stated}


def facets_beside(name: str, asked: Asked, capabilities: Iterable[str]) -> Facets:
    """Return the facets of one that asks and some capabilities."""
    pool = list(capabilities)
    return facets_of({name: asked}, [(name, one) for one in pool], stated_by(pool))


def _facets(asked: Asked, stated: Stated) -> dict[str, float]:
    wanted = (
        (asked.data_class, stated.data_classes),
        (asked.deploy, stated.deploy),
        (asked.district, stated.districts),
    )
    return {
        "maturity": float(MATURITY[stated.maturity]),
        "cases": log1p(stated.cases),
        "filings": float(len(set(stated.filings) - {Filing.NONE})),
        "named": sum(bool(one) and one in named for one, named in wanted) / len(wanted),
        "near": float(bool(asked.district) and asked.district == stated.home),
    }
