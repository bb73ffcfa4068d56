"""The minimum scales that a pool is measured against: one mark per capability that matches it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.pool_querysets import ScaleMarkQuerySet


class ScaleMark(models.Model):
    """From which quantity on, in its own unit, a capability is worth delivering to a pool, and when that was reached.

    `matches` ends when the capability is not suggested for the pool any more; the row stays, so that a scale that was
    reached once is not reached a second time.
    """

    demand = models.ForeignKey("scenarios.MergedDemand", on_delete=models.CASCADE, related_name="scale_marks")
    capability = models.ForeignKey("marketplace.Capability", on_delete=models.CASCADE, related_name="scale_marks")
    quantity = models.DecimalField(_("minimum scale"), max_digits=12, decimal_places=2)
    unit = models.CharField(_("unit"), max_length=10, choices=choices.Unit.choices)
    matches = models.BooleanField(default=True)
    reached_at = models.DateTimeField(_("reached"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScaleMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark of the scale meter")
        verbose_name_plural = _("marks of the scale meter")
        ordering = ["demand", "quantity", "id"]
        constraints = [
            models.UniqueConstraint(name="scale_mark_once", fields=["demand", "capability"]),
            models.CheckConstraint(name="scale_mark_positive", condition=Q(quantity__gt=0)),
            *known("scale_mark", unit=choices.Unit.choices),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.unit}"
