"""Reference data that differs from city to city."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class NamedReference(models.Model):
    """A row with a stable code and a name in both languages."""

    code = models.SlugField(_("code"), primary_key=True, max_length=40)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_zh


class District(NamedReference):
    """A district of the city."""

    class Meta(NamedReference.Meta):
        verbose_name = _("district")
        verbose_name_plural = _("districts")


class Chain(NamedReference):
    """An industrial chain, whose chain lead's office moderates its needs."""

    class Meta(NamedReference.Meta):
        verbose_name = _("industrial chain")
        verbose_name_plural = _("industrial chains")
