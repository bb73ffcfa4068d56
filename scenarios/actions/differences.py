"""Core, modules, exclusions: where the members of a pool deviate, and what the machine proposes to do with it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.choices import Treatment
from scenarios.conflicts import indicator_conflicts
from scenarios.models import Difference, MergedDemand, Need

DEVIATING = ("data_class", "deploy", "risk_tier", "quantity_unit", "district_id", "boundary_in", "boundary_out")
INDICATORS = "indicators"


def write_differences(
    demand: MergedDemand,
    needs: Sequence[Need],
    resolutions: Mapping[str, str],
    *,
    decided_by: int | None,
    split_from: MergedDemand | None = None,
) -> None:
    """Note every field in which a member deviates, and every metric on whose target the members disagree.

    resolutions : field → module or excluded, as a manager decided. The rest is proposed as modules. What was decided
    on before, in this pool or in the one that it was split from, stays decided.
    """
    before = (split_from or demand).differences.all()
    kept = {(row.field, row.metric): (row.treatment, row.decided_by_id) for row in before}
    rows = [*_fields(demand, needs), *_targets(demand, needs)]
    for row in rows:
        if row.field in resolutions:
            row.treatment, row.decided_by_id = resolutions[row.field], decided_by
        else:
            row.treatment, row.decided_by_id = kept.get((row.field, row.metric), (Treatment.MODULE, None))
    demand.differences.filter(need__in=needs).delete()
    Difference.objects.bulk_create(rows)


def _fields(demand: MergedDemand, needs: Sequence[Need]) -> list[Difference]:
    """Return what differs from the most frequent value; of two that are as frequent the greater one is usual."""
    rows = []
    for field in DEVIATING:
        values = Counter(str(getattr(need, field) or "") for need in needs)
        usual = max(values, key=lambda value: (values[value], value))
        rows += [
            Difference(demand=demand, need=need, field=field.removesuffix("_id"), value=value)
            for need in needs
            if (value := str(getattr(need, field) or "")) != usual
        ]
    return rows


def _targets(demand: MergedDemand, needs: Sequence[Need]) -> list[Difference]:
    """Return each member's own target for the metrics in which they conflict."""
    found: dict[tuple[Any, str], list[str]] = {}
    for metric, indicators in indicator_conflicts(needs).items():
        for one in indicators:
            found.setdefault((one.need_id, metric), []).append(_line(one))
    return [
        Difference(demand=demand, need_id=need, field=INDICATORS, metric=metric, value="; ".join(lines))
        for (need, metric), lines in found.items()
    ]


def _line(one: Any) -> str:
    """Return a target as one line: ``≤ 0.5 %``."""
    sign = {"ge": "≥", "le": "≤", "eq": "="}.get(one.comparator, "")
    ends = [f"{end.normalize():f}" for end in (one.target, one.target_max) if end is not None]
    return " ".join(part for part in (sign, "–".join(ends), one.unit) if part)


def treatments_of(demand: MergedDemand) -> list[dict[str, str]]:
    """Return what is a module or excluded, without saying for whom: what a version of the core says about it."""
    rows = demand.differences.living().exclude(treatment=Treatment.CORE).order_by("field", "metric")
    told = rows.values_list("field", "metric", "treatment").distinct()
    return [{"field": field, "metric": metric, "treatment": treatment} for field, metric, treatment in told]
