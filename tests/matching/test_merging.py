import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from matching import Document, MatchingError, MergeVectors, Pair, TextIndex, UnknownDocument, group_pairs
from tests.matching.corpus import documents as corpus

NEEDS = [Document("a", "焊缝", "检"), Document("b", "焊缝检"), Document("c", "仓储")]


def test_likeness_follows_its_formula():
    vectors = MergeVectors(TextIndex.build(NEEDS))
    two, one = ((np.log((1 + 3 + 20) / (1 + df)) + 1) ** 1.5 for df in (2, 1))
    a, b = two * np.array([1 + np.log(2), 1 + np.log(2), 1.0]), two * np.array([1 + np.log(2)] * 3)
    characters = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    bigrams = two / np.hypot(two, one)
    assert vectors.likeness("a", "b") == pytest.approx((characters + bigrams) / 2, rel=1e-6)
    assert vectors.likeness("a", "c") == 0.0


def test_pairs_are_those_of_the_whole_product():
    vectors = MergeVectors(TextIndex.build(corpus(120, seed=3)))
    dense = csr_array(vectors.matrix.astype(np.float64) @ vectors.matrix.T.astype(np.float64)).toarray()
    ids = vectors.index.ids
    expected = {
        tuple(sorted((ids[x], ids[y]))): dense[x, y] for x in range(len(ids)) for y in range(x) if dense[x, y] >= 0.2
    }
    found = {(pair.a, pair.b): pair.similarity for pair in vectors.pairs(min_likeness=0.2)}
    assert len(found) > 10
    assert found.keys() == expected.keys()
    np.testing.assert_allclose([found[key] for key in sorted(found)], [expected[key] for key in sorted(found)], 1e-5)


def test_pairs_around_some_are_part_of_all():
    vectors = MergeVectors(TextIndex.build(corpus(60, seed=4)))
    some = vectors.index.ids[:5]
    everything = vectors.pairs(min_likeness=0.1)
    expected = [pair for pair in everything if {pair.a, pair.b} & set(some)]
    assert expected
    assert [(p.a, p.b) for p in vectors.pairs(min_likeness=0.1, ids=[*some, "nobody"])] == [
        (p.a, p.b) for p in expected
    ]


def test_an_empty_index_has_no_pairs():
    assert MergeVectors(TextIndex.build([])).pairs(min_likeness=0.1) == []


def test_the_first_needs_of_a_city_are_no_less_alike_for_being_few():
    first = [Document("a", "压铸件表面缺陷检测"), Document("b", "车架表面缺陷检测"), Document("c", "车身表面缺陷检测")]
    assert min(pair.similarity for pair in MergeVectors(TextIndex.build(first)).pairs(min_likeness=0.01)) > 0.4


def test_terms_sum_to_the_likeness():
    vectors = MergeVectors(TextIndex.build(NEEDS))
    terms = vectors.explain("a", "b", limit=None)
    assert terms[0].term == "焊缝"
    assert sum(term.contribution for term in terms) == pytest.approx(vectors.likeness("a", "b"))


def test_own_terms_are_held_by_one_member_alone():
    found = MergeVectors(TextIndex.build(NEEDS)).own_terms(["a", "b", "c"])
    assert [(row.member, [term.term for term in row.terms]) for row in found] == [
        ("a", []),
        ("b", ["缝检"]),
        ("c", ["仓储"]),
    ]


def test_what_makes_no_sense_is_refused():
    vectors = MergeVectors(TextIndex.build(NEEDS))
    with pytest.raises(UnknownDocument):
        vectors.likeness("a", "z")
    for likeness in (0.0, 1.5):
        with pytest.raises(MatchingError):
            vectors.pairs(min_likeness=likeness)


@given(st.randoms(use_true_random=False))
def test_the_order_of_needs_changes_no_group(random):
    needs = corpus(60, seed=5)
    shuffled = random.sample(needs, len(needs))
    groups = [
        group_pairs(
            [
                Pair(p.a, p.b, round(p.similarity, 6))
                for p in MergeVectors(TextIndex.build(some)).pairs(min_likeness=0.2)
            ],
            min_linkage=0.2,
        )
        for some in (needs, shuffled)
    ]
    assert groups[0]
    assert [(g.members, g.representative) for g in groups[0]] == [(g.members, g.representative) for g in groups[1]]


def test_an_english_title_beside_a_chinese_text_adds_no_two_grams():
    texts = {"a": "焊缝 steel defect", "b": "仓储 steel defect", "c": "steel defect", "d": "steel defects"}
    vectors = MergeVectors(TextIndex.build([Document(*text) for text in texts.items()]))
    assert "steel defect" not in [term.term for term in vectors.explain("a", "b")]
    assert [term.term for term in vectors.explain("c", "d")] == ["steel defect"]
    assert vectors.likeness("c", "d") == pytest.approx(1.0, abs=1e-6)
