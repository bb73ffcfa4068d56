"""Published needs like a given text, with the terms they have in common, and pools like a published need.

One rule for the author who is typing, the moderator who compares, the reader of a need and the API.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Case, F, When

from scenarios.actions.members import OPEN_TO_CHANGE
from scenarios.actor import Actor
from scenarios.content import text_of
from scenarios.live_index import live_index
from scenarios.models import CoreVersion, MergedDemand, Need
from scenarios.phrases import common_phrases
from scenarios.querysets import holding_one_of
from scenarios.synonyms import terms_of

LOOKED_AT = 2000
SHOWN = 5
SHOWN_TERMS = 6
# Pools that share most words with a need: only of these the cosine is worked out.
POOLS_COMPARED = 10
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


class LikePool(NamedTuple):
    """A pool that takes new needs, by its public core, and how like that is to a need."""

    pool: MergedDemand
    core: CoreVersion
    similarity: float

    @property
    def score(self) -> int:
        """The cosine in per cent."""
        return round(self.similarity * 100)


def like_pools(need: Need, *, actor: Actor) -> list[LikePool]:
    """Return the formed pools that a need like this one could join, most similar first; nothing before the first build.

    Compared is the public core alone: which needs are in a pool tells nothing here.
    """
    from matching import Document, explain

    live = live_index()
    if live is None:
        return []
    part = live.indexes.part("needs")
    written = str(need.pk) if str(need.pk) in part else Document(str(need.pk), *text_of(need))
    found = []
    for core in _sharing_words(need, actor):
        text = Document(str(core.pk), f"{core.title_zh} {core.title_en}".strip(), f"{core.problem}\n{core.boundary_in}")
        cosine = sum(row.contribution for row in explain(part, text, written, limit=None))
        if cosine >= MIN_SIMILARITY:
            found.append(LikePool(core.demand, core, cosine))
    return sorted(found, key=lambda row: (-row.similarity, row.pool.code))[:SHOWN]


def _sharing_words(need: Need, actor: Actor) -> list[CoreVersion]:
    """Return the cores of the pools that share most words with the title of a need."""
    (words,) = terms_of([f"{need.title_zh} {need.title_en}"])
    if not words:
        return []
    open_pools = MergedDemand.objects.visible_to(actor).filter(status__in=OPEN_TO_CHANGE, formed_at__isnull=False)
    shared = reduce(add, (Case(When(holding_one_of([[word]]), then=1), default=0) for word in words))
    pools = open_pools.filter(holding_one_of([[word] for word in words])).annotate(shared=shared)
    nearest = pools.order_by("-shared", "pk").values("pk")[:POOLS_COMPARED]
    cores = CoreVersion.objects.filter(demand__in=nearest, version=F("demand__core_version"))
    return list(cores.select_related("demand"))
