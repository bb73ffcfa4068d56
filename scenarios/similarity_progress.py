"""How far runs over super-blocks are, as pages and the API show it."""

from dataclasses import dataclass
from typing import Any

from scenarios.models import SimilarityRun

SHOWN_FAILURES = 20


@dataclass(frozen=True)
class Failure:
    """A part of a run that failed three times; blocks : counted from 1, None where laying out or combining failed."""

    blocks: tuple[int, int] | None
    attempts: int
    error: str


@dataclass(frozen=True)
class Progress:
    """A run, with the figures of `with_progress`, and the first of its failures."""

    run: Any
    failures: list[Failure]


def under_way() -> list[Progress]:
    """Return the runs that have not ended, the newest first."""
    return [progress_of(run) for run in SimilarityRun.objects.unfinished().with_progress()]


def progress_of(run: Any) -> Progress:
    """Return a run's figures with its failures."""
    failures = []
    if run.step_failed:
        failures.append(Failure(None, run.delivery.attempts, run.delivery.error))
    if run.tasks_failed:
        failed = run.tasks.failed().select_related("delivery")[:SHOWN_FAILURES]
        failures += [Failure((one.block + 1, one.other + 1), one.delivery.attempts, one.error) for one in failed]
    return Progress(run, failures)
