"""How much alike two needs are: the score by which pairs are proposed for merging."""

from collections.abc import Sequence

import numpy as np

from matching.index import TextIndex


def pair_likeness(index: TextIndex, pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Return the likeness of each pair of ids."""
    matrix = index.matrix
    x, y = (np.array([index.row(pair[side]) for pair in pairs], np.int64) for side in (0, 1))
    return [float(one) for one in np.asarray(matrix[x].multiply(matrix[y]).sum(axis=1)).ravel()]
