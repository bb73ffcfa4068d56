import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import matching.join
import matching.pruned_join
from matching import Document, MatchingError, Pair, TextIndex, compiled, similar_pairs
from tests.matching.corpus import documents, needs_kernels


def dense_pairs(index, threshold):
    """Every pair by brute force in float64, and those too near to the threshold to be compared."""
    rows, ids = index.matrix.toarray().astype(np.float64), index.ids
    products = rows @ rows.T
    sure, unsure = set(), set()
    for x in range(len(ids)):
        for y in range(x):
            pair = tuple(sorted((ids[x], ids[y])))
            if abs(products[x, y] - threshold) <= 1e-6:
                unsure.add(pair)
            elif products[x, y] > threshold:
                sure.add(pair)
    return sure, unsure, products


def assert_exact(index, threshold, found):
    sure, unsure, products = dense_pairs(index, threshold)
    assert {(pair.a, pair.b) for pair in found} - unsure == sure
    for pair in found:
        assert pair.similarity == pytest.approx(products[index.row(pair.a), index.row(pair.b)], abs=1e-6)
    assert found == sorted(set(found))


@pytest.mark.parametrize("threshold", [0.05, 0.2, 0.35, 0.5, 0.9, 1.0])
def test_the_join_finds_every_pair(threshold):
    index = TextIndex.build(documents(150))
    assert_exact(index, threshold, similar_pairs(index, min_similarity=threshold))


@given(
    st.lists(st.tuples(st.text("甲乙丙丁戊 a1", max_size=6), st.text("甲乙丙丁戊己庚辛 ab", max_size=12)), max_size=14),
    st.floats(0.02, 1.0),
    st.sampled_from([1, 8, 40, 4_000_000]),
    st.sampled_from([0.0, 0.3, 0.6, 5.0]),
)
def test_neither_blocks_nor_heavy_terms_lose_a_pair(texts, threshold, cells, heavy):
    index = TextIndex.build([Document(str(number), *text) for number, text in enumerate(texts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.join, "CELLS", cells)
        patch.setattr(matching.join, "HEAVY", heavy)
        assert_exact(index, threshold, similar_pairs(index, min_similarity=threshold))


@pytest.mark.parametrize("cells", [40, 4_000_000])
def test_pairs_that_touch_some_documents(monkeypatch, cells):
    monkeypatch.setattr(matching.join, "CELLS", cells)
    index = TextIndex.build(documents(80))
    everything = similar_pairs(index, min_similarity=0.3)
    some = {"d003", "d004", "d050", "d079", "unknown"}
    found = similar_pairs(index, min_similarity=0.3, ids=some)
    assert found == [pair for pair in everything if {pair.a, pair.b} & some]
    assert len(found) > 10
    assert similar_pairs(index, min_similarity=0.3, ids=[]) == []


@needs_kernels
@given(
    st.lists(st.tuples(st.text("甲乙丙丁戊 a1", max_size=6), st.text("甲乙丙丁戊己庚辛 ab", max_size=12)), max_size=14),
    st.floats(0.02, 1.0),
    st.sampled_from([1, 3, 32_768]),
    st.sampled_from([1, 8_192]),
    st.sampled_from([0.0, 0.5, 0.8, 1.0]),
)
def test_the_kernels_lose_no_pair(texts, threshold, block, queries, skipped):
    index = TextIndex.build([Document(str(number), *text) for number, text in enumerate(texts)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.join, "COMPILED_FROM", 0)
        patch.setattr(matching.pruned_join, "BLOCK", block)
        patch.setattr(matching.pruned_join, "QUERIES", queries)
        patch.setattr(matching.pruned_join, "SKIPPED", skipped)
        assert_exact(index, threshold, similar_pairs(index, min_similarity=threshold))


@needs_kernels
@pytest.mark.parametrize("threshold", [0.05, 0.35, 0.5, 0.9])
@pytest.mark.parametrize("some", [None, ["d003", "d004", "d150", "d799", "unknown"]])
def test_the_kernels_give_exactly_what_scipy_gives(monkeypatch, threshold, some):
    index = TextIndex.build(documents(800))
    plain = similar_pairs(index, min_similarity=threshold, ids=some)
    monkeypatch.setattr(matching.join, "COMPILED_FROM", 0)
    monkeypatch.setattr(matching.pruned_join, "BLOCK", 100)
    assert similar_pairs(index, min_similarity=threshold, ids=some) == plain
    assert plain or threshold == 0.9


def test_without_kernels_a_large_index_is_joined_all_the_same(monkeypatch):
    monkeypatch.setattr(matching.join, "COMPILED_FROM", 0)
    index = TextIndex.build(documents(80))
    with_kernels = similar_pairs(index, min_similarity=0.3)
    monkeypatch.setenv(compiled.SWITCH, "0")
    assert not compiled.available()
    assert similar_pairs(index, min_similarity=0.3) == with_kernels


def test_the_row_order_does_not_matter():
    some = documents(60)
    forward, backward = TextIndex.build(some), TextIndex.build(some[::-1])
    pairs = similar_pairs(forward, min_similarity=0.3), similar_pairs(backward, min_similarity=0.3)
    assert [(pair.a, pair.b) for pair in pairs[0]] == [(pair.a, pair.b) for pair in pairs[1]]
    np.testing.assert_allclose([p.similarity for p in pairs[0]], [p.similarity for p in pairs[1]], atol=1e-6)


def test_small_and_empty_collections():
    assert similar_pairs(TextIndex.build([]), min_similarity=0.5) == []
    assert similar_pairs(TextIndex.build([Document("a", "焊缝")]), min_similarity=0.5) == []
    twins = TextIndex.build([Document("b", "焊缝"), Document("a", "焊缝"), Document("c", "")])
    assert similar_pairs(twins, min_similarity=0.99) == [Pair("a", "b", pytest.approx(1.0))]


@pytest.mark.parametrize("threshold", [0.0, -1.0, 1.1, float("nan")])
def test_a_senseless_threshold_is_refused(threshold):
    with pytest.raises(MatchingError, match="above 0 and at most 1"):
        similar_pairs(TextIndex.build([]), min_similarity=threshold)
