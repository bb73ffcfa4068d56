"""Term → documents: the matrix turned round, so that a query reads only the documents that share a term with it."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array


class SparseVector(NamedTuple):
    """Weights of one text, of length 1 or empty.

    columns : int64, ascending, without repetition. weights : float64. Terms outside the vocabulary are counted in the
    length, but have no column: the similarities are those the text would have after being added to the index.
    """

    columns: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float64]


class Postings(NamedTuple):
    """For column c, the rows rows[starts[c]:starts[c + 1]] hold the term, with those weights."""

    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]

    @classmethod
    def of(cls, matrix: csr_array) -> "Postings":
        """Return the postings of a matrix, csr_array (n_documents, n_terms)."""
        turned = matrix.T.tocsr()
        return cls(turned.indptr.astype(np.int64), turned.indices.astype(np.int32), turned.data.astype(np.float32))

    def cosines(self, vector: SparseVector, documents: int) -> npt.NDArray[np.float64]:
        """Return the cosine of the vector with every document, float64 (documents,)."""
        scores = np.zeros(documents, np.float64)
        last = len(self.starts) - 1
        for column, weight in zip(vector.columns.tolist(), vector.weights.tolist(), strict=True):
            if column < last:  # else the term is younger than these postings: no document here holds it
                part = slice(int(self.starts[column]), int(self.starts[column + 1]))
                scores[self.rows[part]] += weight * self.weights[part]
        return scores


def largest(scores: npt.NDArray[np.float64], limit: int | None) -> npt.NDArray[np.int64]:
    """Return the rows of the `limit` largest positive scores and of all that tie with the last, in no order."""
    return largest_among(np.flatnonzero(scores > 0), scores, limit)


def largest_among(
    rows: npt.NDArray[np.int64], scores: npt.NDArray[np.float64], limit: int | None
) -> npt.NDArray[np.int64]:
    """Return those of `rows` with the `limit` largest scores and all that tie with the last, in no order."""
    if limit is None or len(rows) <= limit:
        return rows
    if limit <= 0:
        return rows[:0]
    found = scores[rows]
    last = np.partition(found, len(found) - limit)[len(found) - limit]
    chosen: npt.NDArray[np.int64] = rows[np.flatnonzero(found >= last)]
    return chosen
