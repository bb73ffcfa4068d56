import numpy as np
import pytest
from scipy.sparse import csr_array

import matching.pruned_join
import matching.segments
from matching import IndexFormatError, TextIndex
from matching.pruned_join import BINS, feature_order, parting
from matching.segments import Best, Segment, improve, merged, pairs_between, queries_of
from tests.matching.corpus import documents, needs_kernels

BOTH = [pytest.param(False, id="plain"), pytest.param(True, id="compiled", marks=needs_kernels)]


@pytest.fixture(params=BOTH)
def either(request, monkeypatch):
    """Everything by the plain path, then by the kernels; small blocks, so that there are several of them."""
    monkeypatch.setattr(matching.segments, "COMPILED_FROM", 0 if request.param else 10**9)
    for module in (matching.pruned_join, matching.segments):
        monkeypatch.setattr(module, "BLOCK", 50)
    return request.param


def laid_out(number=240, pieces=3):
    """Return the matrix of an index, its feature order, and segments of its rows."""
    matrix = TextIndex.build(documents(number)).matrix
    features = order_of(matrix)
    rows = np.array_split(np.arange(number), pieces)
    return matrix, features, [Segment.of(csr_array(matrix[some]), some, features) for some in rows]


def order_of(matrix):
    frequencies = np.bincount(matrix.indices, minlength=matrix.shape[1])
    squares = np.bincount(matrix.indices, matrix.data.astype(np.float64) ** 2, minlength=matrix.shape[1])
    return feature_order(frequencies, squares, matrix.shape[0], 0.5, 1)


def dense(matrix):
    rows = matrix.toarray().astype(np.float64)
    return rows @ rows.T


@pytest.mark.parametrize("threshold", [0.05, 0.3, 0.5, 0.95])
def test_the_segments_together_give_every_pair_once(either, threshold):
    matrix, _features, segments = laid_out()
    products = dense(matrix)
    found = merged(pairs_between(a, b, threshold) for i, a in enumerate(segments) for b in segments[: i + 1])
    x, y = np.nonzero(np.triu(products, 1) >= threshold - 1e-6)
    sure = {(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True) if products[a, b] >= threshold + 1e-6}
    pairs = list(zip(found.x.tolist(), found.y.tolist(), strict=True))
    assert sure <= set(pairs) <= set(zip(x.tolist(), y.tolist(), strict=True))
    assert pairs == sorted(set(pairs))
    assert found.similarities == pytest.approx(products[found.x, found.y], abs=1e-6)


def best_of(products, limit, without=()):
    """Return (number, score) of the best other rows of each row by brute force."""
    products = products.copy()
    np.fill_diagonal(products, 0)
    products[:, list(without)] = 0
    return [
        [(int(n), row[n]) for n in np.lexsort((np.arange(len(row)), -row))[:limit] if row[n] > 1e-9] for row in products
    ]


def assert_best(best, expected):
    for scores, numbers, wanted in zip(best.scores, best.numbers, expected, strict=True):
        found = int((numbers >= 0).sum())
        assert found == len(wanted)
        assert scores[:found] == pytest.approx([score for _, score in wanted], abs=1e-6)
        assert not scores[found:].any()
        # Scores that differ by rounding only may change places.
        for score, number in zip(scores[:found], numbers[:found], strict=True):
            assert (
                any(abs(score - other) < 1e-6 for n, other in wanted if n == number)
                or abs(score - wanted[-1][1]) < 1e-6
            )


@pytest.mark.parametrize("limit", [1, 7, 300])
def test_the_best_of_all_segments(either, limit):
    matrix, _features, segments = laid_out()
    for asked in segments:
        best = Best.none(len(asked), limit)
        for held in segments:
            own = np.arange(len(asked)) if held is asked else None
            improve(best, asked.plan, np.arange(len(asked)), held, own=own)
        expected = best_of(dense(matrix), limit)
        assert_best(best, [expected[number] for number in asked.numbers.tolist()])


def test_a_row_that_was_taken_out_is_not_found(either):
    matrix, _features, segments = laid_out(pieces=1)
    (segment,) = segments
    gone = [3, 50, 51, 239]
    dead = np.isin(segment.numbers, gone).astype(np.uint8)
    best = Best.none(len(segment), 10)
    improve(best, segment.plan, np.arange(len(segment)), segment, own=np.arange(len(segment)), dead=dead)
    expected = best_of(dense(matrix), 10, gone)
    assert_best(best, [expected[number] for number in segment.numbers.tolist()])


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("gone", [[], [0]])
def test_a_row_that_does_not_count_promises_nothing_for_those_that_do(either, seed, gone):
    """Each row has a feature of its own: but for frequent ones, most queries share nothing with the rows of a chunk."""
    draw = np.random.default_rng(seed)
    rows = np.zeros((50, 100), np.float32)
    rows[:, :3] = draw.random((50, 3)) * (draw.random((50, 3)) < 0.7) * 0.5
    rows[np.arange(50), np.arange(50) + 3] = 1
    rows[np.arange(50), draw.integers(3, 100, 50)] += 0.3
    matrix = csr_array(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    segment = Segment.of(matrix, np.arange(50), order_of(matrix))
    dead = np.isin(np.arange(50), gone).astype(np.uint8)
    best = Best.none(50, 1)
    improve(best, segment.plan, np.arange(50), segment, own=np.arange(50), dead=dead)
    expected = best_of(dense(matrix), 1, segment.numbers[gone])
    assert_best(best, [expected[number] for number in segment.numbers.tolist()])


def test_a_text_from_outside_with_terms_that_no_segment_knows(either):
    matrix, features, segments = laid_out()
    rows, width = matrix[[5, 77]], matrix.shape[1]
    stranger = csr_array((np.float32([0.8]), ([0], [width + 4])), shape=(2, width + 9))
    wider = csr_array((rows.data * np.float32(0.6), rows.indices, rows.indptr), shape=(2, width + 9))
    best = Best.none(2, 5)
    for held in segments:
        improve(best, queries_of(csr_array(wider + stranger), features), np.arange(2), held)
    products = dense(matrix)[[5, 77]] * 0.6
    assert best.numbers[:, 0].tolist() == [5, 77]
    assert best.scores == pytest.approx(-np.sort(-products, axis=1)[:, :5], abs=1e-6)


def test_one_query_alone_gives_what_it_gives_among_many(either):
    _matrix, _features, (segment,) = laid_out(pieces=1)
    many, one = Best.none(240, 10), Best.none(1, 10)
    improve(many, segment.plan, np.arange(240), segment)
    improve(one, segment.plan, np.array([17]), segment)
    assert one.numbers[0].tolist() == many.numbers[17].tolist()
    assert one.scores[0] == pytest.approx(many.scores[17], abs=1e-12)


def test_a_stored_segment_gives_the_same(either, tmp_path):
    _matrix, _features, segments = laid_out()
    for number, segment in enumerate(segments):
        segment.save(tmp_path / f"s{number}")
    opened = [Segment.open(tmp_path / f"s{number}", verify=True) for number in range(3)]
    for a, b in [(0, 0), (0, 2)]:
        kept, again = pairs_between(segments[a], segments[b], 0.2), pairs_between(opened[a], opened[b], 0.2)
        for one, other in zip(kept, again, strict=True):
            assert one.tolist() == other.tolist()


def test_a_byte_of_the_postings_says_no_less_than_the_weight_and_less_than_a_unit_more(either):
    _matrix, features, segments = laid_out(pieces=1)
    plan, turned = segments[0].plan, 0
    for block in segments[0].blocks:
        for feature in range(features.width):
            for place in range(block.starts[feature], block.starts[feature + 1]):
                row = block.first + block.documents[place]
                its = slice(plan.ends[row], plan.ends[row + 1])
                weight = plan.weights[its][np.searchsorted(plan.features[its], feature)]
                assert -1e-6 < block.values[place] * block.unit - weight < block.unit * (1 + 1e-4)
                turned += 1
    assert turned == len(plan.weights)


def test_a_bin_says_no_less_than_the_length_in_it_and_less_than_a_step_more(either):
    _matrix, _features, segments = laid_out(pieces=1)
    plan, told = segments[0].plan, 0
    apart, heavy = parting(plan.cuts), plan.cuts[-1]
    for block in segments[0].blocks:
        for row in range(block.first, block.last):
            its = slice(plan.ends[row], plan.ends[row + 1])
            features, weights = plan.features[its], plan.weights[its].astype(np.float64)
            lengths = np.zeros((2, BINS))
            for feature, weight in zip(features[features < heavy], weights[features < heavy], strict=True):
                lengths[int(feature >= apart), feature % BINS] += weight**2
            bins, steps = block.bins[row - block.first], block.steps[row - block.first, :, None]
            more = np.concatenate([bins & 15, bins >> 4], axis=1) * steps - np.sqrt(lengths)
            assert (more > -1e-6).all()
            assert (more < steps * (1 + 1e-4) + 1e-9).all()
            told += np.count_nonzero(lengths)
    assert told > 1000


def test_another_folder_is_refused(tmp_path):
    TextIndex.build(documents(5)).save(tmp_path / "index")
    with pytest.raises(IndexFormatError, match="is not a segment"):
        Segment.open(tmp_path / "index")


@needs_kernels
def test_both_paths_give_the_same_pairs_and_lists(monkeypatch):
    results = []
    for least in (0, 10**9):
        monkeypatch.setattr(matching.segments, "COMPILED_FROM", least)
        _matrix, _features, (segment,) = laid_out(pieces=1)
        best = Best.none(240, 5)
        improve(best, segment.plan, np.arange(240), segment)
        rows = np.argsort(segment.numbers)
        results.append((pairs_between(segment, segment, 0.1), best.scores[rows], best.numbers[rows]))
    (pairs, scores, numbers), (plain_pairs, plain_scores, plain_numbers) = results
    assert pairs.x.tolist() == plain_pairs.x.tolist()
    assert pairs.y.tolist() == plain_pairs.y.tolist()
    assert pairs.similarities.tolist() == plain_pairs.similarities.tolist()
    assert scores.tolist() == plain_scores.tolist()
    assert numbers.tolist() == plain_numbers.tolist()
