"""The facets of the capability list: fields that hold several values, and districts where none named means all."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.models import Capability
from scenarios.choices import DataClass, Deploy
from scenarios.listing import Facet
from scenarios.models import District

Rows = QuerySet[Any]


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


def _serving(values: list[str]) -> Q:
    return Q(pk__in=Capability.objects.serving(values).values("pk"))


def _district_counts(rows: Rows, codes: list[str]) -> dict[str, int]:
    named = dict(rows.order_by().values_list("districts").annotate(Count("pk")))
    everywhere = named.pop(None, 0)
    return {code: named.get(code, 0) + everywhere for code in codes}
