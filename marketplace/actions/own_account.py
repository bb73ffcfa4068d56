"""What a person sets for themselves: name, language, e-mails, API tokens."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from knox.models import AuthToken

from marketplace.models import Account
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
    account.name, account.language, account.mail_pace = name.strip(), language, mail_pace
    account.save(update_fields=["name", "language", "mail_pace"])
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
def revoke_all_tokens(*, account: Account) -> int:
    """Take back every token of an account whose password changed; return how many."""
    deleted, _rows = AuthToken.objects.filter(user=account).delete()
    if deleted:
        log_event("account.token_revoked", account, actor=Actor(account_id=account.pk), tokens=deleted)
    return deleted
