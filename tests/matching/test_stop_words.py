"""Stop words: what is left of a text without them, counted alike by both ways, and kept with the index."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import matching.counting
from matching import Analyzer, Document, IndexFormatError, IndexSet, MatchingError, StopWords, Thesaurus, compiled, rank
from matching.counting import count_terms
from matching.strings import StringTable
from matching.word_lists import analyzer_with
from tests.matching.corpus import needs_kernels
from tests.matching.test_counting import TEXTS, assert_same

WORDS = StopWords(["平台", "解决方案", "solution", "smart-factory", "AI平台"])
PASSING_OVER = Analyzer(stop_words=WORDS)
SAID = st.sampled_from(["平台", "解决", "方案", "solutions", "Smart factory", "AI", "质检", " ", "，", "|", "\n", "x"])


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("质检平台软件", ["质", "检", "质检", "软", "件", "软件"]),  # no 2-gram over the gap
        ("质检平臺", ["质", "检", "质检"]),
        ("质检解决方案", ["质", "检", "质检"]),
        ("smart solution platform", ["smart", "platform"]),
        ("Solutions of a SMART–factory", ["of", "a", "of a"]),
        ("resolution", ["resolut"]),  # a word is a whole one
        ("AI平台 mai平台", ["mai"]),
        ("甲平台乙平台丙", ["甲", "乙", "丙"]),
        ("平台", []),
        ("", []),
    ],
)
def test_a_text_is_read_without_its_stop_words(text, tokens):
    assert PASSING_OVER.tokens(text) == tokens


def test_a_phrase_of_a_concept_counts_whatever_stop_words_it_holds():
    known = Analyzer(Thesaurus([["质检平台", "inspection platform"]]), WORDS)
    assert known.tokens("质检平台") == ["质", "检", "质检", "=质检平台"]


@given(st.lists(SAID, max_size=12).map("".join) | st.text(max_size=60))
def test_words_that_do_not_occur_change_nothing(text):
    absent = Analyzer(stop_words=StopWords(["辊印压痕"]))
    assert absent.tokens(text) == Analyzer().tokens(text)


@needs_kernels
@given(TEXTS, st.lists(st.lists(SAID, max_size=8).map("".join), max_size=6))
def test_the_kernels_pass_over_the_same(odd, said):
    texts, plain, fast = [*said, *odd], StringTable(["质检"]), StringTable(["质检"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(compiled.SWITCH, "0")
        counted = count_terms(texts, plain, PASSING_OVER), list(plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching.counting, "COMPILED_FROM", 0)
        assert_same(counted, (count_terms(texts, fast, PASSING_OVER), list(fast)))


def test_the_name_of_an_analyzer_tells_its_stop_words():
    assert PASSING_OVER.name == f"han12-words/3-{WORDS.digest}"
    known = Thesaurus([["质检", "QC"]])
    assert Analyzer(known, WORDS).name == f"han12-words/3+{known.digest}-{WORDS.digest}"
    assert StopWords(["solution", "平臺", "解决方案", "AI平台", "smart factory"]).digest == WORDS.digest
    assert analyzer_with([], []).name == "han12-words/3"


@pytest.mark.parametrize(("word", "message"), [("的", "2 to 60"), ("x" * 61, "2 to 60"), ("——!!", "neither a letter")])
def test_words_that_cannot_be_used_are_refused(word, message):
    with pytest.raises(MatchingError, match=message):
        StopWords([word])


def test_a_stored_index_brings_its_stop_words(tmp_path):
    documents = {
        "needs": [Document("n", "质检平台")],
        "capabilities": [Document("platform", "排产平台"), Document("camera", "质检相机")],
    }
    plain, passing_over = IndexSet.build(documents), IndexSet.build(documents, analyzer=PASSING_OVER)
    assert {one.id for one in rank(plain, "n")} == {"camera", "platform"}
    assert [one.id for one in rank(passing_over, "n")] == ["camera"]
    passing_over.save(tmp_path / "build")
    loaded = IndexSet.load(tmp_path / "build")
    assert loaded.analyzer.name == PASSING_OVER.name
    loaded.add("capabilities", [Document("late", "温控平台")])
    assert [one.id for one in loaded.part("capabilities").search("平台")] == []
    with pytest.raises(IndexFormatError, match="analyzer"):
        IndexSet.load(tmp_path / "build", analyzer=Analyzer())
