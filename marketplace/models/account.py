"""People who sign in, by e-mail, and the staff roles they hold."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from scenarios.models.known import known


class AccountManager(BaseUserManager["Account"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Account(AbstractBaseUser, PermissionsMixin):
    """A person. What they may do follows from memberships and staff roles, not from Django's permissions."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    mail_pace = models.CharField(
        _("notifications by e-mail"), max_length=7, choices=choices.MailPace.choices, default=choices.MailPace.AT_ONCE
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin for reference data"), default=False)
    date_joined = models.DateTimeField(auto_now_add=True)

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [*known("account", mail_pace=choices.MailPace.choices)]

    def __str__(self) -> str:
        return self.name or self.email


class StaffRole(models.Model):
    """A role of the city's staff. Everyone who holds one signs in with a second factor."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="staff_roles")
    role = models.CharField(_("role"), max_length=12, choices=choices.StaffRoleName.choices)

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = [
            models.UniqueConstraint(name="staff_role_once", fields=["account", "role"]),
            *known("staff_role", role=choices.StaffRoleName.choices),
        ]

    def __str__(self) -> str:
        return self.get_role_display()
