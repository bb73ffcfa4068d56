"""Counts → weights: sublinear tf, smooth idf, L2, as scikit-learn's `TfidfTransformer` computes them."""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

ROWS = 16_384
"""Documents whose weights are computed together."""


def smooth_idf(document_frequencies: npt.NDArray[np.number[Any]], documents: int) -> npt.NDArray[np.float64]:
    """Return idf = ln((1 + n) / (1 + df)) + 1 for each term, n documents in all (scikit-learn's `smooth_idf=True`)."""
    idf: npt.NDArray[np.float64] = np.log((1.0 + documents) / (1.0 + document_frequencies)) + 1.0
    return idf


def term_weights(counts: npt.NDArray[np.integer[Any]], idf: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the weights (1 + ln tf) · idf of the terms of one document, scaled to length 1."""
    weights = (1.0 + np.log(counts.astype(np.float64))) * idf
    norm = np.sqrt(weights @ weights)
    return weights / norm if norm else weights


def tfidf(counts: csr_array, idf: npt.NDArray[np.float64]) -> csr_array:
    """Return weights from counts, csr_array (n_documents, n_terms) both; float32, rows of length 1 or empty."""
    data = np.empty(counts.nnz, np.float32)
    # Part by part: what is computed in float64 on the way would be several times as large as the result.
    for start in range(0, counts.shape[0], ROWS):
        ends = counts.indptr[start : start + ROWS + 1]
        part = slice(int(ends[0]), int(ends[-1]))
        data[part] = _row_weights(counts.data[part], idf[counts.indices[part]], np.diff(ends))
    return csr_array((data, counts.indices, counts.indptr), shape=(counts.shape[0], len(idf)))


def _row_weights(
    counts: npt.NDArray[np.integer[Any]], idf: npt.NDArray[np.float64], lengths: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.float64]:
    # float64 first: numpy takes the logarithm of uint16 in float32.
    weights = (1.0 + np.log(counts.astype(np.float64))) * idf
    rows = np.repeat(np.arange(len(lengths)), lengths)
    norms = np.sqrt(np.bincount(rows, weights * weights, minlength=len(lengths)))
    return weights / norms[rows]
