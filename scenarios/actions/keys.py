"""A form that is sent twice has one effect."""

import hashlib
from uuid import UUID

from django.db import IntegrityError, transaction

from scenarios.actor import Actor
from scenarios.models import UsedKey


def result_of(actor: Actor, form: str, key: str) -> UUID | None:
    """Return what an earlier sending of this form made, or None when it is the first.

    Call it at the start of the action's transaction; a second sending waits here for the first to end.
    """
    if not key or actor.account_id is None:
        return None
    fields = {"account_id": actor.account_id, "form": form, "key": _digest(key)}
    try:
        with transaction.atomic():
            UsedKey.objects.create(**fields)
    except IntegrityError:
        return UsedKey.objects.get(**fields).result_id
    return None


def known_result(actor: Actor, form: str, key: str) -> UUID | None:
    """Return what an earlier sending of this form made, without taking the key."""
    if not key or actor.account_id is None:
        return None
    rows = UsedKey.objects.filter(account_id=actor.account_id, form=form, key=_digest(key))
    return rows.values_list("result_id", flat=True).first()


def remember_result(actor: Actor, form: str, key: str, result_id: UUID) -> None:
    """Note what the form made."""
    if key and actor.account_id is not None:
        UsedKey.objects.filter(account_id=actor.account_id, form=form, key=_digest(key)).update(result_id=result_id)


def forget_result(result_id: UUID) -> None:
    """Let go of the keys that led to what is being deleted: the form may be sent anew."""
    UsedKey.objects.filter(result_id=result_id).delete()


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
