"""The second stage of ranking: some candidates of a need in a better order than one cosine gives.

`character_scores` needs no judgements; a `RankingModel` is learned from them and added to it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from matching.candidates import Candidates, Floats, Mask, firsts
from matching.errors import MatchingError
from matching.evaluation import MIN_JUDGED, RELEVANT, ndcg_at
from matching.features import VERSION, document_frequencies, features, plain_scores, weighted

IDF_POWER, SLOPE = 1.5, 0.6
"""Chosen on judged data out of 72 settings (quartiles of nDCG@10 .616, .620, .625): single characters and words, rare
ones counting more than in a cosine, short candidates gaining less."""

STRENGTH = 0.3
"""Regularisation per judged pair; .03 to 1 moves nDCG@10 by .005."""

FOLDS = 5
ROUNDS = 5_000
"""Bootstrap samples of needs."""

CONFIDENCE = 0.9
"""One-sided: in that part of the samples the gain is above the bound."""


def character_scores(candidates: Candidates) -> Floats:
    """Return the score of each candidate: need's title and need's body against it, on single characters and words.

    (1 + ln tf) · idf^1.5 with idf = ln((1 + n) / (.5 + df)); the candidate's length is pivoted with slope .6.
    """
    side = candidates.side(candidates.columns()["1"])
    frequencies, documents = document_frequencies(side, candidates)
    idf = np.log((1.0 + documents) / (0.5 + frequencies)) ** IDF_POWER
    of_candidates = weighted(side.candidate, idf, slope=SLOPE)
    return sum(
        (candidates.dot(weighted(field, idf), of_candidates) for field in (side.title, side.body)),
        start=np.zeros(len(candidates)),
    )


@dataclass(frozen=True)
class RankingModel:
    """A ridge regression of grades on `features`; only its sum with `character_scores` ranks.

    names, means, scales, coefficients : by feature. judged : pairs it was learned from. ndcg : nDCG@10 of held-out
    needs.
    plain_ndcg, character_ndcg : of the same needs by the plain cosines of `rank`, and by `character_scores` alone.
    gain_bound : the one-sided 90 % bound of the gain over the plain cosines.
    """

    version: int
    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    judged: int
    ndcg: float
    plain_ndcg: float
    character_ndcg: float
    gain_bound: float

    @property
    def is_better(self) -> bool:
        """Whether it may be used: with 90 % confidence it ranks better than plain cosines do."""
        return self.gain_bound > 0.0

    def contributions(self, candidates: Candidates) -> dict[str, Floats]:
        """Return by feature what it adds to each candidate's score before that is standardised."""
        values = features(candidates)
        parts = zip(self.names, self.means, self.scales, self.coefficients, strict=True)
        return {name: (values[name] - mean) / scale * weight for name, mean, scale, weight in parts}

    def scores(self, candidates: Candidates) -> Floats:
        """Return the learned part of the score of each candidate."""
        return sum(self.contributions(candidates).values(), start=np.zeros(len(candidates)))

    def as_json(self) -> str:
        """Return the model as text; `from_json` reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the stored model; raises MatchingError for another version of the features."""
        stored: dict[str, Any] = json.loads(text)
        if stored["version"] != VERSION:
            found = stored["version"]
            raise MatchingError(f"the model is of feature version {found}, this program has {VERSION}; learn it again")
        parts: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in stored.items()}
        return cls(**parts)


def rerank(candidates: Candidates, model: RankingModel | None = None) -> dict[str, list[tuple[str, float]]]:
    """Return need id → its candidates with their scores, best first; ties by capability id.

    The score is the standardised `character_scores` plus, with a model, the standardised learned part.
    """
    scores = combined(candidates, None if model is None else model.scores(candidates))
    ranked = {}
    for need, pool in zip(candidates.need_ids, candidates.pools, strict=True):
        rows = zip(candidates.ids[pool], scores[pool].tolist(), strict=True)
        ranked[need] = sorted(rows, key=lambda row: (-row[1], row[0]))
    return ranked


def combined(candidates: Candidates, learned: Floats | None) -> Floats:
    """Return the scores that rank: z(characters) + z(learned), rounded so that equal texts stay equal."""
    scores = candidates.standardised(character_scores(candidates))
    return np.round(scores if learned is None else scores + candidates.standardised(learned), 12)


def learn_ranking(candidates: Candidates, grades: Mapping[tuple[str, str], int], *, seed: int = 0) -> RankingModel:
    """Return a model learned from judgements, with its quality on needs that it has not seen.

    candidates : every need with its judged candidates. grades : (need id, capability id) → 1 unrelated … 4 very strong.
    The quality comes from five folds; a need that was posted twice lies in one fold.

    Raises MatchingError with fewer than two needs per fold.
    """
    groups = int(candidates.post.max(initial=-1)) + 1
    if groups < 2 * FOLDS:
        raise MatchingError(f"{groups} needs are judged; a ranking is learned from {2 * FOLDS} or more")
    rows = zip(candidates.need, candidates.ids, strict=True)
    graded = np.array([grades[candidates.need_ids[need], one] for need, one in rows], np.float64)
    values = features(candidates)
    matrix, target = np.stack(list(values.values()), axis=1), _targets(candidates, graded)
    held_out = _held_out(candidates, matrix, target, seed)
    plain = _ndcgs(candidates, graded, np.round(plain_scores(values), 12))
    characters = _ndcgs(candidates, graded, combined(candidates, None))
    learned = _ndcgs(candidates, graded, combined(candidates, held_out))
    means, scales, coefficients = _ridge(matrix, target, firsts(candidates.pair))
    return RankingModel(
        version=VERSION,
        names=tuple(values),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
        coefficients=tuple(coefficients.tolist()),
        judged=len(candidates),
        ndcg=_mean(learned),
        plain_ndcg=_mean(plain),
        character_ndcg=_mean(characters),
        gain_bound=gain_bound(learned - plain),
    )


def _targets(candidates: Candidates, graded: Floats) -> Floats:
    """Return the mean grade of each pair, less the mean of its need, so that it tells of the candidate alone."""
    pair = candidates.pair
    means = (np.bincount(pair, graded) / np.bincount(pair))[pair]
    once = firsts(pair)
    parts = [means[pool] - means[pool][once[pool]].mean() for pool in candidates.pools if pool.stop > pool.start]
    return np.concatenate(parts)


def _ridge(matrix: Floats, target: Floats, rows: Mask) -> tuple[Floats, Floats, Floats]:
    """Return (means, scales, coefficients) of (XᵀX + λI)⁻¹Xᵀy with standardised features and λ = STRENGTH · rows."""
    some, wanted = matrix[rows], target[rows]
    means, scales = some.mean(axis=0), some.std(axis=0)
    scales[scales < 1e-9] = 1.0
    standard = (some - means) / scales
    regularised = standard.T @ standard + STRENGTH * len(wanted) * np.eye(matrix.shape[1])
    return means, scales, np.linalg.solve(regularised, standard.T @ (wanted - wanted.mean()))


def _held_out(candidates: Candidates, matrix: Floats, target: Floats, seed: int) -> Floats:
    """Return what models say that were learned without the fold of the need in question."""
    groups = int(candidates.post.max()) + 1
    fold = np.empty(groups, np.int64)
    fold[np.random.default_rng(seed).permutation(groups)] = np.arange(groups) % FOLDS
    of_row = fold[candidates.post][candidates.need]
    scores, once = np.zeros(len(candidates)), firsts(candidates.pair)
    for number in range(FOLDS):
        test = of_row == number
        means, scales, coefficients = _ridge(matrix, target, ~test & once)
        scores[test] = (matrix[test] - means) / scales @ coefficients
    return scores


def _ndcgs(candidates: Candidates, graded: Floats, scores: Floats) -> Floats:
    found = []
    for pool in candidates.pools:
        some = graded[pool].astype(int)
        if len(some) >= MIN_JUDGED and some.max() >= RELEVANT:
            found.append(ndcg_at(some[np.argsort(-scores[pool], kind="stable")].tolist()))
    return np.array(found)


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0


def gain_bound(gains: Floats, *, confidence: float = CONFIDENCE, seed: int = 0) -> float:
    """Return what the mean gain exceeds in `confidence` of the bootstrap samples of needs (paired, one-sided)."""
    if not len(gains):
        return 0.0
    draw = np.random.default_rng(seed)
    means = [gains[draw.integers(0, len(gains), len(gains))].mean() for _ in range(ROUNDS)]
    return float(np.quantile(means, 1.0 - confidence))
