"""What a need's published versions changed, in words, and how much of that each reader is told."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import models

from scenarios.facts import READ_IN_ORDER, grouped, indicator_text, label_of, number, plain
from scenarios.models import District, Indicator, Need

Content = Mapping[str, Any]


class Change(NamedTuple):
    """A field that two versions state differently. told : whether its reader may see what it said before."""

    name: str
    label: str
    before: str
    after: str
    told: bool


def revisions(pairs: Iterable[tuple[Content, Content]], *, inside: bool) -> list[list[Change]]:
    """Return what changed from each older to its newer content, in the order of reading; at most one query.

    inside : for the owner and staff. Everybody else is told of a free text only that it changed: what stood there may
    have been taken out because it told too much. So may an indicator that is gone, whose name is a free text.
    """
    pairs = list(pairs)
    moved = any(before.get("district") != after.get("district") for before, after in pairs)
    districts = {row.pk: str(row) for row in District.objects.all()} if moved else {}
    return [_changes(before, after, districts, inside) for before, after in pairs]


def _changes(before: Content, after: Content, districts: Mapping[str, str], inside: bool) -> list[Change]:
    rows = []
    for name in READ_IN_ORDER:
        if name in after and before.get(name) != after[name]:
            earlier = before.get(name) if inside or name != "indicators" else _kept(before, after)
            old, new = (_words(name, one, districts, inside) for one in (earlier, after[name]))
            told = (inside or not _is_free_text(name)) and old != new
            rows.append(Change(name, label_of(Need, name), old, new, told))
    return rows


def _kept(before: Content, after: Content) -> list[Mapping[str, Any]]:
    """Return the earlier indicators that are asked for still."""
    metrics = {row["metric"] for row in after["indicators"] or ()}
    return [row for row in before.get("indicators") or () if row["metric"] in metrics]


def _is_free_text(name: str) -> bool:
    if name == "indicators":
        return False
    field: Any = Need._meta.get_field(name)
    return isinstance(field, models.CharField | models.TextField) and not field.flatchoices


def _words(name: str, value: Any, districts: Mapping[str, str], inside: bool) -> str:
    if value in (None, ""):
        return ""
    if name == "indicators":
        return "\n".join(_indicator(row, inside) for row in value)
    if name == "district":
        return districts.get(value, str(value))
    field: Any = Need._meta.get_field(name)
    if field.flatchoices:
        return {str(key): str(label) for key, label in field.flatchoices}.get(str(value), str(value))
    return grouped(value) if isinstance(field, models.DecimalField) else plain(value)


def _indicator(row: Mapping[str, Any], inside: bool) -> str:
    """Return an indicator with all that a version keeps of it; how it is tested is a free text."""
    parts = [indicator_text(row)]
    if row.get("essential"):
        parts.append(label_of(Indicator, "essential"))
    if row.get("weight") not in (None, ""):
        parts.append(f"{label_of(Indicator, 'weight')} {number(row['weight'])}")
    if inside and row.get("test_method"):
        parts.append(str(row["test_method"]))
    return " · ".join(parts)
