"""Runs of merging or suggesting over a whole index, cut into tasks of two blocks each."""

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.models.outbox import Delivery, IndexBuild
from scenarios.similarity_querysets import BlockTaskQuerySet, SimilarityRunQuerySet

UNFINISHED = (choices.RunState.PREPARING, choices.RunState.RUNNING, choices.RunState.COMBINING)


class SimilarityRun(models.Model):
    """One look at everything: laid out in blocks, each two of them compared by a task, what was found combined.

    key : names its folder in the storage, where what was there before a database was restored keeps other names.
    epoch : the folder of the blocks. min_similarity : of a merge, the least likeness. limit : of suggestions, how many
    capabilities each need is given. delivery : its present step, while it is laid out or combined; a failure of it
    stands there, that of two blocks in their own delivery.
    """

    id = models.BigAutoField(primary_key=True)
    key = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=choices.RunKind.choices)
    state = models.CharField(
        _("state"), max_length=10, choices=choices.RunState.choices, default=choices.RunState.PREPARING
    )
    epoch = models.CharField(_("epoch"), max_length=80)
    index_build = models.ForeignKey(IndexBuild, null=True, on_delete=models.SET_NULL, related_name="+")
    min_similarity = models.FloatField(_("merge threshold"), null=True)
    limit = models.PositiveSmallIntegerField(null=True)
    documents = models.PositiveIntegerField(_("documents"), default=0)
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = SimilarityRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("run over super-blocks")
        verbose_name_plural = _("runs over super-blocks")
        ordering = ["-id"]
        constraints = [
            *known("similarity_run", kind=choices.RunKind.choices, state=choices.RunState.choices),
            models.UniqueConstraint(name="similarity_run_key_once", fields=["key"]),
            models.UniqueConstraint(
                name="one_unfinished_run_of_a_kind", fields=["kind"], condition=Q(state__in=UNFINISHED)
            ),
            models.CheckConstraint(
                name="similarity_run_has_its_measure",
                condition=Q(kind="merge", limit__isnull=True, min_similarity__isnull=False)
                & Q(min_similarity__gt=0, min_similarity__lte=1)
                | Q(kind="suggest", min_similarity__isnull=True, limit__isnull=False, limit__gt=0),
            ),
            models.CheckConstraint(
                name="similarity_run_ends_with_its_state",
                condition=Q(finished_at__isnull=True, state__in=UNFINISHED)
                | Q(finished_at__isnull=False, state__in=["done", "superseded"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class BlockTask(models.Model):
    """Two blocks of a run to be compared. What a worker finds lies in the storage; this row holds its digest.

    Lease, attempts, generation and failure are those of its delivery; without one it waits for its turn.
    """

    run = models.ForeignKey(SimilarityRun, on_delete=models.CASCADE, related_name="tasks")
    block = models.PositiveIntegerField()
    other = models.PositiveIntegerField()
    delivery = models.ForeignKey(Delivery, null=True, on_delete=models.SET_NULL, related_name="+")
    worker = models.CharField(max_length=120, blank=True)
    seconds = models.FloatField(null=True)
    pairs = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True)

    objects = BlockTaskQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(name="block_task_waiting", fields=["run", "id"], condition=Q(delivery__isnull=True))]
        constraints = [
            models.UniqueConstraint(name="two_blocks_once_per_run", fields=["run", "block", "other"]),
            models.CheckConstraint(
                name="block_task_is_finished_with_a_result",
                condition=Q(finished_at__isnull=True, digest="", pairs__isnull=True, seconds__isnull=True)
                | Q(finished_at__isnull=False, pairs__isnull=False, seconds__isnull=False) & ~Q(digest=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.block}, {self.other}"
