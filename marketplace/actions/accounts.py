"""Opening accounts for others and giving staff their roles. The system's own step: no page leads here."""

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from marketplace.choices import StaffRoleName
from marketplace.models import Account, StaffRole
from scenarios.actor import Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.policies import require_role


@transaction.atomic
def open_account(*, actor: Actor, email: str, name: str, password_hash: str, language: str = "zh-hans") -> Account:
    """Open an account whose address needs no confirmation.

    password_hash : as `make_password` returns it. E-mail notifications are off.

    Raises NotPermitted for anyone but the system.
    """
    require_role(actor, "system")
    account = Account(email=email.strip().lower(), name=name, password=password_hash, language=language)
    account.wants_mail = False
    account.save(force_insert=True)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    log_event("account.opened", account, actor=actor)
    return account


@transaction.atomic
def appoint_staff(*, actor: Actor, account: Account, role: str, totp_secret: str) -> StaffRole:
    """Give an account a staff role together with the second factor that the role asks for.

    totp_secret : base32.

    Raises NotPermitted for anyone but the system, Invalid for an unknown role.
    """
    require_role(actor, "system")
    if role not in StaffRoleName.values:
        raise Invalid({"role": [f"{role}?"]})
    appointment = StaffRole.objects.create(account=account, role=role)
    TOTP.activate(account, totp_secret)
    log_event("account.appointed", account, actor=actor, role=role)
    return appointment
