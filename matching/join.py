"""All pairs of documents whose cosine reaches a threshold: exact, in bounded memory.

Frequent ("heavy") terms make nearly all the work and little of a similarity. So only the rare terms are multiplied;
by the Cauchy-Schwarz inequality x·y ≤ x_rare·y_rare + |x_heavy|·|y_heavy|, and only pairs whose bound reaches the
threshold are computed in full. What counts as heavy changes the time, never the result.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.errors import MatchingError
from matching.index import TextIndex
from matching.results import Pair

CELLS = 4_000_000
"""Cells of the dense block of bounds: 16 MB of float32, and a few times as much for the sparse products added to it."""

HEAVY = 0.6
"""Part of the threshold that the heavy terms of a typical pair may reach; .5 to .65 was fastest on 20,000 documents."""

SLACK = 1e-5
"""More than float32 sums err by, so that rounding of the bound loses no pair."""

Rows = npt.NDArray[np.int64]


class _Split(NamedTuple):
    """A matrix with its heavy terms put aside: full rows, their rare part, and the length of their heavy part."""

    full: csr_array
    rare: csr_array
    heavy: npt.NDArray[np.float32]


def similar_pairs(index: TextIndex, *, min_similarity: float, ids: Iterable[str] | None = None) -> list[Pair]:
    """Return every pair of documents of the index with cosine ≥ min_similarity, in ascending order of (a, b).

    min_similarity : in (0, 1]. Like needs score .03 to .4 with character 1–2-grams: choose it from data.
    ids : only pairs in which at least one of these documents takes part; ids that are not in the index are passed over.

    Similarities are row products of `index.matrix`, summed in float64. Raises MatchingError for a threshold outside
    (0, 1].
    """
    if not 0.0 < min_similarity <= 1.0:
        raise MatchingError(f"min_similarity is {min_similarity}; it has to be above 0 and at most 1")
    matrix = index.matrix
    chosen = None if ids is None else np.unique(index.rows(ids))
    strings = index.ids
    pairs: list[Pair] = []
    for left, right, similarities in _similar_rows(matrix, min_similarity, chosen):
        for x, y, similarity in zip(left.tolist(), right.tolist(), similarities.tolist(), strict=True):
            a, b = sorted((strings[x], strings[y]))
            pairs.append(Pair(a, b, similarity))
    return sorted(pairs)


def _similar_rows(
    matrix: csr_array, threshold: float, chosen: Rows | None
) -> Iterator[tuple[Rows, Rows, npt.NDArray[np.float64]]]:
    """Yield (rows, rows, similarities) of the pairs, each pair once."""
    split = _split(matrix, threshold)
    documents = matrix.shape[0]
    left = np.arange(documents) if chosen is None else chosen
    is_left = np.zeros(documents, bool)
    is_left[left] = True
    step = max(1, CELLS // max(1, documents))
    first, turned = 0, split.rare.T.tocsr()
    for start in range(0, len(left), step):
        rows = left[start : start + step]
        if chosen is None and start - first > documents // 8:
            # Rows above the block have met all others: leave them out of the right side from time to time.
            first, turned = start, split.rare[start:].T.tocsr()
        x, y = _candidates(split, rows, turned, first, threshold)
        # A pair of two chosen rows turns up twice: keep the one in ascending order.
        once = (x < y) | ((x != y) & ~is_left[y])
        x, y = x[once], y[once]
        similarities = _products(split.full, x, y)
        found = similarities >= threshold
        yield x[found], y[found], similarities[found]


def _split(matrix: csr_array, threshold: float) -> _Split:
    """Put frequent terms aside while the heavy parts of two typical rows multiply to less than HEAVY · threshold."""
    by_column = np.bincount(matrix.indices, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[1])
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1])
    order = np.argsort(-frequencies, kind="stable")
    # The mean over rows of |x_heavy|² is the sum of the squared weights over the number of rows.
    mean_square = np.cumsum(by_column[order]) / max(1, matrix.shape[0])
    heavy = np.zeros(matrix.shape[1], bool)
    heavy[order[: np.searchsorted(mean_square, HEAVY * threshold, side="right")]] = True
    is_heavy = heavy[matrix.indices]
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    squares = np.bincount(rows[is_heavy], matrix.data[is_heavy].astype(np.float64) ** 2, minlength=matrix.shape[0])
    kept = ~is_heavy
    ends = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=matrix.shape[0]))])
    rare = csr_array((matrix.data[kept], matrix.indices[kept], ends.astype(np.int32)), shape=matrix.shape)
    return _Split(matrix, rare, np.sqrt(squares).astype(np.float32))


def _candidates(split: _Split, rows: Rows, turned: csr_array, first: int, threshold: float) -> tuple[Rows, Rows]:
    """Return the pairs (row of the block, any row from `first` on) whose bound reaches the threshold."""
    bounds = np.outer(split.heavy[rows], split.heavy[first:])
    products = (split.rare[rows] @ turned).tocoo()
    bounds[products.row, products.col] += products.data
    x, y = np.nonzero(bounds >= threshold - SLACK)
    return rows[x], y + first


def _products(matrix: csr_array, x: Rows, y: Rows) -> npt.NDArray[np.float64]:
    """Return the dot products of rows x[i] and y[i], summed in float64."""
    products = np.zeros(len(x), np.float64)
    for start in range(0, len(x), 20_000):
        part = slice(start, start + 20_000)
        common = matrix[x[part]].multiply(matrix[y[part]]).tocoo()
        products[part] = np.bincount(common.row, common.data.astype(np.float64), minlength=len(products[part]))
    return products
