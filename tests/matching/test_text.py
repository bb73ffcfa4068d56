import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching import Analyzer, Document
from matching.text import MAX_TEXT, _simplified

analyzer = Analyzer()
texts = st.text(
    st.one_of(
        st.characters(), st.sampled_from("臺灣檢測乾於缺陷ＡＩ①⼈ﬁ\u200b\ufeff\u00ad\ufe0f\u1160\u0301e\n\t İßΣǰẖ")
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("ＡＩ　質檢", "ai 质检"),
        ("缺\u200b陷", "缺陷"),
        ("缺\ufeff陷\u00ad检\ufe0f测\U000e0101", "缺陷检测"),
        ("行一\r\n行二\tend", "行一  行二 end"),
        ("臺灣後臺", "台湾后台"),
        ("①⼈ﬁ㎜", "1人fimm"),
        ("Straße\x00\x1b", "strasse"),
        ("e\u200d\u0301", "e"),
        ("J\u030c", "j"),
        ("ẖ", "h"),
        ("", ""),
    ],
)
def test_normalise(text, normal):
    assert analyzer.normalise(text) == normal


@given(texts)
def test_normalising_twice_is_normalising_once(text):
    once = analyzer.normalise(text)
    assert analyzer.normalise(once) == once


@given(texts)
def test_normalised_text_holds_nothing_invisible(text):
    categories = {unicodedata.category(character) for character in analyzer.normalise(text)}
    assert not categories & {"Cc", "Cf", "Cs"}


@given(
    st.text("缺陷检測AI台臺2. ", max_size=20),
    st.sampled_from("\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\u202e"),
    st.data(),
)
def test_an_invisible_character_changes_nothing(text, invisible, data):
    place = data.draw(st.integers(0, len(text)))
    assert analyzer.tokens(text[:place] + invisible + text[place:]) == analyzer.tokens(text)


def test_every_traditional_character_is_folded_to_its_end():
    table = _simplified()
    assert len(table) > 4000
    assert [key for key, value in table.items() if analyzer.normalise(value) != value] == []


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("缺陷检测", ["缺", "陷", "检", "测", "缺陷", "陷检", "检测"]),
        ("缺，陷", ["缺", "陷"]),
        ("缺\n陷", ["缺", "陷"]),
        ("用GPT-4识别", ["用", "gpt", "4", "识", "别", "识别"]),
        ("精度2.5mm、5G、R290", ["精", "度", "精度", "2.5", "mm", "5g", "r290"]),
        ("snake_case 中 don't", ["snake", "case", "snake case", "中", "don", "t", "don t"]),
        ("Defect-inspections, 24/7", ["defect", "inspect", "defect inspect", "24", "7"]),
        ("40 ppm; ISO9001 GPS", ["40", "ppm", "40 ppm", "iso9001", "ppm iso9001", "gps", "iso9001 gps"]),
        ("检测 Quality。qualities", ["检", "测", "检测", "quality", "quality"]),
        (f"{'a' * 32} {'b' * 31} {'c' * 40}", ["a" * 32, "b" * 31, f"{'a' * 32} {'b' * 31}", "c" * 40]),
        ("𠮷野〇", ["𠮷", "野", "〇", "𠮷野", "野〇"]),
        ("…！—", []),
    ],
)
def test_tokens(text, tokens):
    assert analyzer.tokens(text) == tokens
    assert analyzer(text) == tokens


def test_words_for_search_are_as_they_were_written():
    assert analyzer.words("缺陷 Defect-inspections 2.5") == ["缺", "陷", "缺陷", "defect", "inspections", "2.5"]


def test_texts_and_words_are_capped():
    assert len(analyzer.normalise("\ufdfa" * MAX_TEXT)) == MAX_TEXT
    assert analyzer.tokens("a" * 100) == ["a" * 64]
    document = Document("x", "题" * (MAX_TEXT + 5), "文" * (MAX_TEXT + 5))
    assert (len(document.title), len(document.body)) == (MAX_TEXT, MAX_TEXT)


def test_tokens_need_neither_numpy_nor_scipy():
    program = "import sys, matching; matching.Analyzer().tokens('檢測'); print({'numpy', 'scipy'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
