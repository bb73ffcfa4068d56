"""What an author writes, as typed values, and its translation into what the precision check reads."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from scenarios.errors import Invalid
from scenarios.models import Indicator, Need
from scenarios.precision import IndicatorDraft, NeedDraft
from scenarios.risk import Demand, UnknownAnswer, derive_tier, unmet


class NeedFields(TypedDict, total=False):
    """The fields of a need that its owner writes; a missing key leaves the field as it is."""

    title_zh: str
    title_en: str
    domain: str
    track: str
    problem: str
    users_and_site: str
    current_process: str
    boundary_in: str
    boundary_out: str
    value_amount: Decimal | None
    value_basis: str
    quantity: Decimal | None
    quantity_unit: str
    district_id: str | None
    data_state: str
    data_class: str
    deploy: str
    budget_min: Decimal | None
    budget_max: Decimal | None
    funding: str
    cooperation: str
    adoption: str
    start_by: date | None
    finish_by: date | None
    merge_pref: str
    visibility: str
    contact: str
    risk_answers: dict[str, bool]
    ethics_number: str
    joins_id: UUID | None


class IndicatorFields(TypedDict, total=False):
    """One indicator as its author writes it; `id` names the one that is changed."""

    id: UUID | None
    metric: str
    unit: str
    comparator: str
    baseline: Decimal | None
    target: Decimal | None
    target_max: Decimal | None
    test_method: str
    essential: bool
    weight: Decimal | None


NEED_FIELDS = tuple(NeedFields.__annotations__)
INDICATOR_FIELDS = tuple(name for name in IndicatorFields.__annotations__ if name != "id")
# Named in the log when they change, never their values.
CONFIDENTIAL = frozenset({"contact", "budget_min", "budget_max"})


def need_draft(need: Need, indicators: Iterable[Indicator]) -> NeedDraft:
    """Return what the precision check reads of a need, saved or not."""
    texts = ("problem", "users_and_site", "current_process", "boundary_in", "boundary_out", "value_basis")
    plain = ("quantity_unit", "domain", "data_state", "data_class", "deploy", "funding", "cooperation", "adoption")
    values = ("value_amount", "quantity", "budget_min", "budget_max", "start_by", "finish_by")
    copied: dict[str, Any] = {name: getattr(need, name) for name in (*texts, *plain, *values)}
    return NeedDraft(
        **copied,
        title=need.title_zh or need.title_en,
        district=need.district_id or "",
        has_contact=bool(need.contact),
        risk_answered=bool(need.risk_answers),
        indicators=tuple(indicator_draft(row) for row in indicators),
    )


def indicator_draft(row: Indicator) -> IndicatorDraft:
    """Return what the precision check reads of an indicator."""
    return IndicatorDraft(**{name: getattr(row, name) for name in INDICATOR_FIELDS})


def risk_tier(answers: dict[str, bool], data_class: str) -> str:
    """Return the tier R1–R4 that follows from the answers; empty while no question was answered.

    Raises Invalid for an answer to a question that is not asked.
    """
    if not answers:
        return ""
    try:
        return str(derive_tier(answers, data_class=data_class).tier)
    except UnknownAnswer as error:
        raise Invalid({"risk_answers": [str(error)]}) from None


def text_of(need: Need) -> tuple[str, str]:
    """Return (title, body) of a need for the index: public fields only."""
    parts = (need.problem, need.users_and_site, need.current_process, need.boundary_in)
    metrics = [row.metric for row in need.indicators.all()]
    return f"{need.title_zh} {need.title_en}".strip(), "\n".join(part for part in (*parts, *metrics) if part)


def unmet_demands(need: Need, *, before: str, held: Collection[str] = ()) -> tuple[Demand, ...]:
    """Return what the need's risk tier demands before a step and is not there.

    held : the items that are held elsewhere, as by the call or the chosen capability; the need's own papers count too.
    """
    papers = {"ethics_number": need.ethics_number, "supervisor_approval": need.supervised_by_id}
    own = {name for name, paper in papers.items() if paper}
    reasons = derive_tier(need.risk_answers, data_class=need.data_class).reasons
    return unmet(need.risk_tier, before=before, held=own | set(held), reasons=reasons)


def differences(
    need: Need,
    fields: NeedFields,
    indicators: Iterable[IndicatorFields] | None,
    blocked_ids: Iterable[UUID] | None,
) -> dict[str, tuple[Any, Any]]:
    """Return field → (mine, theirs) as text where they differ; lists of text for rows."""
    pairs = {name: (value, getattr(need, name)) for name, value in fields.items()}
    found: dict[str, tuple[Any, Any]] = {
        name: (str(mine), str(theirs)) for name, (mine, theirs) in pairs.items() if mine != theirs
    }
    if indicators is not None:
        rows = [_as_row(row) for row in indicators], [_as_row(row) for row in need.indicators.values()]
        found |= {"indicators": rows} if rows[0] != rows[1] else {}
    if blocked_ids is not None:
        theirs = need.blocked_organisations.values_list("pk", flat=True)
        sets = sorted(map(str, blocked_ids)), sorted(map(str, theirs))
        found |= {"blocked": sets} if sets[0] != sets[1] else {}
    return found


def _as_row(values: Mapping[str, Any]) -> dict[str, str]:
    """Return an indicator as text, a number without the zeros that its column adds."""
    return {name: as_text(values.get(name)) for name in INDICATOR_FIELDS}


def as_text(value: Any) -> str:
    """Return a value as its author would type it; empty for none."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)
