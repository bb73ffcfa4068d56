"""The facets of the capability list: fields that hold several values, and districts where none named means all."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from django.db.models import Count, F, Func, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.models import Capability
from scenarios.choices import Deploy
from scenarios.listing import Chip, Facet, Narrowed, Option, ShownFacet, chosen_values
from scenarios.models import District

Rows = QuerySet[Any]


class Reading(NamedTuple):
    """How a facet narrows and how its values are counted in one query (districts: two)."""

    narrow: Callable[[list[str]], Q]
    counts: Callable[[Rows], dict[str, int]]


def _scalar(field: str) -> Reading:
    def counts(rows: Rows) -> dict[str, int]:
        return dict(rows.order_by().values_list(field).annotate(Count("pk")))

    return Reading(lambda values: Q(**{f"{field}__in": values}), counts)


def _array(field: str) -> Reading:
    def counts(rows: Rows) -> dict[str, int]:
        each = rows.order_by().annotate(one=Func(F(field), function="unnest"))
        return dict(each.values_list("one").annotate(Count("pk")))

    return Reading(lambda values: Q(**{f"{field}__overlap": values}), counts)


def _serving(values: list[str]) -> Q:
    return Q(pk__in=Capability.objects.serving(values).values("pk"))


def _district_counts(rows: Rows) -> dict[str, int]:
    named = dict(rows.order_by().values_list("districts").annotate(Count("pk")))
    everywhere = named.pop(None, 0)
    return {code: named.get(code, 0) + everywhere for code in District.objects.values_list("pk", flat=True)}


READINGS = {
    "layer": _scalar("layer"),
    "technique": _array("techniques"),
    "maturity": _scalar("maturity"),
    "deploy": _array("deploy"),
    "district": Reading(_serving, _district_counts),
}


def capability_facets() -> list[Facet]:
    """Return the facets in the order in which they are shown."""
    return [
        Facet("layer", _("Layer"), choices.Layer.choices),
        Facet("technique", _("Techniques"), choices.Technique.choices),
        Facet("maturity", _("Maturity"), choices.Maturity.choices),
        Facet("deploy", _("Where it can run"), Deploy.choices),
        Facet("district", _("Serves the district"), [(one.pk, str(one)) for one in District.objects.all()]),
    ]


def narrow_capabilities(rows: Rows, query: QueryDict) -> Narrowed:
    """Narrow capabilities by the values in the address, with counts that hold under the choices of the other facets."""
    facets = capability_facets()
    chosen = {facet.name: chosen_values(query, facet) for facet in facets}
    shown = [_counted(rows, facet, chosen) for facet in facets]
    return Narrowed(_filtered(rows, chosen), shown, _chips(facets, chosen, query))


def _filtered(rows: Rows, chosen: Mapping[str, list[str]], without: str = "") -> Rows:
    for name, values in chosen.items():
        if values and name != without:
            rows = rows.filter(READINGS[name].narrow(values))
    return rows


def _counted(rows: Rows, facet: Facet, chosen: Mapping[str, list[str]]) -> ShownFacet:
    counts = READINGS[facet.name].counts(_filtered(rows, chosen, without=facet.name))
    selected = chosen[facet.name]
    options = [Option(value, label, counts.get(value, 0), value in selected) for value, label in facet.choices]
    return ShownFacet(facet.name, facet.label, [one for one in options if one.count or one.selected])


def _chips(facets: list[Facet], chosen: Mapping[str, list[str]], query: QueryDict) -> list[Chip]:
    chips = []
    for facet in facets:
        labels = dict(facet.choices)
        for value in chosen[facet.name]:
            rest = query.copy()
            rest.pop("page", None)
            rest.setlist(facet.name, [one for one in rest.getlist(facet.name) if one != value])
            chips.append(Chip(labels[value], f"?{rest.urlencode()}"))
    return chips
