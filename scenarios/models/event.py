"""The event log, which is the audit trail, and its seal.

The application's database role may only INSERT and SELECT here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.querysets import EventQuerySet


class CurrentTransaction(Func):
    """The id of the running transaction (xid8), as a number that never wraps around."""

    template = "pg_current_xact_id()::text::bigint"
    output_field = models.BigIntegerField()


class ClockTimestamp(Func):
    """The database clock now, not at the start of the transaction."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class Event(models.Model):
    """One write, in the transaction that made it. Ids and names of fields; never a confidential value."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(_("time"), db_default=ClockTimestamp())
    transaction = models.BigIntegerField(db_default=CurrentTransaction())
    kind = models.CharField(_("what"), max_length=60)
    actor_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=14, choices=choices.Subject.choices)
    subject_id = models.UUIDField()
    subject_code = models.CharField(_("code"), max_length=40, blank=True)
    changed = ArrayField(models.CharField(max_length=40), default=list)
    data = models.JSONField(default=dict)
    generation = models.PositiveIntegerField(null=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        indexes = [
            models.Index(name="event_subject", fields=["subject_type", "subject_id", "id"]),
            models.Index(name="event_kind", fields=["kind", "id"]),
        ]
        constraints = [
            *known("event", subject_type=choices.Subject.choices),
            # What the clock decides happens once per deadline: the sweep may run twice.
            models.UniqueConstraint(
                name="event_once_per_generation",
                fields=["subject_id", "kind", "generation"],
                condition=Q(generation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind} {self.subject_code}"


class EventSeal(models.Model):
    """A link of the hash chain over events, written afterwards; a changed or missing event breaks it."""

    position = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="seal", db_constraint=False)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["position"]
