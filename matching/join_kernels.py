"""Compiled similarity join; imported through `matching.compiled` only, because it needs numba. See `pruned_join`.

Rows here are in the order of `pruned_join.Plan`; features are ranks by document frequency, 0 the most frequent.
"""

import numpy as np
from numba import njit

from matching.pruned_join import BINS, CHUNK, LEVELS

ONE = np.uint64(1)
"""Unsigned places: a signed one costs a look for negative numbers at every access."""

SPAN = 32
"""Rows of a chunk that are looked at one by one where one of them reaches the limit: two vectors' worth."""


@njit(nogil=True, cache=True)
def column_sums(indices, data, terms):
    """Return of every column the number of its entries and the sum of their squares."""
    frequencies, squares = np.zeros(terms, np.int64), np.zeros(terms, np.float64)
    for place in range(len(indices)):
        frequencies[indices[place]] += 1
        squares[indices[place]] += np.float64(data[place]) ** 2
    return frequencies, squares


@njit(nogil=True, cache=True)
def squared_norms(indptr, indices, data, rank, heavy, width):
    """Return |x_heavy|² of every row of a csr matrix and the number of its features of rank < width."""
    documents = len(indptr) - 1
    norms, lengths = np.zeros(documents, np.float64), np.zeros(documents, np.int64)
    for row in range(documents):
        for place in range(indptr[row], indptr[row + 1]):
            feature = rank[indices[place]]
            if feature < heavy:
                norms[row] += np.float64(data[place]) ** 2
            lengths[row] += feature < width
    return norms, lengths


@njit(nogil=True, cache=True)
def gather(indptr, indices, data, rank, width, rows, ends, features, weights):
    """Fill features and weights with the rows, in the order given; features of rank ≥ width are left out."""
    for row in range(len(rows)):
        filled = ends[row]
        for place in range(indptr[rows[row]], indptr[rows[row] + 1]):
            if rank[indices[place]] < width:
                features[filled] = rank[indices[place]]
                weights[filled] = data[place]
                filled += 1


@njit(nogil=True, cache=True)
def turn(ends, features, weights, first, last, starts, documents, values):
    """Make the postings of rows first..last, and put the rows' features into ascending order.

    starts (n_features + 1,) zeroed; documents are numbered from 0 in the block.
    """
    for place in range(ends[first], ends[last]):
        starts[features[place] + 1] += 1
    for feature in range(len(starts) - 1):
        starts[feature + 1] += starts[feature]
    for row in range(first, last):
        for place in range(ends[row], ends[row + 1]):
            at = starts[features[place]]
            starts[features[place]] = at + 1
            documents[at] = row - first
            values[at] = weights[place]
    for feature in range(len(starts) - 1, 0, -1):
        starts[feature] = starts[feature - 1]
    starts[0] = 0
    # Back again: read by ascending feature, every row gets its features in ascending order.
    filled = ends[first:last].copy()
    for feature in range(len(starts) - 1):
        for place in range(starts[feature], starts[feature + 1]):
            row = documents[place]
            features[filled[row]] = feature
            weights[filled[row]] = values[place]
            filled[row] += 1


@njit(nogil=True, cache=True)
def prefixes(ends, features, weights, first, last, cuts, norms, lengths):
    """Fill norms[row, i] and lengths[row, i]: Euclidean length and number of a row's features below cuts[i]."""
    for row in range(first, last):
        square, cut, begin = 0.0, 0, ends[row]
        for place in range(begin, ends[row + 1]):
            while cut < len(cuts) and features[place] >= cuts[cut]:
                norms[row, cut], lengths[row, cut] = np.sqrt(square), place - begin
                cut += 1
            if cut == len(cuts):
                break
            square += np.float64(weights[place]) ** 2
        while cut < len(cuts):
            norms[row, cut], lengths[row, cut] = np.sqrt(square), ends[row + 1] - begin
            cut += 1


@njit(nogil=True, cache=True)
def lengths_by_bin(features, weights, apart, lengths):
    """Fill lengths (2, BINS) with the Euclidean length of the features in each bin; apart : `pruned_join.parting`."""
    lengths[:] = 0
    for place in range(len(features)):
        feature = features[place]
        lengths[np.int64(feature >= apart), feature % BINS] += weights[place] * weights[place]
    lengths[:] = np.sqrt(lengths)


@njit(nogil=True, cache=True)
def bin_lengths(ends, features, weights, first, last, apart, heavy, bins, steps):
    """Fill bins[row, half, b] · steps[row, half] with no less than the length of a row's features below `heavy`."""
    lengths = np.empty((2, BINS), np.float32)
    for row in range(first, last):
        stop = ends[row]
        while stop < ends[row + 1] and features[stop] < heavy:
            stop += 1
        lengths_by_bin(features[ends[row] : stop], weights[ends[row] : stop], apart, lengths)
        for half in range(2):
            unit = lengths[half].max() / np.float32(LEVELS)
            steps[row - first, half] = unit * np.float32(1 + 1e-5)
            for number in range(BINS // 2 if unit > 0 else 0):
                low = min(LEVELS, int(np.ceil(lengths[half, number] / unit)))
                high = min(LEVELS, int(np.ceil(lengths[half, BINS // 2 + number] / unit)))
                bins[row - first, half, number] = low + 16 * high


@njit(nogil=True, cache=True, inline="never", fastmath=True)
def bound_by_bins(lengths, bins):
    """Return Σ_b lengths[b] · bins[b]; times the row's step no less than the product of what is in the bins."""
    total = np.float32(0)
    for number in range(BINS // 2):
        both = np.int32(bins[number])
        total += lengths[number] * np.float32(both & np.int32(15))
        total += lengths[BINS // 2 + number] * np.float32(both >> np.int32(4))
    return total


@njit(nogil=True, cache=True, inline="never")
def reaching(products, limit):
    """Return how many of the products reach the limit."""
    number = np.int32(0)
    for place in range(len(products)):
        number += np.int32(products[place] >= limit)
    return number


@njit(nogil=True, cache=True)
def rows_reaching(products, first, limit, near, sums, number):
    """Append to near and sums, which hold `number`, the rows whose product reaches the limit; return the new number.

    first : what the first product's row is called. near, sums : with room for one more than are found.
    """
    for start in range(0, len(products), SPAN):
        some = products[start : start + SPAN]
        if reaching(some, limit):
            for place in range(len(some)):
                near[number], sums[number] = first + start + place, some[place]
                number += some[place] >= limit
    return number


@njit(nogil=True, cache=True)
def skipped_from(norms, caps, skipped_part):
    """Return the last cut below which what the query skips stays under `skipped_part` for every row of the block."""
    cut = len(caps) - 1
    while cut > 0 and norms[cut] * caps[cut] >= skipped_part:
        cut -= 1
    return cut


@njit(nogil=True, cache=True)
def add_up(features, weights, starts, documents, values, unit, products):
    """Add to products (rows,) what the query's features give at most; return a number that means nothing.

    All lists are touched first: their cache misses overlap, where those of the sums would wait for each other.
    """
    touched = np.float32(0)
    for place in range(len(features)):
        at = starts[features[place]]
        touched += documents[at] + np.float32(values[at])
    for place in range(len(features)):
        weight, feature = weights[place] * unit, features[place]
        at, stop = np.uint64(starts[feature]), np.uint64(starts[feature + 1])
        while at < stop:
            products[np.uint64(documents[at])] += weight * np.float32(values[at])
            at += ONE
    return touched


@njit(nogil=True, cache=True)
def product_below(cut, skipped, features, weights):
    """Return the product with a row over the features below a cut; skipped : the query's weights by feature."""
    total, place = np.float32(0), 0
    while place < len(features) and features[place] < cut:
        total += skipped[features[place]] * weights[place]
        place += 1
    return total


@njit(nogil=True, cache=True)
def _grown(some):
    grown = np.empty(2 * len(some), some.dtype)
    grown[: len(some)] = some
    return grown


@njit(nogil=True, cache=True)
def screened(near, sums, lengths, halves, bins, steps, first, ends, features, weights, limit):
    """Keep of the rows `near` those whose sum and bound by bins reach the limit; return their number, and a nothing.

    halves : 1 where the query skipped nothing beyond the parting, else 2.
    """
    kept, touched = 0, np.float64(0)
    for place in range(len(near)):
        for half in range(halves):
            touched += bins[near[place], half, 0] + bins[near[place], half, BINS // 4]
    for place in range(len(near)):
        row = near[place]
        bound = sums[place]
        for half in range(halves):
            bound += bound_by_bins(lengths[half], bins[row, half]) * steps[row, half]
        if bound >= limit:
            near[kept], sums[kept] = row, sums[place]
            touched += features[ends[first + row]] + weights[ends[first + row]]
            kept += 1
    return kept, touched


@njit(nogil=True, cache=True)
def candidates(
    queries, asked, after_only, first, last, ends, features, weights, cuts, apart, chunk_caps, caps, bins, steps,
    starts, documents, values, unit, skipped_part, limit,
):  # fmt: skip
    """Return (query rows, block rows) of all pairs whose similarity may reach `limit`, and a number of no meaning.

    queries : rows of `asked` to look for among the rows first..last, of which the postings are given. asked : (ends,
    features, weights, norms, lengths) of the queries' rows; those of the block itself where it is joined with itself.
    after_only : only pairs in which the row of the block comes after the query. The rest : as in `pruned_join.Block`.

    A query skips its features below a cut (`skipped_from`). What it skipped is bounded by norms, then by bins, and
    computed where both bounds reach the limit. The result holds every pair that reaches the limit and few others.
    """
    size = last - first
    products, skipped = np.zeros(size, np.float32), np.zeros(cuts[-1], np.float32)
    found_x, found_y, number = np.empty(1024, np.int32), np.empty(1024, np.int32), 0
    near, sums = np.empty(size + 1, np.int32), np.empty(size + 1, np.float32)
    lengths = np.empty((2, BINS), np.float32)
    q_ends, q_features, q_weights, q_norms, q_lengths = asked
    width, touched = len(starts) - 1, np.float64(0)
    for query in queries:
        least = max(0, query - first + 1) if after_only else 0
        cut = skipped_from(q_norms[query], caps, skipped_part)
        begin, end = q_ends[query], q_ends[query + 1]
        while end > begin and q_features[end - 1] >= width:
            end -= 1  # younger than the block: none of its rows holds it
        rest = begin + q_lengths[query, cut]
        touched += add_up(q_features[rest:end], q_weights[rest:end], starts, documents, values, unit, products)
        number_near = 0
        for chunk in range(0, size, CHUNK):
            some = products[chunk : chunk + CHUNK]
            enough = limit - q_norms[query, cut] * chunk_caps[cut, chunk // CHUNK]
            start = max(chunk, least)
            if start < chunk + len(some) and reaching(some, enough):
                number_near = rows_reaching(some[start - chunk :], start, enough, near, sums, number_near)
            some[:] = 0
        if not number_near:
            continue
        its_skipped, its_weights = q_features[begin:rest], q_weights[begin:rest]
        lengths_by_bin(its_skipped, its_weights, apart, lengths)
        halves = 1 + np.int64(cuts[cut] > apart)
        kept, nothing = screened(
            near[:number_near], sums, lengths, halves, bins, steps, first, ends, features, weights, limit
        )
        touched += nothing
        skipped[its_skipped] = its_weights
        for place in range(kept):
            other = first + near[place]
            its = slice(ends[other], ends[other + 1])
            if sums[place] + product_below(cuts[cut], skipped, features[its], weights[its]) >= limit:
                if number == len(found_x):
                    found_x, found_y = _grown(found_x), _grown(found_y)
                found_x[number], found_y[number] = query, other
                number += 1
        skipped[its_skipped] = 0
    return found_x[:number], found_y[:number], touched


@njit(nogil=True, cache=True)
def row_products(indptr, indices, data, x, y):
    """Return the products of rows x[i] and y[i] of a csr matrix with sorted indices, summed in float64."""
    products = np.zeros(len(x), np.float64)
    for pair in range(len(x)):
        a, b = indptr[x[pair]], indptr[y[pair]]
        last_a, last_b = indptr[x[pair] + 1], indptr[y[pair] + 1]
        product = 0.0
        while a < last_a and b < last_b:
            if indices[a] == indices[b]:
                product += np.float64(data[a]) * np.float64(data[b])
                a += 1
                b += 1
            elif indices[a] < indices[b]:
                a += 1
            else:
                b += 1
        products[pair] = product
    return products


@njit(nogil=True, cache=True)
def product(x_features, x_weights, y_features, y_weights):
    """Return the product of two rows with ascending features, summed in float64."""
    x, y, total = 0, 0, 0.0
    while x < len(x_features) and y < len(y_features):
        if x_features[x] == y_features[y]:
            total += np.float64(x_weights[x]) * np.float64(y_weights[y])
            x += 1
            y += 1
        elif x_features[x] < y_features[y]:
            x += 1
        else:
            y += 1
    return total


@njit(nogil=True, cache=True)
def plan_products(ends, features, weights, x, other_ends, other_features, other_weights, y):
    """Return the products of rows x[i] of one plan and y[i] of another, summed in float64."""
    products = np.zeros(len(x), np.float64)
    for pair in range(len(x)):
        a, b = slice(ends[x[pair]], ends[x[pair] + 1]), slice(other_ends[y[pair]], other_ends[y[pair] + 1])
        products[pair] = product(features[a], weights[a], other_features[b], other_weights[b])
    return products
