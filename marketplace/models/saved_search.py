"""A search that somebody keeps, to come back to it and to hear of what is new."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import SavedSearchQuerySet
from scenarios.models.known import known

QUERY_LIMIT = 1000


class SavedSearch(models.Model):
    """An address of a public list under a name of one's own; nobody else reads it. A removed one can be taken back."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("list"), max_length=10, choices=choices.SearchKind.choices)
    query = models.CharField(max_length=QUERY_LIMIT, blank=True)
    notice = models.CharField(
        _("tell me of what is new"),
        max_length=7,
        choices=choices.SearchNotice.choices,
        default=choices.SearchNotice.DAILY,
    )
    created_at = models.DateTimeField(_("saved"), db_default=Now(), editable=False)
    looked_at = models.DateTimeField(_("looked at"), db_default=Now(), editable=False)
    told_until = models.DateTimeField(db_default=Now(), editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["created_at", "id"]
        constraints = [
            *known("savedsearch", kind=choices.SearchKind.choices, notice=choices.SearchNotice.choices),
            models.CheckConstraint(name="saved_search_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                name="saved_search_name_once", fields=["account", "name"], condition=Q(removed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title_zh(self) -> str:
        """What news of it is titled, in either language: its owner's own words."""
        return self.name

    title_en = title_zh
