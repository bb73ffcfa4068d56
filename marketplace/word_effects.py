"""What a change of the words that matching knows would do to it, worked out before it is saved."""

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import islice
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.copying import indexed_text
from marketplace.models import Capability
from matching import Analyzer, Document, IndexSet, MergeVectors, rank
from matching.thesaurus import Thesaurus, phrase_form
from matching.word_lists import analyzer_with
from scenarios.content import text_of
from scenarios.merge_threshold import merge_threshold
from scenarios.models import Need, Phrase, StopWord

LOOKED_AT = 5000
"""Needs and capabilities, the newest of each, on which the effect is worked out."""

RANKED = 200
"""Needs whose first suggestions are compared, those with one of the phrases before others."""

EXAMPLES = 10
SHOWN = 5

Documents = Mapping[str, list[Document]]
Pairs = set[tuple[str, str]]


class WordChange(NamedTuple):
    """Two analyzers, and the phrases that one of them knows and the other does not."""

    before: Analyzer
    after: Analyzer
    phrases: list[str]


def change_of_concept(phrases: list[str], *, concept_id: UUID | None = None) -> WordChange:
    """Return the change that these phrases make as one concept, in place of `concept_id`; without phrases it is
    retired. Raises MatchingError for a phrase that stands in another concept.
    """
    words, others = StopWord.objects.words(), Phrase.objects.exclude(concept=concept_id)
    told = phrases or [row.text for row in Phrase.objects.in_use().filter(concept=concept_id)]
    wanted = [phrases, *others.by_concept()] if phrases else others.by_concept()
    return WordChange(analyzer_with(Phrase.objects.by_concept(), words), analyzer_with(wanted, words), told)


def change_of_stop_word(word: str, *, retired: bool) -> WordChange:
    """Return the change that a stop word makes, or its retirement."""
    concepts, words = Phrase.objects.by_concept(), StopWord.objects.words()
    others = [one for one in words if one != phrase_form(word)]
    wanted = others if retired else [*words, word]
    return WordChange(analyzer_with(concepts, words), analyzer_with(concepts, wanted), [word])


def effect_of(change: WordChange, progress: Callable[[int], None]) -> dict[str, Any]:
    """Return what a change would do, as `WordPreview.result` keeps it; `progress` is told how many percent are done.

    needs, capabilities : how many were looked at. counts : [phrase, needs, capabilities that hold it] of each phrase.
    pairs : of needs alike enough to be proposed for merging, [before, after]; came, left : how many there are of which
    `came_pairs` and `left_pairs` name some. ranked : needs whose first five suggestions were compared. moved : of
    those, how many get others; examples : [need, capabilities that come in, capabilities that go] of some.
    """
    documents = _documents()
    counts, holding = _counted(change.phrases, documents)
    progress(10)
    before = IndexSet.build(documents, analyzer=change.before)
    progress(30)
    after = IndexSet.build(documents, analyzer=change.after)
    progress(50)
    poolable = set(map(str, Need.objects.poolable().values_list("pk", flat=True)))
    had, has = (_pairs(indexes, poolable) for indexes in (before, after))
    progress(70)
    others = [one.id for one in documents["needs"] if one.id not in holding]
    wanted = [*[one.id for one in documents["needs"] if one.id in holding], *others][:RANKED]
    moves = []
    for number, need in enumerate(wanted):
        came, left = _moved(before, after, need)
        moves += [[need, came, left]] if came or left else []
        if number % 20 == 0:
            progress(70 + 30 * number // len(wanted))
    return {
        **{part: len(some) for part, some in documents.items()},
        "counts": counts,
        "pairs": [len(had), len(has)],
        "came": len(has - had),
        "came_pairs": _some(has - had),
        "left": len(had - has),
        "left_pairs": _some(had - has),
        "ranked": len(wanted),
        "moved": len(moves),
        "examples": moves[:EXAMPLES],
    }


def _documents() -> Documents:
    needs = Need.objects.indexable().order_by("-published_at", "pk").prefetch_related("indicators")
    offers = Capability.objects.published().order_by("-published_at", "pk")
    return {
        "needs": [Document(str(need.pk), *text_of(need)) for need in needs[:LOOKED_AT]],
        "capabilities": [Document(str(offer.pk), *indexed_text(offer)) for offer in offers[:LOOKED_AT]],
    }


def _counted(phrases: list[str], documents: Documents) -> tuple[list[list[Any]], set[str]]:
    """Return in how many documents each phrase stands, and the ids of those that hold one."""
    alone = Thesaurus([[phrase] for phrase in dict.fromkeys(map(phrase_form, phrases))])
    held: dict[str, Counter[int]] = {part: Counter() for part in documents}
    holding: set[str] = set()
    for part, some in documents.items():
        for document in some:
            found = {one.concept for one in alone.found(phrase_form(f"{document.title}\n{document.body}"))}
            held[part].update(found)
            holding |= {document.id} if found else set()
    rows = [
        [phrase, held["needs"][number], held["capabilities"][number]] for number, (phrase,) in enumerate(alone.concepts)
    ]
    return rows, holding


def _pairs(indexes: IndexSet, poolable: set[str]) -> Pairs:
    if not len(indexes.part("needs")):
        return set()
    found = MergeVectors(indexes.part("needs")).pairs(min_likeness=merge_threshold(), ids=poolable)
    return {(pair.a, pair.b) for pair in found if pair.a in poolable and pair.b in poolable}


def _some(pairs: Pairs) -> list[list[str]]:
    return [list(pair) for pair in islice(sorted(pairs), EXAMPLES)]


def _moved(before: IndexSet, after: IndexSet, need: str) -> tuple[list[str], list[str]]:
    """Return the ids that come among the first few suggestions of a need, and those that leave them."""
    old, new = ([one.id for one in rank(indexes, need, limit=SHOWN)] for indexes in (before, after))
    return [one for one in new if one not in old], [one for one in old if one not in new]
