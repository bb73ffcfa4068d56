"""A long public list as a Word or PDF file: ordered by an account, made by a worker."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models.known import known
from scenarios.querysets import PrintedListQuerySet

DONE = Q(state=choices.PrintedListState.DONE)


class PrintedListManager(models.Manager.from_queryset(PrintedListQuerySet)):  # type: ignore[misc]
    """Reads lists without their files, which are megabytes."""

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("file")


class PrintedList(models.Model):
    """One list that an account has printed. It is forgotten after a day.

    ids : of the entries, in the order of the page when it was ordered; query, narrowed : what stood in the address, and
    its words. entries : how many the file has; what is no longer in the list when it is made is left out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(_("list"), max_length=6, choices=choices.PrintedListKind.choices)
    format = models.CharField(_("format"), max_length=4, choices=choices.PrintedFormat.choices)
    query = models.TextField(blank=True)
    narrowed = ArrayField(models.TextField(), default=list)
    ids = ArrayField(models.UUIDField())
    language = models.CharField(max_length=10)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=choices.PrintedListState.choices,
        default=choices.PrintedListState.RUNNING,
    )
    percent = models.PositiveSmallIntegerField(default=0)
    entries = models.PositiveIntegerField(null=True, blank=True)
    file = models.BinaryField(null=True)
    size = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("ordered"), db_default=Now(), editable=False)

    objects = PrintedListManager()

    class Meta:
        verbose_name = _("printed list")
        verbose_name_plural = _("printed lists")
        ordering = ["-created_at"]
        constraints = [
            *known(
                "printed_list",
                kind=choices.PrintedListKind.choices,
                format=choices.PrintedFormat.choices,
                state=choices.PrintedListState.choices,
            ),
            models.CheckConstraint(name="printed_list_percent", condition=Q(percent__lte=100)),
            models.CheckConstraint(
                name="printed_list_done_has_its_file",
                condition=Q(DONE, file__isnull=False, size__isnull=False, entries__isnull=False)
                | Q(~DONE, file__isnull=True),
            ),
            models.UniqueConstraint(
                name="printed_list_one_at_a_time",
                fields=["account"],
                condition=Q(state=choices.PrintedListState.RUNNING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_format_display()}"

    @property
    def left_out(self) -> int:
        """The number of entries that were no longer in the list when it was made."""
        return len(self.ids) - (self.entries or 0)

    @property
    def title_zh(self) -> str:
        """What news of it is titled in Chinese."""
        with translation.override("zh-hans"):
            return str(self)

    @property
    def title_en(self) -> str:
        """What news of it is titled in English."""
        with translation.override("en"):
            return str(self)
