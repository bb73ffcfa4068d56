"""The outbox: rows written with the change, sent by the relay, claimed by one worker, finished in the work's last
transaction.

emit → (relay) pending → sent → (worker) claim → running → finish → done
A lost message or worker is noticed when its lease ends; the sweeper makes the row pending again. The third failed
attempt puts it into quarantine, where staff see the error and may try again.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from scenarios import naming, topics
from scenarios.models.outbox import Delivery
from scenarios.querysets import DatabaseClock

CHANNEL = "outbox"
WAITS = (timedelta(seconds=20), timedelta(minutes=10))
logger = logging.getLogger(__name__)


class Superseded(Exception):
    """Another worker holds this delivery now; whatever this one did is rolled back."""


class Claim(NamedTuple):
    """The right to do one delivery's work, until its lease ends."""

    delivery_id: int
    generation: int
    payload: dict[str, Any]


def emit(topic: str, **payload: Any) -> list[Delivery]:
    """Write one row per subscriber of `topic` in the present transaction, and return them.

    The payload is ids and plain values.
    """
    return emit_each(topic, [payload])


def emit_each(topic: str, payloads: Iterable[dict[str, Any]]) -> list[Delivery]:
    """Do as `emit` for each of the payloads, and return the rows in their order."""
    listening = topics.subscribers(topic)
    rows = [
        Delivery(topic=topic, task=task, queue=queue, payload=payload)
        for payload in payloads
        for task, queue in listening
    ]
    if rows:
        Delivery.objects.bulk_create(rows)
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")  # wakes the relay at commit; without it, it polls
    return rows


def lease(times: int = 1) -> Any:
    """Return the database time until which a worker may hold what it takes now: so many leases from now."""
    return DatabaseClock() + timedelta(seconds=times * settings.DELIVERY_LEASE_SECONDS)


def claim(delivery_id: int, *, leases: int = 1) -> Claim | None:
    """Take a delivery by one conditional update; None when another worker has it, or it is done, or gone.

    The attempt is counted before the work starts, so that work which kills its worker is counted too.
    leases : how long the work may take, in leases; a worker that was killed is noticed only after so many.
    """
    with transaction.atomic():
        free = Delivery.objects.filter(pk=delivery_id, state__in=["pending", "sent"])
        taken = free.update(
            state="running", attempts=F("attempts") + 1, generation=F("generation") + 1, lease_until=lease(leases)
        )
        if not taken:
            return None
        row = Delivery.objects.get(pk=delivery_id)
    return Claim(row.pk, row.generation, row.payload)


def finish(claimed: Claim) -> None:
    """Mark the work done. Call it in the transaction that holds the work's effect.

    Raises Superseded when the lease ended and the delivery went to another worker.
    """
    done = Delivery.objects.filter(pk=claimed.delivery_id, generation=claimed.generation, state="running").update(
        state="done", finished_at=DatabaseClock(), lease_until=None, error=""
    )
    if not done:
        raise Superseded(claimed.delivery_id)


def finish_all(claims: list[Claim]) -> None:
    """Mark deliveries done that were worked on together: all of them, or none."""
    for claimed in claims:
        finish(claimed)


def fail(claimed: Claim, error: BaseException) -> None:
    """Note the failure: wait and try again, or quarantine after DELIVERY_ATTEMPTS attempts."""
    row = Delivery.objects.filter(pk=claimed.delivery_id, generation=claimed.generation, state="running").first()
    if row is None:
        return
    # Long enough for a mail server or a disk to come back before the third attempt.
    _release(row, f"{type(error).__name__}: {error}"[:2000], WAITS[min(row.attempts, len(WAITS)) - 1])


def _release(row: Delivery, error: str, wait: timedelta = timedelta(0)) -> None:
    exhausted = row.attempts >= settings.DELIVERY_ATTEMPTS
    Delivery.objects.filter(pk=row.pk, generation=row.generation).update(
        state="quarantined" if exhausted else "pending",
        error=error,
        lease_until=None,
        available_at=DatabaseClock() + wait,
        finished_at=DatabaseClock() if exhausted else None,
    )


def sweep() -> int:
    """Make every delivery with a lapsed lease available again (or quarantine it); return how many."""
    with transaction.atomic():
        rows = list(Delivery.objects.lapsed().select_for_update(skip_locked=True)[:500])
        for row in rows:
            _release(row, row.error or "The worker or its message was lost before the work was done.")
    return len(rows)


def retry(delivery_id: int) -> bool:
    """Give a quarantined delivery three new attempts; False when it is not in quarantine any more."""
    return bool(
        Delivery.objects.filter(pk=delivery_id, state="quarantined").update(
            state="pending", attempts=0, available_at=DatabaseClock(), finished_at=None
        )
    )


@contextmanager
def working(delivery_id: int, *, leases: int = 1) -> Iterator[Claim | None]:
    """Claim a delivery for the body; its failure is noted in the row, which brings the work back. The broker hears
    nothing.

    Yields None when there is nothing to do. The body calls `finish` in its last transaction.
    """
    claimed = claim(delivery_id, leases=leases)
    with _noting_failure([claimed] if claimed else []):
        yield claimed


@contextmanager
def working_together(delivery_id: int, *, limit: int = 1000) -> Iterator[list[Claim]]:
    """Claim a delivery and the untried ones of the same task that wait beside it, so that one build serves them all.

    A delivery that failed before runs alone: it cannot take healthy ones down with it twice.
    """
    first = claim(delivery_id)
    claims = [first] if first else []
    if first and Delivery.objects.filter(pk=delivery_id, attempts=1).exists():
        claims += _claim_beside(delivery_id, limit)
    with _noting_failure(claims):
        yield claims


def _claim_beside(delivery_id: int, limit: int) -> list[Claim]:
    with transaction.atomic():
        waiting = Delivery.objects.filter(
            task=Delivery.objects.filter(pk=delivery_id).values("task")[:1], state__in=["pending", "sent"], attempts=0
        )
        keys = list(waiting.order_by("id").select_for_update(skip_locked=True).values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(pk__in=keys).update(
            state="running", attempts=1, generation=F("generation") + 1, lease_until=lease()
        )
        rows = Delivery.objects.filter(pk__in=keys).order_by("id")
        return [Claim(row.pk, row.generation, row.payload) for row in rows]


@contextmanager
def _noting_failure(claims: list[Claim]) -> Iterator[None]:
    try:
        yield
    except Superseded:
        logger.info("delivery superseded", extra={"deliveries": [one.delivery_id for one in claims]})
    except Exception as error:
        logger.exception("delivery failed", extra={"deliveries": [one.delivery_id for one in claims]})
        for one in claims:
            fail(one, error)


def do(delivery_id: int, act: Callable[..., None], *, leases: int = 1) -> None:
    """Run one delivery's work: `act(**payload, finish=…)`, where finish is called in the work's last transaction."""
    with working(delivery_id, leases=leases) as claimed:
        if claimed:
            with naming.one_reading():
                act(**claimed.payload, finish=partial(finish, claimed))


def do_together(delivery_id: int, act: Callable[..., None], *, ids: str) -> None:
    """Run a delivery and those waiting beside it as one piece of work: `act(<ids>=[…], finish=…)`."""
    with working_together(delivery_id) as claims:
        if claims:
            wanted = [pk for one in claims for pk in one.payload[ids]]
            with naming.one_reading():
                act(**{ids: wanted}, finish=partial(finish_all, claims))
