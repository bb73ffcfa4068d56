"""What staff decided on a need or a capability, and why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known


class ModerationDecision(models.Model):
    """One decision on one version; `reasons` maps a field's name to what is to be changed there."""

    subject_type = models.CharField(max_length=14, choices=choices.Subject.choices)
    subject_id = models.UUIDField()
    subject_version = models.PositiveIntegerField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(_("decision"), max_length=10, choices=choices.Verdict.choices)
    reasons = models.JSONField(_("reasons"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("moderation decision")
        verbose_name_plural = _("moderation decisions")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(name="decision_of_subject", fields=["subject_type", "subject_id", "verdict", "created_at"]),
            # What figures ask of each need: read from the index alone, which is short.
            models.Index(
                name="need_approved",
                fields=["subject_id", "created_at"],
                condition=Q(subject_type="need", verdict="approve"),
            ),
        ]
        constraints = [
            *known("decision", subject_type=choices.Subject.choices, verdict=choices.Verdict.choices),
            models.CheckConstraint(
                name="decision_return_has_reasons", condition=~Q(verdict__in=["return"]) | ~Q(reasons={})
            ),
        ]
