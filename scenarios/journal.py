"""Writing to the event log."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction

from scenarios import topics
from scenarios.actor import Actor
from scenarios.models import Event
from scenarios.outbox import emit

logger = logging.getLogger(__name__)
_rehearsing = ContextVar("rehearsing", default=False)


@contextmanager
def rehearsal() -> Iterator[None]:
    """Run the body in a transaction that is rolled back; the server's log does not say that it happened."""
    token = _rehearsing.set(True)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        _rehearsing.reset(token)


def log_event(
    kind: str,
    subject: Any,
    *,
    actor: Actor,
    subject_type: str | None = None,
    changed: Iterable[str] = (),
    generation: int | None = None,
    **data: Any,
) -> Event | None:
    """Write the one event of a change, in the transaction that makes it, and tell those who listen to events.

    kind : "need.approved", "call.closed", …
    changed : names of changed fields, never their values.
    generation : set for what the clock decides; such an event is written once per (subject, kind, generation).
    data : ids, codes, counts and states only; nothing confidential.

    Returns the event, or None when the clock's event was there already.
    """
    values = {
        "kind": kind,
        "actor_id": actor.account_id,
        "subject_type": subject_type or kind.partition(".")[0],
        "subject_id": _id_of(subject),
        "subject_code": getattr(subject, "code", ""),
        "changed": sorted(changed),
        "data": data,
    }
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{kind}: an event belongs to the transaction of its change")
    if generation is None:
        event = Event.objects.create(**values)
    else:
        fields = {"subject_id": values["subject_id"], "kind": kind, "generation": generation}
        if Event.objects.filter(**fields).exists():
            return None
        # Two sweeps may race here; the unique constraint lets one of them win and rolls the other back.
        event = Event.objects.create(**values, generation=generation)
    if topics.is_awaited(kind):
        emit(topics.EVENT_RECORDED, event_ids=[event.pk])
    if not _rehearsing.get():
        logger.info(kind, extra={"subject": values["subject_code"] or str(values["subject_id"]), "event_id": event.pk})
    return event


def _id_of(subject: Any) -> UUID:
    """Return the id under which a row stands in the log: its own, its number, or one made of its table and code."""
    key = subject.pk
    if isinstance(key, str):
        return uuid5(NAMESPACE_OID, f"{subject._meta.label_lower}:{key}")
    return key if isinstance(key, UUID) else UUID(int=int(key))
