"""Compiled search for the nearest rows; imported through `matching.compiled` only, because it needs numba.

Rows, features, cuts and blocks are those of `pruned_join`.
"""

import numpy as np
from numba import njit

from matching.join_kernels import (
    add_up,
    lengths_by_bin,
    product,
    product_below,
    reaching,
    rows_reaching,
    screened,
    skipped_from,
)
from matching.pruned_join import BINS, CHUNK

NEAR = 512
"""Rows that are looked at together, so that their cache misses overlap."""


@njit(nogil=True, cache=True, inline="never")
def _largest(products):
    largest = np.float32(0)
    for place in range(len(products)):
        largest = max(largest, products[place])
    return largest


@njit(nogil=True, cache=True)
def _assured(products, dead, own, limit, x_features, x_weights, first, ends, features, weights):
    """Return a score that `limit` rows are sure to reach: that of the rows that stand out in their chunks.

    0 where one of those does not count, as no other row of its chunk shares a feature with the query.
    """
    for row in range(len(products)):
        if dead[row]:
            products[row] = 0
    starts = np.arange(0, len(products), CHUNK)
    if len(starts) < limit:
        return 0.0
    tops = np.array([_largest(products[start : start + CHUNK]) for start in starts])
    least = np.inf
    for number in np.argsort(tops)[len(starts) - limit :]:
        row = first + starts[number] + np.argmax(products[starts[number] : starts[number] + CHUNK])
        if dead[row - first] or row == own:
            return 0.0
        its = slice(ends[row], ends[row + 1])
        least = min(least, product(x_features, x_weights, features[its], weights[its]))
    return least


@njit(nogil=True, cache=True)
def _insert(score, number, scores, numbers):
    """Put a row into a list of the best, best first; of equal scores the smaller number comes first."""
    place = len(scores) - 1
    if score < scores[place] or (score == scores[place] and 0 <= numbers[place] < number):
        return
    while place > 0 and (score > scores[place - 1] or (score == scores[place - 1] and number < numbers[place - 1])):
        scores[place], numbers[place] = scores[place - 1], numbers[place - 1]
        place -= 1
    scores[place], numbers[place] = score, number


@njit(nogil=True, cache=True)
def _within_norms(near, sums, norms, first, norm, enough):
    """Keep of the rows `near` those whose sum and own norm can reach; return their number.

    norms : (rows,) below the query's cut; norm : the query's own. Rows are in order of another norm, so the largest of
    a chunk says less than each row's own.
    """
    kept = 0
    for place in range(len(near)):
        if sums[place] + norm * norms[first + near[place]] >= enough:
            near[kept], sums[kept] = near[place], sums[place]
            kept += 1
    return kept


@njit(nogil=True, cache=True)
def _take_in(
    near, sums, own, dead, first, ends, features, weights, below, skipped, its, held, numbers, best, names, enough,
    slack,
):  # fmt: skip
    """Put of the rows `near` those that reach into the list of the best; return what a row has to reach from then on.

    below, skipped : cut of the query, and its weights below by feature. its, held : its features and their weights.
    """
    last = len(best) - 1
    for place in range(len(near)):
        row = first + near[place]
        if dead[row] or row == own:
            continue
        some = slice(ends[row], ends[row + 1])
        if sums[place] + product_below(below, skipped, features[some], weights[some]) < enough:
            continue
        score = product(its, held, features[some], weights[some])
        if score > 0:
            _insert(score, numbers[row], best, names)
            if names[last] >= 0:
                enough = max(enough, np.float32(best[last]) - slack)
    return enough


@njit(nogil=True, cache=True)
def nearest(
    queries, asked, own, scores, found, numbers, dead, first, last, ends, features, weights, norms, cuts, apart,
    chunk_caps, caps, bins, steps, starts, documents, values, unit, skipped_part, slack, scratch,
):  # fmt: skip
    """Improve, for each query, its list of the best rows by the rows first..last; return a number of no meaning.

    asked : (ends, features, weights, norms, lengths) of the rows that `queries` names. own : row that is the
    query itself and is not to be found, or -1. scores float64, found int64 (queries, limit) : best
    first, 0 and -1 where there is none yet; changed in place. numbers : of each row, what it is called in `found`.
    dead : uint8 (rows,), 1 for rows taken out. scratch : float32 zeros, one for each row of a block; left as they were.
    The rest is as in `join_kernels.candidates`; the limit is the last score of the list, which rises as rows are found.
    While the list is not full, the sums of the features that are never skipped tell a score to begin with.
    """
    size, limit = last - first, scores.shape[1]
    products = scratch[:size]
    skipped, touched = np.zeros(cuts[-1], np.float32), np.float64(0)
    near, sums = np.empty(NEAR + 1, np.int32), np.empty(NEAR + 1, np.float32)
    lengths, row_norms = np.empty((2, BINS), np.float32), norms.T
    q_ends, q_features, q_weights, q_norms, q_lengths = asked
    width = len(starts) - 1
    for position in range(len(queries)):
        query, best, names = queries[position], scores[position], found[position]
        begin, end = q_ends[query], q_ends[query + 1]
        while end > begin and q_features[end - 1] >= width:
            end -= 1  # younger than the block: none of its rows holds it
        its, held = q_features[begin:end], q_weights[begin:end]
        enough, added = best[limit - 1], end - begin
        if names[limit - 1] < 0:
            added = min(added, q_lengths[query, len(cuts) - 1])
            touched += add_up(its[added:], held[added:], starts, documents, values, unit, products)
            if first <= own[position] < last:
                products[own[position] - first] = 0
            enough = _assured(
                products, dead[first:last], own[position], limit, its, held, first, ends, features, weights
            )
        cut = skipped_from(q_norms[query], caps, skipped_part * np.float32(enough))
        rest, norm = q_lengths[query, cut], q_norms[query, cut]
        touched += add_up(its[rest:added], held[rest:added], starts, documents, values, unit, products)
        if first <= own[position] < last:
            products[own[position] - first] = 0
        enough = max(np.float32(enough) - slack, np.float32(1e-9))
        skipped[its[:rest]] = held[:rest]
        lengths_by_bin(its[:rest], held[:rest], apart, lengths)
        halves = 1 + np.int64(cuts[cut] > apart)
        number = 0
        for chunk in range(0, size, CHUNK):
            some, least = products[chunk : chunk + CHUNK], enough - norm * chunk_caps[cut, chunk // CHUNK]
            if reaching(some, least):
                number = rows_reaching(some, chunk, least, near, sums, number)
            some[:] = 0
            if number <= NEAR - CHUNK and chunk + CHUNK < size:
                continue
            number = _within_norms(near[:number], sums, row_norms[cut], first, norm, enough)
            number, nothing = screened(
                near[:number], sums, lengths, halves, bins, steps, first, ends, features, weights, enough
            )
            enough = _take_in(
                near[:number], sums, own[position], dead, first, ends, features, weights, cuts[cut], skipped, its,
                held, numbers, best, names, enough, slack,
            )  # fmt: skip
            touched, number = touched + nothing, 0
        skipped[its[:rest]] = 0
    return touched
