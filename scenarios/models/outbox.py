"""News on its way to the workers, and what the workers leave behind. Redis may be emptied; these rows stay."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.querysets import DeliveryQuerySet, IndexBuildQuerySet


class Delivery(models.Model):
    """An outbox row: one topic for one subscribed task. Its state tells whether the effect exists, not the broker."""

    topic = models.CharField(_("topic"), max_length=40)
    task = models.CharField(_("task"), max_length=80)
    queue = models.CharField(_("queue"), max_length=20)
    payload = models.JSONField(default=dict)
    state = models.CharField(
        _("state"), max_length=12, choices=choices.DeliveryState.choices, default=choices.DeliveryState.PENDING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    generation = models.PositiveIntegerField(default=0)
    available_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["id"]
        indexes = [
            models.Index(name="delivery_pending", fields=["available_at", "id"], condition=Q(state="pending")),
            models.Index(name="delivery_leased", fields=["lease_until"], condition=Q(state__in=["sent", "running"])),
            models.Index(name="delivery_quarantined", fields=["id"], condition=Q(state="quarantined")),
        ]
        constraints = [*known("delivery", state=choices.DeliveryState.choices)]

    def __str__(self) -> str:
        return f"{self.pk} {self.topic} → {self.task}"


class JobSlot(models.Model):
    """A tick of beat that has been taken, so that a second tick for the same slot does nothing."""

    job = models.CharField(max_length=40)
    slot = models.CharField(max_length=40)
    taken_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="job_slot_once", fields=["job", "slot"])]


class Heartbeat(models.Model):
    """When a relay, a worker or beat was last alive."""

    name = models.CharField(max_length=120, primary_key=True)
    at = models.DateTimeField()
    details = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]


class IndexBuild(models.Model):
    """A saved index; exactly one is live. The web process maps the folder that this row names."""

    number = models.BigAutoField(primary_key=True)
    folder = models.CharField(max_length=80)
    live = models.BooleanField(default=False)
    needs = models.PositiveIntegerField(default=0)
    capabilities = models.PositiveIntegerField(default=0)
    terms = models.PositiveIntegerField(default=0)
    analyzer = models.CharField(max_length=80, default="")  # it names the synonyms that the build knows
    created_at = models.DateTimeField(db_default=Now())

    objects = IndexBuildQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(name="one_live_index_build", fields=["live"], condition=Q(live=True)),
            models.UniqueConstraint(name="index_build_folder_once", fields=["folder"]),
        ]


class UsedKey(models.Model):
    """An idempotency key: a form sent twice by the same account leads to the first one's result."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    result_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(name="key_once_per_account_and_form", fields=["account", "form", "key"])]
