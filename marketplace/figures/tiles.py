"""The districts as tiles in their order: needs on offer, and capabilities that serve them."""

from math import ceil, sqrt
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope, lists
from marketplace.figures.tables import Cell, Column, Table

TILE = 96
LEVELS = 4
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
    return Table(COLUMNS, rows, _picture(rows))


def _needs(scope: Scope, district: str) -> dict[str, str]:
    asked = {**scope.days("published"), **scope.kinds, "district": district}
    return lists("need_list", asked, {"on_offer": "true", **asked})


def _picture(rows: list[list[Cell]]) -> dict[str, Any]:
    across = ceil(sqrt(len(rows))) or 1
    most = max((row[1].value for row in rows), default=0)
    tiles = [
        {
            "label": row[0].shown,
            "needs": row[1].value,
            "capabilities": row[2].value,
            "url": row[1].page,
            "x": f"{100 / across * (place % across):.3f}%",
            "middle": f"{100 / across * (place % across + 0.5):.3f}%",
            "y": TILE * (place // across),
            "level": 1 + (LEVELS - 1) * row[1].value // most if row[1].value else 0,
        }
        for place, row in enumerate(rows)
    ]
    return {"tiles": tiles, "width": f"{100 / across - 1:.3f}%", "height": TILE * ceil(len(rows) / across)}
