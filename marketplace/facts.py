"""What a capability says, as rows of label and text for its page, its moderation and its comparison."""

from collections.abc import Iterable
from decimal import InvalidOperation
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace import choices
from marketplace.models import Capability
from scenarios.choices import DataClass, Deploy, Unit
from scenarios.facts import Fact, grouped, listed, money, plain

SETS: dict[str, Any] = {
    "techniques": choices.Technique,
    "deploy": Deploy,
    "data_classes": DataClass,
    "filings": choices.Filing,
}
LABELS = {
    "evidence": gettext_lazy("Evidence"),
    "price_tiers": gettext_lazy("Price tiers"),
    "title_zh": gettext_lazy("Title"),
    "solves": gettext_lazy("What it solves"),
    "limits": gettext_lazy("What it does not do"),
    "districts": gettext_lazy("Districts served"),
    "general": gettext_lazy("In general"),
}
# The order in which a capability is read; ids, states and the machine's times say nothing about it.
READ_IN_ORDER = (
    *("title_zh", "title_en", "layer", "techniques", "maturity", "solves", "limits"),
    *("min_scale_quantity", "min_scale_unit", "min_scale_basis", "evidence", "price_tiers"),
    *("deploy", "data_classes", "districts", "filings", "contact"),
)


def label_of(name: str) -> str:
    """Return what a field of a capability is called in the reader's language; an unknown name as it is."""
    if name in LABELS:
        return str(LABELS[name])
    known = {field.name: field for field in Capability._meta.get_fields()}
    return str(capfirst(getattr(known.get(name), "verbose_name", name)))


def labels_of(name: str, values: Iterable[str]) -> list[str]:
    """Return the labels of the values of a field that holds several."""
    options = SETS[name]
    return [str(options(value).label) if value in options.values else value for value in values]


def quantity_text(quantity: Any, unit: str) -> str:
    """Return a quantity, or the band that it lies in, with its unit: ``12 lines``; empty for none."""
    if quantity is None:
        return ""
    try:
        shown = grouped(quantity)
    except InvalidOperation:
        shown = str(quantity)  # a band, such as 6–10, while the exact figure would tell too much
    return f"{shown} {Unit(unit).label if unit in Unit.values else unit}".strip()


def text_of(capability: Capability, name: str) -> str:
    """Return a field in words, one line per row where it has rows; its evidence, tiers and districts are loaded."""
    if name in SETS:
        return listed(labels_of(name, getattr(capability, name)))
    if name == "districts":
        return listed(capability.districts.all()) or _("all districts")
    if name == "evidence":
        rows = [(row.case, row.site, row.reached) for row in capability.evidence.all()]
        return "\n".join(" · ".join(part for part in row if part) for row in rows)
    if name == "price_tiers":
        return "\n".join(_tier_text(capability, row) for row in capability.price_tiers.all())
    if hasattr(capability, f"get_{name}_display"):
        return str(getattr(capability, f"get_{name}_display")())
    return plain(getattr(capability, name))


def _tier_text(capability: Capability, row: Any) -> str:
    start = quantity_text(row.from_quantity, capability.min_scale_unit)
    return _("from %(quantity)s: %(price)s each") % {"quantity": start, "price": money(row.price)}


def capability_facts(capability: Capability, names: Iterable[str]) -> list[Fact]:
    """Return those fields of a capability that are in `names`, in the order in which it is read."""
    wanted = set(names)
    return [Fact(name, label_of(name), text_of(capability, name)) for name in READ_IN_ORDER if name in wanted]
