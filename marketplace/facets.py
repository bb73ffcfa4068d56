"""The facets of capabilities (fields that hold several values; no district named means all), projects, lessons and
organisations.
"""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.engagement_choices import EngagementStatus, Stage
from marketplace.engagement_querysets import NOT_PUBLIC
from marketplace.models import Capability, Gate, Organisation
from scenarios.actor import Actor
from scenarios.choices import DataClass, Deploy
from scenarios.facts import label_of
from scenarios.listing import Facet, entries_of
from scenarios.models import District
from scenarios.source_facets import Source, source_facets

Rows = QuerySet[Any]
LESSONS = Source("engagement__demand", "engagement__need")


def capability_facets() -> list[Facet]:
    """Return the facets in the order in which they are shown."""
    districts = {one.pk: str(one) for one in District.objects.all()}
    return [
        Facet("layer", _("Layer"), choices.Layer.choices),
        Facet("technique", _("Techniques"), choices.Technique.choices, field="techniques", many=True),
        Facet("maturity", _("Maturity"), choices.Maturity.choices),
        Facet("deploy", _("Where it can run"), Deploy.choices, many=True),
        Facet("data_class", _("Data it may touch"), DataClass.choices, field="data_classes", many=True),
        Facet(
            "district",
            _("Serves the district"),
            [*districts.items()],
            condition=_serving,
            counts=lambda rows: _district_counts(rows, [*districts]),
        ),
    ]


def engagement_facets() -> list[Facet]:
    """Return the facets of the projects that began."""
    states = [(value, label) for value, label in EngagementStatus.choices if value not in NOT_PUBLIC]
    sources = [("need", _("One need")), ("demand", _("A pool"))]
    ways = [("response", _("Award of a call")), ("proposed_by", _("Direct agreement"))]
    return [
        Facet("status", _("State"), states),
        Facet("stage", label_of(Gate, "stage"), Stage.choices),
        Facet("source", _("Comes from"), sources, condition=_given),
        Facet("way", _("Came about by"), ways, condition=_given),
    ]


def lesson_facets(actor: Actor) -> list[Facet]:
    """Return the facets of the lessons."""
    return source_facets(LESSONS, actor, ("domain",))


def organisation_facets() -> list[Facet]:
    """Return the facets of the organisations that are listed."""
    return [
        Facet("kind", label_of(Organisation, "kind"), choices.OrganisationKind.choices),
        Facet("district", label_of(Organisation, "district"), entries_of(District)),
    ]


def _given(values: list[str]) -> Q:
    """Return the condition that one of these fields is not empty."""
    return reduce(or_, (Q(**{f"{name}__isnull": False}) for name in values))


def _serving(values: list[str]) -> Q:
    return Q(pk__in=Capability.objects.serving(values).values("pk"))


def _district_counts(rows: Rows, codes: list[str]) -> dict[str, int]:
    named = dict(rows.order_by().values_list("districts").annotate(Count("pk")))
    everywhere = named.pop(None, 0)
    return {code: named.get(code, 0) + everywhere for code in codes}
