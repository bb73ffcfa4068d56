"""Beat's scheduler, with a heartbeat of its own."""

import logging
from typing import Any

from celery.beat import PersistentScheduler
from django.db import Error

from scenarios import health

logger = logging.getLogger(__name__)


class BeatingScheduler(PersistentScheduler):
    """Writes beat's heartbeat from beat's own loop: one that hangs stops beating, however busy the workers are."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Beat, then do what Celery does; return the seconds until the next tick."""
        try:
            health.beat("beat")
        except Error as error:  # a lost database comes back; beat must still be there then
            logger.warning("heartbeat not written", extra={"error": type(error).__name__})
        return super().tick(*args, **kwargs)
