"""Needs as merging compares them: two vectors each, of which the product of one pair is the likeness of two needs.

Likeness is the mean of two cosines, on single characters and words and on 2-grams, with a title counting twice and the
idf of the needs alone to the power 1.5. Both vectors lie side by side in one row, divided by √2, so that likeness is
one product: all pairs are found by the exact join, and a likeness is the sum of what its terms contribute.

The idf counts 20 needs more than there are, which hold none of the terms: where a city has its first ten needs, most of
them alike, what they share would otherwise look common. Of many needs they change nothing.

On 79 graded pairs of real needs (18 to be merged) the average precision is .623, of the plain cosine .540; over 16
settings of title weight, idf and share of the 2-grams .53 to .66. `pair_likeness` adds the neighbourhood of both needs
and reaches .676, but moves with every need that is posted, has no terms to show and compares each need with all.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.candidates import bigram_columns, without_translations
from matching.errors import MatchingError
from matching.explanation import products, shown
from matching.features import weighted
from matching.index import TextIndex
from matching.join import Rows, reaching_pairs, similar_rows
from matching.postings import SparseVector
from matching.results import Pair, TermContribution
from matching.weighting import smooth_idf

TITLE_WEIGHT = 2
IDF_POWER = 1.5
NEEDS_BESIDE = 20


class OwnTerms(NamedTuple):
    """The terms that one member of a group holds and no other does, the heaviest first, with their weights."""

    member: str
    terms: list[TermContribution]


class MergeVectors:
    """The vectors of an index's documents for merging.

    matrix : csr_array (n_documents, n_terms), float32, rows no longer than 1; their products are the likenesses.
    """

    def __init__(self, index: TextIndex) -> None:
        self.index = index
        self.matrix = _matrix(index)

    def pairs(self, *, min_likeness: float, ids: Iterable[str] | None = None) -> list[Pair]:
        """Return every pair with at least this likeness, in ascending order of (a, b); exact.

        ids : only pairs in which at least one of these takes part; unknown ids are passed over.
        Raises MatchingError for a likeness outside (0, 1].
        """
        if not 0.0 < min_likeness <= 1.0:
            raise MatchingError(f"min_likeness is {min_likeness}; it has to be above 0 and at most 1")
        chosen = None if ids is None else np.unique(self.index.rows(ids))
        return self._named(similar_rows(self.matrix, min_likeness, chosen))

    def pairs_among(self, x: Rows, y: Rows, *, min_likeness: float) -> list[Pair]:
        """Return those of the pairs of rows (x[i], y[i]) that `pairs` returns too, exactly as it does.

        x, y : int64, rows of the index, each pair once.
        """
        return self._named([reaching_pairs(self.matrix, x, y, min_likeness)])

    def _named(self, found: Iterable[tuple[Rows, Rows, npt.NDArray[np.float64]]]) -> list[Pair]:
        strings, pairs = self.index.ids, []
        for left, right, values in found:
            for x, y, value in zip(left.tolist(), right.tolist(), values.tolist(), strict=True):
                a, b = sorted((strings[x], strings[y]))
                pairs.append(Pair(a, b, value))
        return sorted(pairs)

    def likeness(self, a: str, b: str) -> float:
        """Return the likeness of two documents; raises UnknownDocument."""
        return sum(products(self._vector(a), self._vector(b), 1.0).values())

    def explain(self, a: str, b: str, *, limit: int | None = 10) -> list[TermContribution]:
        """Return the terms that a likeness is made of, the largest first; with limit=None they sum to it."""
        return shown(self.index, products(self._vector(a), self._vector(b), 1.0), limit)

    def own_terms(self, ids: Sequence[str], *, limit: int | None = 10) -> list[OwnTerms]:
        """Return for each document of a group what only it holds, in the order given."""
        vectors = {one: self._vector(one) for one in ids}
        holders = np.unique(np.concatenate([v.columns for v in vectors.values()]), return_counts=True)
        alone = holders[0][holders[1] == 1]
        return [OwnTerms(one, shown(self.index, _among(vector, alone), limit)) for one, vector in vectors.items()]

    def _vector(self, document_id: str) -> SparseVector:
        row = self.index.row(document_id)
        part = slice(int(self.matrix.indptr[row]), int(self.matrix.indptr[row + 1]))
        return SparseVector(self.matrix.indices[part].astype(np.int64), self.matrix.data[part].astype(np.float64))


def _among(vector: SparseVector, columns: np.ndarray) -> dict[int, float]:
    weights = zip(vector.columns.tolist(), vector.weights.tolist(), strict=True)
    wanted = set(columns.tolist())
    return {column: weight for column, weight in weights if column in wanted}


def _matrix(index: TextIndex) -> csr_array:
    """Return both vectors of each document, each of length 1/√2 or empty, in the columns of the vocabulary."""
    counts = csr_array(TITLE_WEIGHT * index.counts("title") + index.counts("body"), dtype=np.float64)
    counts = without_translations(counts, index.vocabulary)
    frequencies = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = smooth_idf(frequencies, counts.shape[0] + NEEDS_BESIDE) ** IDF_POWER
    is_bigram = bigram_columns(index.vocabulary)
    data = np.zeros(counts.nnz)
    for chosen in (is_bigram, ~is_bigram):
        here = chosen[counts.indices]
        ends = np.concatenate([[0], np.cumsum(here)])[counts.indptr]
        part = csr_array((counts.data[here], counts.indices[here], ends), shape=counts.shape)
        data[here] = weighted(part, idf).data / np.sqrt(2.0) if part.nnz else 0.0
    return csr_array((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)
