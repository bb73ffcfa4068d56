"""A need: what an organisation wants done, how it is measured, and where it ends."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.fields import EncryptedTextField
from scenarios.models.known import known
from scenarios.querysets import LISTED, NeedQuerySet

TEXT_LIMIT = 20_000
OPTIONAL = (
    *("domain", "track", "quantity_unit", "data_state", "data_class", "deploy", "funding", "cooperation", "adoption"),
    "risk_tier",
)

LISTED_BY = ("domain", "district", "quantity_unit", "data_class", "deploy", "adoption", "finish_by")
SORTED_BY = ("precision_score", "quantity")
"""What a list of needs is narrowed and sorted by."""
HANDED_IN_BY = ("submitted_at", "imported")
"""What tells staff that a need was handed in."""


class Bilingual(models.Model):
    """A title in Chinese, and in English where its author gave one."""

    title_zh = models.CharField(_("title"), max_length=40, blank=True)
    title_en = models.CharField(_("English title"), max_length=120, blank=True)

    class Meta:
        abstract = True

    @property
    def title(self) -> str:
        """The title in the reader's language, or in the other one where that is missing."""
        first, second = (self.title_en, self.title_zh) if get_language() == "en" else (self.title_zh, self.title_en)
        return first or second


class Stamped(models.Model):
    """What every public object carries."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


def _text(label: Any) -> Any:
    return models.TextField(label, blank=True, max_length=TEXT_LIMIT)


def _choice(label: Any, choices_: Any, **options: Any) -> Any:
    return models.CharField(label, max_length=30, choices=choices_, blank=True, **options)


def money(label: Any) -> Any:
    """Return a column for an amount in 万元 (10,000 yuan)."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, null=True, blank=True)


class Need(Bilingual, Stamped):
    """A precise need of one organisation. Whether it is pooled or in a call follows from its memberships."""

    owner = models.ForeignKey(
        "marketplace.Organisation", on_delete=models.PROTECT, related_name="needs", verbose_name=_("organisation")
    )
    domain = _choice(_("domain"), choices.Domain.choices)
    track = _choice(_("track"), choices.Track.choices)
    problem = _text(_("problem"))
    users_and_site = _text(_("users and site"))
    current_process = _text(_("current process"))
    boundary_in = _text(_("in scope"))
    boundary_out = _text(_("out of scope"))
    value_amount = money(_("expected value per year (10,000 yuan)"))
    value_basis = _text(_("how the value is estimated"))
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2, null=True, blank=True)
    quantity_unit = _choice(_("unit"), choices.Unit.choices)
    district = models.ForeignKey(
        "scenarios.District",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("district"),
    )
    data_state = _choice(_("state of the data"), choices.DataState.choices)
    data_class = _choice(_("class of the data"), choices.DataClass.choices)
    deploy = _choice(_("deployment"), choices.Deploy.choices)
    budget_min = money(_("budget from (10,000 yuan)"))
    budget_max = money(_("budget up to (10,000 yuan)"))
    funding = _choice(_("funding"), choices.Funding.choices)
    cooperation = _choice(_("form of cooperation"), choices.Cooperation.choices)
    adoption = _choice(_("adoption"), choices.Adoption.choices)
    start_by = models.DateField(_("start by"), null=True, blank=True)
    finish_by = models.DateField(_("finish by"), null=True, blank=True)
    merge_pref = models.CharField(
        _("merging"), max_length=10, choices=choices.MergePref.choices, default=choices.MergePref.ASK
    )
    blocked_organisations = models.ManyToManyField(
        "marketplace.Organisation", blank=True, related_name="+", verbose_name=_("never pool with")
    )
    visibility = models.CharField(
        _("visibility"), max_length=10, choices=choices.Visibility.choices, default=choices.Visibility.PUBLIC
    )
    contact = EncryptedTextField(_("contact"), blank=True)
    risk_answers = models.JSONField(_("ethics answers"), default=dict, blank=True)
    risk_tier = models.CharField(_("risk tier"), max_length=2, choices=choices.RiskTier.choices, blank=True)
    ethics_number = models.CharField(_("ethics review number"), max_length=60, blank=True)
    precision_score = models.PositiveSmallIntegerField(_("precision"), default=0)
    precision_report = models.JSONField(_("precision report"), default=dict, blank=True)
    joins = models.ForeignKey(
        "scenarios.MergedDemand", on_delete=models.SET_NULL, null=True, blank=True, related_name="applicants"
    )

    status = models.CharField(
        _("status"), max_length=12, choices=choices.NeedStatus.choices, default=choices.NeedStatus.DRAFT, db_index=True
    )
    source = models.CharField(max_length=10, choices=choices.Source.choices, default=choices.Source.FORM)
    external_id = models.CharField(max_length=120, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    supervised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    imported = models.BooleanField(default=False, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, db_index=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    expiry_generation = models.PositiveIntegerField(default=0)
    suspended_reason = models.TextField(blank=True, max_length=2000)
    search = SearchVectorField(null=True, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-published_at", "-created_at", "id"]
        indexes = [
            GinIndex(fields=["search"], name="need_search"),
            # What the lists and figures of published needs count and sort by: read from the index, not from wide rows.
            models.Index(
                F("published_at").desc(nulls_last=True),
                "id",
                name="need_counted",
                include=[*LISTED_BY, *SORTED_BY, "owner", "status", "visibility", "expires_at", *HANDED_IN_BY],
                condition=Q(status__in=LISTED),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="need_quantity_positive", condition=Q(quantity__isnull=True) | Q(quantity__gt=0)
            ),
            models.CheckConstraint(
                name="need_budget_order",
                condition=Q(budget_min__isnull=True) | Q(budget_max__isnull=True) | Q(budget_min__lte=F("budget_max")),
            ),
            *known(
                "need",
                optional=OPTIONAL,
                domain=choices.Domain.choices,
                track=choices.Track.choices,
                quantity_unit=choices.Unit.choices,
                data_state=choices.DataState.choices,
                data_class=choices.DataClass.choices,
                deploy=choices.Deploy.choices,
                funding=choices.Funding.choices,
                cooperation=choices.Cooperation.choices,
                adoption=choices.Adoption.choices,
                risk_tier=choices.RiskTier.choices,
                merge_pref=choices.MergePref.choices,
                visibility=choices.Visibility.choices,
                status=choices.NeedStatus.choices,
                source=choices.Source.choices,
            ),
            models.CheckConstraint(
                name="need_money_not_negative",
                condition=(Q(budget_min__isnull=True) | Q(budget_min__gte=0))
                & (Q(budget_max__isnull=True) | Q(budget_max__gte=0))
                & (Q(value_amount__isnull=True) | Q(value_amount__gte=0)),
            ),
            models.CheckConstraint(
                name="need_dates_in_order",
                condition=Q(start_by__isnull=True) | Q(finish_by__isnull=True) | Q(start_by__lte=F("finish_by")),
            ),
            # What a city published before it came here may lack what the precision check asks for.
            models.CheckConstraint(
                name="need_published_is_complete",
                condition=~Q(status="published")
                | Q(imported=True)
                | (Q(quantity__isnull=False) & ~Q(quantity_unit="") & ~Q(boundary_out="") & ~Q(risk_tier="")),
            ),
            models.CheckConstraint(
                name="need_published_expires", condition=~Q(status="published") | Q(expires_at__isnull=False)
            ),
            models.CheckConstraint(
                name="need_suspension_has_reason", condition=~Q(status="suspended") | ~Q(suspended_reason="")
            ),
            models.CheckConstraint(name="need_precision_range", condition=Q(precision_score__lte=100)),
            models.CheckConstraint(
                name="need_published_was_approved",
                condition=~Q(status__in=["published", "landed", "closed"])
                | Q(imported=True, published_at__isnull=False)
                | Q(approved_by__isnull=False, published_by__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="need_publisher_is_not_the_moderator",
                condition=Q(published_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(published_by=F("approved_by")),
            ),
            models.CheckConstraint(
                name="need_high_risk_is_supervised",
                condition=~Q(status="published")
                | ~Q(risk_tier__in=["R3", "R4"])
                | Q(imported=True)
                | Q(supervised_by__isnull=False),
            ),
            models.CheckConstraint(
                name="need_r4_has_ethics_number",
                condition=~Q(status="published") | ~Q(risk_tier="R4") | Q(imported=True) | ~Q(ethics_number=""),
            ),
            models.CheckConstraint(
                name="need_supervisor_is_not_the_moderator",
                condition=Q(supervised_by__isnull=True)
                | Q(approved_by__isnull=True)
                | ~Q(supervised_by=F("approved_by")),
            ),
            models.UniqueConstraint(
                name="need_external_id_per_owner", fields=["owner", "external_id"], condition=~Q(external_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"


class Indicator(models.Model):
    """What is measured, from where to where, and how. It keeps its id from the need to the measurement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField(default=0)
    metric = models.CharField(_("metric"), max_length=80)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    comparator = models.CharField(
        _("comparison"), max_length=5, choices=choices.Comparator.choices, default=choices.Comparator.GE
    )
    baseline = models.DecimalField(_("today"), max_digits=16, decimal_places=4, null=True, blank=True)
    target = models.DecimalField(_("target"), max_digits=16, decimal_places=4, null=True, blank=True)
    target_max = models.DecimalField(_("target up to"), max_digits=16, decimal_places=4, null=True, blank=True)
    test_method = models.TextField(_("test method"), blank=True, max_length=1000)
    essential = models.BooleanField(_("essential"), default=True)
    weight = models.DecimalField(_("weight"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["need", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="indicator_range_order",
                condition=~Q(comparator="range")
                | Q(target__isnull=True)
                | Q(target_max__isnull=True)
                | Q(target__lte=F("target_max")),
            ),
            *known("indicator", comparator=choices.Comparator.choices),
            models.CheckConstraint(
                name="indicator_weight_range", condition=Q(weight__isnull=True) | Q(weight__range=(0, 100))
            ),
        ]

    def __str__(self) -> str:
        return self.metric


class NeedVersion(models.Model):
    """What could be read from one publication to the next. Never changed.

    visibility : to whom it was told; empty for what was published before this was noted.
    """

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    visibility = models.CharField(max_length=8, blank=True)
    content = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["need", "-version"]
        constraints = [models.UniqueConstraint(name="need_version_once", fields=["need", "version"])]


class Follow(models.Model):
    """An account that wants to be told of changes."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows")
    subject_type = models.CharField(max_length=14, choices=choices.Subject.choices)
    subject_id = models.UUIDField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="follow_once", fields=["account", "subject_type", "subject_id"]),
            *known("follow", subject_type=choices.Subject.choices),
        ]
        indexes = [models.Index(name="follow_subject", fields=["subject_type", "subject_id"])]
