"""Published needs like a given text, with the terms they have in common, from the live index.

One rule for the author who is typing, the moderator who compares and the API.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from scenarios.actor import Actor
from scenarios.content import text_of
from scenarios.live_index import live_index
from scenarios.models import Need
from scenarios.phrases import common_phrases

LOOKED_AT = 2000
SHOWN = 5
SHOWN_TERMS = 6
# More than are shown, since some of them may not be open to the reader.
CANDIDATES = 20
MIN_SIMILARITY = 0.08


def shown_terms(terms: Iterable[Sequence[object]], texts: Iterable[str], *, share: float = 1.0) -> list[dict[str, Any]]:
    """Return (term, contribution) of like texts as they are drawn; see `common_phrases` for what is joined."""
    from matching import Analyzer

    analyzer = Analyzer()
    found = common_phrases(terms, [analyzer.normalise(text) for text in texts], share=share)
    return [{"term": term, "contribution": weight} for term, weight in found]


def whole_text(need: Need) -> str:
    """Return all of a need that is compared, as one text."""
    return "\n".join(text_of(need))


@dataclass(frozen=True)
class LikeNeed:
    """A published need, its cosine with the given text, and the heaviest common phrases with their contributions."""

    need: Need
    similarity: float
    terms: list[dict[str, Any]]

    @property
    def score(self) -> int:
        """The cosine in per cent."""
        return round(self.similarity * 100)

    @property
    def words(self) -> list[str]:
        # A concept is called by its phrases in both languages.
        return [word for row in self.terms for word in row["term"].split(" = ") if len(word) > 1]


def like_texts(title: str, body: str, *, actor: Actor, leave_out: UUID | None = None) -> list[LikeNeed] | None:
    """Return up to five needs on offer that `actor` may read, most similar first; None before the first build.

    Only the first 2,000 characters of title and body together are looked at.
    """
    from matching import Document, explain

    live = live_index()
    if live is None:
        return None
    title, body = title[:LOOKED_AT], body[: max(LOOKED_AT - len(title), 0)]
    part = live.indexes.part("needs")
    hits = [hit for hit in part.search(title, body, limit=CANDIDATES) if hit.score >= MIN_SIMILARITY]
    # The index may lag behind by seconds: what is shown is what may be read now.
    rows = Need.objects.published().visible_to(actor).exclude(pk=leave_out).filter(pk__in=[hit.id for hit in hits])
    found = {str(row.pk): row for row in rows.select_related("owner", "district").prefetch_related("indicators")}
    written = Document("", title, body)
    return [
        LikeNeed(
            found[hit.id],
            hit.score,
            shown_terms(
                [(row.term, row.contribution) for row in explain(part, written, hit.id, limit=SHOWN_TERMS)],
                (f"{title}\n{body}", whole_text(found[hit.id])),
            ),
        )
        for hit in [hit for hit in hits if hit.id in found][:SHOWN]
    ]


def like_needs(need: Need, *, actor: Actor) -> list[LikeNeed]:
    """Return what is like a need, saved or not; nothing before the first build."""
    title, body = text_of(need)
    return like_texts(title, body, actor=actor, leave_out=need.pk) or []
