"""The element ledger: who promised what to whom, until when, and whether it came."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace import engagement_choices as choices
from marketplace.engagement_querysets import ElementQuerySet
from scenarios.models.known import known


class LedgerEntry(models.Model):
    """One promise of one party to another: an amount with its unit, or words. The receiver confirms that it came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    engagement = models.ForeignKey("marketplace.Engagement", on_delete=models.CASCADE, related_name="elements")
    element = models.CharField(_("element"), max_length=8, choices=choices.Element.choices)
    giver = models.ForeignKey("marketplace.Party", on_delete=models.PROTECT, related_name="given")
    receiver = models.ForeignKey("marketplace.Party", on_delete=models.PROTECT, related_name="received")
    what = models.CharField(_("what"), max_length=400)
    quantity = models.DecimalField(_("quantity"), max_digits=14, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    due_on = models.DateField(_("due"))
    state = models.CharField(
        _("state"), max_length=10, choices=choices.ElementState.choices, default=choices.ElementState.PROMISED
    )
    note = models.TextField(_("note"), blank=True, max_length=2000)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("received"), null=True, blank=True)
    promised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ElementQuerySet.as_manager()

    class Meta:
        verbose_name = _("promised element")
        verbose_name_plural = _("element ledger")
        ordering = ["engagement", "due_on", "created_at", "id"]
        constraints = [
            *known("ledger", element=choices.Element.choices, state=choices.ElementState.choices),
            models.CheckConstraint(
                name="ledger_quantity_positive", condition=Q(quantity__isnull=True) | Q(quantity__gt=0)
            ),
            models.CheckConstraint(name="ledger_quantity_has_unit", condition=Q(quantity__isnull=True) | ~Q(unit="")),
            models.CheckConstraint(name="ledger_two_parties", condition=~Q(giver=F("receiver"))),
            models.CheckConstraint(
                name="ledger_confirmed_was_delivered",
                condition=~Q(state="confirmed") | Q(delivered_at__isnull=False, confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.what
