"""Named reads of runs over super-blocks and of their tasks."""

from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, DurationField, ExpressionWrapper, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Extract, Now

FINISHED = Q(finished_at__isnull=False)


class SimilarityRunQuerySet(models.QuerySet[Any]):
    def unfinished(self) -> Self:
        return self.filter(finished_at__isnull=True)

    def with_progress(self) -> Self:
        """Runs with what their tasks have come to.

        tasks_all, tasks_done, tasks_running, tasks_failed, pairs, seconds (of all tasks together), workers;
        step_failed : whether laying out or combining failed three times. elapsed : seconds since the run began, or that
        it took.
        """
        lasted = ExpressionWrapper(
            # Rows are grouped by it, so it has to be the same time for all rows of the statement.
            Coalesce("finished_at", Now()) - F("created_at"),
            output_field=DurationField(),
        )
        return (
            self.select_related("delivery", "index_build")
            .annotate(
                tasks_all=Count("tasks"),
                tasks_done=Count("tasks", filter=Q(tasks__finished_at__isnull=False)),
                tasks_running=Count("tasks", filter=Q(tasks__delivery__state="running")),
                tasks_failed=Count("tasks", filter=Q(tasks__delivery__state="quarantined")),
                pairs=Sum("tasks__pairs", default=0),
                seconds=Sum("tasks__seconds", default=0.0),
                workers=Count("tasks__worker", distinct=True, filter=~Q(tasks__worker="")),
                step_failed=Case(When(delivery__state="quarantined", then=Value(True)), default=Value(False)),
                elapsed=Extract(lasted, "epoch"),
            )
            .order_by("-id")
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
        return self.filter(delivery__state="quarantined").annotate(error=F("delivery__error")).order_by("id")
