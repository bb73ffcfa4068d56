"""A need as one reader may see it. Templates get this, never the row: no field slips past the audience table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from scenarios.actor import Actor
from scenarios.audiences import NEED_FIELDS, Audience, audience_of, visible_fields
from scenarios.choices import Comparator
from scenarios.content import INDICATOR_FIELDS
from scenarios.facts import Fact, grouped, label_of, number, text_of_field
from scenarios.models import Need

# How the page groups what is not told in prose; each group is one definition list.
GROUPS: dict[str, tuple[str, ...]] = {
    "scale": ("quantity", "district", "domain", "track", "start_by", "finish_by"),
    "technical": ("data_state", "data_class", "deploy", "risk_tier"),
    "terms": (
        *("cooperation", "adoption", "value_amount", "value_basis", "budget_min", "budget_max", "funding"),
        *("merge_pref", "visibility", "ethics_number", "contact"),
    ),
}


class IndicatorRow(NamedTuple):
    """An indicator in words: numbers without idle zeros and with their unit, empty where nothing is given."""

    metric: str
    essential: bool
    baseline: str
    target: str
    test_method: str
    weight: str


def indicator_rows(rows: Iterable[Mapping[str, Any]]) -> list[IndicatorRow]:
    """Return indicators as they are drawn; the rows are those of a need, of a core or of a call."""
    return [_indicator_row(row) for row in rows]


def stored_indicators(need: Need) -> list[IndicatorRow]:
    """Return a need's own indicators as they are drawn."""
    return indicator_rows({name: getattr(row, name) for name in INDICATOR_FIELDS} for row in need.indicators.all())


def _indicator_row(row: Mapping[str, Any]) -> IndicatorRow:
    unit = f" {row['unit']}" if row.get("unit") else ""
    sign = "" if row.get("comparator") == "range" else str(dict(Comparator.choices).get(row.get("comparator", ""), ""))
    end = f"–{grouped(row['target_max'])}" if _given(row, "target_max") else ""
    return IndicatorRow(
        metric=row.get("metric", ""),
        essential=bool(row.get("essential")),
        baseline=f"{grouped(row['baseline'])}{unit}" if _given(row, "baseline") else "",
        target=f"{sign} {grouped(row['target'])}{end}{unit}".strip() if _given(row, "target") else "–",
        test_method=row.get("test_method", ""),
        weight=f"{number(row['weight'])} %" if _given(row, "weight") else "",
    )


def _given(row: Mapping[str, Any], name: str) -> bool:
    return row.get(name) not in (None, "")


@dataclass(frozen=True)
class ShownNeed:
    """The visible part of a need: `text` by field name, `facts` by group, `indicators`; nothing else is there."""

    pk: UUID
    status: str
    audience: Audience
    text: dict[str, str]
    facts: dict[str, list[Fact]]
    indicators: list[IndicatorRow]
    owner: Any
    title: str
    score: int
    published_at: Any
    expires_at: Any

    @property
    def is_owner(self) -> bool:
        return self.audience is Audience.OWNER

    @property
    def is_inside(self) -> bool:
        """Whether the reader is the owner or staff."""
        return self.audience >= Audience.STAFF


def shown_need(need: Need, actor: Actor) -> ShownNeed:
    """Return what `actor` may see of a need that was loaded with `for_page`."""
    audience = audience_of(actor, need.owner_id)
    visible = visible_fields(NEED_FIELDS, audience)
    plain = visible - {"id", "owner", "indicators", "blocked_organisations", "risk_answers", "precision_report"}
    text = {name: _text(need, name) for name in plain}
    return ShownNeed(
        pk=need.pk,
        status=need.status,
        audience=audience,
        text=text,
        facts={group: _facts(names, visible, text, audience) for group, names in GROUPS.items()},
        indicators=stored_indicators(need) if "indicators" in visible else [],
        owner=need.owner if "owner" in visible else None,
        title=need.title,
        score=need.precision_score,
        published_at=need.published_at,
        expires_at=need.expires_at,
    )


def _facts(names: Iterable[str], visible: frozenset[str], text: Mapping[str, str], audience: Audience) -> list[Fact]:
    """Return a group's facts; only the owner and staff are told what is missing."""
    rows = [Fact(name, label_of(Need, name), text[name]) for name in names if name in visible]
    return [row for row in rows if row.text or audience >= Audience.STAFF]


def _text(need: Need, name: str) -> str:
    if name == "quantity":
        return f"{text_of_field(need, name)} {need.get_quantity_unit_display()}".strip() if need.quantity else ""
    return text_of_field(need, name)
