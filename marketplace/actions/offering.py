"""Putting a capability on offer, whoever decides it."""

from datetime import timedelta

from django.utils import timezone

from marketplace.models import Capability
from scenarios import topics
from scenarios.outbox import emit
from scenarios.querysets import lexemes

SHELF_LIFE = timedelta(days=365)


def offer(capability: Capability) -> None:
    """Put a locked capability on offer from now on: shelf life, search, index. The caller saves it."""
    now = timezone.now()
    capability.published_at = capability.published_at or now
    capability.valid_until = now + SHELF_LIFE
    capability.expiry_generation += 1
    Capability.objects.filter(pk=capability.pk).update(search=lexemes(search_tokens(capability)))
    capability.refresh_from_db(fields=["search"])
    emit(topics.CAPABILITY_PUBLISHED, capability_ids=[str(capability.pk)])


def search_tokens(capability: Capability) -> list[str]:
    """Return the tokens under which a capability's page is found: public texts, code and owner's name."""
    from matching import Analyzer

    owner = capability.owner
    texts = (capability.title_zh, capability.title_en, capability.solves, capability.code, owner.name_zh, owner.name_en)
    return Analyzer().tokens("\n".join(texts))
