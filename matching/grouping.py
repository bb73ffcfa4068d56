"""Pairs → groups: agglomeration under staff's decisions and a size cap."""

import heapq
from collections.abc import Iterable, Mapping
from math import isfinite

from matching.errors import MatchingError
from matching.results import Group, Pair

MAX_SIZE = 12

Link = tuple[str, str]


def group_pairs(
    pairs: Iterable[Pair],
    *,
    min_linkage: float,
    max_size: int = MAX_SIZE,
    must_link: Iterable[Link] = (),
    cannot_link: Iterable[Link] = (),
) -> list[Group]:
    """Return disjoint groups of like documents, the most cohesive first; the same for any order of the input.

    Average linkage: the two groups with the largest mean similarity between their members are united, again and
    again, as long as that mean is at least `min_linkage`; a pair that is not given counts as 0. And in what is united
    every member is paired with more than half of the others, by a pair given or by must_link: a mere chain of
    neighbours is no group, however alike its links. Hence, without must_link, a group's cohesion is never below
    `min_linkage`. Which groups come out of a set of pairs does not depend on pairs that nothing connects with them.

    pairs : similarities in (0, 1]; of a pair given twice the larger one counts.
    min_linkage : the least mean similarity; the threshold from which pairs were looked for is a good one.
    max_size : members a group may grow to; a larger one that staff have linked stays as it is and does not grow.
    must_link, cannot_link : pairs of ids that staff have put together or kept apart; the ids need not occur in `pairs`.

    Raises MatchingError where must_link contradicts cannot_link, or a similarity or max_size makes no sense.
    """
    similarities = _distinct(pairs)
    must, cannot = _links(must_link), _links(cannot_link)
    if max_size < 2:
        raise MatchingError(f"max_size is {max_size}; a group has at least 2 members")
    clusters = _Clusters(sorted({i for link in [*similarities, *must, *cannot] for i in link}), similarities)
    for a, b in must:
        clusters.unite(clusters.of[a], clusters.of[b])
    clusters.pair_members()
    _forbid(clusters, cannot)
    _agglomerate(clusters, max_size, min_linkage)
    groups = [_group(members, similarities) for members in clusters.members.values() if len(members) > 1]
    return sorted(groups, key=lambda group: (-group.cohesion, group.members))


class _Clusters:
    """Clusters with the sums of similarities between them; a united cluster gets a new number."""

    def __init__(self, ids: list[str], similarities: Mapping[Link, float]) -> None:
        self.of = {string: number for number, string in enumerate(ids)}
        self.members = {number: [string] for number, string in enumerate(ids)}
        self.partners: dict[str, set[str]] = {string: set() for string in ids}
        self.sums: dict[int, dict[int, float]] = {number: {} for number in self.members}
        self.apart: dict[int, set[int]] = {number: set() for number in self.members}
        for (a, b), similarity in similarities.items():
            self.partners[a].add(b)
            self.partners[b].add(a)
            self.sums[self.of[a]][self.of[b]] = self.sums[self.of[b]][self.of[a]] = similarity
        self._next = len(ids)

    def linkage(self, a: int, b: int) -> float:
        return self.sums[a][b] / (len(self.members[a]) * len(self.members[b]))

    def pair_members(self) -> None:
        """Count those that are in one cluster by now as paired with each other: staff's word is worth a pair."""
        for members in self.members.values():
            for string in members if len(members) > 1 else ():
                self.partners[string].update(members)
                self.partners[string].discard(string)

    def would_be_chain(self, a: int, b: int) -> bool:
        """Whether in the union of two clusters some member is paired with no more than half of the others."""
        union = {*self.members[a], *self.members[b]}
        return any(2 * len(self.partners[string] & union) <= len(union) - 1 for string in union)

    def unite(self, a: int, b: int) -> int:
        """Unite two clusters and return the number of the result."""
        if a == b:
            return a
        number, self._next = self._next, self._next + 1
        self.members[number] = sorted(self.members.pop(a) + self.members.pop(b))
        self.of.update(dict.fromkeys(self.members[number], number))
        self.sums[number] = self._united_sums(number, a, b)
        self.apart[number] = self.apart.pop(a) | self.apart.pop(b)
        for other in self.apart[number]:
            self.apart[other] = self.apart[other] - {a, b} | {number}
        return number

    def _united_sums(self, number: int, a: int, b: int) -> dict[int, float]:
        sums = self.sums.pop(a)
        for other, similarity in self.sums.pop(b).items():
            sums[other] = sums.get(other, 0.0) + similarity
        sums.pop(a, None)
        sums.pop(b, None)
        for other, similarity in sums.items():
            self.sums[other].pop(a, None)
            self.sums[other].pop(b, None)
            self.sums[other][number] = similarity
        return sums


def _distinct(pairs: Iterable[Pair]) -> dict[Link, float]:
    found: dict[Link, float] = {}
    for a, b, similarity in pairs:
        if a == b or not isfinite(similarity) or similarity <= 0:
            raise MatchingError(f"the pair ({a}, {b}) has similarity {similarity}; give two ids and a value above 0")
        link = (a, b) if a < b else (b, a)
        found[link] = max(similarity, found.get(link, 0.0))
    return dict(sorted(found.items()))


def _links(links: Iterable[Link]) -> list[Link]:
    return sorted({(a, b) if a < b else (b, a) for a, b in links})


def _forbid(clusters: _Clusters, cannot: list[Link]) -> None:
    for a, b in cannot:
        x, y = clusters.of[a], clusters.of[b]
        if x == y:
            raise MatchingError(f"{a} and {b} are kept apart, yet must-links tie them together; take one of them back")
        clusters.apart[x].add(y)
        clusters.apart[y].add(x)


def _agglomerate(clusters: _Clusters, max_size: int, min_linkage: float) -> None:
    heap = [_candidate(clusters, a, b) for a, others in clusters.sums.items() for b in others if a < b]
    heapq.heapify(heap)
    while heap:
        negative, a, b = heapq.heappop(heap)
        if a not in clusters.members or b not in clusters.members:
            continue  # one of them has been united with a third since
        if -negative < min_linkage * (1 - 1e-12):  # a mean of equal numbers may round below them
            return
        too_large = len(clusters.members[a]) + len(clusters.members[b]) > max_size
        if too_large or b in clusters.apart[a] or clusters.would_be_chain(a, b):
            continue  # sizes and prohibitions only grow; whether a chain closes is asked again once one has grown
        united = clusters.unite(a, b)
        for other in clusters.sums[united]:
            heapq.heappush(heap, _candidate(clusters, united, other))


def _candidate(clusters: _Clusters, a: int, b: int) -> tuple[float, int, int]:
    """Largest linkage first; ties by the clusters' numbers, which follow the sorted ids and not the input."""
    return (-clusters.linkage(a, b), a, b)


def _group(members: list[str], similarities: Mapping[Link, float]) -> Group:
    sums = dict.fromkeys(members, 0.0)
    for position, a in enumerate(members):
        for b in members[position + 1 :]:
            similarity = similarities.get((a, b), 0.0)
            sums[a] += similarity
            sums[b] += similarity
    representative = min(members, key=lambda member: (-sums[member], member))
    return Group(tuple(members), representative, sum(sums.values()) / (len(members) * (len(members) - 1)))
