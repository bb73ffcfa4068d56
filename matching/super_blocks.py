"""A matrix cut into super-blocks: two of them are all that one task of a join or of a batch of suggestions reads.

The blocks are segments (`matching.segments`) over one feature order, so that what is found does not depend on where the
cuts are, and together the tasks find what one process finds that has everything.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, hstack

from matching.index_set import IndexSet
from matching.pruned_join import FeatureOrder, feature_order
from matching.ranking import DEFAULT_WEIGHTS, indexes
from matching.results import Weights
from matching.segments import SEGMENT, Best, Segment, improve

ROUNDING = 1e-6
"""More than two ways of adding up one product in float32 weights differ by."""


def order_of(matrix: csr_array, *, threshold: float, least: int) -> FeatureOrder:
    """Return the order of a matrix's features; threshold and least as in `pruned_join.feature_order`."""
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1])
    squares = np.bincount(matrix.indices, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[1])
    return feature_order(frequencies, squares.astype(np.float64), matrix.shape[0], threshold, least)


def super_blocks(matrix: csr_array, features: FeatureOrder, *, size: int = SEGMENT) -> Iterator[Segment]:
    """Yield the rows of a matrix in segments of `size` rows, numbered by row; the last one may be smaller.

    matrix : csr_array (n_documents, n_terms), float32, weights ≥ 0, rows no longer than 1.
    """
    for first in range(0, matrix.shape[0], size):
        part = csr_array(matrix[first : first + size])
        yield Segment.of(part, np.arange(first, first + part.shape[0]), features)


def suggestion_rows(source: IndexSet, weights: Weights = DEFAULT_WEIGHTS) -> tuple[csr_array, csr_array]:
    """Return needs and capabilities as rows whose products put capabilities into the order of `rank`.

    Two csr_arrays (n, 2 · n_terms), float32, rows no longer than 1. The sum of four weighted cosines is one product: a
    capability's title and body side by side, and what they meet in a need, its own title and body weighted, likewise.
    A need's row is scaled to length 1, so that scores of different needs do not compare.
    """
    needs, capabilities = indexes(source)
    title, body = needs.title_matrix, needs.body_matrix
    asked = hstack(
        [
            weights.title_title * title + weights.body_title * body,
            weights.title_body * title + weights.body_body * body,
        ],
        format="csr",
    )
    held = hstack([capabilities.title_matrix, capabilities.body_matrix], format="csr")
    lengths = np.sqrt(np.asarray(asked.multiply(asked).sum(axis=1), np.float64).ravel())
    return _scaled(asked, np.maximum(lengths, np.finfo(np.float64).tiny)), _scaled(held, np.sqrt(2.0))


def _scaled(matrix: csr_array, by: float | npt.NDArray[np.float64]) -> csr_array:
    divisor = np.repeat(by, np.diff(matrix.indptr)) if isinstance(by, np.ndarray) else by
    return csr_array(((matrix.data / divisor).astype(np.float32), matrix.indices, matrix.indptr), shape=matrix.shape)


def nearest_between(asked: Segment, held: Segment, limit: int, *, threads: int | None = None) -> Best:
    """Return the best rows of `held` for each row of `asked`, in ascending order of the numbers of `asked`."""
    best = Best.none(len(asked), limit)
    improve(best, asked.plan, np.arange(len(asked)), held, threads=threads)
    order = np.argsort(asked.numbers)
    return Best(best.scores[order], best.numbers[order])


def best_of(parts: Iterable[Best]) -> Best:
    """Return, of lists for the same rows, each of so many places, the best in as many places."""
    lists = list(parts)
    limit = lists[0].scores.shape[1]
    scores = np.concatenate([one.scores for one in lists], axis=1)
    numbers = np.concatenate([one.numbers for one in lists], axis=1)
    order = np.lexsort((numbers, -scores), axis=1)[:, :limit]
    return Best(np.take_along_axis(scores, order, axis=1), np.take_along_axis(numbers, order, axis=1))
