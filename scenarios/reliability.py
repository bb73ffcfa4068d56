"""How far probabilities came true, as a picture: what `c-reliability` draws."""

from collections.abc import Mapping
from typing import Any

SIZE, LEFT, EDGE = 320, 48, 16
"""The picture: SIZE × SIZE, with room for labels at the left and below."""


def reliability_of(measured: Mapping[str, Any]) -> dict[str, Any]:
    """Return a `Calibration` or `Checked` as places in a picture: told to the right, come true upwards."""
    levels = [(level, f"{level:.0%}") for level in (0.0, 0.25, 0.5, 0.75, 1.0)]
    points = [
        {"x": _x(one["told"]), "y": _y(one["relevant"]), "low": _y(one["low"]), "high": _y(one["high"])}
        for one in measured["bins"]
    ]
    return {
        "points": points,
        "rows": measured["bins"],
        "error": measured["error"],
        "judged": measured["judged"],
        "levels": [(_y(level), text) for level, text in levels],
        "ticks": [(_x(level), text) for level, text in levels],
        "start": (_x(0.0), _y(0.0)),
        "end": (_x(1.0), _y(1.0)),
    }


def _x(part: float) -> float:
    return round(LEFT + part * (SIZE - LEFT - EDGE), 1)


def _y(part: float) -> float:
    return round(EDGE + (1 - part) * (SIZE - 2 * EDGE - 16), 1)
