"""Putting a capability on offer, whoever decides it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from marketplace.models import Capability, CapabilityVersion
from scenarios import topics
from scenarios.audiences import CAPABILITY_FIELDS, Audience, visible_fields
from scenarios.outbox import emit
from scenarios.querysets import lexemes
from scenarios.search_columns import found_under

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
    owner = capability.owner
    heads = (capability.code, capability.title_zh, capability.title_en, owner.name_zh, owner.name_en)
    return found_under(heads, (capability.solves,))


def record_version(capability: Capability) -> None:
    """Keep what the public can read from now on as a version row, once for each version of the capability."""
    CapabilityVersion.objects.create(
        capability=capability, version=capability.version, content=public_content(capability)
    )


def public_content(capability: Capability) -> dict[str, Any]:
    """Return what the public may read of a capability, as plain values, for its version row."""
    skipped = {"id", "owner", "evidence", "districts", "version", "status", "published_at", "valid_until"}
    names = visible_fields(CAPABILITY_FIELDS, Audience.PUBLIC) - skipped
    content = {name: _plain(getattr(capability, name)) for name in sorted(names)}
    content["districts"] = sorted(capability.districts.values_list("pk", flat=True))
    content["evidence"] = list(capability.evidence.values("case", "site", "reached"))
    return content


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
