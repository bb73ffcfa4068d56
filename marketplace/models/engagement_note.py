"""What the parties of an engagement and its manager write to each other."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.engagement_querysets import NoteQuerySet
from scenarios.models.event import ClockTimestamp

NOTE_LIMIT = 2000


class EngagementNote(models.Model):
    """One note in a project; what was written stands.

    organisation : the party in whose name it was written; null for the manager.
    created_at : by the database clock under the project's lock, so that the order of reading is that of writing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey("marketplace.Engagement", models.CASCADE, related_name="notes", db_index=False)
    organisation = models.ForeignKey(
        "marketplace.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("note to the parties"), max_length=NOTE_LIMIT)
    created_at = models.DateTimeField(_("written"), db_default=ClockTimestamp(), editable=False)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("note to the parties")
        verbose_name_plural = _("notes between the parties")
        ordering = ["created_at", "id"]
        indexes = [models.Index(name="engagement_note_order", fields=["engagement", "created_at", "id"])]
        constraints = [models.CheckConstraint(name="engagement_note_is_written", condition=~Q(text=""))]
