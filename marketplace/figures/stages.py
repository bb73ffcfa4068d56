"""The funnel from a need to a landed project."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope, lists
from marketplace.figures.tables import Cell, Column, Table
from scenarios.funnel import Stage, funnel

BOTH = _("Of the needs that passed the step before, how many passed this one too; 1 is all of them.")
COLUMNS = [
    Column("step", _("Step")),
    Column("needs", _("Needs"), number=True, help=_("Needs that have passed this step.")),
    Column("share_of_first", _("Of the first step"), number=True, help=_("1 is all of them.")),
    Column("share_of_before", _("Of the step before"), number=True, help=BOTH),
    Column("median_days", _("Days (median)"), number=True, help=_("From the step named in the next column.")),
    Column("since", _("Counted from")),
]


def stages(scope: Scope) -> Table:
    """Return the steps with what has passed each, its share, and how long it took."""
    rows = scope.needs().come_within(scope.actor, scope.since, scope.until)
    found = funnel(rows, scope.actor)
    partly = not scope.actor.is_staff and any(stage.step.partly_told for stage in found)
    return Table(COLUMNS, [_row(stage, scope) for stage in found], _picture(found, scope), _notes(scope, partly))


def _notes(scope: Scope, partly: bool) -> list[Any]:
    told = _(
        "In pools and calls the public reads those needs only whose pool names its members; times are told from "
        "three owners on."
    )
    return [told] if partly else []


def _row(stage: Stage, scope: Scope) -> list[Cell]:
    return [
        Cell(stage.step.name, stage.step.label),
        Cell(stage.count, **_lists(stage, scope)),
        Cell(stage.share_of_first, percent(stage.share_of_first)),
        Cell(stage.share_of_before, percent(stage.share_of_before)),
        Cell(stage.days),
        Cell(stage.step.since if stage.since else None, stage.since or None),
    ]


def _lists(stage: Stage, scope: Scope) -> dict[str, str]:
    return lists("need_list", {"step": stage.step.name, **scope.days("came"), **scope.kinds})


def percent(share: Decimal | None) -> str | None:
    """Return a share in words; None for none.

    >>> percent(Decimal("0.375"))
    '37.5 %'
    """
    return None if share is None else f"{(share * 100).normalize():f} %"


def _picture(found: list[Stage], scope: Scope) -> dict[str, Any]:
    most = max((stage.count for stage in found), default=0)
    bars = [
        {
            "label": stage.step.label,
            "count": stage.count,
            "share": percent(stage.share_of_before),
            "days": stage.days,
            "url": _lists(stage, scope)["page"],
            "y": 64 * place,
        }
        for place, stage in enumerate(found)
    ]
    return {"bars": bars, "most": most, "height": 64 * len(bars)}
