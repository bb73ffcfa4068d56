"""Whether a capability is nearly a copy of published needs or of another organisation's earlier capability."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from marketplace.choices import CopyKind
from marketplace.models import Capability
from matching import containment, is_comparable, listing
from scenarios.content import text_of
from scenarios.live_index import LiveIndex
from scenarios.models import Need

NEAR_COPY = 0.8
"""Part of a text from which it counts as a copy. Of 100 demonstration capabilities, written by people who knew the
needs, none has more than 0.64 in needs and 0.31 in others' capabilities; pastes have above 0.95, re-posts 1.0."""

LOOKED_AT = 50
"""Most similar needs, and capabilities, that a text is compared with."""


LISTED = 0.5
"""Part of a need's characters that make a list of them, where they stand crowded. Of 12,600 pairs of a demonstration
capability and a need none has more than 0.33; of needs to be merged, which are no capabilities, half have 0.41."""


@dataclass(frozen=True)
class Copied:
    """What a capability was copied from, and the digest of the text that was compared; an empty kind for no copy."""

    digest: str
    kind: str = ""
    source: str = ""
    overlap: float = 0.0
    passage: str = ""

    def as_fields(self) -> dict[str, Any]:
        """Return the values of a NearCopy row; nothing for no copy."""
        if not self.kind:
            return {}
        column = "source_id" if self.kind == CopyKind.CAPABILITY else "need_id"
        source: dict[str, Any] = {"need_id": None, "source_id": None, column: self.source}
        return {**source, "kind": self.kind, "overlap": round(self.overlap, 4), "passage": self.passage}


def indexed_text(capability: Capability) -> tuple[str, str]:
    """Return (title, body) of a capability as it is indexed: what is ranked is what is compared."""
    return f"{capability.title_zh} {capability.title_en}".strip(), capability.solves


def digest_of(capability: Capability) -> str:
    return hashlib.sha256("\n".join(indexed_text(capability)).encode()).hexdigest()


def copied_from(capability: Capability, live: LiveIndex) -> Copied:
    """Compare a capability with the most similar needs, all together and each, and others' earlier capabilities."""
    text, digest = "\n".join(indexed_text(capability)), digest_of(capability)
    if not is_comparable(text):
        return Copied(digest)
    needs = _needs(capability, live)
    found = containment(text, needs)
    if found.share >= NEAR_COPY:
        return Copied(digest, CopyKind.NEEDS, found.source, found.share, found.passage)
    listed = listing(text, needs)
    if listed.share >= LISTED:
        return Copied(digest, CopyKind.LISTED, listed.source, listed.share, listed.passage)
    found = containment(text, _others(capability, live))
    if found.source_share >= NEAR_COPY:
        return Copied(digest, CopyKind.CAPABILITY, found.source, found.source_share, found.passage)
    return Copied(digest)


def _near(capability: Capability, live: LiveIndex, part: str) -> list[str]:
    return [hit.id for hit in live.indexes.part(part).search(*indexed_text(capability), limit=LOOKED_AT)]


def _needs(capability: Capability, live: LiveIndex) -> dict[str, str]:
    """Return the texts of needs that were public before the capability was handed in."""
    near = Need.objects.published().filter(pk__in=_near(capability, live, "needs"))
    rows = near.filter(published_at__lt=_handed_in(capability)).prefetch_related("indicators")
    return {str(need.pk): "\n".join(text_of(need)) for need in rows.exclude(owner=capability.owner_id)}


def _others(capability: Capability, live: LiveIndex) -> dict[str, str]:
    """Return the texts of others' capabilities on offer that were handed in earlier and are no copies themselves."""
    near: QuerySet[Capability] = Capability.objects.ranked().filter(pk__in=_near(capability, live, "capabilities"))
    earlier = near.annotate(handed_in=Coalesce("submitted_at", "published_at")).filter(
        handed_in__lt=_handed_in(capability)
    )
    return {str(one.pk): "\n".join(indexed_text(one)) for one in earlier.exclude(owner=capability.owner_id)}


def _handed_in(capability: Capability) -> Any:
    return capability.submitted_at or capability.published_at
