"""Working out which needs to propose for merging, and why: reads only, before anything is locked."""

import logging
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings

from matching import Acceptance, MergeVectors, Pair, common_terms, group_pairs
from scenarios.conflicts import conflicts_between
from scenarios.judging import Judged, judged
from scenarios.linking import Link, Words, tied_sets, within, words_on
from scenarios.live_index import LiveIndex
from scenarios.merge_threshold import LOWEST, merge_threshold, thresholds
from scenarios.models import Need
from scenarios.run_results import FoundPairs

logger = logging.getLogger(__name__)
SHOWN_TERMS = 12
OWN_TERMS = 40  # many, since 2-grams side by side are shown as one phrase
Ids = tuple[str, str]


class ProposalDraft(NamedTuple):
    """A set of like needs with its reasons, worked out before anything is locked."""

    needs: list[Need]
    pairs: list[dict[str, Any]]
    core_terms: list[list[Any]]
    own_terms: dict[UUID, list[list[Any]]]
    acceptance: Acceptance

    @property
    def members(self) -> frozenset[UUID]:
        return frozenset(need.pk for need in self.needs)

    @property
    def score(self) -> float:
        """The mean likeness of its pairs."""
        return float(sum(pair["similarity"] for pair in self.pairs) / len(self.pairs))

    @property
    def representative(self) -> Need:
        """The medoid: the need that is most like the others; of equal ones the first code."""
        likeness = dict.fromkeys((need.code for need in self.needs), 0.0)
        for pair in self.pairs:
            likeness[pair["a"]] += pair["similarity"]
            likeness[pair["b"]] += pair["similarity"]
        return min(self.needs, key=lambda need: (-round(likeness[need.code], 4), need.code))


class Look(NamedTuple):
    """What a look at the needs found.

    drafts : the sets to propose. seen : the needs of which every set was looked for, none in a look around a few.
    """

    drafts: list[ProposalDraft]
    seen: frozenset[UUID]


NOTHING = Look([], frozenset())


class Ground(NamedTuple):
    """What sets are made of: the owners of all poolable needs by id, what was said about them, their like pairs, and
    those of the needs that are in a pair or were put together.
    """

    vectors: MergeVectors
    owners: dict[str, UUID]
    words: Words
    pairs: list[Pair]
    needs: dict[str, Need]


def look(live: LiveIndex, wanted: list[str] | None, found: FoundPairs | None = None) -> Look:
    """Return the sets of like needs around `wanted` (None: all) that should be proposed.

    found : where all are wanted, the pairs that a run has found; by default they are looked for here.

    Where managers' words contradict what is kept apart, likeness alone decides about their needs.
    """
    threshold = found.min_similarity if found else merge_threshold()
    ground = _ground(live, wanted, threshold, found)
    for members in ground.words.contradicted:
        logger.warning("words contradict", extra={"needs": sorted(map(str, members))})
    touched = set(ground.owners) if wanted is None else set(wanted)
    acceptance = judged(ground.vectors).acceptance
    drafts = [_draft(live, ground, members, acceptance) for members in _several(ground, threshold, touched)]
    return Look(drafts, frozenset(map(UUID, ground.owners)) if wanted is None else frozenset())


def _ground(live: LiveIndex, wanted: list[str] | None, threshold: float, found: FoundPairs | None = None) -> Ground:
    vectors = MergeVectors(live.indexes.part("needs"))
    poolable = Need.objects.poolable()
    owners = {str(pk): owner for pk, owner in poolable.values_list("pk", "owner") if str(pk) in vectors.index}
    words = words_on({UUID(one): owner for one, owner in owners.items()})
    if found is None:
        pairs = _neighbourhood(vectors, owners, wanted, threshold)
    else:
        among = vectors.pairs_among(found.x, found.y, min_likeness=threshold)
        if found.changed:
            among += vectors.pairs(min_likeness=threshold, ids=found.changed)
        pairs = [pair for pair in among if pair.a in owners and pair.b in owners]
    concerned = {one for pair in pairs for one in (pair.a, pair.b)} | {
        str(one) for link in words.together for one in link
    }
    rows = poolable.filter(pk__in=concerned).select_related("owner").prefetch_related("indicators")
    return Ground(vectors, owners, words, pairs, {str(need.pk): need for need in rows})


def preview(live: LiveIndex) -> dict[str, Any]:
    """Return what each threshold would propose, as `MergePreview` keeps it."""
    ground = _ground(live, None, LOWEST)
    said = judged(ground.vectors)
    checked = said.checked()
    return {
        "points": [_point(ground, said, threshold) for threshold in thresholds()],
        "accepted_pairs": sum(pair.accepted for pair in said.pairs.values()),
        "judged_pairs": len(said.pairs),
        "judgements": said.acceptance.judgements,
        "reliability": checked and {**checked._asdict(), "bins": [one._asdict() for one in checked.bins]},
        "needs": len(ground.owners),
    }


def _point(ground: Ground, said: Judged, threshold: float) -> dict[str, Any]:
    sets = _several(ground, threshold, set(ground.owners))
    chances = [said.acceptance.probability(_mean_likeness(ground.vectors, members)) for members in sets]
    found = [pair for pair in said.pairs.values() if pair.likeness >= threshold]
    return {
        "threshold": threshold,
        "sets": sorted(sorted(ground.needs[one].code for one in members) for members in sets),
        "precision": round(sum(chances) / len(chances), 4) if chances else None,
        "judged": len(found),
        "accepted": sum(pair.accepted for pair in found),
    }


def _mean_likeness(vectors: MergeVectors, members: Sequence[str]) -> float:
    likeness = [vectors.likeness(a, b) for a, b in combinations(members, 2)]
    return min(sum(likeness) / len(likeness), 1.0)


def _several(ground: Ground, threshold: float, touched: set[str]) -> list[tuple[str, ...]]:
    """Return the sets at a threshold whose needs come from more than one owner."""
    sets = _sets(ground, threshold, touched)
    return [members for members in sets if len({ground.owners[one] for one in members}) > 1]


def _sets(ground: Ground, threshold: float, touched: set[str]) -> list[tuple[str, ...]]:
    """Return the groups of like needs, and the near-identical pairs that differ in a hard value.

    What managers tied together stays together even where hard values differ: the conflict is shown, people resolve it.
    """
    needs, pairs = ground.needs, [pair for pair in ground.pairs if pair.similarity >= threshold]
    apart, together = _as_ids(ground.words.apart), _as_ids(ground.words.together)
    conflicting = {(p.a, p.b) for p in pairs if conflicts_between([needs[p.a], needs[p.b]])}
    conflicting -= within(conflicting, tied_sets(together))
    groups = group_pairs(
        pairs,
        min_linkage=threshold,
        max_size=settings.MERGE_MAX_SIZE,
        must_link=together,
        cannot_link=apart | conflicting,
    )
    found = [group.members for group in groups if touched & set(group.members)]
    return found + _conflicting_pairs(pairs, conflicting - apart, touched)


def _as_ids(links: Iterable[Link]) -> set[Ids]:
    return {(str(a), str(b)) for a, b in links}


def _draft(live: LiveIndex, ground: Ground, members: Sequence[str], acceptance: Acceptance) -> ProposalDraft:
    needs = sorted((ground.needs[one] for one in members), key=lambda need: need.code)
    own = ground.vectors.own_terms([str(need.pk) for need in needs], limit=OWN_TERMS)
    own_terms = {UUID(row.member): [[one.term, round(one.contribution, 4)] for one in row.terms] for row in own}
    core_terms = _core_terms(live, needs)
    return ProposalDraft(needs, _explained_pairs(ground.vectors, needs), core_terms, own_terms, acceptance)


def _neighbourhood(
    vectors: MergeVectors, owners: dict[str, UUID], wanted: list[str] | None, threshold: float
) -> list[Pair]:
    """Return the pairs among poolable needs that matter: all, or those around `wanted` and between its neighbours."""
    if wanted is None:
        found = vectors.pairs(min_likeness=threshold)
    else:
        near = vectors.pairs(min_likeness=threshold, ids=[one for one in wanted if one in owners])
        around = {one for pair in near for one in (pair.a, pair.b)}
        found = [
            pair
            for pair in vectors.pairs(min_likeness=threshold, ids=sorted(around))
            if pair.a in around and pair.b in around
        ]
    return [pair for pair in found if pair.a in owners and pair.b in owners]


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


def _explained_pairs(vectors: MergeVectors, needs: list[Need]) -> list[dict[str, Any]]:
    rows = []
    for one, other in combinations(needs, 2):
        a, b = sorted((str(one.pk), str(other.pk)))
        shown = [[term.term, round(term.contribution, 4)] for term in vectors.explain(a, b, limit=SHOWN_TERMS)]
        likeness = round(vectors.likeness(a, b), 4)
        rows.append({"a": one.code, "b": other.code, "similarity": likeness, "terms": shown})
    return rows


def _core_terms(live: LiveIndex, needs: list[Need]) -> list[list[Any]]:
    """Return [term, weight] for the terms that at least 80 % of the members share."""
    terms = common_terms(live.indexes.part("needs"), [str(need.pk) for need in needs], limit=SHOWN_TERMS)
    return [[one.term, round(one.contribution, 4)] for one in terms]
