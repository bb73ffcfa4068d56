"""A supplier's answer to a call: a draft that only its author reads, then sealed until two openers open it."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import ResponseQuerySet
from scenarios.fields import EncryptedTextField
from scenarios.models.known import known

HIDDEN = ("draft", "sealed", "withdrawn", "cancelled")
WIPED = ("withdrawn", "cancelled")


class Response(models.Model):
    """One response of one lead organisation to one call.

    code : random, since a number would tell how many there are.
    content : while it is a draft, and again once opened, its answers as JSON (encrypted at rest); empty while sealed.
    sealed : the answers encrypted to the call's key; nobody here can read them before the opening.
    withdrew_at : when the lead withdrew between the result and the award; it stays in the ranking until that is redone.
    digest : SHA-256 of what was sealed, attachments included; it stands on the author's receipt.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    call = models.ForeignKey("scenarios.Call", on_delete=models.PROTECT, related_name="responses")
    lead = models.ForeignKey("marketplace.Organisation", on_delete=models.PROTECT, related_name="responses")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(
        _("status"), max_length=12, choices=choices.ResponseStatus.choices, default=choices.ResponseStatus.DRAFT
    )
    content = EncryptedTextField(blank=True)
    sealed = models.BinaryField(null=True)
    digest = models.CharField(_("digest"), max_length=64, blank=True)
    sealed_at = models.DateTimeField(_("sealed"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closing time when it was sealed"), null=True, blank=True)
    terms_version = models.PositiveIntegerField(default=0)
    number = models.PositiveSmallIntegerField(_("anonymous number"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    withdrew_at = models.DateTimeField(_("withdrew before the award"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        ordering = ["-updated_at", "id"]
        constraints = [
            *known("response", status=choices.ResponseStatus.choices),
            models.UniqueConstraint(name="response_one_draft", fields=["call", "lead"], condition=Q(status="draft")),
            models.UniqueConstraint(
                name="response_one_standing",
                fields=["call", "lead"],
                condition=~Q(status__in=["draft", "withdrawn"]),
            ),
            models.UniqueConstraint(
                name="response_number_once", fields=["call", "number"], condition=Q(number__isnull=False)
            ),
            models.CheckConstraint(
                name="response_sealed_is_unreadable",
                condition=~Q(status="sealed") | Q(content="", sealed__isnull=False, sealed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="response_sealed_before_the_close",
                condition=Q(sealed_at__isnull=True) | Q(closes_at__isnull=False, sealed_at__lt=F("closes_at")),
            ),
            models.CheckConstraint(
                name="response_withdrawn_is_wiped",
                condition=~Q(status__in=WIPED) | Q(content="", sealed__isnull=True),
            ),
            models.CheckConstraint(
                name="response_withdrew_is_not_awarded",
                condition=Q(withdrew_at__isnull=True) | ~Q(status__in=[*HIDDEN, "opened", "awarded", "reserve"]),
            ),
            models.CheckConstraint(
                name="response_opened_has_number",
                condition=Q(status__in=HIDDEN) | Q(number__isnull=False, opened_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def told_label(self) -> Any:
        """What the status that the author may know is called; see ResponseQuerySet.with_told."""
        return choices.ResponseStatus(getattr(self, "told", self.status)).label


class ResponseAttachment(models.Model):
    """A file of a response: encrypted at rest while a draft and once opened, sealed to the call's key in between."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="attachments")
    position = models.PositiveSmallIntegerField(default=0)
    name = EncryptedTextField(blank=True)
    data = EncryptedTextField(blank=True)  # base64
    sealed = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["response", "position", "id"]
        constraints = [
            models.CheckConstraint(
                name="attachment_readable_or_sealed",
                condition=Q(sealed__isnull=True) | Q(name="", data=""),
            )
        ]


class ResponseStep(models.Model):
    """The trail of responses that nobody reads before the opening; then it goes into the event log. Only added to."""

    response_id = models.UUIDField()
    call_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=choices.ResponseStepKind.choices)
    account_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(name="response_step_call", fields=["call_id", "id"])]
        constraints = [*known("response_step", kind=choices.ResponseStepKind.choices)]
