"""Two versions of a draft response in words, part by part, for the author who has to choose between them."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from marketplace.choices import PartnerRole
from marketplace.forms.responses import ResponseForm
from marketplace.response_content import parts_of
from scenarios.facts import indicator_text, lot_labels
from scenarios.models import Call
from scenarios.two_versions import Differing


def differing_parts(differences: Mapping[str, tuple[Any, Any]], call: Call) -> list[Differing]:
    """Return what differs in a conflict, in words and in the order of the form."""
    found = []
    for row in parts_of(call):
        if row.key in differences:
            mine, saved = (_worded(row.name, value, call) for value in differences[row.key])
            found.append(Differing(row.key, _label(row.name, row.indicator, call), mine, saved))
    return found


def _label(name: str, indicator: str, call: Call) -> str:
    if indicator:
        return next(indicator_text(row) for row in call.indicators if str(row["id"]) == indicator)
    if name in ("partners", "price_tiers"):
        return str(_("Consortium") if name == "partners" else _("Prices"))
    return str(ResponseForm.base_fields[name].label)


def _worded(name: str, value: Any, call: Call) -> str:
    lots = lot_labels(call.lots)
    lines: dict[str, Callable[[], list[str]]] = {
        "role": lambda: [str(PartnerRole(value).label)] if value else [],
        "lots": lambda: [lots.get(one, one) for one in value],
        "partners": lambda: [f"{row['name']}: {PartnerRole(row['role']).label}" for row in value],
        "commitments": lambda: [f"{row['value'] or '–'} · {row['evidence']}" for row in value],
        "price_tiers": lambda: [f"≥ {row['from_quantity']}: {row['price']}" for row in value],
    }
    return "\n".join(lines[name]()) if name in lines else str(value)
