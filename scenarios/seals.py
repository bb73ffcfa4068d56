"""The hash chain over the event log."""

import hashlib
import json
import logging
from collections.abc import Iterator

from django.db import transaction

from scenarios.locks import wait_for_lock
from scenarios.models import Event, EventSeal

logger = logging.getLogger(__name__)
GENESIS = "0" * 64


def digest_of(event: Event, previous: str) -> str:
    """Return the SHA-256 over the previous digest and everything the event says."""
    content = [
        previous,
        event.pk,
        event.at.isoformat(),
        event.transaction,
        event.kind,
        event.actor_id,
        event.subject_type,
        str(event.subject_id),
        event.subject_code,
        event.changed,
        event.data,
        event.generation,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@transaction.atomic
def seal_events(limit: int = 5000) -> int:
    """Chain the events whose transactions ended before every running one; return how many.

    In the order (transaction, id): later commits cannot slip in before a sealed event.
    """
    wait_for_lock("event seal")
    last = EventSeal.objects.last()
    previous, seals = (last.digest if last else GENESIS), []
    for event in Event.objects.sealable()[:limit]:
        previous = digest_of(event, previous)
        seals.append(EventSeal(event=event, digest=previous))
    EventSeal.objects.bulk_create(seals)
    if seals:
        # The head stands in the log too, out of reach of who could rewrite the tables: verify_events --head checks it.
        logger.info("events sealed", extra={"position": seals[-1].position, "digest": previous, "sealed": len(seals)})
    return len(seals)


def broken_seals() -> Iterator[str]:
    """Yield a sentence for each link of the chain that does not hold."""
    previous = GENESIS
    for seal in EventSeal.objects.order_by("position").iterator(chunk_size=2000):
        event = Event.objects.filter(pk=seal.event_id).first()
        if event is None:
            yield f"seal {seal.position}: event {seal.event_id} is missing"
        elif digest_of(event, previous) != seal.digest:
            yield f"seal {seal.position}: event {seal.event_id} was changed"
        previous = seal.digest
