"""From which likeness on needs are proposed for merging, as staff chose it, and what other thresholds would propose."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MergeThreshold(models.Model):
    """A threshold that a manager chose; the active one holds, without any the setting does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    value = models.FloatField(_("merge threshold"))
    active = models.BooleanField(default=True)
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-chosen_at", "id"]
        constraints = [
            models.UniqueConstraint(name="one_active_merge_threshold", fields=["active"], condition=Q(active=True)),
            models.CheckConstraint(name="merge_threshold_is_a_likeness", condition=Q(value__gt=0) & Q(value__lte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.value}"


class MergePreview(models.Model):
    """What each of several thresholds would propose, reckoned by a worker; the newest is shown.

    points : one per threshold, ascending: threshold, sets (lists of needs' codes), precision (expected: the mean
    probability of acceptance), and of the judged pairs how many it would propose and how many of those were accepted.
    reliability : `matching.Checked` as JSON, how far the probabilities came true; null with few judgements.
    """

    points = models.JSONField(default=list)
    accepted_pairs = models.PositiveIntegerField(default=0)
    judged_pairs = models.PositiveIntegerField(default=0)
    judgements = models.PositiveIntegerField(default=0)
    reliability = models.JSONField(null=True, blank=True)
    needs = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.made_at}"
