"""The supervised sandbox 监管沙箱 of an engagement, and what went wrong in it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace import sandbox_choices as choices
from marketplace.engagement_querysets import IncidentQuerySet
from scenarios.models.known import known
from scenarios.models.sandbox import SandboxTerms


class Sandbox(SandboxTerms):
    """What the parties of an engagement may try, within which limits, for how long, and who watches.

    third_party : the organisation that evaluates; it is no party. results : for each exit criterion whether it was
    met, said once at the end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    engagement = models.OneToOneField("marketplace.Engagement", on_delete=models.CASCADE, related_name="sandbox")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("supervisor")
    )
    third_party = models.ForeignKey(
        "marketplace.Organisation",
        on_delete=models.PROTECT,
        related_name="evaluated_sandboxes",
        verbose_name=_("third party that evaluates"),
    )
    starts_on = models.DateField(_("start"))
    ends_on = models.DateField(_("end"))
    status = models.CharField(
        _("status"), max_length=6, choices=choices.SandboxStatus.choices, default=choices.SandboxStatus.ACTIVE
    )
    results = models.JSONField(_("criteria met"), default=list, blank=True)
    findings = models.TextField(_("findings of the third party"), blank=True, max_length=5000)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta(SandboxTerms.Meta):
        verbose_name = _("sandbox")
        verbose_name_plural = _("sandboxes")
        constraints = [
            *SandboxTerms.Meta.constraints,
            *known("sandbox", status=choices.SandboxStatus.choices),
            models.CheckConstraint(name="sandbox_dates_in_order", condition=Q(starts_on__lte=F("ends_on"))),
            models.CheckConstraint(
                name="sandbox_ended_has_findings",
                condition=Q(status="active", ended_at__isnull=True)
                | ~Q(status="active") & Q(ended_at__isnull=False) & ~Q(findings="") & ~Q(results=[]),
            ),
        ]


class Incident(models.Model):
    """Something that went wrong in a sandbox, reported by whoever takes part; never changed, closed by the supervisor.

    suspends : whether the engagement is suspended because of it, and goes on when the last of these is closed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sandbox = models.ForeignKey(Sandbox, on_delete=models.CASCADE, related_name="incidents")
    number = models.PositiveSmallIntegerField(_("number"))
    severity = models.PositiveSmallIntegerField(_("severity"), choices=choices.Severity.choices)
    what = models.TextField(_("what happened"), max_length=2000)
    measures = models.TextField(_("what was done at once"), max_length=2000)
    happened_at = models.DateTimeField(_("when it happened"))
    reported_at = models.DateTimeField(_("reported"), db_default=Now(), editable=False)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reporter = models.ForeignKey("marketplace.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    suspends = models.BooleanField(default=False)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    remedy = models.TextField(_("measures that put it right"), blank=True, max_length=2000)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["sandbox", "-number"]
        constraints = [
            models.CheckConstraint(name="incident_severity_known", condition=Q(severity__in=choices.Severity.values)),
            models.UniqueConstraint(name="incident_number_once", fields=["sandbox", "number"]),
            models.CheckConstraint(
                name="incident_happened_before_its_report", condition=Q(happened_at__lte=F("reported_at"))
            ),
            models.CheckConstraint(name="incident_has_text", condition=~Q(what="") & ~Q(measures="")),
            models.CheckConstraint(
                name="incident_closed_has_remedy",
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, remedy="")
                | Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(remedy=""),
            ),
            models.CheckConstraint(
                name="incident_only_the_gravest_suspends", condition=Q(suspends=False) | Q(severity=1)
            ),
        ]
