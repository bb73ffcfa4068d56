"""Reading notifications."""

from django.db import transaction
from django.db.models.functions import Now

from marketplace.choices import MailPace
from marketplace.models import Account, Notification
from scenarios import topics
from scenarios.actor import Actor
from scenarios.outbox import emit


@transaction.atomic
def mark_read(*, actor: Actor, notification_id: int | None = None) -> int:
    """Mark one of the actor's notifications as read, or all of them; return how many were unread."""
    unread = Notification.objects.filter(account_id=actor.signed_in_id).unread()
    if notification_id is not None:
        unread = unread.filter(pk=notification_id)
    return unread.update(read_at=Now())


@transaction.atomic
def set_mail(*, actor: Actor, mail_pace: str) -> None:
    """Keep how often the actor is sent e-mails; notifications in the product stay.

    Whoever wants them at once from now on is sent what waited for the end of the day.
    """
    account = Account.objects.select_for_update().get(pk=actor.signed_in_id)
    if account.mail_pace == MailPace.DAILY and mail_pace == MailPace.AT_ONCE:
        emit(topics.DIGEST_DUE, account_id=account.pk)
    account.mail_pace = mail_pace
    account.save(update_fields=["mail_pace"])
