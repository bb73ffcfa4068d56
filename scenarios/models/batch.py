"""What a member of staff decided on several objects at once, with what came of each of them."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known


class Batch(models.Model):
    """One move that was asked for on several objects. kind : a name of `scenarios.batch_kinds`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=30)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), blank=True, max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering = ["-created_at", "id"]
        indexes = [models.Index(name="batch_of_account", fields=["account", "-created_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.created_at}"


class BatchRow(models.Model):
    """One object of a batch, as it was read. seen : its version or member key at that time; note : why not."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveSmallIntegerField()
    subject_id = models.UUIDField()
    code = models.CharField(max_length=20, blank=True)
    title = models.CharField(max_length=200)
    seen = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=choices.BatchRowState.choices, default=choices.BatchRowState.WAITING)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            *known("batchrow", state=choices.BatchRowState.choices),
            models.UniqueConstraint(name="batch_row_once", fields=["batch", "subject_id"]),
            models.CheckConstraint(
                name="batch_row_refused_says_why", condition=~Q(state=choices.BatchRowState.REFUSED) | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.state}"
