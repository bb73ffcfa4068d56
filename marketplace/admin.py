"""The admin of accounts and staff roles. Sign-in goes through the site's own page with its second factor and limits."""

from importlib import import_module
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from marketplace.actions.accounts import require_no_member
from marketplace.models import Account, StaffRole
from scenarios.actor import Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event

admin.site.site_header = admin.site.site_title = _("Reference data")
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# Other apps register what is no reference data (addresses, factors, tokens) or has no effect here (groups). Their
# modules are loaded first, since autodiscovery follows the order of the installed apps.
for _module in ("django.contrib.auth.admin", "allauth.account.admin", "allauth.mfa.admin", "knox.admin"):
    import_module(_module)
for _model in (Group, EmailAddress, EmailConfirmation, Authenticator, AuthToken):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class StaffRoleFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """Refuses a staff role for an account that acts for an organisation."""

    def clean(self) -> None:
        super().clean()
        given = [form for form in self.forms if form.has_changed() and form not in self.deleted_forms]
        try:
            if given:
                require_no_member(self.instance.pk)
        except Invalid as invalid:
            raise ValidationError(invalid.fields["account"]) from None


class StaffRoleInline(admin.TabularInline):  # type: ignore[type-arg]
    """The roles that an account holds."""

    model = StaffRole
    formset = StaffRoleFormSet
    extra = 0


@admin.register(Account)
class AccountAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Lets accounts in or keeps them out, and gives or takes staff roles; both are written to the event log."""

    list_display = ("email", "name", "is_active", "is_staff", "date_joined")
    list_filter = ("is_active", "is_staff", "staff_roles__role")
    search_fields = ("email", "name")
    fields = ("email", "name", "language", "is_active", "is_staff", "date_joined", "last_login")
    readonly_fields = ("email", "date_joined", "last_login")
    inlines = (StaffRoleInline,)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People sign up themselves: nobody else knows their password."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is kept out, not deleted: its decisions stay signed."""
        return False

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the roles, then log what was changed, in the transaction that the admin opened for the whole form."""
        before = _roles(form.instance)
        super().save_related(request, form, formsets, change)
        after = _roles(form.instance)
        changed = [*form.changed_data, *(["staff_roles"] if before != after else [])]
        if changed:
            actor = Actor(account_id=request.user.pk)
            log_event("account.changed", form.instance, actor=actor, changed=changed, roles=sorted(after))


def _roles(account: Account) -> set[str]:
    return set(account.staff_roles.values_list("role", flat=True))
