"""Working out which needs to propose for merging, and why: reads only, before anything is locked."""

import logging
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from matching import IndexSet, Pair, common_terms, explain, group_pairs, similar_pairs
from scenarios.conflicts import conflicts_between
from scenarios.linking import Link, Words, tied_sets, within, words_on
from scenarios.live_index import LiveIndex
from scenarios.models import Need

logger = logging.getLogger(__name__)
SHOWN_TERMS = 12
Ids = tuple[str, str]


class ProposalDraft(NamedTuple):
    """A set of like needs with its reasons, worked out before anything is locked."""

    needs: list[Need]
    pairs: list[dict[str, Any]]
    core_terms: list[list[Any]]

    @property
    def members(self) -> frozenset[UUID]:
        return frozenset(need.pk for need in self.needs)


class Look(NamedTuple):
    """What a look at the needs found.

    drafts : the sets to propose. seen : the needs of which every set was looked for, none in a look around a few.
    """

    drafts: list[ProposalDraft]
    seen: frozenset[UUID]


NOTHING = Look([], frozenset())


def look(live: LiveIndex, wanted: list[str] | None) -> Look:
    """Return the sets of like needs around `wanted` (None: all) that should be proposed.

    Where managers' words contradict what is kept apart, likeness alone decides about their needs.
    """
    index = live.indexes.part("needs")
    poolable = Need.objects.poolable().select_related("owner").prefetch_related("indicators")
    needs = {str(need.pk): need for need in poolable if str(need.pk) in index}
    words = words_on({need.pk: need.owner_id for need in needs.values()})
    for members in words.contradicted:
        logger.warning("words contradict", extra={"needs": sorted(map(str, members))})
    pairs = _neighbourhood(live.indexes, needs, wanted)
    scores = {(pair.a, pair.b): pair.similarity for pair in pairs}
    sets = _sets(pairs, needs, words, set(needs) if wanted is None else set(wanted))
    drafts = [_draft(live.indexes, [needs[one] for one in members], scores) for members in sets]
    several = [draft for draft in drafts if len({need.owner_id for need in draft.needs}) > 1]
    return Look(several, frozenset(need.pk for need in needs.values()) if wanted is None else frozenset())


def _sets(pairs: Sequence[Pair], needs: dict[str, Need], words: Words, touched: set[str]) -> list[tuple[str, ...]]:
    """Return the groups of like needs, and the near-identical pairs that differ in a hard value.

    What managers tied together stays together even where hard values differ: the conflict is shown, people resolve it.
    """
    apart, together = _as_ids(words.apart), _as_ids(words.together)
    conflicting = {(p.a, p.b) for p in pairs if conflicts_between([needs[p.a], needs[p.b]])}
    conflicting -= within(conflicting, tied_sets(together))
    groups = group_pairs(
        pairs,
        min_linkage=settings.MERGE_MIN_SIMILARITY,
        max_size=settings.MERGE_MAX_SIZE,
        must_link=together,
        cannot_link=apart | conflicting,
    )
    found = [group.members for group in groups if touched & set(group.members)]
    return found + _conflicting_pairs(pairs, conflicting - apart, touched)


def _as_ids(links: Iterable[Link]) -> set[Ids]:
    return {(str(a), str(b)) for a, b in links}


def _draft(index: IndexSet, needs: list[Need], scores: dict[tuple[str, str], float]) -> ProposalDraft:
    needs = sorted(needs, key=lambda need: need.code)
    return ProposalDraft(needs, _explained_pairs(index, needs, scores), _core_terms(index, needs))


def _neighbourhood(index: IndexSet, needs: dict[str, Need], wanted: list[str] | None) -> list[Pair]:
    """Return the pairs among poolable needs that matter: all, or those around `wanted` and between its neighbours."""
    part = index.part("needs")
    threshold = settings.MERGE_MIN_SIMILARITY
    if wanted is None:
        found = similar_pairs(part, min_similarity=threshold)
    else:
        near = similar_pairs(part, min_similarity=threshold, ids=[one for one in wanted if one in needs])
        around = {one for pair in near for one in (pair.a, pair.b)}
        found = [
            pair
            for pair in similar_pairs(part, min_similarity=threshold, ids=sorted(around))
            if pair.a in around and pair.b in around
        ]
    return [pair for pair in found if pair.a in needs and pair.b in needs]


def _conflicting_pairs(
    pairs: Sequence[Pair], conflicting: set[tuple[str, str]], touched: Iterable[str]
) -> list[tuple[str, ...]]:
    """Return the conflicting pairs that are each other's nearest need: near-identical but for a hard value."""
    nearest: dict[str, tuple[float, str]] = {}
    for pair in pairs:
        for one, other in ((pair.a, pair.b), (pair.b, pair.a)):
            nearest[one] = max(nearest.get(one, (0.0, "")), (pair.similarity, other))
    touched = set(touched)
    return [(a, b) for a, b in sorted(conflicting) if nearest[a][1] == b and nearest[b][1] == a and touched & {a, b}]


def _explained_pairs(index: IndexSet, needs: list[Need], scores: dict[tuple[str, str], float]) -> list[dict[str, Any]]:
    part, rows = index.part("needs"), []
    for one, other in combinations(needs, 2):
        a, b = sorted((str(one.pk), str(other.pk)))
        terms = explain(part, a, b, limit=SHOWN_TERMS)
        similarity = scores.get((a, b))
        if similarity is None:
            similarity = sum(term.contribution for term in explain(part, a, b, limit=None))
        shown = [[term.term, round(term.contribution, 4)] for term in terms]
        rows.append({"a": one.code, "b": other.code, "similarity": round(similarity, 4), "terms": shown})
    return rows


def _core_terms(index: IndexSet, needs: list[Need]) -> list[list[Any]]:
    """Return [term, weight] for the terms that at least 80 % of the members share."""
    terms = common_terms(index.part("needs"), [str(need.pk) for need in needs], limit=SHOWN_TERMS)
    return [[one.term, round(one.contribution, 4)] for one in terms]
