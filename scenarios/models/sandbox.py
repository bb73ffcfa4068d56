"""The sandbox 监管沙箱 as it is planned for a call, and the terms that a project's sandbox shares with it."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import BaseConstraint, Q
from django.utils.translation import gettext_lazy as _

from scenarios.models.call import Call

SCOPE_LIMIT = 5000


class SandboxTerms(models.Model):
    """What may be tried, within which limits, and what must be shown before the sandbox is left.

    limits : [{"name", "value", "unit"}], each value a decimal number in text. exit_criteria : texts.
    """

    scope = models.TextField(_("scope of the sandbox"), max_length=SCOPE_LIMIT)
    limits = models.JSONField(_("limits"), default=list)
    exit_criteria = models.JSONField(_("exit criteria"), default=list)

    class Meta:
        abstract = True
        constraints: ClassVar[list[BaseConstraint]] = [
            models.CheckConstraint(
                name="%(class)s_has_terms", condition=~Q(scope="") & ~Q(limits=[]) & ~Q(exit_criteria=[])
            )
        ]


class SandboxPlan(SandboxTerms):
    """The sandbox in which whoever wins a call will work; without it a call from a need of tier R4 does not open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="sandbox_plan")
    supervisor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("supervisor")
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta(SandboxTerms.Meta):
        verbose_name = _("sandbox plan")
        verbose_name_plural = _("sandbox plans")
