"""The similarity join on compiled kernels: exact, pruned by the lengths of what is skipped.

Features are ranked by document frequency: the first, "heavy" ones make nearly all the work and little of a similarity.
Rows are sorted by the length of their heavy part and cut into blocks, each with its postings and, for some 30 cuts of
the heavy ranks, the largest length of any of its rows below the cut. A query skips its features below the last cut at
which (length of what it skips) · (largest length in the block) stays under `SKIPPED` of the threshold, and adds up the
rest over the postings. By the Cauchy-Schwarz inequality x·y ≤ x_rest·y_rest + |x_skipped|·|y_skipped| (All-Pairs,
Bayardo et al. 2007; L2-norm bounds as in L2AP, Anastasiu & Karypis 2014). Where that bound reaches the threshold, the
inequality is asked once more, bin by bin: the heavy features are dealt out to bins, of which every row keeps the
lengths, four bits each, and x_skipped·y_skipped ≤ Σ_b |x_b|·|y_b|, with less than one feature of a row in a bin. Of a
hundred candidates few are left, and only for those the skipped part is computed. What is skipped changes the time,
never the result.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

BLOCK = 32_768
"""Rows of a block: their sums (128 KiB of float32) stay in a core's second cache, their numbers fit into uint16."""

QUERIES = 2_048
"""Queries of one task of a thread: an interrupt, and at the end of a join the other threads, wait for that long."""

SKIPPED = 0.95
"""Part of the threshold that skipped features may reach. Less: more sums; more: more candidates to look at."""

HEAVY = 0.8
"""Part of the threshold that the heavy features' mean square reaches: no feature beyond them is skipped."""

CUTS = 28
BINS = 256
"""Bins of the features below `parting`, and as many of the rest. Fewer: more candidates pass; more: more to read."""

LEVELS = 15
"""Steps that a bin's length is told in, so that two bins share a byte."""

CHUNK = 256
"""Rows of a block whose bounds are looked at together, by vector instructions."""

SLACK = 1e-5
"""More than float32 sums err by, so that rounding of the bound loses no pair."""

Rows = npt.NDArray[np.int64]


class FeatureOrder(NamedTuple):
    """The features of a collection, the most frequent first.

    rank : int32, place of each column; its number where it is left out. cuts : ranks, ascending from 0 to `heavy`,
    below which features may be skipped. width : ranks in use.
    """

    rank: npt.NDArray[np.int32]
    cuts: npt.NDArray[np.int32]
    heavy: int
    width: int


class Plan(NamedTuple):
    """A matrix made ready to be joined.

    order : row of the matrix by row of the plan. ends, features, weights : the plan's rows, features as ranks.
    cuts : ranks, ascending from 0. norms, lengths : (rows, cuts), Euclidean length and number of what a row holds below
    each cut. width : ranks in use.
    """

    order: Rows
    ends: npt.NDArray[np.int64]
    features: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    cuts: npt.NDArray[np.int32]
    norms: npt.NDArray[np.float32]
    lengths: npt.NDArray[np.int32]
    width: int


class Block(NamedTuple):
    """The postings of the plan's rows first..last, and what bounds a product with what a query skips.

    values · unit is no less than a row's weight: a byte each, so that half of what a sum reads need not be read. What
    is found by such sums is computed from the plan's own weights.
    chunk_caps : (cuts, chunks of `CHUNK` rows), the largest norm of any row below each cut. caps : (cuts,), the largest
    of the block. bins : uint8 (rows, 2, BINS / 2), the lengths of a row's heavy features in each bin, rounded up to
    multiples of steps : (rows, 2); first of the features below `parting`, then of the rest. Bin i is in the lower four
    bits of byte i, bin BINS / 2 + i in the upper four.
    """

    first: int
    last: int
    starts: npt.NDArray[np.int32]
    documents: npt.NDArray[np.uint16]
    values: npt.NDArray[np.uint8]
    unit: np.float32
    chunk_caps: npt.NDArray[np.float32]
    caps: npt.NDArray[np.float32]
    bins: npt.NDArray[np.uint8]
    steps: npt.NDArray[np.float32]


def candidate_rows(
    matrix: csr_array, threshold: float, compiled: ModuleType, chosen: Rows | None = None, *, threads: int | None = None
) -> Iterator[tuple[Rows, Rows]]:
    """Yield (rows, rows) of the matrix: every pair whose product reaches the threshold, and few others.

    chosen : only pairs (chosen row, any row); a pair of two chosen rows comes twice. Without it every pair comes once.
    """
    threads = threads or cpu_count() or 1
    plan = _plan(matrix, threshold, compiled)
    picked = None if chosen is None else np.flatnonzero(np.isin(plan.order, chosen))
    with ThreadPoolExecutor(threads) as pool:
        if picked is not None:  # any of them may meet any block
            list(pool.map(lambda first: block_of(plan, first, compiled), range(0, len(plan.order), BLOCK)))
        for start in range(0, len(plan.order), threads * BLOCK):
            firsts = range(start, min(start + threads * BLOCK, len(plan.order)), BLOCK)
            blocks = list(pool.map(lambda first: block_of(plan, first, compiled), firsts))
            # Rows that come before a block's end are in order by now; see `turn`.
            tasks = [
                pool.submit(_against, plan, block, queries, picked is None, threshold, compiled)
                for block in blocks
                for queries in _parts(np.arange(block.last) if picked is None else picked)
            ]
            for task in tasks:
                x, y = task.result()
                yield plan.order[x], plan.order[y]


def _parts(rows: Rows) -> list[Rows]:
    return [rows[start : start + QUERIES] for start in range(0, len(rows), QUERIES)]


def feature_order(
    frequencies: npt.NDArray[np.int64], squares: npt.NDArray[np.float64], documents: int, threshold: float, least: int
) -> FeatureOrder:
    """Return the order of the features of a collection, with cuts that suit a threshold.

    frequencies, squares : of each column, the number of its weights and the sum of their squares. least : the smallest
    document frequency that counts; a join needs 2, because a term of one document adds nothing to any pair.
    """
    by_frequency = np.argsort(-frequencies, kind="stable")
    width = int(np.count_nonzero(frequencies >= least))
    rank = np.full(len(frequencies), len(frequencies), np.int32)
    rank[by_frequency[:width]] = np.arange(width, dtype=np.int32)
    mean_square = np.cumsum(squares[by_frequency[:width]]) / max(1, documents)
    heavy = int(np.searchsorted(mean_square, HEAVY * threshold, side="right"))
    cuts = np.unique(np.concatenate([[0, heavy], np.geomspace(2, max(4, heavy), CUTS).astype(np.int64)]))
    return FeatureOrder(rank, cuts[cuts <= heavy].astype(np.int32), heavy, width)


def plan_of(matrix: csr_array, features: FeatureOrder, compiled: ModuleType) -> Plan:
    """Return the rows of a matrix made ready to be joined and searched; `block_of` has to visit them once."""
    norms, lengths = compiled.squared_norms(
        matrix.indptr, matrix.indices, matrix.data, features.rank, features.heavy, features.width
    )
    order = np.argsort(norms, kind="stable")
    ends = np.zeros(matrix.shape[0] + 1, np.int64)
    np.cumsum(lengths[order], out=ends[1:])
    ranks, weights = np.empty(ends[-1], np.int32), np.empty(ends[-1], np.float32)
    compiled.gather(
        matrix.indptr, matrix.indices, matrix.data, features.rank, features.width, order, ends, ranks, weights
    )
    shape, cuts = (matrix.shape[0], len(features.cuts)), features.cuts
    return Plan(
        order, ends, ranks, weights, cuts, np.empty(shape, np.float32), np.empty(shape, np.int32), features.width
    )


def _plan(matrix: csr_array, threshold: float, compiled: ModuleType) -> Plan:
    frequencies, squares = compiled.column_sums(matrix.indices, matrix.data, matrix.shape[1])
    return plan_of(matrix, feature_order(frequencies, squares, matrix.shape[0], threshold, 2), compiled)


def parting(cuts: npt.NDArray[np.int32]) -> int:
    """Return the rank that parts the two ranges of bins: what a search skips is mostly below, what a join does is not.

    In bins of their own the features below it meet none of the heavier ones beyond.
    """
    return int(cuts[3 * len(cuts) // 4])


def block_of(plan: Plan, first: int, compiled: ModuleType) -> Block:
    """Return the block that begins at a row; puts the features of its rows into order, and fills their norms."""
    last = min(first + BLOCK, len(plan.order))
    size = int(plan.ends[last] - plan.ends[first])
    starts = np.zeros(plan.width + 1, np.int32)
    # One place more than is used: the lists' beginnings are read ahead, and the last list may be empty.
    documents, weights = np.zeros(size + 1, np.uint16), np.zeros(size + 1, np.float32)
    compiled.turn(plan.ends, plan.features, plan.weights, first, last, starts, documents, weights)
    compiled.prefixes(plan.ends, plan.features, plan.weights, first, last, plan.cuts, plan.norms, plan.lengths)
    caps = np.maximum.reduceat(plan.norms[first:last], np.arange(0, last - first, CHUNK), axis=0).T
    bins, steps = np.zeros((last - first, 2, BINS // 2), np.uint8), np.zeros((last - first, 2), np.float32)
    compiled.bin_lengths(
        plan.ends, plan.features, plan.weights, first, last, parting(plan.cuts), plan.cuts[-1], bins, steps
    )
    unit = np.float32(weights.max() / 255) or np.float32(1)
    values = np.minimum(np.ceil(weights / unit), 255).astype(np.uint8)
    return Block(
        first, last, starts, documents, values, unit, np.ascontiguousarray(caps), caps.max(axis=1), bins, steps
    )


def _against(
    plan: Plan, block: Block, queries: Rows, after_only: bool, threshold: float, compiled: ModuleType
) -> tuple[Rows, Rows]:
    return between(plan, queries, plan, block, after_only, threshold, compiled)


def between(
    asked: Plan, queries: Rows, held: Plan, block: Block, after_only: bool, threshold: float, compiled: ModuleType
) -> tuple[Rows, Rows]:
    """Return (rows of `asked`, rows of `held`) of the pairs of queries and the block that may reach the threshold.

    Both plans are of one feature order. after_only : only pairs in which the row of the block comes after the query.
    """
    x, y, _touched = compiled.candidates(
        queries, own_rows(asked), after_only, *held_rows(held, block), np.float32(SKIPPED * threshold),
        np.float32(threshold - SLACK),
    )  # fmt: skip
    return x, y


def own_rows(plan: Plan) -> tuple[npt.NDArray[np.generic], ...]:
    """Return what the kernels read of the rows that are looked for."""
    return plan.ends, plan.features, plan.weights, plan.norms, plan.lengths


def held_rows(plan: Plan, block: Block) -> tuple[Any, ...]:
    """Return what the kernels read of the rows that are looked through."""
    return (
        block.first, block.last, plan.ends, plan.features, plan.weights, plan.cuts, parting(plan.cuts),
        block.chunk_caps, block.caps, block.bins, block.steps, block.starts, block.documents, block.values, block.unit,
    )  # fmt: skip


def searched_rows(plan: Plan, block: Block) -> tuple[Any, ...]:
    """Return what the kernel of searches reads of the same."""
    return (
        block.first, block.last, plan.ends, plan.features, plan.weights, plan.norms, plan.cuts, parting(plan.cuts),
        block.chunk_caps, block.caps, block.bins, block.steps, block.starts, block.documents, block.values, block.unit,
    )  # fmt: skip
