"""Every enumeration of sandboxes, with its label in both languages."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SandboxStatus(TextChoices):
    ACTIVE = "active", pgettext_lazy("sandbox", "In force")
    LEFT = "left", pgettext_lazy("sandbox", "Left, every criterion met")
    FAILED = "failed", pgettext_lazy("sandbox", "Ended, a criterion not met")


class Severity(IntegerChoices):
    """How grave an incident is; the first one suspends the project."""

    GRAVE = 1, _("1: someone was harmed, or nearly")
    HIGH = 2, _("2: a limit was exceeded or a service failed")
    MEDIUM = 3, _("3: it did not work as it should")
    LOW = 4, _("4: observed, without an effect")
