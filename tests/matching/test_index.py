import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from matching import Analyzer, Document, Hit, IndexSet, MatchingError, TextIndex, UnknownDocument, Vocabulary
from tests.matching.corpus import documents


def by_terms(index, matrix):
    """The matrix as dense rows with columns in the order of the terms."""
    order = np.argsort(list(index.vocabulary.terms))
    return matrix.toarray()[:, order]


def reference(texts, fitted_on=None):
    vectorizer = TfidfVectorizer(analyzer=Analyzer(), sublinear_tf=True, smooth_idf=True, norm="l2")
    vectorizer.fit(texts if fitted_on is None else fitted_on)
    return vectorizer.transform(texts).toarray()


def whole(some):
    # 。 keeps the last word of a title and the first of a body from being a 2-gram.
    return [f"{document.title}。{document.body}" for document in some]


def test_weights_are_those_of_scikit_learn():
    some = documents(60)
    index = TextIndex.build(some)
    np.testing.assert_allclose(by_terms(index, index.matrix), reference(whole(some)), atol=1e-7)
    titles = reference([document.title for document in some], whole(some))
    np.testing.assert_allclose(by_terms(index, index.title_matrix), titles, atol=1e-7)
    bodies = reference([document.body for document in some], whole(some))
    np.testing.assert_allclose(by_terms(index, index.body_matrix), bodies, atol=1e-7)
    assert (index.matrix.dtype, index.matrix.shape) == (np.float32, (60, len(index.vocabulary)))
    assert index.ids == [document.id for document in some]


def test_a_shared_vocabulary_has_the_idf_of_all_documents():
    needs, capabilities = documents(30, prefix="n"), documents(40, seed=2, prefix="c")
    together = IndexSet.build({"needs": needs, "capabilities": capabilities})
    everything = whole(needs + capabilities)
    for name, some in (("needs", needs), ("capabilities", capabilities)):
        part = together.part(name)
        np.testing.assert_allclose(by_terms(part, part.matrix), reference(whole(some), everything), atol=1e-7)
    fitted = Vocabulary.fit(needs + capabilities)
    idf = dict(zip(together.vocabulary.terms, together.vocabulary.idf.tolist(), strict=True))
    assert dict(zip(fitted.terms, fitted.idf.tolist(), strict=True)) == idf
    assert len(together) == 70


def test_a_given_vocabulary_keeps_its_idf():
    vocabulary = Vocabulary.fit(documents(30))
    before = vocabulary.idf.tolist()
    index = TextIndex.build([Document("x", "全新的词")], vocabulary=vocabulary)
    assert vocabulary.idf[: len(before)].tolist() == before
    assert vocabulary.idf[len(before) :].tolist() == [np.log(31 / 2) + 1] * (len(vocabulary) - len(before))
    assert index.matrix.shape == (1, len(vocabulary))
    with pytest.raises(MatchingError, match="IndexSet"):
        index.refit()


def test_added_documents_count_once_refitted():
    some = documents(50)
    grown = TextIndex.build(some[:44])
    grown.add(some[44:])
    assert grown.needs_refit
    grown.refit()
    assert not grown.needs_refit
    built = TextIndex.build(some)
    np.testing.assert_array_equal(by_terms(grown, grown.matrix), by_terms(built, built.matrix))


def test_refit_is_due_above_a_tenth():
    index = TextIndex.build(documents(50))
    index.add([Document(f"x{number}", "焊缝") for number in range(5)])
    assert not index.needs_refit
    index.remove(["d000"])
    assert index.needs_refit


def test_removing_leaves_the_index_as_if_the_document_had_never_been():
    some = documents(30)
    index = TextIndex.build([*some, Document("odd", "独有词汇 zeppelin")])
    assert index.remove(["odd", "unknown"]) == 1
    assert index.remove(["odd"]) == 0
    index.refit()
    built = TextIndex.build(some)
    np.testing.assert_array_equal(by_terms(index, index.matrix), by_terms(built, built.matrix))
    assert "zeppelin" not in index.vocabulary.terms
    assert ("odd" in index, "d001" in index, len(index)) == (False, True, 30)


def test_adding_a_known_id_replaces_its_text():
    index = TextIndex.build(documents(20))
    index.add([Document("d003", "全新内容")])
    assert len(index) == 20
    assert index.search("全新内容")[0].id == "d003"
    assert index.search("全新内容")[0].score == pytest.approx(1.0)


def test_an_id_given_twice_is_refused():
    index = TextIndex.build(documents(3))
    with pytest.raises(MatchingError, match="come twice: x;"):
        index.add([Document("x", "一"), Document("x", "二")])
    assert index.ids == ["d000", "d001", "d002"]


def test_parts_keep_comparable_columns_when_one_grows():
    both = IndexSet.build({"needs": documents(20), "capabilities": documents(20, seed=3, prefix="c")})
    before = both.part("capabilities").matrix.toarray()
    both.add("needs", [Document("new", "从未见过")])
    needs, capabilities = both.part("needs"), both.part("capabilities")
    assert needs.matrix.shape[1] == capabilities.matrix.shape[1] == len(both.vocabulary)
    np.testing.assert_array_equal(capabilities.matrix.toarray()[:, : before.shape[1]], before)
    assert capabilities.search("从未见过") == []


def test_search_scores_are_the_products_of_the_matrix():
    some = documents(50)
    index = TextIndex.build(some)
    text = Document("q", "光伏轴承 unseen", "表面划痕")
    expected = index.search(text.title, text.body, limit=50)
    index.add([text])
    products = (index.matrix @ index.matrix[[50]].T).toarray()[:50, 0]
    order = sorted((-score, string) for score, string in zip(products.tolist(), index.ids, strict=False) if score > 0)
    assert [hit.id for hit in expected] == [string for _, string in order]
    np.testing.assert_allclose([hit.score for hit in expected], [-score for score, _ in order], atol=1e-6)


def test_search_breaks_ties_by_id_also_at_the_limit():
    index = TextIndex.build([Document(string, "焊缝检测") for string in "cabd"])
    assert [hit.id for hit in index.search("焊缝检测", limit=3)] == ["a", "b", "c"]
    assert [hit.id for hit in index.search("焊缝检测", limit=2, exclude=["a", "unknown"])] == ["b", "c"]
    assert index.search("焊缝检测", limit=0) == []
    assert index.search("无关") == []
    assert index.search("", "") == []


def test_a_traditional_query_with_invisible_characters_scores_the_same():
    index = TextIndex.build([*documents(10), Document("x", "臺鋼表面檢測")])
    assert index.search("台钢表\u200b面检测")[0] == Hit("x", pytest.approx(1.0))


def test_unknown_terms_count_in_the_length_only():
    index = TextIndex.build(documents(20))
    known, both = index.vector(Document("", "光伏")), index.vector(Document("", "光伏 zeppelin"))
    assert (
        both.columns.tolist()
        == known.columns.tolist()
        == sorted(map(index.vocabulary.terms.find, ["光", "伏", "光伏"]))
    )
    assert known.weights @ known.weights == pytest.approx(1.0)
    plain = (
        known.weights @ known.weights * (idf_sum(index, known) / (idf_sum(index, known) + (np.log(21 / 2) + 1) ** 2))
    )
    assert both.weights @ both.weights == pytest.approx(plain)


def idf_sum(index, vector):
    """Squared length before scaling, of terms that occur once."""
    return float((index.vocabulary.idf[vector.columns] ** 2).sum())


def test_an_empty_index_finds_nothing():
    index = TextIndex.build([])
    assert (len(index), index.search("焊缝"), index.ids, index.matrix.shape) == (0, [], [], (0, 0))
    index.add([Document("a", "焊缝")])
    assert index.needs_refit
    assert [hit.id for hit in index.search("焊缝")] == ["a"]


def test_unknown_names_are_refused():
    both = IndexSet()
    with pytest.raises(MatchingError, match="the parts are needs, capabilities"):
        both.part("offers")
    with pytest.raises(UnknownDocument, match="'x' is not in the index"):
        both.part("needs").row("x")


def test_rows_have_sorted_columns_without_trusting_a_flag():
    index = TextIndex.build(documents(40))
    index.remove(["d004"])
    index.add(documents(10, seed=5, prefix="e"))
    index.refit()
    for matrix in (index.matrix, index.title_matrix, index.counts("all"), index.counts("body")):
        fresh = csr_array((matrix.data, matrix.indices, matrix.indptr), shape=matrix.shape)
        assert fresh.has_canonical_format
