"""The precision check against 大而空: points per field, what blocks a submission, findings that quote what is vague.

Pure functions over frozen dataclasses: forms, models, the API and imports fill a `NeedDraft` and show the same report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from scenarios.drafts import (
    MAX_INDICATORS,
    MAX_TEXT,
    TEXT_FIELDS,
    IndicatorDraft,
    NeedDraft,
    PrecisionError,
    TextTooLong,
    TooManyIndicators,
    refuse_excess,
)
from scenarios.findings import LABELS, Finding, FindingText, Severity, finding_text, make_finding
from scenarios.grading import POINTS, points_of
from scenarios.quantities import need_unit
from scenarios.reading import (
    Reading,
    Text,
    budget_upside_down,
    has_quantity,
    is_essential,
    is_given,
    is_no_better,
    is_upside_down,
    starts_from_nothing,
)
from scenarios.vagueness import DELIVERED, PhraseEdits

__all__ = [
    "LABELS",
    "MAX_INDICATORS",
    "MAX_TEXT",
    "POINTS",
    "PRECISE_FROM",
    "FieldPoints",
    "Finding",
    "FindingText",
    "FoundQuantity",
    "IndicatorDraft",
    "NeedDraft",
    "PrecisionError",
    "PrecisionReport",
    "Severity",
    "TextTooLong",
    "TooManyIndicators",
    "check",
    "finding_text",
]

PRECISE_FROM = 60
MAX_TITLE = 40
FAR = timedelta(days=3 * 365)
# Below this a text says too little for someone from outside; in characters, an English word counts as two.
TOO_SHORT = {"title": 4, "problem": 20, "users_and_site": 4, "current_process": 8, "boundary_in": 4, "value_basis": 4}
# Fields whose emptiness costs a supplier most.
NEEDED_FIRST = ("title", "problem")


@dataclass(frozen=True)
class FieldPoints:
    """What a field earned of what it can earn."""

    field: str
    points: int
    of: int


@dataclass(frozen=True)
class FoundQuantity:
    """A number with its unit recognised in a text of the need, as written and as understood."""

    field: str
    text: str
    value: Decimal
    unit: str
    comparator: str


@dataclass(frozen=True)
class PrecisionReport:
    """The result of a check: `score` 0–100, the points behind it, findings, quantities recognised in the texts."""

    score: int
    fields: tuple[FieldPoints, ...]
    findings: tuple[Finding, ...]
    quantities: tuple[FoundQuantity, ...] = ()

    @property
    def blockers(self) -> tuple[Finding, ...]:
        """The findings that forbid submission."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.BLOCKER)

    @property
    def precise_enough(self) -> bool:
        """Whether the need is precise enough: no blocker, and PRECISE_FROM reached."""
        return not self.blockers and self.score >= PRECISE_FROM

    def as_json(self) -> dict[str, Any]:
        """Return plain data to store: codes and parameters, no sentence, so that it is read in any language later."""
        return {
            "score": self.score,
            "precise_enough": self.precise_enough,
            "fields": [{"field": row.field, "points": row.points, "of": row.of} for row in self.fields],
            "findings": [_finding_as_json(finding) for finding in self.findings],
            "quantities": [
                {
                    "field": row.field,
                    "text": row.text,
                    "value": str(row.value),
                    "unit": row.unit,
                    "comparator": row.comparator,
                }
                for row in self.quantities
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PrecisionReport:
        """Return the report that `as_json` stored; its texts appear in the language of the reader."""
        return cls(
            score=data["score"],
            fields=tuple(FieldPoints(**row) for row in data["fields"]),
            findings=tuple(_finding_from_json(row) for row in data["findings"]),
            quantities=tuple(
                FoundQuantity(**{**row, "value": Decimal(row["value"])}) for row in data.get("quantities", ())
            ),
        )


def check(draft: NeedDraft, *, today: date, edits: PhraseEdits = DELIVERED) -> PrecisionReport:
    """Judge how precise a need is.

    draft : the need as typed so far, complete or not
    today : the day against which its dates are held
    edits : what staff made of the list of vague phrases

    Returns the report; the same draft, day and edits give the same report.
    Raises TextTooLong or TooManyIndicators before anything is read.
    """
    refuse_excess(draft)
    need = Reading.of(draft, today, edits)
    fields = tuple(FieldPoints(name, points_of(name, need), of) for name, of in POINTS.items())
    found = [*_blockers(need), *_text_findings(need), *_indicator_findings(draft, edits), *_plan_findings(need)]
    return PrecisionReport(
        score=sum(row.points for row in fields),
        fields=fields,
        findings=(*found, *_missing(need, fields, {finding.field for finding in found})),
        quantities=tuple(quantity for text in need.texts.values() for quantity in _found_in(text)),
    )


def _blockers(need: Reading) -> Iterator[Finding]:
    if not any(map(is_essential, need.draft.indicators)):
        yield make_finding("no_essential_indicator", "indicators")
        said = [row.text for row in _found_in(need.texts["problem"]) if row.comparator in {"ge", "le", "range"}]
        if said:
            yield make_finding("indicator_in_text", "indicators", said)
    if not has_quantity(need.draft):
        yield make_finding("no_quantity", "quantity")
        counted = [
            row.text for name in ("title", "problem") for row in _found_in(need.texts[name]) if need_unit(row.unit)
        ]
        if counted:
            yield make_finding("quantity_in_text", "quantity", counted)
    if not need.texts["boundary_out"].length:
        yield make_finding("no_boundary_out", "boundary_out")


def _text_findings(need: Reading) -> Iterator[Finding]:
    title, problem = need.texts["title"], need.texts["problem"]
    for name, text in need.texts.items():
        if text.vague:
            yield make_finding("vague", name, text.quotes(), groups=text.groups())
        if 0 < text.length < TOO_SHORT.get(name, 0):
            yield make_finding("too_short", name, minimum=TOO_SHORT[name])
    if len(title.folded.source) > MAX_TITLE:
        yield make_finding("title_too_long", "title", length=len(title.folded.source), maximum=MAX_TITLE)
    if need.repeats_title:
        yield make_finding("repeats_title", "problem")
    elif problem.length and not problem.quantities:
        yield make_finding("no_number_in_problem", "problem")
    if need.boundaries_same:
        yield make_finding("boundaries_same", "boundary_in")


def _indicator_findings(draft: NeedDraft, edits: PhraseEdits) -> Iterator[Finding]:
    for number, row in enumerate(draft.indicators, start=1):
        for code in _indicator_faults(row):
            numbers = {
                name: f"{value:f}"
                for name in ("target", "target_max", "baseline")
                if (value := getattr(row, name)) is not None
            }
            yield make_finding(code, "indicators", number=number, metric=row.metric.strip(), **numbers)
        metric = Text.of("indicators", row.metric, edits)
        if metric.vague:
            yield make_finding("vague", "indicators", metric.quotes(), groups=metric.groups(), number=number)


def _indicator_faults(row: IndicatorDraft) -> Iterator[str]:
    if not is_given(row.metric):
        yield "indicator_no_metric"
        return
    if row.target is None:
        yield "indicator_no_target"
    elif row.comparator == "range" and row.target_max is None:
        yield "range_without_end"
    for name in ("unit", "baseline", "test_method"):
        if not is_given(getattr(row, name)):
            yield f"indicator_no_{name}"
    if is_upside_down(row):
        yield "range_upside_down"
    elif is_no_better(row):
        yield "target_not_better"
    elif starts_from_nothing(row):
        yield "baseline_is_nothing"


def _plan_findings(need: Reading) -> Iterator[Finding]:
    draft = need.draft
    start, finish = draft.start_by, draft.finish_by
    if finish and finish < need.today:
        yield make_finding("deadline_past", "finish_by", finish_by=finish.isoformat())
    if finish and finish > need.today + FAR:
        yield make_finding("deadline_far", "finish_by", finish_by=finish.isoformat())
    if start and finish and finish < start:
        yield make_finding("finish_before_start", "finish_by", finish_by=finish.isoformat(), start_by=start.isoformat())
    if budget_upside_down(draft):
        amounts = {"budget_min": f"{draft.budget_min:f}", "budget_max": f"{draft.budget_max:f}"}
        yield make_finding("budget_upside_down", "budget_max", **amounts)
    if draft.value_amount is not None and not need.texts["value_basis"].length:
        yield make_finding("value_without_basis", "value_basis")


def _missing(need: Reading, fields: tuple[FieldPoints, ...], mentioned: set[str]) -> Iterator[Finding]:
    """Yield what was not given at all, unless a finding speaks of that field already."""
    for row in fields:
        is_empty = not need.texts[row.field].length if row.field in TEXT_FIELDS else not row.points
        if is_empty and row.field not in mentioned:
            yield make_finding("missing_first" if row.field in NEEDED_FIRST else "missing", row.field)


def _found_in(text: Text) -> Iterator[FoundQuantity]:
    for row in text.quantities:
        yield FoundQuantity(text.name, text.folded.quote(row.start, row.end), row.value, row.unit, row.comparator)


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "field": finding.field,
        "code": finding.code,
        "severity": finding.severity.value,
        "quotes": list(finding.quotes),
        "params": dict(finding.params),
    }


def _finding_from_json(row: Mapping[str, Any]) -> Finding:
    text = finding_text(row["code"], row["params"])
    return Finding(
        field=row["field"],
        code=row["code"],
        severity=Severity(row["severity"]),
        message=text.message,
        quotes=tuple(row["quotes"]),
        remedy=text.remedy,
        params=row["params"],
    )
