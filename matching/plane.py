"""A map of documents: places in the plane, where what is alike lies close together."""

import numpy as np
from scipy.sparse import csr_array

from matching.index import TextIndex

SEED = 0
LEAST = 3
"""Fewer documents, or fewer terms, span no plane."""
NOISE = 1e-6
DECIMALS = 6


def plane_of(index: TextIndex) -> dict[str, tuple[float, float]]:
    """Return the place of each document: the square roots of its first two principal components, from -1 to 1.

    The components are those of the tf-idf rows (L2-normalised). Roots draw the middle apart, where one document unlike
    all others would press them together. The same index gives the same places; documents of an index that spans no
    plane all lie at (0, 0).

        >>> from matching import Document, TextIndex
        >>> sorted(plane_of(TextIndex.build([Document("a", "钢板缺陷检测")])))
        ['a']
    """
    matrix = index.matrix.astype(np.float64)
    if min(matrix.shape) < LEAST or _spread(matrix) < NOISE:
        return dict.fromkeys(index.ids, (0.0, 0.0))
    from sklearn.decomposition import PCA

    # The sparse rows are never centred in memory; the seed is where the iteration starts.
    places = PCA(n_components=2, svd_solver="arpack", random_state=SEED).fit_transform(matrix)
    extent = np.abs(places).max(axis=0)
    scaled = np.divide(places, extent, out=np.zeros_like(places), where=extent > NOISE)
    scaled = np.sign(scaled) * np.sqrt(np.abs(scaled))
    return {name: (float(x), float(y)) for name, (x, y) in zip(index.ids, np.round(scaled, DECIMALS), strict=True)}


def _spread(matrix: csr_array) -> float:
    """Return the variance of all rows about their mean: their mean square, less the square of the mean."""
    middle = np.asarray(matrix.mean(axis=0)).ravel()
    return float((matrix.data**2).sum() / matrix.shape[0] - middle @ middle)
