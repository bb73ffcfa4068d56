"""Synonyms: what a text speaks of, that ordinary tokens stay as they are, and what becomes of them in an index."""

from collections import Counter
from math import log, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matching.counting
from matching import (
    Analyzer,
    Document,
    IndexFormatError,
    IndexSet,
    MatchingError,
    Pair,
    TextIndex,
    Thesaurus,
    common_terms,
    compiled,
    explain,
    explain_rank,
    rank,
    similar_pairs,
)
from matching.candidates import bigram_columns
from matching.counting import count_terms
from matching.strings import StringTable
from tests.matching.corpus import needs_kernels
from tests.matching.test_counting import TEXTS, assert_same

CONCEPTS = [
    ["缺陷检测", "外观检测", "defect inspection", "visual inspection"],
    ["表面缺陷检测", "surface defect inspection"],
    ["钢带", "带钢", "steel strip"],
    ["质检", "QC", "quality control"],
    ["5G切片", "5G slicing"],
]
KNOWN = Thesaurus(CONCEPTS)
SPOKEN = st.sampled_from(
    ["缺陷检测", "外观", "检测", "defect inspection", "Steel-Strips", " ", "，", "QC", "qcs", "钢带", "\n"]
)


def spoken_of(text: str) -> list[str]:
    return KNOWN.tokens(Analyzer().normalise(text))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("钢带缺陷检测", ["=钢带", "=缺陷检测"]),
        ("DEFECT-INSPECTION for steel\n strips", ["=缺陷检测", "=钢带"]),
        ("铸件表面缺陷检测系统", ["=表面缺陷检测"]),  # the longest phrase, and it alone
        ("鋼帶外觀檢測", ["=钢带", "=缺陷检测"]),
        ("缺陷\u200b检测", ["=缺陷检测"]),
        ("缺陷 检测", []),  # as with 2-grams, Chinese words end at a space
        ("quality controls, QC and 质检QC员", ["=质检", "=质检", "=质检", "=质检"]),
        ("qcx xqc q c", []),
        ("５Ｇ切片 15g切片 5g切片x 5g slicings", ["=5g切片", "=5g切片", "=5g切片"]),
        ("defect inspections defects inspection", ["=缺陷检测"]),
        ("", []),
    ],
)
def test_a_text_speaks_of_concepts(text, tokens):
    assert spoken_of(text) == tokens


@given(st.lists(SPOKEN, max_size=12).map("".join) | st.text(max_size=60))
def test_ordinary_tokens_stay_as_they_are(text):
    plain, tokens = Analyzer().tokens(text), Analyzer(KNOWN).tokens(text)
    assert tokens[: len(plain)] == plain
    assert tokens[len(plain) :] == spoken_of(text)
    assert all(token.startswith("=") for token in tokens[len(plain) :])
    assert not any("=" in token for token in plain)


@needs_kernels
@given(TEXTS, st.lists(st.lists(SPOKEN, max_size=8).map("".join), max_size=6))
def test_the_kernels_count_concepts_the_same(odd, spoken):
    texts, analyzer = [*spoken, *odd], Analyzer(KNOWN)
    plain, fast = StringTable(["缺陷", "=钢带"]), StringTable(["缺陷", "=钢带"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.SWITCH, "0")
        counted = count_terms(texts, plain, analyzer), list(plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.counting, "COMPILED_FROM", 0)
        assert_same(counted, (count_terms(texts, fast, analyzer), list(fast)))
    terms = list(plain)
    for row, text in enumerate(texts):
        found = counted[0][[row]]
        assert dict(zip((terms[c] for c in found.indices), found.data.tolist(), strict=True)) == Counter(
            analyzer.tokens(text)
        )


@pytest.mark.parametrize(
    ("concepts", "message"),
    [
        ([["缺陷检测"], ["外观检测", "缺陷檢測"]], "two concepts"),
        ([["检"]], "2 to 60"),
        ([["x" * 61]], "2 to 60"),
        ([["——!!"]], "neither a letter"),
    ],
)
def test_phrases_that_cannot_be_used_are_refused(concepts, message):
    with pytest.raises(MatchingError, match=message):
        Thesaurus(concepts)


def test_the_name_of_an_analyzer_tells_its_synonyms():
    assert Analyzer(KNOWN).name == f"han12-words/3+{KNOWN.digest}"
    assert Thesaurus([*CONCEPTS[1:], CONCEPTS[0]]).digest == KNOWN.digest
    assert Thesaurus([*CONCEPTS[1:], CONCEPTS[0][:-1]]).digest != KNOWN.digest
    assert Analyzer().name == "han12-words/3"


def test_what_is_written_out_comes_before_a_plural():
    known = Thesaurus([["lens"], ["镜头", "len"]])
    assert known.tokens("lens len") == ["=lens", "=镜头"]


def test_a_text_is_said_in_other_words():
    assert KNOWN.alternatives("汽车质检 Steel strip", limit=3) == [
        "汽车质检 steel strip",
        "汽车质检 钢带",
        "汽车质检 带钢",
        "汽车qc steel strip",
    ]
    assert KNOWN.alternatives("排产") == ["排产"]


def built(analyzer: Analyzer) -> IndexSet:
    capabilities = [
        Document("strip", "Defect inspection for steel strip"),
        Document("metal", "钢管切割生产线"),
        Document("plan", "智能排产软件"),
    ]
    needs = [Document("n1", "钢带缺陷检测"), Document("n2", "钢带外观检测")]
    return IndexSet.build({"needs": needs, "capabilities": capabilities}, analyzer=analyzer)


def test_an_english_capability_is_found_for_a_chinese_need():
    plain, known = built(Analyzer()), built(Analyzer(KNOWN))
    assert [one.id for one in rank(plain, "n1")] == ["metal"]
    assert [one.id for one in rank(known, "n1")] == ["strip", "metal"]
    assert known.part("capabilities").search("钢带外观检测")[0].id == "strip"


def test_two_languages_meet_in_the_column_of_their_concept_alone():
    texts = [Document("zh", "缺陷检测"), Document("en", "Defect inspection")]
    assert similar_pairs(TextIndex.build(texts), min_similarity=1e-9) == []
    pairs = similar_pairs(TextIndex.build(texts, analyzer=Analyzer(KNOWN)), min_similarity=1e-9)
    # idf 1 for the concept, which both texts hold; the 7 tokens of one and the 3 of the other are in one text each.
    alone = (1 + log(3 / 2)) ** 2
    assert pairs == [Pair("en", "zh", pytest.approx(1 / sqrt((1 + 7 * alone) * (1 + 3 * alone)), abs=1e-6))]


def test_concepts_are_explained_by_what_they_are_called():
    known = built(Analyzer(KNOWN))
    expected = {"缺陷检测 = defect inspection", "钢带 = steel strip"}
    assert {term.term for term in explain_rank(known, "n1", "strip")} == expected
    needs = known.part("needs")
    assert expected <= {term.term for term in explain(needs, "n1", "n2", limit=None)}
    assert expected <= {term.term for term in common_terms(needs, ["n1", "n2"])}
    total = sum(term.contribution for term in explain(needs, "n1", "n2", limit=None))
    assert total == pytest.approx((needs.matrix[[0]] @ needs.matrix[[1]].T).toarray()[0, 0])


def test_a_concept_is_no_2_gram():
    index = TextIndex.build([Document("a", "质检质检")], analyzer=Analyzer(Thesaurus([["质检", "QC"]])))
    named = dict(zip(index.vocabulary.terms, bigram_columns(index.vocabulary), strict=True))
    assert named == {"质": False, "检": False, "质检": True, "检质": True, "=质检": False}


@pytest.mark.parametrize("mmap", [True, False])
def test_a_stored_index_brings_its_synonyms(tmp_path, mmap):
    known = built(Analyzer(KNOWN))
    known.save(tmp_path / "build")
    loaded = IndexSet.load(tmp_path / "build", mmap=mmap)
    assert loaded.analyzer.name == Analyzer(KNOWN).name
    assert rank(loaded, Document("", "带钢外观检测")) == rank(known, Document("", "带钢外观检测"))
    loaded.add("capabilities", [Document("late", "Steel-strip QC")])
    assert loaded.part("capabilities").search("带钢质检", limit=1)[0].id == "late"
    with pytest.raises(IndexFormatError, match="analyzer"):
        IndexSet.load(tmp_path / "build", analyzer=Analyzer())
