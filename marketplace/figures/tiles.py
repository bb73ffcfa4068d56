"""The districts as tiles in their order: needs on offer, and capabilities that serve them."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope, lists
from marketplace.figures.tables import Cell, Column, Table
from scenarios.tiles import tiles

COLUMNS = [
    Column("district", _("District")),
    Column("needs", _("Needs on offer"), number=True),
    Column("capabilities", _("Capabilities that serve it"), number=True),
]


def districts(scope: Scope) -> Table:
    """Return every district with the needs on offer there and the capabilities that serve it."""
    needs = dict(scope.offered().order_by().values_list("district").annotate(Count("pk")))
    serving = dict(scope.capabilities().order_by().values_list("districts").annotate(Count("pk")))
    everywhere = serving.pop(None, 0)
    named = [one for one in scope.districts if not scope.district or one.pk == scope.district]
    rows = [
        [
            Cell(one.pk, str(one)),
            Cell(needs.get(one.pk, 0), **_needs(scope, one.pk)),
            Cell(
                serving.get(one.pk, 0) + everywhere,
                **lists("capability_list", {"district": one.pk}, {"on_offer": "true", "district": one.pk}),
            ),
        ]
        for one in named
    ]
    return Table(COLUMNS, rows, tiles([(row[0].shown, row[1].value, row[1].page) for row in rows]))


def _needs(scope: Scope, district: str) -> dict[str, str]:
    asked = {**scope.days("published"), **scope.kinds, "district": district}
    return lists("need_list", asked, {"on_offer": "true", **asked})
