"""All pairs of documents whose cosine reaches a threshold: exact, in bounded memory.

Frequent ("heavy") terms make nearly all the work and little of a similarity. So only the rare terms are multiplied;
by the Cauchy-Schwarz inequality x·y ≤ x_rare·y_rare + |x_heavy|·|y_heavy|, and only pairs whose bound reaches the
threshold are computed in full. What counts as heavy changes the time, never the result.

Large indexes are joined by compiled kernels where numba is installed (`matching.pruned_join`); they find the same pairs
with the same similarities, which both ways are the same sums in the same order.
"""

from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.compiled import kernels
from matching.errors import MatchingError
from matching.index import TextIndex
from matching.pruned_join import candidate_rows
from matching.results import Pair

COMPILED_FROM = 5_000
"""Documents from which the compiled kernels are used: loading them takes as long as joining some 5,000 without them."""

CELLS = 4_000_000
"""Cells of the dense block of bounds: 16 MB of float32, and a few times as much for the sparse products added to it."""

HEAVY = 0.6
"""Part of the threshold that the heavy terms of a typical pair may reach; .5 to .65 was fastest on 20,000 documents."""

SLACK = 1e-5
"""More than float32 sums err by, so that rounding of the bound loses no pair."""

Rows = npt.NDArray[np.int64]


class _Split(NamedTuple):
    """A matrix with its heavy terms put aside: the rows' rare part, and the length of their heavy part."""

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
    for left, right, similarities in similar_rows(matrix, min_similarity, chosen):
        for x, y, similarity in zip(left.tolist(), right.tolist(), similarities.tolist(), strict=True):
            a, b = sorted((strings[x], strings[y]))
            pairs.append(Pair(a, b, similarity))
    return sorted(pairs)


def similar_rows(
    matrix: csr_array, threshold: float, chosen: Rows | None = None
) -> Iterator[tuple[Rows, Rows, npt.NDArray[np.float64]]]:
    """Yield (rows x, rows y, similarities) of the pairs whose product reaches the threshold, each pair once.

    matrix : csr_array (n_documents, n_terms), rows of length 1 or empty, indices sorted.
    chosen : rows of which at least one takes part in each pair; all by default.
    """
    compiled = kernels("join_kernels", work=matrix.shape[0], pays_from=COMPILED_FROM)
    candidates = (
        candidate_rows(matrix, threshold, compiled, chosen)
        if compiled
        else _candidates_in_blocks(matrix, threshold, chosen)
    )
    is_chosen = np.ones(matrix.shape[0], bool)
    if chosen is not None:
        is_chosen = np.isin(np.arange(matrix.shape[0]), chosen)
    for x, y in candidates:
        # A pair of two chosen rows may turn up twice: keep the one in ascending order.
        once = (x < y) | ((x != y) & ~is_chosen[y]) if chosen is not None else x != y
        x, y = x[once], y[once]
        similarities = _products(matrix, x, y, compiled)
        found = similarities >= threshold
        yield x[found], y[found], similarities[found]


def reaching_pairs(matrix: csr_array, x: Rows, y: Rows, threshold: float) -> tuple[Rows, Rows, npt.NDArray[np.float64]]:
    """Return those of the pairs of rows (x[i], y[i]) whose product reaches the threshold, as `similar_rows` does.

    Of pairs that were found in some other way, with similarities that may differ in the last digit, it makes the same.
    """
    similarities = _products(matrix, x, y, kernels("join_kernels", work=matrix.shape[0], pays_from=COMPILED_FROM))
    found = similarities >= threshold
    return x[found], y[found], similarities[found]


def _candidates_in_blocks(matrix: csr_array, threshold: float, chosen: Rows | None) -> Iterator[tuple[Rows, Rows]]:
    split = _split(matrix, threshold)
    documents = matrix.shape[0]
    left = np.arange(documents) if chosen is None else chosen
    step = max(1, CELLS // max(1, documents))
    first, turned = 0, split.rare.T.tocsr()
    for start in range(0, len(left), step):
        rows = left[start : start + step]
        if chosen is None and start - first > documents // 8:
            # Rows above the block have met all others: leave them out of the right side from time to time.
            first, turned = start, split.rare[start:].T.tocsr()
        x, y = _candidates(split, rows, turned, first, threshold)
        below = x < y if chosen is None else slice(None)
        yield x[below], y[below]


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
    return _Split(rare, np.sqrt(squares).astype(np.float32))


def _candidates(split: _Split, rows: Rows, turned: csr_array, first: int, threshold: float) -> tuple[Rows, Rows]:
    """Return the pairs (row of the block, any row from `first` on) whose bound reaches the threshold."""
    bounds = np.outer(split.heavy[rows], split.heavy[first:])
    products = (split.rare[rows] @ turned).tocoo()
    bounds[products.row, products.col] += products.data
    x, y = np.nonzero(bounds >= threshold - SLACK)
    return rows[x], y + first


def _products(matrix: csr_array, x: Rows, y: Rows, compiled: ModuleType | None) -> npt.NDArray[np.float64]:
    """Return the dot products of rows x[i] and y[i], summed in float64 in the order of the columns."""
    if compiled:
        products: npt.NDArray[np.float64] = compiled.row_products(matrix.indptr, matrix.indices, matrix.data, x, y)
        return products
    products = np.zeros(len(x), np.float64)
    for start in range(0, len(x), 20_000):
        part = slice(start, start + 20_000)
        left, right = matrix[x[part]].astype(np.float64), matrix[y[part]].astype(np.float64)
        common = left.multiply(right).tocoo()
        products[part] = np.bincount(common.row, common.data, minlength=len(products[part]))
    return products
