"""Which techniques fit which needs: what figures and lists over all needs count."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import NeedFitQuerySet
from scenarios.models.known import known


class NeedFit(models.Model):
    """A technique that fits a need: a capability on offer with it is suggested for the need and passes every gate.

    until : when the last of those capabilities ends; whether it has come is for the database clock. The migrations add
    triggers on suggestions, capabilities and organisations that keep the rows, whoever writes there.
    """

    # The constraint's index begins with the need and holds the rest too.
    need = models.ForeignKey("scenarios.Need", on_delete=models.CASCADE, related_name="fits", db_index=False)
    technique = models.CharField(_("technique"), max_length=20, choices=choices.Technique.choices)
    until = models.DateTimeField(_("valid until"))

    objects = NeedFitQuerySet.as_manager()

    class Meta:
        ordering = ["need", "technique"]
        indexes = [models.Index(name="need_fit_by_technique", fields=["technique", "need"], include=["until"])]
        constraints = [
            models.UniqueConstraint(name="need_fit_once", fields=["need", "technique"], include=["until"]),
            *known("need_fit", technique=choices.Technique.choices),
        ]
