"""Segments: up to 131,072 documents each, laid out for joins and searches, stored once and mapped by all.

Two segments are all that a task of a join or of a batch of searches reads, so a collection of any size is worked
through in pieces of one size, by as many workers as there are, and the result does not depend on who did what.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from os import cpu_count
from types import ModuleType
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

import matching.plain_kernels
from matching.compiled import kernels
from matching.errors import IndexFormatError
from matching.pruned_join import (
    BLOCK,
    QUERIES,
    SLACK,
    Block,
    FeatureOrder,
    Plan,
    between,
    block_of,
    own_rows,
    plan_of,
    searched_rows,
)
from matching.store import read_folder, write_folder

SEGMENT = 131_072
"""Documents of a full segment: a task of two takes seconds, and holds some 1 GB of documents of 500 characters."""

SEARCH_SKIPPED = 0.9
"""What `pruned_join.SKIPPED` is to a join; a list's last score is low, and few candidates are cheap to tell apart."""

COMPILED_FROM = 5_000
"""Rows from which the compiled kernels are used; loading them takes as long as the work on fewer."""

Rows = npt.NDArray[np.int64]
_PLAN = ("order", "ends", "features", "weights", "cuts", "norms", "lengths")
_BLOCK = ("starts", "documents", "values", "chunk_caps", "caps", "bins", "steps")


class Best(NamedTuple):
    """The best rows for each of some queries: scores float64 and numbers int64, (queries, limit), best first.

    A place that nothing was found for has score 0 and number -1. Of equal scores the smaller number comes first.
    """

    scores: npt.NDArray[np.float64]
    numbers: Rows

    @classmethod
    def none(cls, queries: int, limit: int) -> Self:
        """Return empty lists."""
        return cls(np.zeros((queries, limit), np.float64), np.full((queries, limit), -1, np.int64))


class Segment(NamedTuple):
    """Documents laid out in one feature order.

    plan, blocks : as in `pruned_join`. numbers : int64, what each row of the plan is called outside.
    """

    plan: Plan
    blocks: tuple[Block, ...]
    numbers: Rows

    def __len__(self) -> int:
        return len(self.numbers)

    @classmethod
    def of(cls, matrix: csr_array, numbers: Rows, features: FeatureOrder) -> "Segment":
        """Return the rows of a matrix (weights ≥ 0, length 1 or empty) as a segment; numbers : what they are called."""
        work = _kernels("join_kernels", matrix.shape[0])
        plan = plan_of(matrix, features, work)
        blocks = tuple(block_of(plan, first, work) for first in range(0, matrix.shape[0], BLOCK))
        return cls(plan, blocks, numbers[plan.order])

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Store the segment as a new folder, whole or not at all."""
        arrays = {f"plan.{name}": getattr(self.plan, name) for name in _PLAN} | {"numbers": self.numbers}
        for number, block in enumerate(self.blocks):
            arrays |= {f"block.{number}.{name}": getattr(block, name) for name in _BLOCK}
        blocks = [[block.first, block.last, float(block.unit)] for block in self.blocks]
        write_folder(folder, arrays, {"kind": "segment", "width": self.plan.width, "blocks": blocks})

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, verify: bool = False) -> "Segment":
        """Map a stored segment; raises IndexFormatError with cause and remedy."""
        arrays, meta = read_folder(folder, verify=verify)
        try:
            plan = Plan(**{name: arrays[f"plan.{name}"] for name in _PLAN}, width=int(meta["width"]))
            blocks = tuple(
                Block(first, last, unit=np.float32(unit), **{name: arrays[f"block.{number}.{name}"] for name in _BLOCK})
                for number, (first, last, unit) in enumerate(meta["blocks"])
            )
            return cls(plan, blocks, arrays["numbers"])
        except (KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(
                f"{os.fspath(folder)} is not a segment ({error}); lay the collection out again"
            ) from error


class Pairs(NamedTuple):
    """Pairs of numbers with x < y, ascending, and their similarity, summed in float64."""

    x: Rows
    y: Rows
    similarities: npt.NDArray[np.float64]


def pairs_between(one: Segment, other: Segment, threshold: float, *, threads: int | None = None) -> Pairs:
    """Return every pair of a row of `one` and a row of `other` whose product reaches the threshold, each once.

    The same segment twice gives the pairs within it.
    """
    x, y, similarities = _reaching(one.plan, other, threshold, one is other, threads)
    a, b = one.numbers[x], other.numbers[y]
    return merged([Pairs(np.minimum(a, b), np.maximum(a, b), similarities)])


def reaching(asked: Plan, held: Segment, threshold: float) -> Pairs:
    """Return the rows of a segment that reach the threshold with each query: x are rows of `asked`, y numbers."""
    x, y, similarities = _reaching(asked, held, threshold, False, None)
    return Pairs(x, held.numbers[y], similarities)


def _reaching(asked: Plan, held: Segment, threshold: float, same: bool, threads: int | None) -> Pairs:
    work = _kernels("join_kernels", len(held))
    number = len(asked.order)
    tasks = [(block, some) for block in held.blocks for some in _parts(np.arange(block.last if same else number))]

    def done(task: tuple[Block, Rows]) -> Pairs:
        block, queries = task
        x, y = between(asked, queries, held.plan, block, same, threshold, work)
        similarities = _products(asked, x, held.plan, y, work)
        kept = similarities >= threshold
        return Pairs(x[kept].astype(np.int64), y[kept].astype(np.int64), similarities[kept])

    if number == 1:  # a thread costs more than the search
        return merged(map(done, tasks))
    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        return merged(pool.map(done, tasks))


def merged(parts: Iterable[Pairs]) -> Pairs:
    """Return the pairs of several results in one, in ascending order of (x, y)."""
    some = [*parts, Pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float64))]
    x, y, similarities = (np.concatenate([part[field] for part in some]) for field in range(3))
    order = np.lexsort((y, x))
    return Pairs(x[order], y[order], similarities[order])


def improve(
    best: Best,
    asked: Plan,
    queries: Rows,
    held: Segment,
    *,
    own: Rows | None = None,
    dead: npt.NDArray[np.uint8] | None = None,
    threads: int | None = None,
) -> None:
    """Bring the lists up to date with the rows of a segment, so that they hold the best of all that they have met.

    best : changed in place, row i for queries[i]. asked : the plan that `queries` are rows of. own : the rows of `held`
    that are the queries themselves and not to be found, or -1. dead : 1 for rows of `held` that were taken out.
    """
    work = _kernels("search_kernels", len(held))
    own = np.full(len(queries), -1, np.int64) if own is None else own
    dead = np.zeros(len(held), np.uint8) if dead is None else dead

    def done(part: slice) -> None:
        scratch = np.zeros(max((block.last - block.first for block in held.blocks), default=0), np.float32)
        for block in held.blocks:
            work.nearest(
                queries[part], own_rows(asked), own[part], best.scores[part], best.numbers[part], held.numbers, dead,
                *searched_rows(held.plan, block), np.float32(SEARCH_SKIPPED), np.float32(SLACK), scratch,
            )  # fmt: skip

    if len(queries) == 1:
        done(slice(0, 1))
        return
    with ThreadPoolExecutor(threads or cpu_count() or 1) as pool:
        step = max(1, min(QUERIES, -(-len(queries) // (threads or cpu_count() or 1))))
        list(pool.map(done, [slice(start, start + step) for start in range(0, len(queries), step)]))


def queries_of(matrix: csr_array, features: FeatureOrder) -> Plan:
    """Return texts that are in no segment as rows that can be looked for: csr_array (n, n_terms), in their order.

    Columns beyond the feature order are younger than every segment: they count in the length and are found nowhere.
    """
    known = matrix.indices < len(features.rank)
    rank = np.where(known, features.rank[np.where(known, matrix.indices, 0)], features.width)
    kept = rank < features.width
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))[kept]
    order = np.lexsort((rank[kept], rows))
    ends = np.zeros(matrix.shape[0] + 1, np.int64)
    np.cumsum(np.bincount(rows, minlength=matrix.shape[0]), out=ends[1:])
    ranks, weights = rank[kept][order].astype(np.int32), matrix.data[kept][order].astype(np.float32)
    shape = (matrix.shape[0], len(features.cuts))
    norms, lengths = np.empty(shape, np.float32), np.empty(shape, np.int32)
    matching.plain_kernels.prefixes(ends, ranks, weights, 0, matrix.shape[0], features.cuts, norms, lengths)
    return Plan(np.arange(matrix.shape[0]), ends, ranks, weights, features.cuts, norms, lengths, features.width)


def _parts(rows: Rows) -> Iterator[Rows]:
    return (rows[start : start + QUERIES] for start in range(0, len(rows), QUERIES))


def _kernels(name: str, rows: int) -> ModuleType:
    return kernels(name, work=rows, pays_from=COMPILED_FROM) or matching.plain_kernels


def _products(a: Plan, x: Rows, b: Plan, y: Rows, work: ModuleType) -> npt.NDArray[np.float64]:
    return work.plan_products(a.ends, a.features, a.weights, x, b.ends, b.features, b.weights, y)
