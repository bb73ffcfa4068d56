"""Every figure by its name: what it is called, what it can be narrowed by, and how it is made."""

import csv
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO

from django.utils.translation import gettext_lazy as _

from marketplace.figures.gaps import gaps
from marketplace.figures.likeness import places
from marketplace.figures.pools import scales
from marketplace.figures.scope import Scope
from marketplace.figures.stages import stages
from marketplace.figures.tables import Table
from marketplace.figures.tiles import districts
from marketplace.figures.weeks import weeks
from scenarios.sheets import defused


class Figure(NamedTuple):
    """A figure.

    filters : what of a scope it can be narrowed by. most : how many rows a page and the API show of one that has a row
    for each object; its file has all. wide : its table scrolls.
    """

    name: str
    title: Any
    lead: Any
    made: Callable[..., Table]
    filters: tuple[str, ...] = ("since", "until", "domain", "district")
    most: int | None = None
    wide: bool = False


FIGURES = {
    one.name: one
    for one in (
        Figure(
            "funnel",
            _("From a need to a landed project"),
            _("How many needs pass each step, and how long it takes."),
            stages,
        ),
        Figure(
            "gaps",
            _("Supply and demand"),
            _("Which techniques on offer fit the needs of each domain, and where nothing fits."),
            gaps,
            wide=True,
        ),
        Figure(
            "scale",
            _("How far the pools are"),
            _("What every pool has gathered against its minimum scale and that of suppliers."),
            scales,
            filters=("since", "until"),
            most=60,
        ),
        Figure(
            "map",
            _("Map of likeness"),
            _("Needs that say alike things lie close together."),
            places,
            most=200,
        ),
        Figure("weeks", _("Week by week"), _("What was published, opened and formed."), weeks),
        Figure(
            "districts",
            _("Districts"),
            _("Needs on offer in each district, and the capabilities that serve it."),
            districts,
        ),
    )
}


def drawn(figure: Figure, scope: Scope) -> Table:
    """Return a figure as a page shows it."""
    return figure.made(scope, most=figure.most) if figure.most else figure.made(scope)


def write_table(table: Table, file: TextIO) -> None:
    """Write a figure as CSV: the columns' names, then its values, every text defused; nothing told is an empty cell."""
    writer = csv.writer(file)
    writer.writerow([column.name for column in table.columns])
    for row in table.rows:
        writer.writerow([defused(cell.value) if isinstance(cell.value, str) else cell.value for cell in row])
