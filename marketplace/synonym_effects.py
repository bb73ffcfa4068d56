"""What a change of the thesaurus would do to matching, worked out before it is saved."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from marketplace.models import Capability
from matching import Document, IndexSet, rank, similar_pairs
from matching.thesaurus import Thesaurus, phrase_form
from matching.word_lists import analyzer_with
from scenarios.content import text_of
from scenarios.models import Need, Phrase, StopWord

LOOKED_AT = 1000
"""Needs and capabilities, the newest of each, on which the effect is worked out."""

EXAMPLES = 5
SHOWN = 5


class PhraseCount(NamedTuple):
    """In how many needs and capabilities a phrase stands."""

    phrase: str
    needs: int
    capabilities: int


class Gain(NamedTuple):
    """A need, and the capabilities that come among its first five."""

    need: Need
    capabilities: list[Capability]


class Effect(NamedTuple):
    """What a change does. pairs_before, pairs_after : pairs of needs that are alike enough to be proposed for merging.

    looked_at : needs and capabilities on which this was worked out.
    """

    counts: list[PhraseCount]
    gains: list[Gain]
    pairs_before: int
    pairs_after: int
    looked_at: int


def effect_of(phrases: list[str], *, concept_id: UUID | None = None) -> Effect:
    """Return what these phrases would do as one concept, in place of `concept_id` where that is given."""
    needs = list(Need.objects.indexable().order_by("-published_at", "pk").prefetch_related("indicators")[:LOOKED_AT])
    offers = list(Capability.objects.published().order_by("-published_at", "pk")[:LOOKED_AT])
    documents = {
        "needs": [Document(str(need.pk), *text_of(need)) for need in needs],
        "capabilities": [Document(str(o.pk), f"{o.title_zh} {o.title_en}".strip(), o.solves) for o in offers],
    }
    others = Phrase.objects.exclude(concept=concept_id) if concept_id else Phrase.objects.all()
    words = StopWord.objects.words()
    before = IndexSet.build(documents, analyzer=analyzer_with(Phrase.objects.by_concept(), words))
    after = IndexSet.build(documents, analyzer=analyzer_with([phrases, *others.by_concept()], words))
    counts, speaking = _counted(phrases, documents)
    named = {str(offer.pk): offer for offer in offers}
    examples = [need for need in needs if str(need.pk) in speaking]
    gains = [Gain(need, [named[pk] for pk in _gained(before, after, str(need.pk))]) for need in examples]
    return Effect(
        counts,
        [gain for gain in gains if gain.capabilities][:EXAMPLES],
        _pairs(before),
        _pairs(after),
        len(needs) + len(offers),
    )


def _counted(phrases: list[str], documents: dict[str, list[Document]]) -> tuple[list[PhraseCount], set[str]]:
    """Return where each phrase stands, and the ids of the documents that hold one."""
    alone = Thesaurus([[phrase] for phrase in dict.fromkeys(map(phrase_form, phrases))])
    held: dict[str, Counter[int]] = {part: Counter() for part in documents}
    speaking: set[str] = set()
    for part, some in documents.items():
        for document in some:
            found = {one.concept for one in alone.found(phrase_form(f"{document.title}\n{document.body}"))}
            held[part].update(found)
            speaking |= {document.id} if found else set()
    rows = [
        PhraseCount(phrase, held["needs"][number], held["capabilities"][number])
        for number, (phrase,) in enumerate(alone.concepts)
    ]
    return rows, speaking


def _gained(before: IndexSet, after: IndexSet, need: str) -> list[str]:
    """Return the ids that come among the first few only with the change."""
    old = {one.id for one in rank(before, need, limit=SHOWN)}
    return [one.id for one in rank(after, need, limit=SHOWN) if one.id not in old]


def _pairs(indexes: IndexSet) -> int:
    return len(similar_pairs(indexes.part("needs"), min_similarity=settings.MERGE_MIN_SIMILARITY))
