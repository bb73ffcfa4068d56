"""Waiting until the workers have carried the demonstration through, and saying what came of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.functions import Now

from marketplace.demonstration.loading import JOB
from marketplace.models import Capability, Suggestion
from scenarios.models import Delivery, JobSlot, MergeProposal, Need

STALLED_SECONDS = 120.0
POLL_SECONDS = 0.25


class MainJobFailed(Exception):
    """The work did not come to its end; the message says what is in the way."""


def wait_for_drain(
    progress: Callable[[int, int], None] = lambda done, total: None, *, stalled_seconds: float = STALLED_SECONDS
) -> None:
    """Return when every delivery of the outbox is done.

    progress : called with (done, total) deliveries.

    Raises MainJobFailed when one is in quarantine, or when for `stalled_seconds` none was done.
    """
    last, since = -1, time.monotonic()
    while True:
        states = _states()
        done, total = states.get("done", 0), sum(states.values())
        if states.get("quarantined"):
            raise MainJobFailed(_quarantine())
        progress(done, total)
        if done == total:
            return
        if done != last:
            last, since = done, time.monotonic()
        elif time.monotonic() - since > stalled_seconds:
            waiting = ", ".join(f"{count} {state}" for state, count in sorted(states.items()) if state != "done")
            raise MainJobFailed(
                f"Nothing was done for {stalled_seconds:.0f} s ({waiting}). Do relay and worker run? See their logs."
            )
        time.sleep(POLL_SECONDS)


def _states() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM scenarios_delivery GROUP BY state")
        return dict(cursor.fetchall())


def _quarantine() -> str:
    rows = Delivery.objects.quarantined()
    first = rows.order_by("id")[0]
    return f"{rows.count()} deliveries are in quarantine; the first: {first.task}: {first.error.splitlines()[0]}"


@dataclass(frozen=True)
class Outcome:
    """What stands in the database; `seconds` from the demonstration's start to the first drain, None before it."""

    needs: int
    published: int
    capabilities: int
    proposals: int
    suggestions: int
    seconds: float | None


def outcome() -> Outcome:
    """Return the figures. The first call after a drain notes when it was."""
    return Outcome(
        needs=Need.objects.count(),
        published=Need.objects.published().count(),
        capabilities=Capability.objects.published().count(),
        proposals=MergeProposal.objects.open().count(),
        suggestions=Suggestion.objects.current().count(),
        seconds=_seconds(),
    )


def _seconds() -> float | None:
    loaded = JobSlot.objects.filter(job=JOB, slot="loaded").first()
    if loaded is None:
        return None
    drained: Any = JobSlot.objects.get_or_create(job=JOB, slot="drained", defaults={"taken_at": Now()})[0]
    drained.refresh_from_db()
    return float((drained.taken_at - loaded.taken_at).total_seconds())
