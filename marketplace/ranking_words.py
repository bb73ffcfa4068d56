"""What a score is made of, and what it says about the chances, in words."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FAMILY_LABELS = {
    "characters": gettext_lazy("Characters and words in common, rare ones above all"),
    "cos": gettext_lazy("Likeness of title and text as a whole"),
    "bm25": gettext_lazy("Words of the need that the capability uses, measured by its length"),
    "pool": gettext_lazy("What the capabilities nearest to this need have in common"),
    "facet": gettext_lazy("Maturity, cases, filings and places that the capability states"),
}


class Part(NamedTuple):
    """One family of features: what it looks at, and what it does to the score."""

    label: Any
    effect: str


def shown_parts(families: Mapping[str, float]) -> list[Part]:
    """Return the parts of a score in words, the weightiest first; they sum to the score."""
    ordered = sorted(families.items(), key=lambda item: (-abs(item[1]), item[0]))
    return [Part(FAMILY_LABELS[name], _effect(value)) for name, value in ordered if name in FAMILY_LABELS]


def _effect(value: float) -> str:
    size = f"{abs(value):.3f}"
    if size == "0.000":
        return _("changes nothing")
    return (_("raises the score by %(size)s") if value > 0 else _("lowers the score by %(size)s")) % {"size": size}


def whole_percent(probability: float | None) -> int | None:
    """Return a probability in whole per cent, from 1 to 99: a forecast is never certain."""
    return None if probability is None else min(max(round(100 * probability), 1), 99)
