"""A file that a scenario manager uploads: previewed, then imported by the workers."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios.models.known import known


class ImportKind(models.TextChoices):
    NEEDS = "needs", _("Needs")
    CAPABILITIES = "capabilities", _("Capabilities")


class ImportState(models.TextChoices):
    PREVIEW = "preview", pgettext_lazy("import", "Previewed")
    RUNNING = "running", pgettext_lazy("import", "Being imported")
    DONE = "done", pgettext_lazy("import", "Imported")


class ImportJob(models.Model):
    """One upload of one account. The file lies encrypted in MEDIA_ROOT until it is imported or thrown away.

    lines : [row number, outcome, code, title, [[column, value, why], …]] of each row of note.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("what the file holds"), max_length=12, choices=ImportKind.choices)
    name = models.CharField(_("file"), max_length=120)
    stored = models.CharField(max_length=120, blank=True)
    organisation = models.CharField(_("organisation"), max_length=80, blank=True)
    language = models.CharField(max_length=10)
    state = models.CharField(
        _("state"), max_length=8, choices=ImportState.choices, default=ImportState.PREVIEW, db_index=True
    )
    rows = models.PositiveIntegerField(_("rows"), default=0)
    taken = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    ignored = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-created_at"]
        constraints = [
            *known("import", kind=ImportKind.choices, state=ImportState.choices),
            models.CheckConstraint(name="import_taken_within_rows", condition=models.Q(taken__lte=models.F("rows"))),
        ]

    def __str__(self) -> str:
        return self.name
