"""How far every pool is from the scale at which it pays."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope
from marketplace.figures.tables import Cell, Column, Table
from scenarios.disclosure import band_of, own_sum, shows_quantities
from scenarios.facts import number
from scenarios.models import MergedDemand, ScaleMark
from scenarios.scale import own_scale, standing

ROW = 56
COLUMNS = [
    Column("code", _("Code")),
    Column("title", _("Title")),
    Column("status", _("Status")),
    Column("unit", _("Unit")),
    Column("owners", _("Owners"), number=True),
    Column("pooled", _("Pooled"), number=True, help=_("A range while fewer than three owners are in.")),
    Column("minimum", _("Minimum scale"), number=True, help=_("That of the pool itself.")),
    Column("state", _("Minimum reached"), help=_("met or missed; empty where the pool has no minimum scale.")),
    Column(
        "suppliers_met",
        _("Suppliers met"),
        number=True,
        help=_("Minimum scales in its unit that it has reached."),
    ),
    Column("suppliers", _("Suppliers"), number=True, help=_("Capabilities that match the pool and count in its unit.")),
]
WORDS = {"met": _("Met"), "missed": _("Not reached"), "": _("No minimum scale")}
Marks = dict[Any, list[Decimal]]


def scales(scope: Scope, most: int | None = None) -> Table:
    """Return the pools that live with what each has pooled, in the order of their deadlines.

    most : how many are shown at most; pools have no domain or district of their own that everyone may read.
    """
    readable = MergedDemand.objects.visible_to(scope.actor).on_the_way()
    rows = readable.formed_within(scope.since, scope.until).with_scale().order_by("deadline", "code")
    pools = list(rows[:most] if most else rows)
    marks = _marks(pools)
    lines = [_line(pool, marks[pool.pk], scope) for pool in pools]
    left_out = max(rows.count() - most, 0) if most and len(pools) == most else 0
    bars = [line["bar"] | {"y": ROW * place} for place, line in enumerate(lines)]
    picture = {"bars": bars, "height": ROW * len(bars)}
    return Table(COLUMNS, [line["cells"] for line in lines], picture, left_out=left_out)


def _marks(pools: list[MergedDemand]) -> Marks:
    found: Marks = defaultdict(list)
    units = {pool.pk: pool.unit for pool in pools}
    marks = ScaleMark.objects.filter(demand__in=units, matches=True).order_by("quantity", "id")
    for demand, unit, quantity in marks.values_list("demand", "unit", "quantity"):
        if unit == units[demand]:
            found[demand].append(quantity)
    return found


def _line(pool: Any, marks: list[Decimal], scope: Scope) -> dict[str, Any]:
    exact = shows_quantities(pool, scope.actor)
    pooled = number(pool.pooled_quantity) if exact else str(band_of(pool.pooled_quantity))
    own = own_scale(pool, scope.actor)
    state = "" if not own else "met" if own[0]["met"] else "missed"
    met = sum(standing(own_sum(pool), quantity, scope.actor)[0] == "met" for quantity in marks)
    address = reverse("pool_detail", args=[pool.pk])
    cells = [
        Cell(pool.code, page=address),
        Cell(pool.title),
        Cell(pool.status, pool.get_status_display()),
        Cell(pool.unit, pool.get_unit_display()),
        Cell(pool.owners),
        Cell(pooled),
        Cell(pool.threshold_quantity, number(pool.threshold_quantity) if pool.threshold_quantity else None),
        Cell(state, WORDS[state]),
        Cell(met),
        Cell(len(marks)),
    ]
    return {"cells": cells, "bar": _bar(pool, pooled, exact, state, marks) | {"url": address}}


def _bar(pool: Any, pooled: str, exact: bool, state: str, marks: list[Decimal]) -> dict[str, Any]:
    """Return the bar of a pool: its end is a tenth beyond the largest of what it holds and what it is held against."""
    told = pool.pooled_quantity if exact else Decimal(band_of(pool.pooled_quantity).low)
    minimum = pool.threshold_quantity
    end = max([told, minimum or 0, *marks]) * Decimal("1.1") or 1
    return {
        "code": pool.code,
        "title": pool.title,
        "pooled": pooled,
        "unit": pool.get_unit_display(),
        "told": told,
        "minimum": minimum,
        "marks": marks,
        "end": end,
        "state": WORDS[state],
    }
