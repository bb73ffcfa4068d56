"""Compiled search for the nearest rows; imported through `matching.compiled` only, because it needs numba.

Rows, features, cuts and blocks are those of `pruned_join`.
"""

import numpy as np
from numba import njit

from matching.join_kernels import add_up, product, product_below, reaching, rows_reaching, skipped_from
from matching.pruned_join import CHUNK

NEAR = 512
"""Rows that are looked at together, so that their cache misses overlap."""

FLOOR = np.float32(0.1)
"""Score that the first block counts on, as long as there is no tenth best: what may be skipped for it."""


@njit(nogil=True, cache=True, inline="never")
def _largest(products):
    largest = np.float32(0)
    for place in range(len(products)):
        largest = max(largest, products[place])
    return largest


@njit(nogil=True, cache=True)
def _assured(products, dead, limit, x_features, x_weights, first, ends, features, weights):
    """Return a score that `limit` living rows are sure to reach: that of the rows that stand out in their chunks."""
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
def _within_norms(near, sums, norms, cut, norm, first, ends, features, weights, enough):
    """Keep of the rows `near` those whose sum and own norm below the cut can reach; return their number, and a nothing.

    Rows are in order of another norm, so the largest of a chunk says less than each row's own.
    """
    kept, touched = 0, np.float64(0)
    for place in range(len(near)):
        row = first + near[place]
        if sums[place] + norm * norms[row, cut] >= enough:
            near[kept], sums[kept] = near[place], sums[place]
            touched += features[ends[row]] + weights[ends[row]]
            kept += 1
    return kept, touched


@njit(nogil=True, cache=True)
def nearest(
    queries, asked, own, scores, found, numbers, dead, first, last, ends, features, weights, norms, cuts, chunk_caps,
    caps, starts, documents, values, unit, skipped_part, slack, scratch,
):  # fmt: skip
    """Improve, for each query, its list of the best rows by the rows first..last; return a number of no meaning.

    asked : (ends, features, weights, norms, lengths) of the rows that `queries` names. own : row that is the
    query itself and is not to be found, or -1. scores float64, found int64 (queries, limit) : best
    first, 0 and -1 where there is none yet; changed in place. numbers : of each row, what it is called in `found`.
    dead : uint8 (rows,), 1 for rows taken out. scratch : float32 zeros, one for each row of a block; left as they were.
    The rest is as in `join_kernels.candidates`; the limit is the last score of the list, which rises as rows are found.
    Bins are of no use here: they hold all heavy features, and a search skips but the most frequent of them.
    """
    size, limit = last - first, scores.shape[1]
    products = scratch[:size]
    skipped, touched = np.zeros(cuts[-1], np.float32), np.float64(0)
    near, sums = np.empty(NEAR + 1, np.int32), np.empty(NEAR + 1, np.float32)
    q_ends, q_features, q_weights, q_norms, q_lengths = asked
    width = len(starts) - 1
    for position in range(len(queries)):
        query, best, names = queries[position], scores[position], found[position]
        part = skipped_part * max(FLOOR, np.float32(best[limit - 1]))
        cut = skipped_from(q_norms[query], caps, part)
        begin, end = q_ends[query], q_ends[query + 1]
        while end > begin and q_features[end - 1] >= width:
            end -= 1  # younger than the block: none of its rows holds it
        rest, norm = begin + q_lengths[query, cut], q_norms[query, cut]
        touched += add_up(q_features[rest:end], q_weights[rest:end], starts, documents, values, unit, products)
        if first <= own[position] < last:
            products[own[position] - first] = 0
        its_known, its_weights = q_features[begin:end], q_weights[begin:end]
        enough = best[limit - 1]
        if names[limit - 1] < 0:
            enough = _assured(products, dead[first:last], limit, its_known, its_weights, first, ends, features, weights)
        enough = max(np.float32(enough) - slack, np.float32(1e-9))
        its_skipped = q_features[begin:rest]
        skipped[its_skipped] = q_weights[begin:rest]
        number = 0
        for chunk in range(0, size, CHUNK):
            some, least = products[chunk : chunk + CHUNK], enough - norm * chunk_caps[cut, chunk // CHUNK]
            if reaching(some, least):
                number = rows_reaching(some, chunk, least, near, sums, number)
            some[:] = 0
            if number <= NEAR - CHUNK and chunk + CHUNK < size:
                continue
            kept, nothing = _within_norms(near[:number], sums, norms, cut, norm, first, ends, features, weights, enough)
            touched, number = touched + nothing, 0
            for place in range(kept):
                other = first + near[place]
                its, held = features[ends[other] : ends[other + 1]], weights[ends[other] : ends[other + 1]]
                if dead[other] or other == own[position]:
                    continue
                if sums[place] + product_below(cuts[cut], skipped, its, held) < enough:
                    continue
                score = product(its_known, its_weights, its, held)
                if score > 0:
                    _insert(score, numbers[other], best, names)
                    if names[limit - 1] >= 0:
                        enough = max(enough, np.float32(best[limit - 1]) - slack)
        skipped[its_skipped] = 0
    return touched
