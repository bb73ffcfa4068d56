"""What was published week by week: needs, capabilities, calls, and pools that formed."""

from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Count, Value
from django.db.models.functions import TruncWeek
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope, lists
from marketplace.figures.tables import Cell, Column, Table
from scenarios.models import Call, MergedDemand
from scenarios.querysets import database_time

WEEK = timedelta(days=7)
SHOWN, MOST = 26, 104
COLUMNS = [
    Column("week", _("Week from"), help=_("Its Monday.")),
    Column("needs", _("Published needs"), number=True),
    Column("capabilities", _("Capabilities on offer"), number=True, help=_("Of those on offer now.")),
    Column("calls", _("Opened calls"), number=True),
    Column("merges", _("Formed pools"), number=True),
]
NARROWED = _("Capabilities, calls and pools have no domain and no district that everyone may read; here needs alone.")


def weeks(scope: Scope) -> Table:
    """Return the weeks of the period, the latest 26 without one, at most 104."""
    first, last = _ends(scope)
    series = _series(scope, first, last)
    counted: dict[tuple[str, date], int] = {}
    for name, monday, number in _counted(series):
        counted[name, timezone.localtime(monday).date()] = number
    columns = [column for column in COLUMNS if column.name in {"week", *series}]
    mondays = [first + WEEK * place for place in range((last - first) // WEEK + 1)]
    rows = [
        [
            Cell(monday.isoformat()),
            *(Cell(counted.get((name, monday), 0), **_lists(name, monday, scope)) for name in series),
        ]
        for monday in mondays
    ]
    return Table(columns, rows, _picture(columns, rows), [NARROWED] if scope.kinds else [])


def _ends(scope: Scope) -> tuple[date, date]:
    """Return the Mondays of the first and the last week."""
    last = _monday(scope.until or timezone.localtime(database_time()).date())
    first = _monday(scope.since) if scope.since else last - WEEK * (SHOWN - 1)
    return min(max(first, last - WEEK * (MOST - 1)), last), last


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _series(scope: Scope, first: date, last: date) -> dict[str, Any]:
    """Return what is counted under each column, with the column of its time."""
    ends = (first, last + WEEK - timedelta(days=1))
    needs = scope.needs().published_within(*ends).filter(published_at__isnull=False)
    if scope.kinds:
        return {"needs": (needs, "published_at")}
    return {
        "needs": (needs, "published_at"),
        "capabilities": (scope.capabilities().published_within(*ends), "published_at"),
        "calls": (Call.objects.visible_to(scope.actor).opened_within(*ends), "opens_at"),
        "merges": (MergedDemand.objects.visible_to(scope.actor).formed_within(*ends), "formed_at"),
    }


def _counted(series: dict[str, Any]) -> Any:
    """Count all series in one query: (name, Monday, number)."""
    parts = [
        rows.order_by()
        .annotate(series=Value(name, output_field=CharField()), monday=TruncWeek(column))
        .values("series", "monday")
        .annotate(number=Count("pk"))
        .values_list("series", "monday", "number")
        for name, (rows, column) in series.items()
    ]
    return parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]


def _lists(name: str, monday: date, scope: Scope) -> dict[str, str]:
    ends = {"since": monday.isoformat(), "until": (monday + WEEK - timedelta(days=1)).isoformat()}

    def within(word: str) -> dict[str, str]:
        return {f"{word}_{end}": day for end, day in ends.items()}

    if name == "needs":
        return lists("need_list", {"step": "published", **within("published"), **scope.kinds})
    if name == "capabilities":
        return lists("capability_list", within("published"), {"on_offer": "true", **within("published")})
    return lists("call_list", within("opened")) if name == "calls" else lists("pool_list", within("formed"))


def _picture(columns: list[Column], rows: list[list[Cell]]) -> dict[str, Any]:
    width = 100 / max(len(rows), 1)
    panels = []
    for number, column in enumerate(columns[1:], start=1):
        values = [row[number].value for row in rows]
        most = max(values, default=0)
        bars = [
            {
                "x": f"{width * place:.3f}%",
                "y": round(92 - 84 * value / most) if most else 92,
                "height": 92 - round(92 - 84 * value / most) if most else 0,
                "count": value,
                "week": row[0].value,
                "url": row[number].page,
            }
            for place, (row, value) in enumerate(zip(rows, values, strict=True))
            if value
        ]
        panels.append({"label": column.label, "total": sum(values), "most": most, "bars": bars})
    return {
        "panels": panels,
        "width": f"{width * 0.8:.3f}%",
        "first": rows[0][0].value if rows else "",
        "last": rows[-1][0].value if rows else "",
    }
