"""Reference data that differs from city to city."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known


class ReferenceQuerySet(models.QuerySet[Any]):
    def offered(self) -> Self:
        """Entries that forms offer."""
        return self.filter(offered=True)

    def retired(self) -> Self:
        """Entries that stay where they are used and are offered no more."""
        return self.filter(offered=False)

    def offered_or(self, present: list[str]) -> Self:
        """Entries that forms offer, and those that something has already."""
        return self.filter(Q(offered=True) | Q(pk__in=present))


class NamedReference(models.Model):
    """A row with a stable code and a name in both languages. One that is not offered stays where it is used."""

    code = models.SlugField(_("code"), primary_key=True, max_length=40)
    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    offered = models.BooleanField(_("offered"), default=True)

    objects = ReferenceQuerySet.as_manager()

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


class ChainLead(models.Model):
    """A moderator in the office of a chain's lead, who is told first of the needs of its organisations."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="leads")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("chain lead")
        verbose_name_plural = _("chain leads")
        ordering = ["chain", "pk"]
        constraints = [models.UniqueConstraint(name="chain_lead_once", fields=["chain", "account"])]

    def __str__(self) -> str:
        return str(self.account)


class DomainName(NamedReference):
    """What a domain of needs is called. The codes are those of `choices.Domain`."""

    class Meta(NamedReference.Meta):
        verbose_name = _("name of a domain")
        verbose_name_plural = _("names of domains")
        constraints = [*known("domain_name", code=choices.Domain.choices)]


class UnitName(NamedReference):
    """What a unit of quantities is called. The codes are those of `choices.Unit`."""

    class Meta(NamedReference.Meta):
        verbose_name = _("name of a unit")
        verbose_name_plural = _("names of units")
        constraints = [*known("unit_name", code=choices.Unit.choices)]
