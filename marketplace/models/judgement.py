"""What an expert wrote about how well a capability suits a need, in a file."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Judgement(models.Model):
    """A grade from 1 (does not suit) to 4 (suits); from 3 on the capability counts as relevant. One for each pair."""

    need = models.ForeignKey("scenarios.Need", models.CASCADE, related_name="+")
    capability = models.ForeignKey("marketplace.Capability", models.CASCADE, related_name="+")
    grade = models.PositiveSmallIntegerField(_("grade"))
    brought_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    brought_at = models.DateTimeField(_("brought in"))

    class Meta:
        verbose_name = _("judgement")
        verbose_name_plural = _("judgements")
        ordering = ["need", "capability"]
        constraints = [
            models.UniqueConstraint(name="judgement_once", fields=["need", "capability"]),
            models.CheckConstraint(name="judgement_grade_known", condition=Q(grade__gte=1, grade__lte=4)),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} · {self.capability_id}: {self.grade}"
