"""How good a ranking or a threshold is, measured on judgements.

The convention of the figures: grades 1 (unrelated) to 4 (very strong); relevant = grade ≥ 3; gain 2^(grade − 1) − 1,
discounted by log2(1 + rank) (Järvelin & Kekäläinen 2002 in Burges' exponential form). Every function takes what is in
ranked order, best first.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log2
from typing import NamedTuple

RELEVANT = 3
"""Lowest grade that counts as relevant."""

MIN_JUDGED = 10
"""Needs with fewer judged candidates do not count in the mean."""


class RankingQuality(NamedTuple):
    """Means over the needs that count: nDCG@k, average precision (MAP) and recall@k."""

    needs: int
    ndcg: float
    mean_average_precision: float
    recall: float


class BestF1(NamedTuple):
    """The largest F1 and the threshold (similarity ≥ threshold) that reaches it."""

    f1: float
    threshold: float
    precision: float
    recall: float


def ndcg_at(grades: Sequence[int], k: int = 10) -> float:
    """Return DCG@k of the ranked grades over DCG@k of the best order of the same grades; 0 where no grade has a gain.

    >>> round(ndcg_at([1, 4, 3]), 3)
    0.665
    """
    best = _dcg(sorted(grades, reverse=True), k)
    return _dcg(grades, k) / best if best else 0.0


def _dcg(grades: Sequence[int], k: int) -> float:
    return sum((2.0 ** (grade - 1) - 1.0) / log2(rank + 1) for rank, grade in enumerate(grades[:k], start=1))


def average_precision(relevant: Iterable[bool]) -> float:
    """Return the mean of the precisions at the ranks of the relevant ones; 0 where there is none.

    >>> round(average_precision([True, False, True]), 3)
    0.833
    """
    found, total = 0, 0.0
    for rank, hit in enumerate(relevant, start=1):
        if hit:
            found += 1
            total += found / rank
    return total / found if found else 0.0


def recall_at(relevant: Sequence[bool], k: int = 10) -> float:
    """Return the part of the relevant ones that stands among the first k; 0 where there is none."""
    return sum(relevant[:k]) / sum(relevant) if any(relevant) else 0.0


def best_f1(scores: Sequence[float], relevant: Sequence[bool]) -> BestF1:
    """Return the best F1 that a threshold on the scores can reach, in any order; of equal ones the highest threshold.

    Equal scores are never parted. With nothing relevant the result is all zeros.
    """
    ranked = sorted(zip(scores, relevant, strict=True), key=lambda item: -item[0])
    total, found, best = sum(relevant), 0, BestF1(0.0, 0.0, 0.0, 0.0)
    for rank, (score, hit) in enumerate(ranked, start=1):
        found += hit
        within_tie = rank < len(ranked) and ranked[rank][0] == score
        f1 = 2 * found / (rank + total)
        if not within_tie and f1 > best.f1:
            best = BestF1(f1, score, found / rank, found / total)
    return best


def ranking_quality(rankings: Mapping[str, Sequence[int]], *, k: int = 10) -> RankingQuality:
    """Return the mean figures over needs with at least 10 judged candidates of which one or more is relevant.

    rankings : need id → the grades of its judged candidates in ranked order.
    """
    counted = [g for _, g in sorted(rankings.items()) if len(g) >= MIN_JUDGED and max(g) >= RELEVANT]
    if not counted:
        return RankingQuality(0, 0.0, 0.0, 0.0)
    hits = [[grade >= RELEVANT for grade in grades] for grades in counted]
    n = len(counted)
    return RankingQuality(
        n,
        sum(ndcg_at(grades, k) for grades in counted) / n,
        sum(map(average_precision, hits)) / n,
        sum(recall_at(hit, k) for hit in hits) / n,
    )
