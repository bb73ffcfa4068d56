"""A grid of tiles, one for each district in its order; the darker, the more."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

TILE = 96
LEVELS = 4


def tiles(counted: Sequence[tuple[Any, int, str]]) -> dict[str, Any]:
    """Return what the component draws of (label, number, address) in their order."""
    across = ceil(sqrt(len(counted))) or 1
    most = max((number for _label, number, _url in counted), default=0)
    drawn = [
        {
            "label": label,
            "needs": number,
            "url": url,
            "x": f"{100 / across * (place % across):.3f}%",
            "middle": f"{100 / across * (place % across + 0.5):.3f}%",
            "y": TILE * (place // across),
            "level": 1 + (LEVELS - 1) * number // most if number else 0,
        }
        for place, (label, number, url) in enumerate(counted)
    ]
    return {"tiles": drawn, "width": f"{100 / across - 1:.3f}%", "height": TILE * ceil(len(counted) / across)}
