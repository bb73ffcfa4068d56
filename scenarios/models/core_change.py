"""What members of a pool learned in use and want in the next version of its core."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.models.need import TEXT_LIMIT
from scenarios.pool_querysets import CoreChangeQuerySet


class CoreChange(models.Model):
    """A member's proposal to change a part of the core; often a deviation of its rollout that others share.

    `core_version` is the version that took it in; empty while it is open, dismissed, or noted for the next version.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    demand = models.ForeignKey("scenarios.MergedDemand", on_delete=models.CASCADE, related_name="core_changes")
    need = models.ForeignKey("scenarios.Need", on_delete=models.CASCADE, related_name="+")
    part = models.CharField(_("part of the core"), max_length=12, choices=choices.CorePart.choices)
    value = models.TextField(_("what it should say"), max_length=TEXT_LIMIT)
    reason = models.TextField(_("why"), max_length=2000)
    state = models.CharField(
        _("state"), max_length=10, choices=choices.CoreChangeState.choices, default=choices.CoreChangeState.OPEN
    )
    answer = models.TextField(_("the manager's answer"), blank=True, max_length=2000)
    core_version = models.PositiveIntegerField(null=True, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = CoreChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change of the core")
        verbose_name_plural = _("proposed changes of the core")
        ordering = ["demand", "-created_at", "id"]
        constraints = [
            *known("core_change", part=choices.CorePart.choices, state=choices.CoreChangeState.choices),
            # A second word of the same member on the same part replaces the first until it is decided.
            models.UniqueConstraint(
                name="core_change_open_once", fields=["demand", "need", "part"], condition=Q(state="open")
            ),
            models.CheckConstraint(
                name="core_change_dismissal_has_answer", condition=~Q(state="dismissed") | ~Q(answer="")
            ),
            models.CheckConstraint(
                name="core_change_decided_by_someone", condition=Q(state="open") | Q(decided_by__isnull=False)
            ),
            models.CheckConstraint(
                name="core_change_in_a_core_was_taken", condition=Q(core_version__isnull=True) | Q(state="taken")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.pk}"
