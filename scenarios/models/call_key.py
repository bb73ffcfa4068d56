"""Who may open the sealed responses to a call, and the key that two of them bring back together."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from scenarios.fields import EncryptedTextField
from scenarios.models.call import Call
from scenarios.querysets import OpenerQuerySet


class Opener(models.Model):
    """One of the three named officials of a call. What only they hold, their opening code, is stored nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="openers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    public_key = models.BinaryField(null=True)
    agreed_at = models.DateTimeField(_("agreed to open"), null=True, blank=True)
    # partner's id → share, from the moment this opener agrees until the second one does.
    shares_given = EncryptedTextField(blank=True)

    objects = OpenerQuerySet.as_manager()

    class Meta:
        verbose_name = _("opener")
        verbose_name_plural = _("openers")
        ordering = ["call", "id"]
        constraints = [
            models.UniqueConstraint(name="opener_once", fields=["call", "account"]),
            models.CheckConstraint(
                name="opener_agrees_with_a_code", condition=Q(agreed_at__isnull=True) | Q(public_key__isnull=False)
            ),
        ]


class CallKey(models.Model):
    """The key pair of a call: the public half, and the private half locked under a secret that the openers share."""

    call = models.OneToOneField(Call, on_delete=models.CASCADE, primary_key=True, related_name="key")
    public_key = models.BinaryField()
    wrapped = EncryptedTextField()
    made_at = models.DateTimeField(auto_now_add=True)
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)

    class Meta:
        verbose_name = _("key of a call")
        verbose_name_plural = _("keys of calls")


class KeyShare(models.Model):
    """One opener's half of the secret for one pair of openers, sealed to that opener's code."""

    holder = models.ForeignKey(Opener, on_delete=models.CASCADE, related_name="shares")
    partner = models.ForeignKey(Opener, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="key_share_once", fields=["holder", "partner"]),
            models.CheckConstraint(name="key_share_for_a_pair", condition=~Q(holder=F("partner"))),
        ]
