"""An engagement: a need or pool and those who bring it about, from the award to the landing."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import engagement_choices as choices
from marketplace.engagement_querysets import EngagementQuerySet, PartyQuerySet
from scenarios.choices import Comparator
from scenarios.fields import EncryptedTextField
from scenarios.models.known import known
from scenarios.models.need import TEXT_LIMIT, Bilingual, Stamped

WITH_REASON = ("suspended", "stopped_breach", "called_off")
LIVE_AGREEMENTS = ("proposed", "preparing", "running", "suspended", "accepted")


def _target(label: object) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(label, max_digits=16, decimal_places=4, null=True, blank=True)  # type: ignore[arg-type]


class Engagement(Bilingual, Stamped):
    """One project of one lead: from an awarded response, or agreed directly between an owner and a capability.

    proposed_by : the organisation that proposed a direct agreement; the other side confirms it.
    accepted_at : when its measurements were accepted; a suspended engagement returns to where it was by it.
    reason : why it is suspended, was stopped for breach or called off; parties and staff read it.
    halting_incident : number of the incident of its sandbox that suspends it; `reason` then says what happened.
    """

    need = models.ForeignKey("scenarios.Need", models.PROTECT, null=True, blank=True, related_name="engagements")
    demand = models.ForeignKey(
        "scenarios.MergedDemand", models.PROTECT, null=True, blank=True, related_name="engagements"
    )
    response = models.OneToOneField(
        "marketplace.Response", models.PROTECT, null=True, blank=True, related_name="engagement"
    )
    capability = models.ForeignKey(
        "marketplace.Capability", models.PROTECT, null=True, blank=True, related_name="engagements"
    )
    lead = models.ForeignKey("marketplace.Organisation", on_delete=models.PROTECT, related_name="led_engagements")
    proposed_by = models.ForeignKey("marketplace.Organisation", models.PROTECT, null=True, blank=True, related_name="+")
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    summary = models.TextField(_("summary"), blank=True, max_length=TEXT_LIMIT)
    status = models.CharField(
        _("status"), max_length=16, choices=choices.EngagementStatus.choices, default="preparing", db_index=True
    )
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    halting_incident = models.PositiveSmallIntegerField(_("incident that suspends it"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    landed_at = models.DateTimeField(_("landed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    search = SearchVectorField(null=True, editable=False)

    objects = EngagementQuerySet.as_manager()

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["-created_at", "id"]
        indexes = [GinIndex(fields=["search"], name="engagement_search")]
        constraints = [
            *known("engagement", status=choices.EngagementStatus.choices),
            models.CheckConstraint(
                name="engagement_has_one_source",
                condition=Q(need__isnull=False, demand__isnull=True) | Q(need__isnull=True, demand__isnull=False),
            ),
            # A direct agreement is between one need and one capability; everything else comes from an award.
            models.CheckConstraint(
                name="engagement_awarded_or_agreed",
                condition=Q(response__isnull=False, proposed_by__isnull=True)
                | Q(response__isnull=True, proposed_by__isnull=False, need__isnull=False, capability__isnull=False),
            ),
            models.CheckConstraint(
                name="engagement_reason_is_stated", condition=~Q(status__in=WITH_REASON) | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="engagement_accepted_has_time",
                condition=~Q(status__in=["accepted", "landed", "closed"]) | Q(accepted_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="engagement_one_agreement",
                fields=["need", "capability"],
                condition=Q(response__isnull=True, status__in=LIVE_AGREEMENTS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"

    @property
    def told_reason(self) -> str:
        """The reason as it is read, in the language of the page."""
        if self.status != "suspended" or self.halting_incident is None:
            return self.reason
        text = _("Incident %(number)d of severity 1 in the sandbox: %(what)s")
        return str(text % {"number": self.halting_incident, "what": self.reason})


class Party(models.Model):
    """An organisation in one role of an engagement; a partner that is not registered here is kept by its name.

    contact : read by the parties across the table only; peers, staff and the public never see it.
    version : how often the contact was written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey(
        "marketplace.Organisation", models.PROTECT, null=True, blank=True, related_name="parties"
    )
    name = models.CharField(_("name"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=choices.PartyRole.choices)
    contact = EncryptedTextField(_("contact"), blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = _("party")
        verbose_name_plural = _("parties")
        ordering = ["engagement", "role", "name", "id"]
        constraints = [
            *known("party", role=choices.PartyRole.choices),
            models.UniqueConstraint(name="party_once_per_role", fields=["engagement", "organisation", "role"]),
            models.UniqueConstraint(name="party_one_lead", fields=["engagement"], condition=Q(role="lead")),
            models.CheckConstraint(
                name="party_registered_or_named",
                condition=Q(organisation__isnull=False, name="") | Q(organisation__isnull=True) & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="party_decides_is_registered",
                condition=~Q(role__in=["owner", "lead"]) | Q(organisation__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.name)


class EngagementIndicator(models.Model):
    """What is to be reached: the need's target, the target frozen in the call and what the response promised for it.

    indicator : its id in the need or in the pool's core, the same from the need to the measurement.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="indicators")
    indicator = models.UUIDField()
    position = models.PositiveSmallIntegerField(default=0)
    metric = models.CharField(_("metric"), max_length=80)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    comparator = models.CharField(_("comparison"), max_length=5, choices=Comparator.choices)
    baseline = _target(_("today"))
    need_target = _target(_("target of the need"))
    need_target_max = _target(_("target of the need up to"))
    target = _target(_("target"))
    target_max = _target(_("target up to"))
    promised = _target(_("promised"))
    promised_evidence = models.TextField(_("evidence promised"), blank=True, max_length=2000)
    test_method = models.TextField(_("test method"), blank=True, max_length=1000)
    essential = models.BooleanField(_("essential"), default=True)

    class Meta:
        verbose_name = _("indicator of an engagement")
        verbose_name_plural = _("indicators of engagements")
        ordering = ["engagement", "position", "id"]
        constraints = [
            *known("engagement_indicator", comparator=Comparator.choices),
            models.UniqueConstraint(name="engagement_indicator_once", fields=["engagement", "indicator"]),
        ]

    def __str__(self) -> str:
        return self.metric
