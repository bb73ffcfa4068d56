import pytest

from matching import Document, IndexSet, MatchingError, TextIndex, Weights, common_terms, explain, explain_rank, rank
from tests.matching.corpus import documents


@pytest.fixture(scope="module")
def both():
    return IndexSet.build({"needs": documents(30, prefix="n"), "capabilities": documents(60, seed=2, prefix="c")})


def test_contributions_sum_to_the_cosine(both):
    index = both.part("needs")
    products = (index.matrix @ index.matrix.T).toarray()
    for a, b in (("n001", "n002"), ("n003", "n009"), ("n010", "n010")):
        terms = explain(index, a, b, limit=None)
        assert sum(term.contribution for term in terms) == pytest.approx(products[index.row(a), index.row(b)], abs=1e-6)


def test_contributions_sum_to_the_score(both):
    weights = Weights(1.0, 0.7, 0.4, 0.2)
    for one in rank(both, "n005", limit=5, weights=weights):
        terms = explain_rank(both, "n005", one.id, weights=weights, limit=None)
        assert sum(term.contribution for term in terms) == pytest.approx(one.score, abs=1e-6)
        assert [term.contribution for term in terms] == sorted((t.contribution for t in terms), reverse=True)
        assert explain_rank(both, "n005", one.id, weights=weights, limit=2) == terms[:2]


def test_characters_are_shown_within_their_strongest_two_gram():
    index = TextIndex.build([Document("a", "焊缝 x"), Document("b", "焊缝 y"), Document("c", "缝纫")])
    assert [term.term for term in explain(index, "a", "b")] == ["焊缝"]
    assert [term.term for term in explain(index, "b", "c")] == ["缝"]
    assert explain(index, "a", Document("", "y")) == []


def test_words_are_shown_within_their_strongest_two_gram():
    texts = ["defect inspections", "defects inspected 焊缝", "inspection"]
    index = TextIndex.build([Document(str(number), text) for number, text in enumerate(texts)])
    assert [term.term for term in explain(index, "0", "1")] == ["defect inspect"]
    assert [term.term for term in explain(index, "0", "2")] == ["inspect"]
    cosine = (index.matrix @ index.matrix.T).toarray()[index.row("0"), index.row("1")]
    assert explain(index, "0", "1")[0].contribution == pytest.approx(cosine, abs=1e-6)


def test_an_answer_names_the_common_words():
    index = IndexSet.build(
        {
            "needs": [Document("n", "钢板表面缺陷检测", "AI 识别划痕")],
            "capabilities": [Document("c", "视觉缺陷检测", "AI 相机"), Document("x", "排产")],
        }
    )
    assert {term.term for term in explain_rank(index, "n", "c")} == {"缺陷", "检测", "陷检", "ai"}


def test_common_terms_are_those_most_members_hold():
    texts = ["焊缝 a", "焊缝 b", "焊缝 a", "焊缝 a", "a"]
    index = TextIndex.build([Document(str(number), text) for number, text in enumerate(texts)])
    everyone = [str(number) for number in range(5)]
    assert [term.term for term in common_terms(index, everyone)] == ["焊缝", "a"]
    assert common_terms(index, everyone, min_share=0.9) == []
    assert [term.term for term in common_terms(index, ["0", "1"])] == ["焊缝"]
    weights = index.matrix[[0, 1]].toarray().sum(axis=0) / 2
    shared = [index.vocabulary.terms.find(term) for term in ("焊", "缝", "焊缝")]
    assert common_terms(index, ["0", "1"])[0].contribution == pytest.approx(weights[shared].sum(), abs=1e-6)
    with pytest.raises(MatchingError, match="no ids"):
        common_terms(index, [])
