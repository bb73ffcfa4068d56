"""Opening accounts for others and giving staff their roles, and the wall between staff and members.

Opening and appointing are the system's own steps: no page leads there.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.choices import MailPace, StaffRoleName
from marketplace.models import Account, Member, StaffRole
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
    account.mail_pace = MailPace.OFF
    account.save(force_insert=True)
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    log_event("account.opened", account, actor=actor)
    return account


@transaction.atomic
def appoint_staff(*, actor: Actor, account: Account, role: str, totp_secret: str) -> StaffRole:
    """Give an account a staff role together with the second factor that the role asks for.

    totp_secret : base32.

    Raises NotPermitted for anyone but the system, Invalid for an unknown role or a member of an organisation.
    """
    require_role(actor, "system")
    require_no_member(account.pk)
    if role not in StaffRoleName.values:
        raise Invalid({"role": [f"{role}?"]})
    appointment = StaffRole.objects.create(account=account, role=role)
    TOTP.activate(account, totp_secret)
    log_event("account.appointed", account, actor=actor, role=role)
    return appointment


def _lock(account_id: int) -> None:
    # Whoever joins and whoever appoints lock the same row, so that neither overlooks the other.
    Account.objects.select_for_update(of=("self",)).filter(pk=account_id).first()


def require_no_staff(account_id: int) -> None:
    """Lock the account and raise Invalid when it holds a staff role: who decides for the city acts for nobody else."""
    _lock(account_id)
    if StaffRole.objects.filter(account=account_id).exists():
        raise Invalid(
            {"account": [_("An account of the city's staff cannot act for an organisation. Use another one.")]}
        )


def require_no_member(account_id: int) -> None:
    """Lock the account and raise Invalid when it acts for an organisation, before it is given a staff role."""
    _lock(account_id)
    if Member.objects.filter(account=account_id).exists():
        raise Invalid({"account": [_("This account acts for an organisation; staff need an account of their own.")]})
