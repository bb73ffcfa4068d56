"""What a person sets for themselves: name, language, e-mails, API tokens, the address of their calendar."""

from hashlib import sha256
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from marketplace.actions.notifications import set_mail
from marketplace.models import Account, CalendarAddress
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound
from scenarios.journal import log_event

MAX_TOKENS = 10


@transaction.atomic
def save_settings(*, actor: Actor, name: str, language: str, mail_pace: str) -> Account:
    """Keep how the actor is called and told of news. Raises Invalid for a language that the pages do not speak."""
    account = Account.objects.select_for_update().get(pk=actor.signed_in_id)
    if language not in dict(settings.LANGUAGES):
        raise Invalid({"language": [_("Choose one of the languages offered.")]})
    account.name, account.language = name.strip(), language
    account.save(update_fields=["name", "language"])
    set_mail(actor=actor, mail_pace=mail_pace)
    account.mail_pace = mail_pace
    log_event("account.saved", account, actor=actor)
    return account


@transaction.atomic
def create_token(*, actor: Actor) -> str:
    """Make an API token and return it; only its hash is stored, so it can be shown this once.

    Raises Invalid when the account has MAX_TOKENS already.
    """
    account = Account.objects.select_for_update().get(pk=actor.signed_in_id)
    if AuthToken.objects.filter(user=account).count() >= MAX_TOKENS:
        raise Invalid({"token": [_("You have ten tokens already; revoke one first.")]})
    _stored, token = AuthToken.objects.create(user=account)
    log_event("account.token_created", account, actor=actor)
    return str(token)


@transaction.atomic
def revoke_token(*, actor: Actor, token_key: str) -> None:
    """Make one of the actor's tokens worthless."""
    found = AuthToken.objects.filter(user_id=actor.signed_in_id, token_key=token_key).first()
    if found is None:
        raise NotFound
    found.delete()
    log_event("account.token_revoked", Account(pk=actor.signed_in_id), actor=actor)


@transaction.atomic
def make_calendar_address(*, actor: Actor) -> str:
    """Make the secret of the actor's calendar anew and return it; the one before is worthless from now on.

    Only its hash is stored, so it can be shown this once.
    """
    account = Account.objects.select_for_update().get(pk=actor.signed_in_id)
    secret = token_urlsafe(32)
    CalendarAddress.objects.filter(account=account).delete()
    CalendarAddress.objects.create(account=account, digest=_digest(secret))
    log_event("account.calendar_address_made", account, actor=actor)
    return secret


@transaction.atomic
def remove_calendar_address(*, actor: Actor) -> None:
    """Make the actor's calendar address worthless. Raises NotFound where there is none."""
    removed, _rows = CalendarAddress.objects.filter(account_id=actor.signed_in_id).delete()
    if not removed:
        raise NotFound
    log_event("account.calendar_address_removed", Account(pk=actor.signed_in_id), actor=actor)


def account_of_calendar(secret: str) -> Account | None:
    """Return the active account whose calendar address holds this secret."""
    found = CalendarAddress.objects.filter(digest=_digest(secret), account__is_active=True)
    row = found.select_related("account").first()
    return row.account if row else None


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


@transaction.atomic
def revoke_all_tokens(*, account: Account) -> int:
    """Take back every token and the calendar address of an account whose password changed; return how many tokens."""
    own = Actor(account_id=account.pk)
    if CalendarAddress.objects.filter(account=account).delete()[0]:
        log_event("account.calendar_address_removed", account, actor=own)
    deleted, _rows = AuthToken.objects.filter(user=account).delete()
    if deleted:
        log_event("account.token_revoked", account, actor=own, tokens=deleted)
    return deleted
