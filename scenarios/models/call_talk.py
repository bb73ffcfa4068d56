"""What is said about an open call: its panel, questions with their answers, and addenda."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios.models.call import Call


class PanelSeat(models.Model):
    """One member of the panel that will review the responses."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="panel")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    is_chair = models.BooleanField(_("chair"), default=False)

    class Meta:
        verbose_name = _("panel seat")
        verbose_name_plural = _("panel seats")
        ordering = ["call", "-is_chair", "id"]
        constraints = [
            models.UniqueConstraint(name="panel_seat_once", fields=["call", "account"]),
            models.UniqueConstraint(name="panel_one_chair", fields=["call"], condition=Q(is_chair=True)),
        ]


class Question(models.Model):
    """A question about an open call. Everybody reads it with its answer; nobody reads who asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="questions")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("question"), max_length=2000)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    answer = models.TextField(_("answer"), blank=True, max_length=5000)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["asked_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="question_answer_has_author",
                condition=Q(answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (~Q(answer="") & Q(answered_at__isnull=False, answered_by__isnull=False)),
            )
        ]


class Addendum(models.Model):
    """What was changed or made clear while the call was open. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="addenda")
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("addendum"), max_length=5000)
    changed = models.JSONField(_("what changed"), default=list)
    terms_version = models.PositiveIntegerField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(_("published"), auto_now_add=True)

    class Meta:
        verbose_name = _("addendum")
        verbose_name_plural = _("addenda")
        ordering = ["call", "number"]
        constraints = [models.UniqueConstraint(name="addendum_number_once", fields=["call", "number"])]
