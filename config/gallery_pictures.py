"""Invented material for the pictures of figures on the page at /design/."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from scenarios.choices import Unit

HERE = "#figures"
FIELDS = (("whole", 48), ("level-4", 31), ("level-2", 12), ("unmet", 0), ("gap", 9))


def pictures() -> dict[str, dict[str, Any]]:
    """Return one picture for each component."""
    return {
        "funnel": _funnel(),
        "heatmap": _heatmap(),
        "scales": _scales(),
        "weeks": _weeks(),
        "tiles": _tiles(),
        "plane": _plane(),
    }


def _funnel() -> dict[str, Any]:
    steps = ((_("Published"), 120, None, None), (_("In a call"), 48, "40 %", 31), (_("Landed"), 12, "25 %", 92))
    bars = [
        {"label": label, "count": count, "share": share, "days": days, "url": HERE, "y": 64 * place}
        for place, (label, count, share, days) in enumerate(steps)
    ]
    return {"bars": bars, "most": 120, "height": 192}


def _heatmap() -> dict[str, Any]:
    heads = (_("Needs on offer"), _("Computer vision"), _("Speech"), _("Robotics"), _("Without a fit"))
    places = [(f"{24 + 15 * number}%", f"{31.5 + 15 * number}%") for number in range(len(heads))]
    fields = [
        {"x": x, "middle": middle, "count": count, "kind": kind, "url": HERE, "label": _("Smart manufacturing")}
        for (x, middle), (kind, count) in zip(places, FIELDS, strict=True)
    ]
    columns = [
        {"label": label, "x": x, "middle": middle, "url": HERE, "supply": supply}
        for label, (x, middle), supply in zip(heads, places, (None, 17, 4, 2, None), strict=True)
    ]
    line = {"label": _("Smart manufacturing"), "y": 118, "fields": fields}
    return {
        "lines": [line],
        "heads": columns,
        "width": "14.6%",
        "bottom": 158,
        "height": 198,
        "label": _("Capabilities"),
    }


def _scales() -> dict[str, Any]:
    rows = (("HB-2026-0001", 18, 12, [12, 18, 30], _("Met")), ("HB-2026-0002", 6, 20, [24], _("Not reached")))
    bars = [
        {"code": code, "title": "", "pooled": told, "told": told, "minimum": minimum, "marks": marks, "end": 33}
        | {"unit": Unit.LINE.label, "state": state, "url": HERE, "y": 56 * place}
        for place, (code, told, minimum, marks, state) in enumerate(rows)
    ]
    return {"bars": bars, "height": 112}


def _weeks() -> dict[str, Any]:
    counts = (3, 7, 4, 9, 12)
    bars = [
        {"x": f"{20 * place}%", "y": 92 - 7 * count, "height": 7 * count, "count": count, "week": place, "url": HERE}
        for place, count in enumerate(counts)
    ]
    panel = {"label": _("Published needs"), "total": sum(counts), "most": max(counts), "bars": bars}
    return {"panels": [panel], "width": "16%", "first": "2026-08-31", "last": "2026-09-28"}


def _tiles() -> dict[str, Any]:
    rows = (("Liangxi", 3, 1), ("Xishan", 0, 0), ("Xinwu", 21, 4))
    tiles = [
        {"label": label, "needs": needs, "level": level, "url": HERE, "y": 0}
        | {"x": f"{33.3 * place:.1f}%", "middle": f"{33.3 * (place + 0.5):.1f}%"}
        for place, (label, needs, level) in enumerate(rows)
    ]
    return {"tiles": tiles, "width": "32.3%", "height": 96}


def _plane() -> dict[str, Any]:
    kinds = (("▲", "transport", _("Smart transport")), ("■", "manufacturing", _("Smart manufacturing")))
    marks = [
        {"x": f"{x}%", "y": f"{y}%", "glyph": kinds[kind][0], "domain": kinds[kind][1]}
        | {"code": f"XQ-2026-{number:04d}", "title": kinds[kind][2], "url": HERE}
        for number, (x, y, kind) in enumerate(((20, 30, 0), (24, 38, 0), (70, 60, 1), (66, 72, 1)), start=1)
    ]
    return {"marks": marks, "key": [{"glyph": glyph, "domain": kind, "label": label} for glyph, kind, label in kinds]}
