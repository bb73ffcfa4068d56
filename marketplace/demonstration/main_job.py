"""Waiting until the workers have carried the demonstration through, and saying what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now

from marketplace.demonstrated import JOB
from marketplace.models import Capability, Engagement, Lesson, Selection, Suggestion
from scenarios.choices import InterestState
from scenarios.models import Call, Delivery, Interest, JobSlot, MergedDemand, MergeProposal, Need

STALLED_SECONDS = 120.0
POLL_SECONDS = 0.25


class MainJobFailed(Exception):
    """The work did not come to its end; the message says what is in the way."""


@dataclass(frozen=True)
class Left:
    """The outbox in figures. `awaited` rows are due or in somebody's hands; `delayed` ones failed and wait to be tried
    again; `quarantined` ones wait for a person.
    """

    done: int
    awaited: int
    delayed: int
    quarantined: int

    @property
    def total(self) -> int:
        return self.done + self.awaited + self.delayed + self.quarantined

    @property
    def all_done(self) -> bool:
        return self.done == self.total


def left() -> Left:
    """Return how many deliveries there are of each sort, on the database clock."""
    rows = Delivery.objects.order_by()
    return Left(
        done=rows.filter(state="done").count(),
        awaited=rows.awaited().count(),
        delayed=rows.delayed().count(),
        quarantined=rows.quarantined().count(),
    )


def wait_for_drain(
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    once: bool = False,
    stalled_seconds: float = STALLED_SECONDS,
) -> Left:
    """Return what is left when nothing can be done now, or when for `stalled_seconds` nothing was done.

    What failed and waits for its next attempt is not waited for, and what is in quarantine is for people to look at.
    progress : called with (done, total) deliveries. once : everything has to be done.

    Raises MainJobFailed under `once` when a delivery is in quarantine, or when nothing moves.
    """
    last, since = -1, time.monotonic()
    while True:
        now = left()
        if once and now.quarantined:
            raise MainJobFailed(_quarantine())
        progress(now.done, now.total)
        if now.all_done or not (once or now.awaited):
            return now
        if now.done != last:
            last, since = now.done, time.monotonic()
        elif time.monotonic() - since > stalled_seconds:
            if not once:
                return now
            raise MainJobFailed(f"Nothing was done for {stalled_seconds:.0f} s. {' '.join(warnings(now))}")
        time.sleep(POLL_SECONDS)


def warnings(found: Left) -> list[str]:
    """Return one sentence for each sort of delivery that is not done."""
    said = []
    if found.quarantined:
        said.append(f"{counted(found.quarantined)} in quarantine.")
    if found.delayed:
        said.append(f"{counted(found.delayed)} waiting to be tried again after a failure.")
    if found.awaited:
        said.append(f"{counted(found.awaited)} not done yet. Do relay and worker run? See their logs.")
    return said


def counted(count: int) -> str:
    """Return a count of deliveries with its verb.

    >>> counted(1), counted(2)
    ('1 delivery is', '2 deliveries are')
    """
    return f"{count} delivery is" if count == 1 else f"{count} deliveries are"


def _quarantine() -> str:
    rows = Delivery.objects.quarantined()
    first = rows.order_by("id")[0]
    error = (first.error.splitlines() or ["no error was noted"])[0]
    return f"{counted(rows.count())} in quarantine; the first: {first.task}: {error}"


@dataclass(frozen=True)
class Outcome:
    """What stands in the database; `seconds` from the demonstration's start to the first drain, None before it."""

    needs: int
    published: int
    capabilities: int
    proposals: int
    pools: int
    calls: int
    interests: int
    selections: int
    projects: int
    lessons: int
    suggestions: int
    seconds: float | None


def outcome(*, drained: bool = True) -> Outcome:
    """Return the figures. The first call after everything was done (`drained`) notes when it was."""
    return Outcome(
        needs=Need.objects.count(),
        published=Need.objects.published().count(),
        capabilities=Capability.objects.published().count(),
        proposals=MergeProposal.objects.open().count(),
        pools=MergedDemand.objects.living().count(),
        calls=Call.objects.open().count(),
        interests=Interest.objects.filter(state=InterestState.DECLARED).count(),
        selections=Selection.objects.count(),
        projects=Engagement.objects.count(),
        lessons=Lesson.objects.count(),
        suggestions=Suggestion.objects.current().count(),
        seconds=_seconds(drained),
    )


def _seconds(drained: bool) -> float | None:
    loaded = JobSlot.objects.filter(job=JOB, slot="loaded").first()
    if loaded is None:
        return None
    if drained:
        JobSlot.objects.get_or_create(job=JOB, slot="drained", defaults={"taken_at": Now()})
    end: Any = JobSlot.objects.filter(job=JOB, slot="drained").first()
    return float((end.taken_at - loaded.taken_at).total_seconds()) if end else None
