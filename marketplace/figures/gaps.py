"""Supply and demand: the needs of each domain that capabilities with each technique fit, and those that none fits."""

from typing import Any

from django.db.models import Count, Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from marketplace.choices import Technique
from marketplace.figures.scope import Scope, lists
from marketplace.figures.tables import Cell, Column, Table
from marketplace.models import NeedFit
from marketplace.querysets import still_fits
from scenarios.choices import Domain

Totals = dict[str, tuple[int, int]]
Cells = dict[tuple[str, str], int]
LEVELS = 4
ROW, HEAD, SIDE = 40, 118, 20
"""Pixels: the height of a row and of the labels above; the width of the row labels in percent."""


def gaps(scope: Scope) -> Table:
    """Return, for each domain, the needs on offer, those that each technique fits, and those that nothing fits."""
    totals = _totals(scope)
    cells = _cells(scope)
    domains = [one for one in Domain if not scope.domain or one.value == scope.domain]
    columns = [
        Column("domain", _("Domain")),
        Column("on_offer", _("Needs on offer"), number=True),
        *(Column(one.value, one.label, number=True) for one in Technique),
        Column("without_fit", _("Without a fit"), number=True, help=_("Needs that no capability on offer fits.")),
    ]
    rows = [_row(scope, one, totals, cells) for one in domains]
    supply = _supply(scope)
    foot = [
        Cell("supply", _("Capabilities on offer")),
        Cell(None),
        *(_offers(scope, one, supply.get(one.value, 0)) for one in Technique),
        Cell(None),
    ]
    return Table(columns, [*rows, foot], _picture(columns, rows, foot), [EXPLAINED])


EXPLAINED = _(
    "A technique fits a need where a capability on offer with it passes every gate: data, deployment, district, scale. "
    "One need may be fitted by several techniques."
)


def _totals(scope: Scope) -> Totals:
    """Return domain → needs on offer, and those of them that nothing fits."""
    fitted = Q(Exists(NeedFit.objects.standing().filter(need=OuterRef("pk"))))
    rows = scope.offered().order_by().values("domain").annotate(all=Count("pk"), fitted=Count("pk", filter=fitted))
    return {row["domain"]: (row["all"], row["all"] - row["fitted"]) for row in rows}


def _cells(scope: Scope) -> Cells:
    # From the needs, whose index holds all that is asked of them: from the fits each need would be looked up anew.
    fitted = scope.offered().filter(still_fits("fits__")).order_by()
    counted = fitted.values_list("domain", "fits__technique").annotate(Count("fits"))
    return {(domain, technique): needs for domain, technique, needs in counted}


def _supply(scope: Scope) -> dict[str, int]:
    each = scope.capabilities().order_by().annotate(technique=Func(F("techniques"), function="unnest"))
    return dict(each.values_list("technique").annotate(Count("pk")))


def _row(
    scope: Scope, domain: Any, totals: dict[str, tuple[int, int]], cells: dict[tuple[str, str], int]
) -> list[Cell]:
    on_offer, without = totals.get(domain.value, (0, 0))
    return [
        Cell(domain.value, domain.label),
        Cell(on_offer, **_needs(scope, domain.value)),
        *(
            Cell(cells.get((domain.value, one.value), 0), **_needs(scope, domain.value, technique=one.value))
            for one in Technique
        ),
        Cell(without, **_needs(scope, domain.value, fit="none")),
    ]


def _needs(scope: Scope, domain: str, **more: str) -> dict[str, str]:
    asked = {**scope.days("published"), **scope.kinds, "domain": domain, **more}
    return lists("need_list", asked, {"on_offer": "true", **asked})


def _offers(scope: Scope, technique: Any, count: int) -> Cell:
    asked = {"technique": technique.value} | ({"district": scope.district} if scope.district else {})
    return Cell(count, **lists("capability_list", asked, {"on_offer": "true", **asked}))


def _picture(columns: list[Column], rows: list[list[Cell]], foot: list[Cell]) -> dict[str, Any]:
    """Return the places of the marks. A darker field is more needs; one with supply and no need, or the other way
    round, is drawn differently in more than its colour.
    """
    most = max((cell.value for row in rows for cell in row[2:-1]), default=0)
    width = (100 - SIDE) / (len(columns) - 1)
    lines = [
        {
            "label": row[0].shown,
            "y": HEAD + ROW * place,
            "fields": [
                {
                    "x": f"{SIDE + width * number:.3f}%",
                    "middle": f"{SIDE + width * (number + 0.5):.3f}%",
                    "count": cell.value,
                    "url": cell.page,
                    "label": f"{row[0].shown} × {columns[number + 1].label}",
                    "kind": _kind(number, len(row) - 2, cell.value, row[1].value, most),
                }
                for number, cell in enumerate(row[1:])
            ],
        }
        for place, row in enumerate(rows)
    ]
    heads = [
        {
            "label": column.label,
            "x": f"{SIDE + width * number:.3f}%",
            "middle": f"{SIDE + width * (number + 0.5):.3f}%",
            "supply": foot[number + 1].value,
            "url": foot[number + 1].page,
        }
        for number, column in enumerate(columns[1:])
    ]
    bottom = HEAD + ROW * len(rows)
    return {
        "lines": lines,
        "heads": heads,
        "width": f"{width - 0.4:.3f}%",
        "bottom": bottom,
        "height": bottom + ROW,
        "label": foot[0].shown,
    }


def _kind(number: int, last: int, count: int, on_offer: int, most: int) -> str:
    if number == 0:
        return "whole"
    if number == last:
        return "gap" if count else "none"
    if not count:
        return "unmet" if on_offer else "none"
    return f"level-{1 + (LEVELS - 1) * count // most if most else 1}"
