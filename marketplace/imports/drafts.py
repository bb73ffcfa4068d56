"""From typed cells to what the actions take."""

from typing import Any, NamedTuple

from marketplace.capability_content import CapabilityFields, EvidenceFields, TierFields
from marketplace.imports.rows import ParsedRow
from scenarios.content import NEED_FIELDS, IndicatorFields, NeedFields

CONTACTS = ("contact", "contact_name", "contact_phone", "contact_email")


class NeedDraft(NamedTuple):
    """What `import_need` takes; `indicators` is None where the file has no such column."""

    fields: NeedFields
    indicators: list[IndicatorFields] | None


class CapabilityDraft(NamedTuple):
    """What `import_capability` takes; None leaves the rows as they are."""

    fields: CapabilityFields
    evidence: list[EvidenceFields] | None
    price_tiers: list[TierFields] | None
    district_ids: list[str] | None


def need_draft(row: ParsedRow) -> NeedDraft:
    """Return the fields of a need that the row sets."""
    values: dict[str, Any] = {name: row.values[name] for name in NEED_FIELDS if name in row.values}
    _set_contact(row, values)
    if "district" in row.values:
        values["district_id"] = row.values["district"]
    for name in ("start", "finish"):
        days, date = row.values.get(f"{name}_in_days"), row.values.get(f"{name}_by")
        if f"{name}_in_days" in row.values or f"{name}_by" in row.values:
            values[f"{name}_by"] = date or days
    if values.get("merge_pref") == "":
        del values["merge_pref"]
    return NeedDraft(values, row.values.get("indicators"))  # type: ignore[arg-type]


def capability_draft(row: ParsedRow) -> CapabilityDraft:
    """Return the fields of a capability that the row sets."""
    known = CapabilityFields.__annotations__
    values: dict[str, Any] = {name: row.values[name] for name in known if name in row.values}
    evidence, tiers = row.values.get("evidence"), row.values.get("price_tiers")
    return CapabilityDraft(values, evidence, tiers, row.values.get("districts"))  # type: ignore[arg-type]


def _set_contact(row: ParsedRow, values: dict[str, Any]) -> None:
    given = [row.values[name] for name in CONTACTS if name in row.values]
    if given:
        values["contact"] = " ".join(filter(None, given))
