"""The colours of the pages as the gallery shows them: text on its ground with the contrast in both schemes."""

import re
from pathlib import Path
from typing import NamedTuple

TOKENS = Path(__file__).resolve().parent / "static" / "css" / "tokens.css"
_PAIR = re.compile(r"--(?P<name>[\w-]+): light-dark\((?P<light>#[0-9a-f]{6}), (?P<dark>#[0-9a-f]{6})\);")
_SPACE = re.compile(r"--space-(?P<name>\d+): (?P<rem>[\d.]+)rem;")
# What stands on what, and the least contrast: 4.5 for text, 3 for the borders of controls and the focus.
ON = (
    *(("text", ground, 4.5) for ground in ("ground", "surface", "sunken", "brand-tint", "mark")),
    *(("muted", ground, 4.5) for ground in ("ground", "surface", "sunken")),
    *(("link", ground, 4.5) for ground in ("ground", "surface", "sunken")),
    ("link", "mark", 4.5),
    ("muted", "mark", 4.5),
    ("on-brand", "brand", 4.5),
    ("on-brand", "brand-strong", 4.5),
    ("on-brand", "accent", 4.5),
    ("brand-strong", "brand-tint", 4.5),
    *((f"{tone}-text", f"{tone}-ground", 4.5) for tone in ("neutral", "info", "good", "warn", "bad", "special")),
    *(("line-strong", ground, 3) for ground in ("ground", "surface")),
    *(("focus", ground, 3) for ground in ("ground", "surface", "sunken")),
)


class Contrast(NamedTuple):
    """A colour on its ground: WCAG's contrast in the light and in the dark scheme, and the least that it needs."""

    colour: str
    ground: str
    light: float
    dark: float
    least: float


def colours() -> dict[str, tuple[str, str]]:
    """Return the tokens with a value in each scheme: name → (light, dark) as ``#rrggbb``."""
    return {found["name"]: (found["light"], found["dark"]) for found in _PAIR.finditer(TOKENS.read_text())}


def spaces() -> list[tuple[str, str]]:
    """Return the steps of spacing: (number, rem)."""
    return [(found["name"], found["rem"]) for found in _SPACE.finditer(TOKENS.read_text())]


def contrasts() -> list[Contrast]:
    """Return every pair that the pages use."""
    known, found = colours(), []
    for colour, ground, least in ON:
        light, dark = (round(ratio(*pair), 1) for pair in zip(known[colour], known[ground], strict=True))
        found.append(Contrast(colour, ground, light, dark, least))
    return found


def ratio(one: str, other: str) -> float:
    """Return WCAG's contrast of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``, 0 to 1."""
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return float(value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4)
