"""What the precision check can find, each with its cause and remedy in the reader's language."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, cast

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from scenarios.vagueness import hints

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Param = str | int | Sequence[str]


class Severity(StrEnum):
    """A blocker forbids submission, a warning costs points, a hint says what would help."""

    BLOCKER = "blocker"
    WARNING = "warning"
    HINT = "hint"


class FindingText(NamedTuple):
    """Cause and remedy, both lazy: they are put into the language of whoever reads them."""

    message: StrPromise
    remedy: StrPromise


class Kind(NamedTuple):
    """A row of the table below."""

    severity: Severity
    message: StrPromise
    remedy: StrPromise


@dataclasses.dataclass(frozen=True)
class Finding:
    """One finding about one field; `quotes` are the author's own words, `params` what the text is made from again."""

    field: str
    code: str
    severity: Severity
    message: StrPromise
    quotes: tuple[str, ...] = ()
    remedy: StrPromise | str = ""
    params: Mapping[str, Param] = dataclasses.field(default_factory=dict, hash=False)


LABELS: dict[str, StrPromise] = {
    "title": _("Title"),
    "problem": _("Problem"),
    "users_and_site": _("Users and site"),
    "current_process": _("How it is done today"),
    "boundary_in": _("Included"),
    "boundary_out": _("Not included"),
    "value_amount": _("Value in 10,000 yuan"),
    "value_basis": _("How the value is worked out"),
    "quantity": _("Quantity"),
    "indicators": _("Indicators"),
    "district": _("District"),
    "domain": _("Domain"),
    "data_state": _("State of the data"),
    "data_class": _("Class of the data"),
    "deploy": _("Where it may run"),
    "budget_max": _("Budget"),
    "finish_by": _("Finish by"),
    "cooperation": _("Form of cooperation"),
    "adoption": _("What happens when the indicators are met"),
    "has_contact": _("Contact"),
    "risk_answered": _("Ethics and risk questions"),
}

B, W, H = Severity.BLOCKER, Severity.WARNING, Severity.HINT

KINDS: dict[str, Kind] = {
    "no_essential_indicator": Kind(
        B,
        _("No essential indicator says when the need is met."),
        _("Add one indicator with a target and mark it as essential, for instance missed defects ≤ 0.5 %, now 3 %."),
    ),
    "no_quantity": Kind(
        B,
        _("The need has no quantity with a unit, so nobody can tell whether it is worth a supplier's effort."),
        _("Enter how many lines, sites, vehicles, devices, beds, km or seats it is about, for instance 4 lines."),
    ),
    "no_boundary_out": Kind(
        B,
        _("Nothing is excluded, so the need has no edge."),
        _("Name at least one thing that the supplier need not deliver, for instance no change to the ERP system."),
    ),
    "vague": Kind(W, _("{label}: “{quotes}” tells a wish, not a need."), _("What to write instead: {hints}.")),
    "missing": Kind(H, _("Missing: {label}."), _("Fill it in: suppliers decide by it whether the need is for them.")),
    "missing_first": Kind(W, _("Missing: {label}."), _("Write it first: everything else is read in its light.")),
    "too_short": Kind(
        W,
        _("{label} is too short to be understood by someone from outside."),
        _("Write at least {minimum} characters (a word counts as two): who, where, what goes wrong, how often."),
    ),
    "title_too_long": Kind(
        W,
        _("The title has {length} characters, {maximum} are shown."),
        _("Keep object, place and task; move the rest to the problem."),
    ),
    "repeats_title": Kind(
        W,
        _("The problem only repeats the title."),
        _("Describe what happens today: which step, how often it fails, what a failure costs."),
    ),
    "no_number_in_problem": Kind(
        H,
        _("The problem names no number with a unit."),
        _("Say how often, how long or how much, for instance 20 complaints a month, 45 min per changeover."),
    ),
    "quantity_in_text": Kind(
        H,
        _("The text mentions “{quotes}”, but the quantity is empty."),
        _("Enter it as the quantity if the need covers exactly these."),
    ),
    "indicator_in_text": Kind(
        H,
        _("The text mentions “{quotes}”, but there is no indicator for it."),
        _("Enter it as an indicator with its target, present value and test method."),
    ),
    "boundaries_same": Kind(
        W,
        _("Included and not included say the same."),
        _("Under “not included”, name what a supplier might expect but need not deliver."),
    ),
    "indicator_no_metric": Kind(
        W,
        _("Indicator {number} has no name."),
        _("Name what is measured, for instance missed defects or changeover time."),
    ),
    "indicator_no_target": Kind(
        W,
        _("Indicator {number} ({metric}) has no target."),
        _("Enter the number that has to be reached at acceptance."),
    ),
    "indicator_no_unit": Kind(
        W, _("Indicator {number} ({metric}) has no unit."), _("Enter the unit, for instance %, s/piece, min or kWh/t.")
    ),
    "indicator_no_baseline": Kind(
        W,
        _("Indicator {number} ({metric}) has no present value."),
        _("Measure or estimate it as it is today: without it nobody sees how far the way is."),
    ),
    "indicator_no_test_method": Kind(
        W,
        _("Indicator {number} ({metric}) has no test method."),
        _("Say who measures what on how many samples over which time."),
    ),
    "target_not_better": Kind(
        W,
        _("Indicator {number} ({metric}): the target {target} is no better than the present value {baseline}."),
        _("Check the comparison and both numbers; what only has to stay as it is should not be marked as essential."),
    ),
    "baseline_is_nothing": Kind(
        H,
        _("Indicator {number} ({metric}): the present value is 0, better than the target {target}."),
        _("If nothing can be measured today, say so in the test method; otherwise correct one of the numbers."),
    ),
    "range_upside_down": Kind(
        W,
        _("Indicator {number} ({metric}): the range ends at {target_max}, below its start {target}."),
        _("Swap the two numbers."),
    ),
    "range_without_end": Kind(
        W, _("Indicator {number} ({metric}): the range has no upper end."), _("Enter the upper end or choose ≥ or ≤.")
    ),
    "deadline_past": Kind(
        W,
        _("The date to finish by, {finish_by}, is past."),
        _("Choose a date that leaves time for the call and the pilot."),
    ),
    "deadline_far": Kind(
        H,
        _("The date to finish by, {finish_by}, is more than three years away."),
        _("Cut off a first step that can be finished within a year or two."),
    ),
    "finish_before_start": Kind(
        W, _("The finish, {finish_by}, lies before the start, {start_by}."), _("Swap or correct the two dates.")
    ),
    "budget_upside_down": Kind(
        W, _("The budget's lower end {budget_min} is above its upper end {budget_max}."), _("Swap the two amounts.")
    ),
    "value_without_basis": Kind(
        H,
        _("The value has no calculation."),
        _("Show how it comes about, for instance 12 inspectors × 8 (10,000 yuan a year) = 96 (10,000 yuan a year)."),
    ),
}

# A stored report may name a finding that a later version of the check no longer makes.
_GONE = FindingText(
    _("This finding comes from an earlier version of the check."), _("Save the need again to renew the check.")
)


def finding_text(code: str, params: Mapping[str, Param]) -> FindingText:
    """Return cause and remedy of a finding from what `as_json` stored of it, in the language of the reader.

    params : the stored `params`; quotes and groups are lists, everything else text or a number.
    """
    kind = KINDS.get(code)
    if kind is None:
        return _GONE
    values = _shown(params)
    return FindingText(_filled(kind.message, values), _filled(kind.remedy, values))


def make_finding(code: str, field_name: str, quotes: Sequence[str] = (), **params: Param) -> Finding:
    """Return the finding `code` about a field; `quotes` and `params` appear in its text."""
    stored: dict[str, Param] = {"field": field_name, **params}
    if quotes:
        stored["quotes"] = list(quotes)
    text = finding_text(code, stored)
    return Finding(field_name, code, KINDS[code].severity, text.message, tuple(quotes), text.remedy, stored)


def _fill(template: StrPromise, values: Mapping[str, object]) -> str:
    return str(template).format_map(values)


# django-stubs types what `lazy` makes as the class it imitates.
_filled = cast("Callable[[StrPromise, Mapping[str, object]], StrPromise]", lazy(_fill, str))


class _Shown(dict[str, object]):
    """A placeholder that a stored report has no value for (an older version did not keep it) is shown as a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def _shown(params: Mapping[str, Param]) -> Mapping[str, object]:
    name = str(params.get("field", ""))
    lists = {"quotes": "”, “".join(_listed(params, "quotes")), "hints": hints(_listed(params, "groups"))}
    return _Shown({**params, **lists, "label": LABELS.get(name, name)})


def _listed(params: Mapping[str, Param], name: str) -> Sequence[str]:
    value = params.get(name, ())
    return () if isinstance(value, int | str) else value
