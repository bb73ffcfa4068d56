"""From promise to proof: what was asked, frozen, promised and measured of one indicator, and whether that meets it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from marketplace.models import Engagement, EngagementIndicator, Gate, Measurement
from scenarios.choices import Comparator


def meets(comparator: str, value: Decimal, target: Decimal | None, target_max: Decimal | None = None) -> bool | None:
    """Return whether a measured value meets a target; None where no target was given.

    A range includes both of its ends; without an upper end it is met from the lower one on.
    """
    if target is None:
        return None
    if comparator == Comparator.LE:
        return value <= target
    if comparator == Comparator.EQ:
        return value == target
    if comparator == Comparator.RANGE:
        return target <= value and (target_max is None or value <= target_max)
    return value >= target


@dataclass(frozen=True)
class Reading:
    """One measurement on its way from a gate (None: the acceptance) to the verdict."""

    measurement: Measurement
    gate: Gate | None
    met: bool | None


@dataclass(frozen=True)
class ProofLine:
    """One indicator from the need's target to the measurement at acceptance.

    met : whether the accepted measurement meets the frozen target; kept : whether it meets what was promised. None
    where nothing was measured, or there is nothing to compare with.
    """

    indicator: EngagementIndicator
    readings: list[Reading]
    accepted: Reading | None
    kept: bool | None

    @property
    def met(self) -> bool | None:
        return self.accepted.met if self.accepted else None

    @property
    def latest(self) -> Reading | None:
        """The last thing measured, wherever."""
        return self.accepted or (self.readings[-1] if self.readings else None)


def proof_of(engagement: Engagement) -> list[ProofLine]:
    """Return a line for each indicator of an engagement, in its order, in two queries."""
    return proofs_of([engagement.pk]).get(engagement.pk, [])


def proofs_of(engagement_ids: Iterable[UUID]) -> dict[UUID, list[ProofLine]]:
    """Return the lines of several engagements, by engagement, in two queries."""
    measured = Measurement.objects.select_related("gate").order_by("gate__position", "iteration")
    rows = EngagementIndicator.objects.filter(engagement__in=list(engagement_ids))
    found: dict[UUID, list[ProofLine]] = {}
    for row in rows.prefetch_related(Prefetch("measurements", queryset=measured)):
        found.setdefault(row.engagement_id, []).append(_line(row))
    return found


def _line(row: EngagementIndicator) -> ProofLine:
    readings, accepted = [], None
    for one in row.measurements.all():
        reading = Reading(one, one.gate, meets(row.comparator, one.value, row.target, row.target_max))
        if one.gate is None:
            accepted = reading
        else:
            readings.append(reading)
    return ProofLine(row, readings, accepted, _kept(row, accepted))


def _kept(row: EngagementIndicator, accepted: Reading | None) -> bool | None:
    """Return whether the promised value was reached; a promise within a range is kept within that range."""
    if accepted is None or row.promised is None:
        return None
    if row.comparator == Comparator.RANGE:
        return accepted.met
    return meets(row.comparator, accepted.measurement.value, row.promised)


def unmet_essentials(lines: list[ProofLine]) -> list[str]:
    """Return the metrics of essential indicators that were not measured at the acceptance, or miss their target."""
    return [
        line.indicator.metric
        for line in lines
        if line.indicator.essential and (line.accepted is None or line.met is False)
    ]


def unmeasured_essentials(gate: Gate) -> list[str]:
    """Return the metrics of essential indicators that this round of a gate has not measured yet."""
    measured = Measurement.objects.filter(gate=gate, iteration=gate.iterations).values("indicator")
    essential = EngagementIndicator.objects.filter(engagement=gate.engagement_id, essential=True)
    return list(essential.exclude(pk__in=measured).values_list("metric", flat=True))
