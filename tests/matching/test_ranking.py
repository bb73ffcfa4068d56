import numpy as np
import pytest

from matching import (
    DEFAULT_WEIGHTS,
    Document,
    IndexSet,
    TextIndex,
    UnknownDocument,
    Weights,
    rank,
    rank_many,
)
from tests.matching.corpus import documents


@pytest.fixture(scope="module")
def both():
    return IndexSet.build({"needs": documents(30, prefix="n"), "capabilities": documents(60, seed=2, prefix="c")})


def products(both):
    needs, capabilities = both.part("needs"), both.part("capabilities")
    return [
        (needs.title_matrix @ capabilities.title_matrix.T).toarray(),
        (needs.body_matrix @ capabilities.title_matrix.T).toarray(),
        (needs.body_matrix @ capabilities.body_matrix.T).toarray(),
        (needs.title_matrix @ capabilities.body_matrix.T).toarray(),
    ]


def test_a_score_is_the_weighted_sum_of_the_field_cosines(both):
    parts, weights = products(both), Weights(1.0, 0.7, 0.4, 0.2)
    for row, need in enumerate(both.part("needs").ids):
        for one in rank(both, need, limit=None, weights=weights):
            column = both.part("capabilities").row(one.id)
            np.testing.assert_allclose(one.parts, [part[row, column] for part in parts], atol=1e-6)
            assert one.score == pytest.approx(sum(np.multiply(weights, one.parts)))


def test_the_best_come_first_and_none_is_missing(both):
    total = sum(weight * part for weight, part in zip(DEFAULT_WEIGHTS, products(both), strict=True))
    ranked = rank(both, "n005", limit=None)
    row = both.part("needs").row("n005")
    assert len(ranked) == np.count_nonzero(total[row])
    assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)
    assert rank(both, "n005", limit=7) == ranked[:7]


def test_ties_are_broken_by_id_also_at_the_limit():
    index = IndexSet.build({"needs": [Document("n", "焊缝")], "capabilities": [Document(c, "焊缝") for c in "dbca"]})
    assert [one.id for one in rank(index, "n", limit=3)] == ["a", "b", "c"]


def test_candidates_are_all_ranked_even_without_a_common_term(both):
    assert rank(both, Document("q", "zzz"), candidates=["c005", "c001", "unknown"]) == [
        ("c001", 0.0, (0.0, 0.0, 0.0, 0.0)),
        ("c005", 0.0, (0.0, 0.0, 0.0, 0.0)),
    ]
    assert rank(both, Document("q", "zzz")) == []
    only = rank(both, "n005", candidates=["c003", "c004", "c003"])
    assert sorted(one.id for one in only) == ["c003", "c004"]


def test_a_document_ranks_like_the_same_text_in_the_index(both):
    need = documents(30, prefix="n")[7]
    again = rank(both, Document("other", need.title, need.body))
    assert [one.id for one in again] == [one.id for one in rank(both, need.id)]
    np.testing.assert_allclose([one.score for one in again], [one.score for one in rank(both, need.id)])


def test_two_indexes_do_as_well_as_a_set(both):
    assert rank((both.part("needs"), both.part("capabilities")), "n003") == rank(both, "n003")


def test_rank_many_is_rank_of_each(both):
    assert dict(rank_many(both, ["n003", "n001"], limit=3)) == {n: rank(both, n, limit=3) for n in ("n003", "n001")}


def test_an_unknown_need_is_refused(both):
    with pytest.raises(UnknownDocument, match="'c001' is not in the index"):
        rank(both, "c001")


def test_indexes_built_over_one_vocabulary_can_be_compared():
    needs = TextIndex.build([Document("n", "焊缝检测")])
    capabilities = TextIndex.build([Document("c", "焊缝识别")], vocabulary=needs.vocabulary)
    assert [one.id for one in rank((needs, capabilities), "n")] == ["c"]
