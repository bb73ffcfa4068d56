"""The map of likeness: needs on offer in the plane, where needs that say alike things lie close together."""

from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace.figures.scope import Scope
from marketplace.figures.tables import Cell, Column, Table
from scenarios.choices import Domain

COLUMNS = [
    Column("code", _("Code")),
    Column("title", _("Title")),
    Column("domain", _("Domain")),
    Column("x", _("To the right"), number=True, help=_("From -1 to 1.")),
    Column("y", _("Upwards"), number=True, help=_("From -1 to 1.")),
]
GLYPHS = dict(zip(Domain.values, ("▲", "■", "✚", "◆", "●", "○"), strict=True))


def places(scope: Scope, most: int | None = None) -> Table:
    """Return the needs on offer with their places, the latest first; at most `most` of them."""
    rows = scope.offered().placed().order_by("-published_at", "pk")
    fields = ("pk", "code", "title_zh", "title_en", "domain", "place__x", "place__y")
    found = list((rows[:most] if most else rows).values_list(*fields))
    labels = dict(Domain.choices)
    english = get_language() == "en"
    lines: list[list[Cell]] = []
    marks: list[dict[str, Any]] = []
    for pk, code, zh, en, domain, x, y in found:
        address, title = reverse("need_detail", args=[pk]), (en or zh) if english else (zh or en)
        label = labels.get(domain, "–")
        lines.append([Cell(code, page=address), Cell(title), Cell(domain, label), Cell(x), Cell(y)])
        place = {"x": f"{50 + 47 * x:.2f}%", "y": f"{50 - 46 * y:.2f}%", "glyph": GLYPHS.get(domain, "○")}
        marks.append(place | {"code": code, "title": title, "domain": domain, "label": label, "url": address})
    present = {mark["domain"] for mark in marks}
    key = [{"glyph": GLYPHS[one], "domain": one, "label": labels[one]} for one in Domain.values if one in present]
    left_out = max(rows.count() - most, 0) if most and len(found) == most else 0
    return Table(COLUMNS, lines, {"marks": marks, "key": key}, left_out=left_out)
