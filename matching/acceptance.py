"""How probable it is that a manager accepts what was proposed: scores → probabilities, learned from judgements.

Never a step down: a higher score is never less probable. Before there are judgements a prior speaks; while there are
few, a logistic curve that the prior holds (maximum a posteriori, Gaussian prior of standard deviation 1 on both
coefficients, slope at least 0); from `ISOTONIC_FROM` judgements on, with `EACH_KIND` of either kind, isotonic
regression by pooling adjacent violators (Ayer et al. 1955), drawn towards that curve so that it never says 0 or 1.

The prior is the logistic curve on 79 graded pairs of real needs (18 to be merged), by `MergeVectors.likeness`: .20 at
a likeness of .20, .34 at .30, .52 at .40. These pairs passed no typed gate and one person graded them in one pass, so
it is cautious, and a beginning and no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from matching.calibration import FOLDS, Reliability, reliability
from matching.errors import MatchingError

CENTRE, UNIT = 0.20, 0.05
"""A score x enters as (x − CENTRE) / UNIT."""

PRIOR = (-1.40, 0.37)
"""Log odds at CENTRE, and their gain per UNIT, before any judgement."""

ISOTONIC_FROM = 100
EACH_KIND = 20
CHECKED_FROM = 20
"""Judgements from which it is told how far the probabilities came true."""

A_BIN = 10
"""Judgements in a bin of that, at least."""

PULL = 0.1
"""Weight of the curve beside one judgement, in the isotonic regression."""

Floats = npt.NDArray[np.float64]
Method = Literal["prior", "logistic", "isotonic"]


@dataclass(frozen=True)
class Acceptance:
    """What was learned: `probability` of a score, the method, and the number of judgements behind it.

    curve : (log odds at CENTRE, gain per UNIT). steps : (score, probability) ascending, of the isotonic regression.
    """

    method: Method
    judgements: int
    curve: tuple[float, float]
    steps: tuple[tuple[float, float], ...] = ()

    def probability(self, score: float) -> float:
        """Return the probability in (0, 1) that what has this score is accepted."""
        if not self.steps:
            return float(_logistic(np.array([score]), self.curve)[0])
        scores, probabilities = zip(*self.steps, strict=True)
        return float(np.interp(score, scores, probabilities))


def learn_acceptance(scores: Sequence[float], accepted: Sequence[bool]) -> Acceptance:
    """Return the acceptance learned from judgements; the same for any order of them.

    scores : of what was judged, each in [0, 1]. accepted : what was said of it.
    Raises MatchingError where the two differ in number or a score makes no sense.
    """
    if len(scores) != len(accepted):
        raise MatchingError(f"there are {len(scores)} scores and {len(accepted)} judgements; give one for each")
    if any(not 0.0 <= score <= 1.0 for score in scores):
        raise MatchingError("a score lies outside [0, 1]; give likenesses")
    judged = sorted(zip(scores, accepted, strict=True))
    x, y = (np.array([row[side] for row in judged], np.float64) for side in (0, 1))
    if not judged:
        return Acceptance("prior", 0, PRIOR)
    curve = _curve(x, y)
    if len(judged) < ISOTONIC_FROM or min(y.sum(), len(y) - y.sum()) < EACH_KIND:
        return Acceptance("logistic", len(judged), curve)
    return Acceptance("isotonic", len(judged), curve, tuple(_steps(x, y, curve)))


class Checked(NamedTuple):
    """How far probabilities came true: bins from low to high, the expected calibration error, and of how many."""

    bins: tuple[Reliability, ...]
    error: float
    judged: int


def check_acceptance(scores: Sequence[float], accepted: Sequence[bool]) -> Checked | None:
    """Return what `learn_acceptance` tells of judgements that it has not seen (five folds) against what was said.

    The same for any order of the judgements; None with fewer than `CHECKED_FROM`.
    """
    judged = sorted(zip(scores, accepted, strict=True))
    if len(judged) < CHECKED_FROM:
        return None
    told = np.zeros(len(judged))
    for fold in range(FOLDS):
        seen = [row for number, row in enumerate(judged) if number % FOLDS != fold]
        learned = learn_acceptance([score for score, _ in seen], [said for _, said in seen])
        told[fold::FOLDS] = [learned.probability(score) for score, _ in judged[fold::FOLDS]]
    truth = np.array([said for _, said in judged], np.float64)
    rows, error = reliability(told, truth, min(10, len(judged) // A_BIN))
    return Checked(tuple(rows), error, len(judged))


def _logistic(scores: Floats, curve: Sequence[float]) -> Floats:
    found: Floats = 1.0 / (1.0 + np.exp(-(curve[0] + curve[1] * (scores - CENTRE) / UNIT)))
    return found


def _curve(scores: Floats, accepted: Floats) -> tuple[float, float]:
    x = (scores - CENTRE) / UNIT

    def loss(curve: Floats) -> tuple[float, Floats]:
        odds, pull = curve[0] + curve[1] * x, curve - np.array(PRIOR)
        errors = _logistic(scores, curve.tolist()) - accepted
        value = np.logaddexp(0.0, odds).sum() - (odds * accepted).sum() + pull @ pull / 2
        return float(value), np.array([errors.sum(), errors @ x]) + pull

    found = minimize(loss, np.array(PRIOR), jac=True, method="L-BFGS-B", bounds=[(None, None), (0.0, None)])
    return round(float(found.x[0]), 6), round(float(found.x[1]), 6)


def _steps(scores: Floats, accepted: Floats, curve: tuple[float, float]) -> list[tuple[float, float]]:
    """Return the centre and the level of each block of the isotonic regression."""
    distinct, place = np.unique(scores, return_inverse=True)
    weights = np.bincount(place) * (1.0 + PULL)
    levels = np.bincount(place, accepted + PULL * _logistic(scores, curve)) / weights
    blocks: list[tuple[float, float, float]] = []  # level, weight, sum of scores times weight
    for score, level, weight in zip(distinct.tolist(), levels.tolist(), weights.tolist(), strict=True):
        blocks.append((level, weight, score * weight))
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (one, n, s), (other, m, t) = blocks.pop(-2), blocks.pop()
            blocks.append(((one * n + other * m) / (n + m), n + m, s + t))
    return [(total / weight, level) for level, weight, total in blocks]
