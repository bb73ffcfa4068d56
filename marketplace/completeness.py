"""What a capability still lacks, and why a reader misses it."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from marketplace.actions.capabilities import REQUIRED
from marketplace.facts import label_of
from marketplace.models import Capability

WHY: Mapping[str, Any] = {
    "title_zh": _("The title weighs most in the suggestions: name the object and the task."),
    "layer": _("Readers filter by it."),
    "techniques": _("Readers filter by it."),
    "maturity": _("It tells an enterprise what risk it takes."),
    "solves": _("Suggestions are made from this text: name objects, defects, figures."),
    "limits": _("A limit told now saves both sides a meeting."),
    "min_scale_quantity": _("Without it no pool can show that it is large enough for you, and no gap can be told."),
    "min_scale_basis": _("Verified enterprises see why a smaller order does not pay."),
    "evidence": _("One case with the figure reached convinces more than any adjective."),
    "price_tiers": _("Staff see at which pooled quantity your price falls."),
    "deploy": _("A need that must run on premises is matched only if you say you can."),
    "data_classes": _("A need with personal data is matched only if you say you may touch it."),
    "title_en": _("The English pages show it."),
    "contact": _("Your own colleagues find whom to ask."),
}

CHOICES = ("layer", "techniques", "maturity", "deploy", "data_classes")
ANCHORS = {name: f"id_{name}_0" for name in CHOICES} | {
    "evidence": "id_evidence-0-case",
    "price_tiers": "id_tiers-0-from_quantity",
}


class Lack(NamedTuple):
    """A field that is empty: whether it blocks submission, and why it matters."""

    name: str
    label: str
    why: Any
    blocks: bool

    @property
    def anchor(self) -> str:
        """The id of the field in the form."""
        return ANCHORS.get(self.name, f"id_{self.name}")


class Completeness(NamedTuple):
    """How much of what readers look for is there."""

    filled: int
    of: int
    lacks: list[Lack]

    @property
    def blockers(self) -> list[Lack]:
        return [lack for lack in self.lacks if lack.blocks]


def completeness(capability: Capability | None, shown: Collection[str] = WHY.keys()) -> Completeness:
    """Return what is there and what is missing, blockers first; its evidence and price tiers are loaded.

    shown : the names of the fields that the reader may see; of the others nothing is told.
    """
    told = {name: why for name, why in WHY.items() if name in shown}
    lacks = [
        Lack(name, label_of(name), why, name in REQUIRED)
        for name, why in told.items()
        if not _is_filled(capability, name)
    ]
    return Completeness(len(told) - len(lacks), len(told), sorted(lacks, key=lambda lack: not lack.blocks))


def _is_filled(capability: Capability | None, name: str) -> bool:
    if capability is None:
        return False
    if name in ("evidence", "price_tiers"):
        return bool(getattr(capability, name).all())
    return getattr(capability, name) not in (None, "", [])
