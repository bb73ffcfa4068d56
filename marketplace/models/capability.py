"""What a supplier can do, from which scale it pays, and at what price."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import CapabilityQuerySet
from scenarios.choices import DataClass, Deploy, Source, Unit
from scenarios.fields import EncryptedTextField
from scenarios.models.known import known, known_sets
from scenarios.models.need import TEXT_LIMIT, Bilingual, Stamped


def _set_of(label: Any, options: Any) -> Any:
    return ArrayField(models.CharField(max_length=20, choices=options), verbose_name=label, default=list, blank=True)


class Capability(Bilingual, Stamped):
    """A capability of one organisation with the smallest scale at which it is worth delivering."""

    owner = models.ForeignKey(
        "marketplace.Organisation",
        on_delete=models.PROTECT,
        related_name="capabilities",
        verbose_name=_("organisation"),
    )
    layer = models.CharField(_("layer"), max_length=6, choices=choices.Layer.choices, blank=True)
    techniques = _set_of(_("techniques"), choices.Technique.choices)
    solves = models.TextField(_("what it solves"), blank=True, max_length=TEXT_LIMIT)
    limits = models.TextField(_("what it does not do"), blank=True, max_length=TEXT_LIMIT)
    maturity = models.CharField(_("maturity"), max_length=10, choices=choices.Maturity.choices, blank=True)
    min_scale_quantity = models.DecimalField(_("minimum scale"), max_digits=12, decimal_places=2, null=True, blank=True)
    min_scale_unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, blank=True)
    min_scale_basis = models.TextField(_("why this scale"), blank=True, max_length=2000)
    deploy = _set_of(_("deployment"), Deploy.choices)
    data_classes = _set_of(_("data it may touch"), DataClass.choices)
    districts = models.ManyToManyField(
        "scenarios.District", blank=True, related_name="+", verbose_name=_("districts served (none: all)")
    )
    filings = _set_of(_("filings"), choices.Filing.choices)
    contact = EncryptedTextField(_("contact"), blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    expiry_generation = models.PositiveIntegerField(default=0)

    status = models.CharField(
        _("status"),
        max_length=10,
        choices=choices.CapabilityStatus.choices,
        default=choices.CapabilityStatus.DRAFT,
        db_index=True,
    )
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.FORM)
    external_id = models.CharField(max_length=120, blank=True)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    verified_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    imported = models.BooleanField(default=False, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    suspended_reason = models.TextField(blank=True, max_length=2000)
    search = SearchVectorField(null=True, editable=False)

    objects = CapabilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("capability")
        verbose_name_plural = _("capabilities")
        ordering = ["-published_at", "-created_at", "id"]
        indexes = [
            GinIndex(fields=["search"], name="capability_search"),
            # What the lists and figures of capabilities on offer count and sort by: read from the index, not from wide
            # rows.
            models.Index(
                F("published_at").desc(nulls_last=True),
                "id",
                name="capability_listed",
                include=["layer", "techniques", "maturity", "deploy", "data_classes", "owner", "status", "valid_until"],
                condition=Q(status="published"),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="capability_min_scale_positive",
                condition=Q(min_scale_quantity__isnull=True) | Q(min_scale_quantity__gt=0),
            ),
            *known(
                "capability",
                optional=("layer", "maturity", "min_scale_unit"),
                layer=choices.Layer.choices,
                maturity=choices.Maturity.choices,
                min_scale_unit=Unit.choices,
                status=choices.CapabilityStatus.choices,
                source=Source.choices,
            ),
            *known_sets(
                "capability",
                techniques=choices.Technique.choices,
                deploy=Deploy.choices,
                data_classes=DataClass.choices,
                filings=choices.Filing.choices,
            ),
            models.CheckConstraint(
                name="capability_published_expires", condition=~Q(status="published") | Q(valid_until__isnull=False)
            ),
            models.CheckConstraint(
                name="capability_suspension_has_reason", condition=~Q(status="suspended") | ~Q(suspended_reason="")
            ),
            models.CheckConstraint(
                name="capability_min_scale_has_unit",
                condition=Q(min_scale_quantity__isnull=True) | ~Q(min_scale_unit=""),
            ),
            models.CheckConstraint(
                name="capability_published_was_verified",
                condition=~Q(status="published")
                | Q(imported=True, published_at__isnull=False)
                | Q(verified_by__isnull=False, published_by__isnull=False, published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="capability_publisher_is_not_the_moderator",
                condition=Q(published_by__isnull=True)
                | Q(verified_by__isnull=True)
                | ~Q(published_by=F("verified_by")),
            ),
            models.UniqueConstraint(
                name="capability_external_id_per_owner", fields=["owner", "external_id"], condition=~Q(external_id="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title_zh or self.title_en}"


class Evidence(models.Model):
    """Where it worked before."""

    capability = models.ForeignKey(Capability, on_delete=models.CASCADE, related_name="evidence")
    position = models.PositiveSmallIntegerField(default=0)
    case = models.CharField(_("case"), max_length=200)
    site = models.CharField(_("site"), max_length=120, blank=True)
    reached = models.CharField(_("indicator reached"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["capability", "position", "id"]

    def __str__(self) -> str:
        return self.case


class PriceTier(models.Model):
    """The price per unit (万元) from a pooled quantity on."""

    capability = models.ForeignKey(Capability, on_delete=models.CASCADE, related_name="price_tiers")
    from_quantity = models.DecimalField(_("from quantity"), max_digits=12, decimal_places=2)
    price = models.DecimalField(_("price per unit (10,000 yuan)"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("price tier")
        verbose_name_plural = _("price tiers")
        ordering = ["capability", "from_quantity"]
        constraints = [
            models.UniqueConstraint(name="price_tier_once", fields=["capability", "from_quantity"]),
            models.CheckConstraint(name="price_tier_positive", condition=Q(from_quantity__gt=0) & Q(price__gte=0)),
        ]


class CapabilityVersion(models.Model):
    """What the public could read of a capability from one publication to the next. Never changed."""

    capability = models.ForeignKey(Capability, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["capability", "-version"]
        constraints = [models.UniqueConstraint(name="capability_version_once", fields=["capability", "version"])]
