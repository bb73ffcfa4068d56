"""Named reads of runs over super-blocks and of their tasks."""

from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, F, Q, Sum, Value, When

FINISHED = Q(finished_at__isnull=False)


class SimilarityRunQuerySet(models.QuerySet[Any]):
    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True)

    def with_progress(self) -> Self:
        """Runs with what their tasks have come to: blocks, blocks_done, pairs, seconds, workers, failed."""
        return self.select_related("delivery", "index_build").annotate(
            blocks=Count("tasks"),
            blocks_done=Count("tasks", filter=Q(tasks__finished_at__isnull=False)),
            blocks_running=Count("tasks", filter=Q(tasks__delivery__state="running")),
            blocks_failed=Count("tasks", filter=Q(tasks__delivery__state="quarantined")),
            pairs=Sum("tasks__pairs", default=0),
            seconds=Sum("tasks__seconds", default=0.0),
            workers=Count("tasks__worker", distinct=True, filter=~Q(tasks__worker="")),
            step_failed=Case(When(delivery__state="quarantined", then=Value(True)), default=Value(False)),
        )


class BlockTaskQuerySet(models.QuerySet[Any]):
    def open(self) -> Self:
        """Tasks whose result is not there yet."""
        return self.exclude(FINISHED)

    def waiting(self) -> Self:
        """Tasks that were not handed out yet."""
        return self.open().filter(delivery__isnull=True)

    def failed(self) -> Self:
        """Tasks that failed three times, with `error`."""
        return self.filter(delivery__state="quarantined").annotate(error=F("delivery__error"))
