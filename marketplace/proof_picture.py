"""Where the values of an indicator lie on one line: today, the target, what was promised, measured and accepted."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from marketplace.proof import ProofLine
from scenarios.choices import Comparator
from scenarios.facts import number

MARGIN = Decimal("0.08")


class Mark(NamedTuple):
    """One value: kind today·promised·gate·accepted, its place in per cent of the width, its label and its value."""

    kind: str
    x: str
    label: str
    value: str


@dataclass(frozen=True)
class Picture:
    """The marks of one indicator, and the stretch (in per cent) in which its target is met."""

    marks: list[Mark]
    target: str
    good_from: str
    good_width: str


def picture_of(line: ProofLine, *, sees_all: bool) -> Picture | None:
    """Return the picture of an indicator, None where it has no target.

    sees_all : whether the reader is told what was promised and what the gates measured.
    """
    row = line.indicator
    if row.target is None:
        return None
    values = _values(line, sees_all)
    ends = [row.target, *([row.target_max] if row.target_max is not None else []), *(value for _k, _l, value in values)]
    low, high = min(ends), max(ends)
    room = (high - low) * MARGIN or max(abs(high) * MARGIN, Decimal(1))
    low, high = low - room, high + room

    def place(value: Decimal) -> Decimal:
        return (value - low) / (high - low) * 100

    start, end = _good(line, low, high)
    return Picture(
        marks=[Mark(kind, _percent(place(value)), label, number(value)) for kind, label, value in values],
        target=_percent(place(row.target)),
        good_from=_percent(place(start)),
        good_width=_percent(max(place(end) - place(start), Decimal("0.6"))),
    )


def _percent(value: Decimal) -> str:
    return f"{value:.1f}%"


def _values(line: ProofLine, sees_all: bool) -> list[tuple[str, str, Decimal]]:
    row = line.indicator
    found: list[tuple[str, str, Any]] = [("today", _("Today"), row.baseline)]
    if sees_all:
        found.append(("promised", pgettext("indicator", "Promised"), row.promised))
        found += [("gate", reading_label(one), one.measurement.value) for one in line.readings]
    if line.accepted:
        found.append(("accepted", _("Acceptance"), line.accepted.measurement.value))
    return [(kind, str(label), value) for kind, label, value in found if value is not None]


def reading_label(reading: Any) -> str:
    """Return where something was measured: the stage, with the round from the second one on."""
    if reading.gate is None:
        return str(_("Acceptance"))
    stage = str(reading.gate.get_stage_display())
    further = reading.measurement.iteration
    return str(_("%(stage)s, round %(round)d") % {"stage": stage, "round": further + 1}) if further else stage


def _good(line: ProofLine, low: Decimal, high: Decimal) -> tuple[Decimal, Decimal]:
    row = line.indicator
    target = row.target if row.target is not None else low
    if row.comparator == Comparator.LE:
        return low, target
    if row.comparator == Comparator.EQ:
        return target, target
    if row.comparator == Comparator.RANGE and row.target_max is not None:
        return target, row.target_max
    return target, high
