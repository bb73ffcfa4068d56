"""Following: being told of changes."""

from typing import Any
from uuid import UUID

from django.db import transaction

from scenarios.actor import Actor
from scenarios.choices import Subject
from scenarios.errors import NotPermitted
from scenarios.journal import log_event
from scenarios.models import Call, Follow, MergedDemand, Need
from scenarios.policies import one_of

FOLLOWED: dict[str, Any] = {Subject.NEED: Need, Subject.DEMAND: MergedDemand, Subject.CALL: Call}


def add_followed(subject: Subject, model: Any) -> None:
    """Let people follow a kind of object that this package knows nothing of; at the start of the app that has it.

    model : with a queryset that knows `visible_to`, and with code, title and status.
    """
    FOLLOWED[subject] = model


@transaction.atomic
def follow(*, actor: Actor, subject_type: str, subject_id: UUID) -> Follow:
    """Tell the actor of changes from now on; following twice is the same as once."""
    if actor.account_id is None or subject_type not in FOLLOWED:
        raise NotPermitted
    subject = one_of(FOLLOWED[Subject(subject_type)].objects.visible_to(actor), subject_id)
    keys: dict[str, Any] = {"account_id": actor.account_id, "subject_type": subject_type, "subject_id": subject_id}
    row, created = Follow.objects.get_or_create(**keys)
    if created:
        log_event(f"{subject_type}.followed", subject, actor=actor)
    return row


@transaction.atomic
def unfollow(*, actor: Actor, subject_type: str, subject_id: UUID) -> None:
    """Stop telling the actor; silent where it did not follow."""
    keys: dict[str, Any] = {"account_id": actor.signed_in_id, "subject_type": subject_type, "subject_id": subject_id}
    deleted, _rows = Follow.objects.filter(**keys).delete()
    subject = FOLLOWED[Subject(subject_type)].objects.filter(pk=subject_id).first() if deleted else None
    if subject is not None:
        log_event(f"{subject_type}.unfollowed", subject, actor=actor)
