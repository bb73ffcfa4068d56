"""What `join_kernels` and `search_kernels` do, with numpy and scipy: slower, the same results, nothing to load.

For processes without numba. A function here takes the arguments of the compiled one of its name and fills or returns
the same; pruning is left out, so `candidates` and `nearest` compute every product of their block.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.postings import largest
from matching.pruned_join import BINS, LEVELS

Array = npt.NDArray[Any]

ROUNDED = 1e-6
"""More than the unit of a block's values is rounded by."""


def column_sums(indices: Array, data: Array, terms: int) -> tuple[Array, Array]:
    """Return of every column the number of its entries and the sum of their squares."""
    squares = np.bincount(indices, data.astype(np.float64) ** 2, minlength=terms)
    return np.bincount(indices, minlength=terms), squares


def squared_norms(
    indptr: Array, indices: Array, data: Array, rank: Array, heavy: int, width: int
) -> tuple[Array, Array]:
    """Return |x_heavy|² of every row of a csr matrix and the number of its features of rank < width."""
    rows, ranks = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr)), rank[indices]
    squares = np.where(ranks < heavy, data.astype(np.float64) ** 2, 0.0)
    n = len(indptr) - 1
    return np.bincount(rows, squares, minlength=n), np.bincount(rows, ranks < width, minlength=n).astype(np.int64)


def gather(
    indptr: Array, indices: Array, data: Array, rank: Array, width: int, rows: Array, ends: Array, features: Array,
    weights: Array,
) -> None:  # fmt: skip
    """Fill features and weights with the rows, in the order given; features of rank ≥ width are left out."""
    shape = (len(indptr) - 1, int(indices.max(initial=0)) + 1)
    moved = csr_array((data, indices, indptr), shape=shape)[rows]
    ranks = rank[moved.indices]
    kept = ranks < width
    features[:], weights[:] = ranks[kept], moved.data[kept]


def turn(
    ends: Array, features: Array, weights: Array, first: int, last: int, starts: Array, documents: Array, values: Array
) -> None:
    """Make the postings of rows first..last, and put the rows' features into ascending order."""
    held, width = slice(int(ends[first]), int(ends[last])), len(starts) - 1
    shape = (last - first, max(width, 1))
    rows = csr_array((weights[held].copy(), features[held].copy(), ends[first : last + 1] - ends[first]), shape=shape)
    turned = rows.T.tocsr()
    size = len(turned.data)
    starts[:] = turned.indptr[: width + 1]
    documents[:size], values[:size] = turned.indices, turned.data
    again = turned.T.tocsr()
    features[held], weights[held] = again.indices, again.data


def prefixes(
    ends: Array, features: Array, weights: Array, first: int, last: int, cuts: Array, norms: Array, lengths: Array
) -> None:
    """Fill norms[row, i] and lengths[row, i]: Euclidean length and number of a row's features below cuts[i]."""
    held, numbers = slice(int(ends[first]), int(ends[last])), np.arange(last - first)[:, None]
    width = int(max(features[held].max(initial=0), cuts.max(initial=0))) + 1
    starts = ends[first : last + 1] - ends[first]
    keys = np.repeat(numbers[:, 0], np.diff(starts)) * width + features[held]
    places = np.searchsorted(keys, numbers * width + cuts)
    sums = np.concatenate([[0.0], np.cumsum(weights[held].astype(np.float64) ** 2)])
    lengths[first:last] = places - starts[:-1, None]
    norms[first:last] = np.sqrt(np.maximum(sums[places] - sums[starts[:-1]][:, None], 0.0))


def bin_lengths(
    ends: Array, features: Array, weights: Array, first: int, last: int, apart: int, heavy: int, bins: Array,
    steps: Array,
) -> None:  # fmt: skip
    """Fill bins[row, half, b] · steps[row, half] with no less than the length of a row's features below `heavy`."""
    held, number = slice(int(ends[first]), int(ends[last])), last - first
    some, squares = features[held], weights[held].astype(np.float64) ** 2
    rows = np.repeat(np.arange(number), np.diff(ends[first : last + 1]))
    places = (rows * 2 + (some >= apart)) * BINS + some % BINS
    sums = np.bincount(places, squares * (some < heavy), minlength=number * 2 * BINS)
    lengths = np.sqrt(sums).reshape(number, 2, BINS)
    steps[:] = lengths.max(axis=2, initial=0.0) / LEVELS * (1 + 1e-5)
    levels = np.minimum(np.ceil(lengths / np.where(steps > 0, steps, 1.0)[..., None]), LEVELS).astype(np.uint8)
    bins[:] = levels[..., : BINS // 2] + 16 * levels[..., BINS // 2 :]


def _rows(some: tuple[Array, ...], rows: Array, width: int) -> csr_array:
    """Return these rows as float64, without the features that the block does not know."""
    ends, features, weights = some[:3]
    parts = [np.arange(ends[row], ends[row + 1]) for row in rows.tolist()]
    places = np.concatenate([*parts, np.zeros(0, np.int64)]).astype(np.int64)
    of_row = np.repeat(np.arange(len(rows)), [len(part) for part in parts])
    known = features[places] < width
    entries = (weights[places][known].astype(np.float64), (of_row[known], features[places][known]))
    return csr_array(entries, shape=(len(rows), max(width, 1)))


def candidates(
    queries: Array, asked: tuple[Array, ...], after_only: bool, first: int, last: int, *held: Any
) -> tuple[Array, Array, float]:
    """Return (query rows, block rows) of all pairs that reach the limit."""
    width, limit = len(held[-6]) - 1, held[-1]
    block = _rows(held, np.arange(first, last), width)
    products = (_rows(asked, queries, width) @ block.T).tocoo()
    x, y = queries[products.row], products.col + first
    kept = (products.data >= limit) & ((y > x) if after_only else True)
    return x[kept], y[kept], 0.0


def nearest(
    queries: Array, asked: tuple[Array, ...], own: Array, scores: Array, found: Array, numbers: Array, dead: Array,
    first: int, last: int, *held: Any,
) -> float:  # fmt: skip
    """Improve, for each query, its list of the best rows by the rows first..last."""
    starts, documents, values, unit = held[-7:-3]
    ends, features, weights = asked[:3]
    limit = scores.shape[1]
    for position, query in enumerate(queries.tolist()):
        query_part = slice(int(ends[query]), int(ends[query + 1]))
        its = features[query_part][features[query_part] < len(starts) - 1]
        its_weights = weights[query_part][: len(its)].astype(np.float64)
        bounds = np.zeros(last - first, np.float64)
        for feature, weight in zip(its.tolist(), (its_weights * unit).tolist(), strict=True):
            part = slice(int(starts[feature]), int(starts[feature + 1]))
            bounds[documents[part]] += weight * values[part]
        bounds[dead[first:last] != 0] = 0.0
        if first <= own[position] < last:
            bounds[own[position] - first] = 0.0
        # What the rows of the largest bounds reach, every better row's bound reaches too.
        rows = largest(bounds, limit)
        if len(rows) >= limit:
            least = np.sort(_products(its, its_weights, held, rows + first))[-limit]
            rows = np.flatnonzero(bounds >= max(least, scores[position, -1]) * (1 - ROUNDED))
        products = _products(its, its_weights, held, rows + first)
        rows, products = rows[products > 0], products[products > 0]
        some_scores = np.concatenate([scores[position], products])
        some_numbers = np.concatenate([found[position], numbers[rows + first]])
        best = np.lexsort((some_numbers, -some_scores))[:limit]
        scores[position], found[position] = some_scores[best], some_numbers[best]
    return 0.0


def _products(its: Array, its_weights: Array, held: tuple[Any, ...], rows: Array) -> Array:
    """Return the products of one row, its ascending features and weights, with rows of the plan, summed in float64."""
    ends, features, weights = held[:3]
    places = np.concatenate([np.arange(ends[row], ends[row + 1]) for row in rows.tolist()] or [np.zeros(0, np.int64)])
    of_row = np.repeat(np.arange(len(rows)), ends[rows + 1] - ends[rows])
    at = np.minimum(np.searchsorted(its, features[places]), max(0, len(its) - 1))
    common = its[at] == features[places] if len(its) else np.zeros(len(places), bool)
    parts = its_weights[at[common]] * weights[places[common]]
    return np.bincount(of_row[common], parts, minlength=len(rows))


def plan_products(
    ends: Array, features: Array, weights: Array, x: Array, other_ends: Array, other_features: Array,
    other_weights: Array, y: Array,
) -> Array:  # fmt: skip
    """Return the products of rows x[i] of one plan and y[i] of another, summed in float64 in the features' order."""
    width = int(max(features.max(initial=0), other_features.max(initial=0))) + 1
    products = np.zeros(len(x), np.float64)
    for start in range(0, len(x), 20_000):
        part = slice(start, start + 20_000)
        left = _rows((ends, features, weights), x[part], width)
        right = _rows((other_ends, other_features, other_weights), y[part], width)
        common = left.multiply(right).tocoo()
        products[part] = np.bincount(common.row, common.data, minlength=len(products[part]))
    return products
