"""Needs beside each other and versions of a core after each other, as rows for the table of differences."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scenarios.choices import Treatment, Unit
from scenarios.facts import grouped, indicator_text, indicator_texts, label_of, text_of_field
from scenarios.models import CoreVersion, Need

COMPARED = (
    *("title_zh", "owner", "domain", "district", "quantity", "quantity_unit", "data_class", "data_state", "deploy"),
    *("risk_tier", "boundary_in", "boundary_out", "cooperation", "adoption", "start_by", "finish_by", "merge_pref"),
)
CORE_PARTS = ("title_zh", "title_en", "problem", "boundary_in", "boundary_out")


def difference_rows(
    needs: Sequence[Need],
    conflicts: Collection[str] = (),
    treatments: Mapping[str, Any] | None = None,
    indicators: Iterable[Sequence[Mapping[str, Any]]] | None = None,
) -> list[dict[str, Any]]:
    """Return one row per field with each need's value.

    conflicts : fields in which the needs conflict.
    treatments : field → the label of what was decided on it.

    indicators : those of each need, where the needs do not come with them loaded.

    The needs come with owner, district and indicators loaded.
    """
    if indicators is None:
        indicators = [[vars(row) for row in need.indicators.all()] for need in needs]
    rows = [_row(name, [text_of_field(need, name) for need in needs], conflicts, treatments or {}) for name in COMPARED]
    lines = ["; ".join(map(indicator_text, rows)) for rows in indicators]
    return [*rows, _row("indicators", lines, conflicts, treatments or {})]


def _row(name: str, values: list[str], conflicts: Collection[str], treatments: Mapping[str, Any]) -> dict[str, Any]:
    treatment = treatments.get(name)
    return {
        "label": label_of(Need, name),
        "values": values,
        "differs": len(set(values)) > 1,
        "conflict": name in conflicts and treatment is None,
        "treatment": treatment,
    }


def pooled(needs: Iterable[Need]) -> str:
    """Return what these needs pool, per unit: ``10 lines, 120 sites``; empty where no quantity is given."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for need in needs:
        if need.quantity is not None:
            sums[need.quantity_unit] += need.quantity
    units = dict(Unit.choices)
    return ", ".join(f"{grouped(total)} {units.get(unit, unit)}" for unit, total in sorted(sums.items()))


def deviation_label(field: str, metric: str) -> str:
    """Return what a difference is called: the metric of an indicator, else the field of the need."""
    return metric if field == "indicators" else label_of(Need, field)


def value_text(field: str, value: str) -> str:
    """Return the stored value of a difference in words: the label of a choice, else what it says."""
    if field == "indicators":
        return value
    labels = {str(key): str(label) for key, label in Need._meta.get_field(field).flatchoices}  # type: ignore[union-attr]
    return labels.get(value, value)


def treatment_lines(treatments: Iterable[Mapping[str, str]]) -> list[str]:
    """Return what a version of a core makes a module or excludes, one line each: ``Deployment: Module``."""
    labels = {str(value): str(label) for value, label in Treatment.choices}
    return [f"{deviation_label(row['field'], row['metric'])}: {labels[row['treatment']]}" for row in treatments]


def core_changes(older: CoreVersion | None, newer: CoreVersion) -> list[dict[str, Any]]:
    """Return (label, before, after) for each part in which two versions of a core differ; nothing for the first one."""
    if older is None:
        return []
    pairs = [(name, getattr(older, name), getattr(newer, name)) for name in CORE_PARTS]
    pairs.append(("indicators", indicator_texts(older.indicators), indicator_texts(newer.indicators)))
    before, after = ("\n".join(treatment_lines(one.treatments)) for one in (older, newer))
    pairs.append(("treatments", before, after))
    return [
        {"label": label_of(CoreVersion, name), "before": before, "after": after}
        for name, before, after in pairs
        if before != after
    ]
