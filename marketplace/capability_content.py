"""What a supplier writes of a capability: typed values, and the rules that its parts follow."""

from collections.abc import Iterable, Mapping, Sized
from decimal import Decimal
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from marketplace.models import Capability, Evidence, PriceTier
from scenarios.content import as_text
from scenarios.errors import Invalid
from scenarios.models import District, UnitName
from scenarios.references import require_offered

MOST_ROWS = 20


class CapabilityFields(TypedDict, total=False):
    """The fields of a capability that its owner writes; a missing key leaves the field as it is."""

    title_zh: str
    title_en: str
    layer: str
    techniques: list[str]
    solves: str
    limits: str
    maturity: str
    min_scale_quantity: Decimal | None
    min_scale_unit: str
    min_scale_basis: str
    deploy: list[str]
    data_classes: list[str]
    filings: list[str]
    contact: str


class EvidenceFields(TypedDict):
    case: str
    site: str
    reached: str


class TierFields(TypedDict):
    from_quantity: Decimal
    price: Decimal


def write_fields(capability: Capability, fields: CapabilityFields) -> list[str]:
    """Set the fields on the unsaved row and return the names of those that changed; raises Invalid."""
    changed = [name for name, value in fields.items() if getattr(capability, name) != value]
    for name, value in fields.items():
        if name not in CapabilityFields.__annotations__:
            raise Invalid({name: [_("This field cannot be set.")]})
        setattr(capability, name, value)
    if "min_scale_unit" in changed:
        require_offered("min_scale_unit", UnitName, [capability.min_scale_unit])
    wrong: dict[str, list[Any]] = {}
    quantity = capability.min_scale_quantity
    if quantity is not None and quantity <= 0:
        wrong["min_scale_quantity"] = [_("The minimum scale must be above zero.")]
    if quantity is not None and not capability.min_scale_unit:
        wrong["min_scale_unit"] = [_("A minimum scale needs its unit.")]
    if wrong:
        raise Invalid(wrong)
    return changed


def write_children(
    capability: Capability,
    evidence: Iterable[EvidenceFields] | None,
    price_tiers: Iterable[TierFields] | None,
    district_ids: Iterable[str] | None,
) -> None:
    """Replace the evidence, price tiers and districts that are given; None leaves them as they are. Raises Invalid."""
    if evidence is not None:
        rows = list(evidence)
        _require_few("evidence", rows)
        capability.evidence.all().delete()
        Evidence.objects.bulk_create([Evidence(capability=capability, position=n, **row) for n, row in enumerate(rows)])
    if price_tiers is not None:
        tiers = list(price_tiers)
        _require_few("price_tiers", tiers)
        _require_tiers(tiers)
        capability.price_tiers.all().delete()
        PriceTier.objects.bulk_create([PriceTier(capability=capability, **row) for row in tiers])
    if district_ids is not None:
        wanted = list(district_ids)
        present = set(capability.districts.values_list("pk", flat=True))
        require_offered("districts", District, set(wanted) - present)
        capability.districts.set(wanted)  # type: ignore[arg-type]


def differences(
    capability: Capability,
    fields: CapabilityFields,
    evidence: Iterable[EvidenceFields] | None,
    price_tiers: Iterable[TierFields] | None,
    district_ids: Iterable[str] | None,
) -> dict[str, tuple[str, str]]:
    """Return field → (mine, theirs) as text where they differ; what holds several has a line for each."""
    pairs: dict[str, tuple[Any, Any]] = {name: (value, getattr(capability, name)) for name, value in fields.items()}
    if evidence is not None:
        pairs["evidence"] = _lines(evidence), _lines(capability.evidence.values("case", "site", "reached"))
    if price_tiers is not None:
        pairs["price_tiers"] = _lines(price_tiers), _lines(capability.price_tiers.values("from_quantity", "price"))
    if district_ids is not None:
        pairs["districts"] = sorted(district_ids), sorted(capability.districts.values_list("pk", flat=True))
    texts = {name: (_text(mine), _text(theirs)) for name, (mine, theirs) in pairs.items()}
    return {name: pair for name, pair in texts.items() if pair[0] != pair[1]}


def _lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [" · ".join(as_text(value) for value in row.values() if as_text(value)) for row in rows]


def _text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else as_text(value)


def _require_few(name: str, rows: Sized) -> None:
    if len(rows) > MOST_ROWS:
        raise Invalid({name: [_("At most 20 rows; leave out %(number)d.") % {"number": len(rows) - MOST_ROWS}]})


def _require_tiers(tiers: list[TierFields]) -> None:
    quantities = [row["from_quantity"] for row in tiers]
    if len(set(quantities)) < len(quantities) or any(quantity <= 0 for quantity in quantities):
        raise Invalid({"price_tiers": [_("Each price tier starts from another quantity above zero.")]})
    if any(row["price"] < 0 for row in tiers):
        raise Invalid({"price_tiers": [_("A price cannot be below zero.")]})
