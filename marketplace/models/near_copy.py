"""What a capability's text has word for word from others: such a capability takes no slot among suggestions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from scenarios.models.known import known


class NearCopy(models.Model):
    """A capability that is nearly a copy, of which source, and the moderator who found that it is none.

    overlap : the part of its text that stands in the sources, or of the need's characters that it lists, 0–1.
    need, source : the one that holds most of it.
    text_digest : of the text that was compared; a moderator's word holds for this text only.
    """

    capability = models.OneToOneField("marketplace.Capability", models.CASCADE, related_name="near_copy")
    kind = models.CharField(_("kind"), max_length=10, choices=choices.CopyKind.choices)
    need = models.ForeignKey("scenarios.Need", models.CASCADE, null=True, blank=True, related_name="+")
    source = models.ForeignKey("marketplace.Capability", models.CASCADE, null=True, blank=True, related_name="+")
    overlap = models.FloatField(_("overlap"))
    passage = models.TextField(_("passage"), blank=True)
    text_digest = models.CharField(max_length=64)
    found_at = models.DateTimeField(_("found"), auto_now_add=True)
    cleared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("near-copy")
        verbose_name_plural = _("near-copies")
        ordering = ["-found_at", "id"]
        constraints = [
            *known("near_copy", kind=choices.CopyKind.choices),
            models.CheckConstraint(
                name="near_copy_has_one_source",
                condition=Q(kind__in=["needs", "listed"], need__isnull=False, source__isnull=True)
                | Q(kind="capability", need__isnull=True, source__isnull=False),
            ),
            models.CheckConstraint(name="near_copy_overlap_is_a_part", condition=Q(overlap__gte=0, overlap__lte=1)),
            models.CheckConstraint(
                name="near_copy_cleared_by_someone",
                condition=Q(cleared_by__isnull=True, cleared_at__isnull=True)
                | Q(cleared_by__isnull=False, cleared_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capability_id} {self.kind} {self.percent} %"

    @property
    def stands(self) -> bool:
        """Whether it costs the capability its slot: no moderator found that it is no copy."""
        return self.cleared_at is None

    @property
    def percent(self) -> int:
        return round(self.overlap * 100)
