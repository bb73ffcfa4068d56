"""Reading notifications."""

from django.db import transaction
from django.db.models.functions import Now

from marketplace.models import Account, Notification
from scenarios.actor import Actor


@transaction.atomic
def mark_read(*, actor: Actor, notification_id: int | None = None) -> int:
    """Mark one of the actor's notifications as read, or all of them; return how many were unread."""
    unread = Notification.objects.filter(account_id=actor.signed_in_id).unread()
    if notification_id is not None:
        unread = unread.filter(pk=notification_id)
    return unread.update(read_at=Now())


@transaction.atomic
def set_mail(*, actor: Actor, mail_pace: str) -> None:
    """Keep how often the actor is sent e-mails; notifications in the product stay."""
    Account.objects.filter(pk=actor.signed_in_id).update(mail_pace=mail_pace)
