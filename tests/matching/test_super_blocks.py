import numpy as np
import pytest

import matching.join
import matching.pruned_join
import matching.segments
from matching import Collection, IndexSet, MergeVectors, TextIndex, rank
from matching.segments import merged, pairs_between
from matching.super_blocks import ROUNDING, best_of, nearest_between, order_of, suggestion_rows, super_blocks
from tests.matching.corpus import documents, needs_kernels

BOTH = [pytest.param(False, id="plain"), pytest.param(True, id="compiled", marks=needs_kernels)]


@pytest.fixture(params=BOTH, autouse=True)
def either(request, monkeypatch):
    """Everything by the plain path, then by the kernels; small blocks, so that a segment has several of them."""
    for module in (matching.segments, matching.join):
        monkeypatch.setattr(module, "COMPILED_FROM", 0 if request.param else 10**9)
    for module in (matching.pruned_join, matching.segments):
        monkeypatch.setattr(module, "BLOCK", 25)


def indexes():
    return IndexSet.build({"needs": documents(130), "capabilities": documents(90, seed=2, prefix="c")})


@pytest.mark.parametrize("size", [7, 40, 1000])
@pytest.mark.parametrize("threshold", [0.2, 0.5])
def test_the_blocks_of_merge_vectors_give_its_pairs_to_the_last_digit(size, threshold):
    vectors = MergeVectors(TextIndex.build(documents(130)))
    features = order_of(vectors.matrix, threshold=threshold, least=2)
    blocks = list(super_blocks(vectors.matrix, features, size=size))
    assert [len(block) for block in blocks] == [min(size, 130 - first) for first in range(0, 130, size)]
    found = merged(
        pairs_between(one, other, threshold - ROUNDING, threads=1)
        for place, one in enumerate(blocks)
        for other in blocks[: place + 1]
    )
    pairs = vectors.pairs_among(found.x, found.y, min_likeness=threshold)
    assert len(pairs) > 20
    assert pairs == vectors.pairs(min_likeness=threshold)


@pytest.mark.parametrize("size", [11, 1000])
def test_the_blocks_of_both_sides_put_capabilities_into_the_order_of_rank(size):
    both = indexes()
    asked, held = suggestion_rows(both)
    features = order_of(held, threshold=0.5, least=1)
    needs, capabilities = (list(super_blocks(rows, features, size=size)) for rows in (asked, held))
    parts = [best_of(nearest_between(one, other, 8, threads=1) for other in capabilities) for one in needs]
    numbers = np.concatenate([part.numbers for part in parts])
    ids = both.part("capabilities").ids
    for row, need in enumerate(both.part("needs").ids):
        ranked = rank(both, need, limit=None)
        scores = {one.id: one.score for one in ranked}
        found = [ids[number] for number in numbers[row] if number >= 0]
        expected = [one.score for one in ranked[:8]]
        assert [scores[one] for one in found] == pytest.approx(expected, abs=1e-6)


def test_a_row_without_any_term_has_no_neighbours():
    both = IndexSet.build({"needs": documents(1)[:1], "capabilities": documents(5, seed=2, prefix="c")})
    both.add("needs", [matching.Document("empty", "", "")])
    asked, held = suggestion_rows(both)
    features = order_of(held, threshold=0.5, least=1)
    (needs,), (capabilities,) = (list(super_blocks(rows, features)) for rows in (asked, held))
    best = nearest_between(needs, capabilities, 3)
    row = both.part("needs").row("empty")
    assert best.numbers[row].tolist() == [-1, -1, -1]
    assert best.scores[row].tolist() == [0.0, 0.0, 0.0]


def test_nothing_is_cut_into_no_blocks():
    matrix = MergeVectors(TextIndex.build([])).matrix
    assert list(super_blocks(matrix, order_of(matrix, threshold=0.5, least=2))) == []


def test_a_collection_is_built_with_segments_of_a_given_size(tmp_path):
    collection = Collection.build(tmp_path / "c", documents(50), segment=20)
    assert [len(segment) for segment in collection.segments] == [20, 20, 10]
