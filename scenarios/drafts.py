"""A need as it is being typed: what the precision check reads, whoever fills it (a form, the API, a file, a model)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

MAX_TEXT = 20_000
MAX_INDICATORS = 50
TEXT_FIELDS = ("title", "problem", "users_and_site", "current_process", "boundary_in", "boundary_out", "value_basis")


class PrecisionError(ValueError):
    """The draft is refused before it is read, because reading it would cost too much."""


class TextTooLong(PrecisionError):
    """A text has more than MAX_TEXT characters."""

    def __init__(self, field_name: str, length: int) -> None:
        self.field, self.length = field_name, length
        super().__init__(f"{field_name} has {length} characters; shorten it to {MAX_TEXT} or attach the rest as a file")


class TooManyIndicators(PrecisionError):
    """A need has more than MAX_INDICATORS indicators."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} indicators are too many; keep the {MAX_INDICATORS} that decide the acceptance")


@dataclass(frozen=True, kw_only=True)
class IndicatorDraft:
    """An indicator as typed so far; `comparator` is ge, le, eq or range (then `target_max` is the upper end)."""

    metric: str = ""
    unit: str = ""
    comparator: str = ""
    baseline: Decimal | None = None
    target: Decimal | None = None
    target_max: Decimal | None = None
    test_method: str = ""
    essential: bool = False
    weight: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class NeedDraft:
    """A need as typed so far; money in 万元, choices by their value, "" and None for what is not given."""

    title: str = ""
    problem: str = ""
    users_and_site: str = ""
    current_process: str = ""
    boundary_in: str = ""
    boundary_out: str = ""
    value_basis: str = ""
    value_amount: Decimal | None = None
    quantity: Decimal | None = None
    quantity_unit: str = ""
    district: str = ""
    domain: str = ""
    data_state: str = ""
    data_class: str = ""
    deploy: str = ""
    budget_min: Decimal | None = None
    budget_max: Decimal | None = None
    start_by: date | None = None
    finish_by: date | None = None
    funding: str = ""
    cooperation: str = ""
    adoption: str = ""
    has_contact: bool = False
    risk_answered: bool = False
    indicators: tuple[IndicatorDraft, ...] = ()


def refuse_excess(draft: NeedDraft) -> None:
    """Raise TextTooLong or TooManyIndicators where reading the draft would cost too much."""
    if len(draft.indicators) > MAX_INDICATORS:
        raise TooManyIndicators(len(draft.indicators))
    texts = [(name, getattr(draft, name)) for name in TEXT_FIELDS]
    for row in draft.indicators:
        texts += [("indicators", row.metric), ("indicators", row.test_method)]
    for name, text in texts:
        if len(text) > MAX_TEXT:
            raise TextTooLong(name, len(text))
