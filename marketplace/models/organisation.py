"""Organisations and their members. One organisation may both need and supply."""

import uuid

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.querysets import InvitationQuerySet, OrganisationQuerySet
from scenarios.fields import EncryptedTextField
from scenarios.models.known import known


class Organisation(models.Model):
    """A legal person; `uscc` is its unified social credit code, unique and checked before it is stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name_zh = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=choices.OrganisationKind.choices)
    uscc = models.CharField(_("unified social credit code"), max_length=18, blank=True)
    district = models.ForeignKey(
        "scenarios.District", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("district")
    )
    chain = models.ForeignKey(
        "scenarios.Chain", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("industrial chain")
    )
    verification = models.CharField(
        _("verification"),
        max_length=10,
        choices=choices.Verification.choices,
        default=choices.Verification.UNVERIFIED,
    )
    about = models.TextField(_("about"), blank=True, max_length=4000)
    contact = EncryptedTextField(_("contact"), blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    search = SearchVectorField(null=True, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_zh", "id"]
        indexes = [GinIndex(fields=["search"], name="organisation_search")]
        constraints = [
            models.UniqueConstraint(name="organisation_uscc_once", fields=["uscc"], condition=~Q(uscc="")),
            *known("organisation", kind=choices.OrganisationKind.choices, verification=choices.Verification.choices),
            # The check digit is verified where the code is typed; here no other text can pass for a code.
            models.CheckConstraint(
                name="organisation_verified_uscc_form",
                condition=~Q(verification="verified") | Q(uscc__regex=r"^[0-9A-HJ-NPQRTUWXY]{18}$"),
            ),
            models.CheckConstraint(
                name="organisation_verified_has_uscc", condition=~Q(verification="verified") | ~Q(uscc="")
            ),
        ]

    def __str__(self) -> str:
        return (self.name_en or self.name_zh) if get_language() == "en" else self.name_zh


class Member(models.Model):
    """An account that acts for an organisation."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members")
    account = models.ForeignKey("marketplace.Account", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=choices.MemberRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(name="member_once", fields=["organisation", "account"]),
            *known("member", role=choices.MemberRole.choices),
        ]

    def __str__(self) -> str:
        return f"{self.account} · {self.organisation}"


class Invitation(models.Model):
    """An address that an organisation asks to act for it. It grants nothing; accepting it makes the member.

    It names an address, not an account, so that whoever invites learns nothing of who has signed up.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail"), db_index=True)
    role = models.CharField(_("role"), max_length=8, choices=choices.MemberRole.choices)
    invited_by = models.ForeignKey("marketplace.Account", on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(name="invitation_once", fields=["organisation", "email"]),
            models.CheckConstraint(name="invitation_role_known", condition=Q(role__in=choices.MemberRole.values)),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"
