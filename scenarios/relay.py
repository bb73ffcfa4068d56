"""The relay: sends outbox rows to the broker, brings back what was lost, and does what the clock decides.

Several may run; rows are taken with FOR UPDATE SKIP LOCKED.
"""

import logging
import time
from collections.abc import Callable

from celery import current_app
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction

from scenarios import health, outbox, pipeline
from scenarios.models import Delivery

logger = logging.getLogger(__name__)
BATCH = 200
POLL_SECONDS = 1.0
SWEEP_SECONDS = 2.0


def publish_batch(limit: int = BATCH) -> int:
    """Send the next due rows and lease them; return how many.

    A row whose message could not be sent stays pending. One that was sent but not committed is sent again: tasks may
    run twice.
    """
    with transaction.atomic():
        rows = list(Delivery.objects.due().select_for_update(skip_locked=True)[:limit])
        sent: list[int] = []
        try:
            for row in rows:
                current_app.send_task(row.task, kwargs={"delivery": row.pk}, queue=row.queue, retry=False)
                sent.append(row.pk)
        except Exception as error:  # whatever the broker's client raises: the rows are safe
            logger.warning("broker unreachable", extra={"error": type(error).__name__, "unsent": len(rows) - len(sent)})
        Delivery.objects.filter(pk__in=sent).update(state="sent", lease_until=outbox.lease())
    if rows and not sent:
        raise BrokerUnreachable
    return len(sent)


class BrokerUnreachable(Exception):
    """Nothing could be sent; wait before trying again."""


class Relay:
    """The loop; `stop` ends it after the present round."""

    def __init__(self) -> None:
        self.stopped = False
        self._next: dict[str, float] = {}

    def stop(self, *_: object) -> None:
        self.stopped = True

    def run(self) -> None:
        """Publish, sweep and beat until stopped; a lost database is waited for."""
        while not self.stopped:
            try:
                self._round()
            except (OperationalError, InterfaceError):
                logger.exception("database unreachable")
                connection.close()
                time.sleep(POLL_SECONDS)
            except BrokerUnreachable:
                time.sleep(POLL_SECONDS)
            close_old_connections()

    def _round(self) -> None:
        self._every(health.BEAT_SECONDS, "heartbeat", lambda: health.beat("relay"))
        self._every(SWEEP_SECONDS, "sweep", outbox.sweep)
        self._every(SWEEP_SECONDS, "clock", pipeline.sweep_clock)
        if publish_batch() < BATCH and not self.stopped:
            self._wait()

    def _every(self, seconds: float, name: str, act: Callable[[], object]) -> None:
        if time.monotonic() >= self._next.get(name, 0.0):
            act()
            self._next[name] = time.monotonic() + seconds

    def _wait(self) -> None:
        """Sleep until an action commits news, or POLL_SECONDS at most."""
        connection.ensure_connection()
        raw = connection.connection
        raw.execute(f"LISTEN {outbox.CHANNEL}")
        for _ in raw.notifies(timeout=POLL_SECONDS, stop_after=1):
            pass
