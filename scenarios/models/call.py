"""A call: what the city asks suppliers to answer, until when, and who is interested."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.call_querysets import CallQuerySet
from scenarios.models.known import known
from scenarios.models.need import TEXT_LIMIT, Bilingual, Stamped, money


class Call(Bilingual, Stamped):
    """A public call from one need or one pool. Open and closed are what the database clock says."""

    kind = models.CharField(_("kind"), max_length=12, choices=choices.CallKind.choices)
    need = models.ForeignKey("scenarios.Need", models.PROTECT, null=True, blank=True, related_name="calls")
    demand = models.ForeignKey("scenarios.MergedDemand", models.PROTECT, null=True, blank=True, related_name="calls")
    summary = models.TextField(_("summary"), max_length=TEXT_LIMIT, blank=True)
    indicators = models.JSONField(_("frozen indicators"), default=list)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, null=True, blank=True)
    quantity_unit = models.CharField(_("unit"), max_length=10, choices=choices.Unit.choices, blank=True)
    # Told instead of the quantity while a pool has two owners: "pool minus mine" would reveal the other.
    quantity_band = models.CharField(_("quantity as a band"), max_length=40, blank=True)
    budget_cap = money(_("budget cap (10,000 yuan)"))
    # [{"name", "text"}], see scenarios.clauses
    eligibility = models.JSONField(_("who may respond"), default=list, blank=True)
    consortium_allowed = models.BooleanField(_("consortium allowed"), default=True)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    question_deadline = models.DateTimeField(_("questions until"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    deadline_generation = models.PositiveIntegerField(default=1)
    publicity_days = models.PositiveSmallIntegerField(_("working days of public notice"), default=5)
    criteria = models.JSONField(_("criteria"), default=list, blank=True)
    # [{"id", "kind": "core" | "module", "field", "value"}]
    lots = models.JSONField(_("lots"), default=list, blank=True)
    winners = models.PositiveSmallIntegerField(_("teams to be chosen"), default=1)
    # Raised when an addendum changes an indicator: a response stands for the terms that it was confirmed under.
    terms_version = models.PositiveIntegerField(default=1)
    fair_competition = models.JSONField(_("fair-competition checklist"), default=dict, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=choices.CallStatus.choices, default=choices.CallStatus.DRAFT, db_index=True
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    rework_reason = models.TextField(blank=True, max_length=2000)
    # One of the two: somebody's words, or what the platform cancelled it for.
    cancelled_reason = models.TextField(_("reason of the cancellation"), blank=True, max_length=2000)
    cancelled_ground = models.CharField(
        _("ground of the cancellation"), max_length=10, choices=choices.CancellationGround.choices, blank=True
    )

    # From the opening on: what was never open is found by nobody.
    search = SearchVectorField(null=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-opens_at", "-created_at", "id"]
        indexes = [GinIndex(fields=["search"], name="call_search")]
        constraints = [
            models.CheckConstraint(
                name="call_has_one_source",
                condition=Q(need__isnull=False, demand__isnull=True) | Q(need__isnull=True, demand__isnull=False),
            ),
            *known(
                "call",
                optional=("quantity_unit", "cancelled_ground"),
                cancelled_ground=choices.CancellationGround.choices,
                kind=choices.CallKind.choices,
                quantity_unit=choices.Unit.choices,
                status=choices.CallStatus.choices,
            ),
            models.CheckConstraint(
                name="call_budget_not_negative", condition=Q(budget_cap__isnull=True) | Q(budget_cap__gte=0)
            ),
            models.CheckConstraint(name="call_winners_positive", condition=Q(winners__gte=1)),
            models.CheckConstraint(name="call_publicity_five_days", condition=Q(publicity_days__gte=5)),
            models.CheckConstraint(
                name="call_open_has_dates",
                condition=~Q(status__in=["open", "closed"]) | Q(opens_at__isnull=False, closes_at__isnull=False),
            ),
            models.CheckConstraint(
                name="call_times_in_order",
                condition=(Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")))
                & (
                    Q(question_deadline__isnull=True)
                    | Q(closes_at__isnull=True)
                    | Q(question_deadline__lte=F("closes_at"))
                ),
            ),
            models.CheckConstraint(
                name="call_reviewer_is_not_the_author",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("author")),
            ),
            models.CheckConstraint(
                name="call_approver_is_not_the_reviewer",
                condition=Q(approved_by__isnull=True) | Q(reviewed_by__isnull=True) | ~Q(approved_by=F("reviewed_by")),
            ),
            models.CheckConstraint(
                name="call_open_was_approved",
                condition=~Q(status__in=["open", "closed"]) | Q(reviewed_by__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="call_approver_is_not_the_author",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("author")),
            ),
            models.CheckConstraint(
                name="call_cancellation_has_reason",
                condition=~Q(status="cancelled") | (Q(cancelled_reason="") ^ Q(cancelled_ground="")),
            ),
            models.UniqueConstraint(
                name="call_one_live_per_demand",
                fields=["demand"],
                condition=Q(status__in=["draft", "reviewed", "approved", "open"]),
            ),
            models.UniqueConstraint(
                name="call_one_live_per_need",
                fields=["need"],
                condition=Q(status__in=["draft", "reviewed", "approved", "open"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"

    @property
    def cancellation(self) -> str:
        """Why it was cancelled, in the language of the page where the platform did it; empty while it was not."""
        return str(self.get_cancelled_ground_display()) if self.cancelled_ground else self.cancelled_reason


class Interest(models.Model):
    """A supplier that says it would like to answer. Its call's owners and the manager see who."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="interests")
    organisation = models.ForeignKey("marketplace.Organisation", on_delete=models.PROTECT, related_name="interests")
    capability = models.ForeignKey(
        "marketplace.Capability", models.SET_NULL, null=True, blank=True, related_name="interests"
    )
    message = models.TextField(_("message"), blank=True, max_length=2000)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=10, choices=choices.InterestState.choices, default=choices.InterestState.DECLARED
    )
    declared_at = models.DateTimeField(_("declared"), auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("declared interest")
        verbose_name_plural = _("declared interests")
        ordering = ["declared_at", "id"]
        constraints = [
            models.UniqueConstraint(name="interest_once", fields=["call", "organisation"]),
            *known("interest", state=choices.InterestState.choices),
        ]
