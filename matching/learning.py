"""Learning a `RankingModel` from judgements, and how well it does on needs that it has not seen."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from matching.candidates import Candidates, Floats, Mask, firsts
from matching.errors import MatchingError
from matching.evaluation import MIN_JUDGED, RELEVANT, ndcg_at
from matching.features import VERSION, features, plain_scores
from matching.reranking import RankingModel, character_scores, combined

STRENGTH = 0.3
"""Regularisation per judged pair; .03 to 1 moves nDCG@10 by .005."""

FOLDS = 5
ROUNDS = 5_000
"""Bootstrap samples of needs."""

CONFIDENCE = 0.9
"""One-sided: in that part of the samples the gain is above the bound."""

Grades = Mapping[tuple[str, str], int]
UNGRADED = 0


class Trial(NamedTuple):
    """A model with what was measured of it: by row of the candidates, on models that had not seen the row's need.

    grades : 0 where a candidate was not judged. held_out : the scores that would have ranked. characters : what ranks
    where nothing is learned. character_bound : the bound of the gain of these over the plain cosines. needs : over how
    many the means are.
    """

    model: RankingModel
    grades: Floats
    held_out: Floats
    characters: Floats
    character_bound: float
    needs: int


def learn_ranking(candidates: Candidates, grades: Grades, *, seed: int = 0) -> RankingModel:
    """Return a model learned from judgements, with its quality on needs that it has not seen; see `try_ranking`."""
    return try_ranking(candidates, grades, seed=seed).model


def try_ranking(candidates: Candidates, grades: Grades, *, seed: int = 0, min_judged: int = MIN_JUDGED) -> Trial:
    """Learn a model and measure it on needs that it has not seen.

    candidates : every need with its judged candidates; others beside them are looked at but not learned from. grades :
    (need id, capability id) → 1 unrelated … 4 very strong. min_judged : needs with fewer judged candidates are learned
    from but not measured on. The quality comes from five folds; a need that was posted twice lies in one fold.

    Raises MatchingError with fewer than two needs per fold.
    """
    groups = int(candidates.post.max(initial=-1)) + 1
    if groups < 2 * FOLDS:
        raise MatchingError(f"{groups} needs are judged; a ranking is learned from {2 * FOLDS} or more")
    graded = _graded(candidates, grades)
    values = features(candidates)
    characters = character_scores(candidates)
    data = _Data(candidates, np.stack(list(values.values()), axis=1), characters, *_targets(candidates, graded))
    learned, weights = _held_out(data, seed)
    held_out = combined(candidates, learned, weights)
    plain, basic, full = (
        _ndcgs(candidates, graded, scores, min_judged)
        for scores in (np.round(plain_scores(values), 12), combined(candidates, None), held_out)
    )
    fit = _fitted(data, np.ones(len(candidates), bool))
    model = RankingModel(
        version=VERSION,
        names=tuple(values),
        means=tuple(fit.means.tolist()),
        scales=tuple(fit.scales.tolist()),
        coefficients=tuple(fit.coefficients.tolist()),
        judged=int((graded != UNGRADED).sum()),
        ndcg=_mean(full),
        plain_ndcg=_mean(plain),
        character_ndcg=_mean(basic),
        gain_bound=gain_bound(full - plain),
        weight=fit.weight,
    )
    return Trial(model, graded, held_out, combined(candidates, None), gain_bound(basic - plain), len(full))


def _graded(candidates: Candidates, grades: Grades) -> Floats:
    rows = zip(candidates.need, candidates.ids, strict=True)
    return np.array([grades.get((candidates.need_ids[need], one), UNGRADED) for need, one in rows], np.float64)


class _Data(NamedTuple):
    """What is learned from: features (n_candidates, n_features), and for the rows of `taught` a target."""

    candidates: Candidates
    matrix: Floats
    characters: Floats
    target: Floats
    taught: Mask


class _Fit(NamedTuple):
    """Coefficients on standardised features; weight : of `character_scores` beside them."""

    means: Floats
    scales: Floats
    coefficients: Floats
    weight: float

    def scores(self, matrix: Floats) -> Floats:
        return (matrix - self.means) / self.scales @ self.coefficients


def _targets(candidates: Candidates, graded: Floats) -> tuple[Floats, Mask]:
    """Return the mean grade of each judged pair, less the mean of its need, so that it tells of the candidate alone.

    Equal texts are one pair, and only its first judged row teaches.
    """
    judged = graded != UNGRADED
    target, taught = np.zeros(len(graded)), np.zeros(len(graded), bool)
    pair = candidates.pair
    totals = np.bincount(pair[judged], graded[judged], minlength=int(pair.max(initial=-1)) + 1)
    means = totals / np.maximum(np.bincount(pair[judged], minlength=len(totals)), 1)
    taught[np.flatnonzero(judged)[firsts(pair[judged])]] = True
    for pool in candidates.pools:
        if taught[pool].any():
            target[pool] = means[pair[pool]] - means[pair[pool]][taught[pool]].mean()
    return target, taught


def _fitted(data: _Data, rows: Mask) -> _Fit:
    """Return (XᵀX + λI)⁻¹Xᵀy with standardised features and λ = STRENGTH · rows.

    The weight makes both parts of the score spread equally over the candidates of a need, on average.
    """
    some, wanted = data.matrix[rows & data.taught], data.target[rows & data.taught]
    means, scales = some.mean(axis=0), some.std(axis=0)
    scales[scales < 1e-9] = 1.0
    standard = (some - means) / scales
    regularised = standard.T @ standard + STRENGTH * len(wanted) * np.eye(some.shape[1])
    coefficients = np.linalg.solve(regularised, standard.T @ (wanted - wanted.mean()))
    fit = _Fit(means, scales, coefficients, 1.0)
    learned = fit.scores(data.matrix)
    pools = [pool for pool in data.candidates.pools if pool.stop > pool.start and rows[pool].all()]
    spread = sum(float(data.characters[pool].std()) for pool in pools)
    return fit._replace(weight=sum(float(learned[pool].std()) for pool in pools) / spread if spread else 1.0)


def _held_out(data: _Data, seed: int) -> tuple[Floats, Floats]:
    """Return what models say, and their weights, that were learned without the fold of the need in question."""
    candidates = data.candidates
    groups = int(candidates.post.max()) + 1
    fold = np.empty(groups, np.int64)
    fold[np.random.default_rng(seed).permutation(groups)] = np.arange(groups) % FOLDS
    of_row = fold[candidates.post][candidates.need]
    scores, weights = np.zeros(len(candidates)), np.ones(len(candidates))
    for number in range(FOLDS):
        test = of_row == number
        fit = _fitted(data, ~test)
        scores[test], weights[test] = fit.scores(data.matrix[test]), fit.weight
    return scores, weights


def _ndcgs(candidates: Candidates, graded: Floats, scores: Floats, min_judged: int) -> Floats:
    found = []
    for pool in candidates.pools:
        judged = graded[pool] != UNGRADED
        some = graded[pool][judged].astype(int)
        if len(some) >= min_judged and some.max() >= RELEVANT:
            found.append(ndcg_at(some[np.argsort(-scores[pool][judged], kind="stable")].tolist()))
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
