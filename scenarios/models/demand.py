"""Like needs: what the machine proposes, what a manager makes of it, and what each owner consented to."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.models.need import TEXT_LIMIT, Bilingual, Stamped
from scenarios.pool_querysets import (
    ConsentQuerySet,
    DemandMemberQuerySet,
    DifferenceQuerySet,
    MergedDemandQuerySet,
    MergeProposalQuerySet,
)


class MergeProposal(models.Model):
    """A set of like needs, the only thing the machine creates here. A dismissed set does not return."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member_key = models.CharField(max_length=64, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=choices.ProposalStatus.choices, default=choices.ProposalStatus.OPEN
    )
    representative = models.ForeignKey("scenarios.Need", on_delete=models.PROTECT, related_name="+")
    score = models.FloatField(_("similarity"))
    pairs = models.JSONField(default=list)
    core_terms = models.JSONField(default=list)
    conflicts = models.JSONField(default=list)
    # How probable it is that a manager accepts this, from how many judgements; null where it was never reckoned.
    probability = models.FloatField(_("probability of acceptance"), null=True, blank=True, editable=False)
    probability_method = models.CharField(
        max_length=10, choices=choices.AcceptanceMethod.choices, default=choices.AcceptanceMethod.PRIOR, editable=False
    )
    judgements = models.PositiveIntegerField(default=0, editable=False)
    index_build = models.ForeignKey("scenarios.IndexBuild", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True, max_length=2000)
    kept_apart = models.BooleanField(default=False, editable=False)

    objects = MergeProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("merge proposal")
        verbose_name_plural = _("merge proposals")
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(
                name="proposal_member_set_once", fields=["member_key"], condition=~Q(status="superseded")
            ),
            *known(
                "proposal",
                status=choices.ProposalStatus.choices,
                probability_method=choices.AcceptanceMethod.choices,
            ),
            models.CheckConstraint(
                name="proposal_probability_is_one", condition=Q(probability__isnull=True) | Q(probability__range=(0, 1))
            ),
            models.CheckConstraint(
                name="proposal_dismissal_has_reason", condition=~Q(status="dismissed") | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class ProposalMember(models.Model):
    """A need of a proposal."""

    proposal = models.ForeignKey(MergeProposal, on_delete=models.CASCADE, related_name="members")
    need = models.ForeignKey("scenarios.Need", on_delete=models.PROTECT, related_name="proposal_memberships")
    own_terms = models.JSONField(default=list)  # [term, weight] that no other member holds

    class Meta:
        ordering = ["proposal", "need__code"]
        constraints = [models.UniqueConstraint(name="proposal_member_once", fields=["proposal", "need"])]


class MergeLink(models.Model):
    """A manager's word on two needs: always together, or never. It holds for every later run."""

    need_a = models.ForeignKey("scenarios.Need", on_delete=models.CASCADE, related_name="+")
    need_b = models.ForeignKey("scenarios.Need", on_delete=models.CASCADE, related_name="+")
    together = models.BooleanField()
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="merge_link_once", fields=["need_a", "need_b"]),
            models.CheckConstraint(name="merge_link_in_order", condition=Q(need_a__lt=models.F("need_b"))),
        ]


class MergedDemand(Bilingual, Stamped):
    """A pool: a link between needs, which keep their codes, followers and histories."""

    status = models.CharField(
        _("status"), max_length=16, choices=choices.DemandStatus.choices, default=choices.DemandStatus.DRAFTED
    )
    manager = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposal = models.OneToOneField(MergeProposal, models.PROTECT, null=True, blank=True, related_name="demand")
    core_version = models.PositiveIntegerField(default=1)
    unit = models.CharField(_("unit"), max_length=10, choices=choices.Unit.choices, blank=True)
    threshold_quantity = models.DecimalField(_("minimum scale"), max_digits=12, decimal_places=2, null=True, blank=True)
    deadline = models.DateTimeField(_("deadline of the pool"), null=True, blank=True)
    deadline_generation = models.PositiveIntegerField(default=0)
    formed_at = models.DateTimeField(_("formed"), null=True, blank=True, editable=False)
    on_fail = models.CharField(max_length=10, choices=choices.OnFail.choices, default=choices.OnFail.EXTEND)
    after_extension = models.CharField(max_length=10, choices=choices.OnFail.choices[1:], default=choices.OnFail.SPLIT)
    disclosure = models.CharField(
        _("disclosure"), max_length=10, choices=choices.Disclosure.choices, default=choices.Disclosure.ANONYMOUS
    )
    # Why it was split or dissolved. One of the two: somebody's words, or what the platform ended it for.
    reason = models.TextField(blank=True, max_length=2000)
    end_ground = models.CharField(max_length=10, choices=choices.EndGround.choices, blank=True)

    search = SearchVectorField(null=True, editable=False)

    objects = MergedDemandQuerySet.as_manager()

    class Meta:
        verbose_name = _("pool")
        verbose_name_plural = _("pools")
        ordering = ["-created_at", "id"]
        indexes = [GinIndex(fields=["search"], name="demand_search")]
        constraints = [
            models.CheckConstraint(
                name="demand_threshold_positive",
                condition=Q(threshold_quantity__isnull=True) | Q(threshold_quantity__gt=0),
            ),
            models.CheckConstraint(
                name="demand_deadline_has_threshold",
                condition=Q(deadline__isnull=True) | Q(threshold_quantity__isnull=False),
            ),
            *known(
                "demand",
                optional=("unit", "end_ground"),
                end_ground=choices.EndGround.choices,
                status=choices.DemandStatus.choices,
                unit=choices.Unit.choices,
                on_fail=choices.OnFail.choices,
                after_extension=choices.OnFail.choices[1:],
                disclosure=choices.Disclosure.choices,
            ),
            models.CheckConstraint(
                name="demand_formed_has_time",
                condition=~Q(status__in=["formed", "threshold_met", "frozen", "called", "landed"])
                | Q(formed_at__isnull=False),
            ),
            # The migrations add demand_core_exists: (id, core_version) is one of the pool's cores. Django has no
            # foreign key over two columns.
            models.CheckConstraint(name="demand_extended_once", condition=Q(deadline_generation__lte=2)),
            models.CheckConstraint(
                name="demand_end_has_reason",
                condition=~Q(status__in=["split", "dissolved"]) | (Q(reason="") ^ Q(end_ground="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"

    @property
    def told_reason(self) -> str:
        """Why it ended, in the language of the page where the platform ended it; empty while it stands."""
        return str(self.get_end_ground_display()) if self.end_ground else self.reason


class CoreVersion(models.Model):
    """The common core as it stood when owners were asked. Never changed: a change is a new version."""

    demand = models.ForeignKey(MergedDemand, on_delete=models.CASCADE, related_name="cores")
    version = models.PositiveIntegerField()
    title_zh = models.CharField(_("title"), max_length=40)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)
    problem = models.TextField(_("problem"), max_length=TEXT_LIMIT)
    boundary_in = models.TextField(_("in scope"), blank=True, max_length=TEXT_LIMIT)
    boundary_out = models.TextField(_("out of scope"), max_length=TEXT_LIMIT)
    indicators = models.JSONField(_("indicators"), default=list)
    treatments = models.JSONField(_("modules and exclusions"), default=list)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["demand", "-version"]
        constraints = [models.UniqueConstraint(name="core_version_once", fields=["demand", "version"])]


class CoreIndicator(models.Model):
    """An indicator of a pool's core: the id that it is published under, and the need's indicator that it comes from.

    The id is the same in every version of the core and in its calls. The source names a member, so that it is told to
    staff only.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    demand = models.ForeignKey(MergedDemand, on_delete=models.CASCADE, related_name="core_indicators")
    source = models.ForeignKey("scenarios.Indicator", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["demand", "id"]
        constraints = [models.UniqueConstraint(name="core_indicator_once_per_source", fields=["demand", "source"])]


class DemandMember(models.Model):
    """The link between a pool and a need; leaving closes the link and keeps it."""

    demand = models.ForeignKey(MergedDemand, on_delete=models.CASCADE, related_name="members")
    need = models.ForeignKey("scenarios.Need", on_delete=models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = DemandMemberQuerySet.as_manager()

    class Meta:
        ordering = ["demand", "need__code"]
        constraints = [
            models.UniqueConstraint(
                name="need_in_one_pool_at_a_time", fields=["need"], condition=Q(left_at__isnull=True)
            ),
        ]


class Consent(models.Model):
    """What one owner said to one version of the core.

    answer_by : until then the owner has time of its own, whenever the others were asked; silence is no consent.
    """

    PERIOD = timedelta(days=14)

    demand = models.ForeignKey(MergedDemand, on_delete=models.CASCADE, related_name="consents")
    organisation = models.ForeignKey("marketplace.Organisation", on_delete=models.PROTECT, related_name="consents")
    core_version = models.PositiveIntegerField()
    state = models.CharField(
        _("consent"), max_length=26, choices=choices.ConsentState.choices, default=choices.ConsentState.INVITED
    )
    reservation = models.TextField(_("reservation"), blank=True, max_length=2000)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    invited_at = models.DateTimeField(auto_now_add=True)
    answer_by = models.DateTimeField(_("answer until"))

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["demand", "-core_version", "organisation"]
        constraints = [
            models.UniqueConstraint(name="consent_once", fields=["demand", "organisation", "core_version"]),
            models.CheckConstraint(
                name="consent_decided_by_someone",
                condition=Q(state="invited") | Q(decided_at__isnull=False),
            ),
            *known("consent", state=choices.ConsentState.choices),
            # Silence and a leaving need withdraw without an account; an answer is always somebody's.
            models.CheckConstraint(
                name="consent_answered_by_someone",
                condition=Q(state__in=["invited", "withdrawn"]) | Q(decided_by__isnull=False),
            ),
            # The migrations add consent_core_exists: (demand, core_version) is one of the pool's cores.
            models.CheckConstraint(
                name="consent_reservation_is_stated",
                condition=~Q(state="accepted_with_reservation") | ~Q(reservation=""),
            ),
        ]


class Difference(models.Model):
    """Where one member deviates from the core, and what a manager decided to do with it."""

    demand = models.ForeignKey(MergedDemand, on_delete=models.CASCADE, related_name="differences")
    need = models.ForeignKey("scenarios.Need", on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=40)
    metric = models.CharField(_("metric"), max_length=80, blank=True)
    value = models.TextField(blank=True, max_length=TEXT_LIMIT)
    treatment = models.CharField(
        _("treatment"), max_length=10, choices=choices.Treatment.choices, default=choices.Treatment.MODULE
    )
    # Empty: the treatment is what the machine proposes.
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        ordering = ["demand", "field", "metric", "need__code"]
        constraints = [
            models.UniqueConstraint(name="difference_once", fields=["demand", "need", "field", "metric"]),
            *known("difference", treatment=choices.Treatment.choices),
        ]
