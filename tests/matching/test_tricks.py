"""Tricks with characters: what looks the same to a reader scores the same, and what is repeated gains nothing."""

import pytest

from matching import Analyzer, Document, TextIndex, Thesaurus, rank
from matching.codepoints import folds

PLAIN_TITLE, PLAIN_BODY = "表面缺陷检测", "用机器视觉检测轴承的表面缺陷 defect detection AI 马达 长度"
NEED = Document("need", "轴承表面缺陷检测", "每班人工目检，漏检多，想用机器视觉 AI 和 defect detection，马达长度固定")
OTHERS = [
    Document("x", "光伏能耗预测", "预测电站的能耗"),
    Document("y", "物流调度", "车辆路线与排产"),
    Document("z", "焊缝检测", "焊缝"),
]


def score(title, body):
    """Return the score of a capability with these texts among others for the need."""
    index = TextIndex.build([Document("plain", PLAIN_TITLE, PLAIN_BODY), *OTHERS])
    needs = TextIndex.build([NEED], vocabulary=index.vocabulary)
    capabilities = TextIndex.build([Document("one", title, body)], vocabulary=index.vocabulary)
    return rank((needs, capabilities), "need")[0].score if len(capabilities) else 0.0


def spread(sign):
    """Put a sign between all Chinese characters of a word."""
    return lambda text: text.replace("表面缺陷检测", sign.join("表面缺陷检测"))


def swap(old, new):
    return lambda text: text.translate(str.maketrans(old, new))


def after_each(sign):
    return lambda text: "".join(character + sign for character in text)


LOOKS_THE_SAME = {
    "traditional characters": swap("检测缺陷机器视觉轴马长", "檢測缺陷機器視覺軸馬長"),
    "full-width letters": swap("AIdefctn", "ＡＩｄｅｆｃｔｎ"),
    "ideographic spaces": swap(" ", "\u3000"),
    "no-break spaces": swap(" ", "\u00a0"),
    "thin spaces": swap(" ", "\u2009"),
    "line separators": swap(" ", "\u2028"),
    "zero-width spaces": after_each("\u200b"),
    "zero-width joiners": after_each("\u200d"),
    "zero-width non-joiners": after_each("\u200c"),
    "word joiners": after_each("\u2060"),
    "soft hyphens": after_each("\u00ad"),
    "byte order marks": after_each("\ufeff"),
    "variation selectors": after_each("\ufe0f"),
    "ideographic variation selectors": after_each("\U000e0100"),
    "tag characters": after_each("\U000e0041"),
    "Hangul fillers": after_each("\u3164"),
    "combining grapheme joiners": after_each("\u034f"),
    "bidirectional overrides": after_each("\u202d"),
    "bidirectional isolates": after_each("\u2066"),
    "left-to-right marks": after_each("\u200e"),
    "control characters": after_each("\x02"),
    "combining dots below": after_each("\u0323"),
    "combining strokes": after_each("\u0336"),
    "enclosing circles": after_each("\u20dd"),
    "accented letters": swap("edo", "éďó"),
    "Cyrillic look-alikes": swap("ecoa", "есоа"),
    "Cyrillic capitals": swap("A", "А"),
    "Greek look-alikes": swap("oiA", "οιΑ"),
    "Kangxi radicals": swap("用面", "⽤⾯"),
    "radicals of the supplement": swap("马长", "⻢⻓"),
    "compatibility ideographs": swap("量度视", "\uf97e\ufa01视"),
    "mathematical letters": swap("defctn", "𝐝𝐞𝐟𝐜𝐭𝐧"),
    "circled letters": swap("defctn", "ⓓⓔⓕⓒⓣⓝ"),
    "squared letters": swap("defctn", "🅳🅴🅵🅲🆃🅽"),
    "small capitals": swap("defctn", "ᴅᴇꜰᴄᴛɴ"),
    "capital letters": str.upper,
    "spaces between characters": spread(" "),
    "line breaks between characters": spread("\n"),
    "dots between characters": spread("·"),
    "commas between characters": spread("，"),
    "bars between characters": spread("|"),
    "underscores between characters": spread("_"),
    "letter-spacing": lambda text: text.replace("defect", "d e f e c t"),
    "dashes between letters": lambda text: text.replace("defect", "d-e-f-e-c-t"),
}


@pytest.mark.parametrize("trick", LOOKS_THE_SAME.values(), ids=LOOKS_THE_SAME.keys())
def test_what_looks_the_same_scores_the_same(trick):
    title, body = trick(PLAIN_TITLE), trick(PLAIN_BODY)
    assert (title, body) != (PLAIN_TITLE, PLAIN_BODY)
    assert score(title, body) == pytest.approx(score(PLAIN_TITLE, PLAIN_BODY), abs=0.02)


GAINS_NOTHING = {
    "a body written a hundred times": (PLAIN_TITLE, PLAIN_BODY * 100),
    "one word repeated": (PLAIN_TITLE, PLAIN_BODY + "缺陷检测" * 4000),
    "a title stuffed with other fields": (PLAIN_TITLE + "光伏能耗预测物流调度焊缝", PLAIN_BODY),
    "a dump of distinct characters": (PLAIN_TITLE, PLAIN_BODY + "".join(map(chr, range(0x4E00, 0x4E00 + 19_000)))),
    "a dump of distinct words": (PLAIN_TITLE, PLAIN_BODY + " ".join(f"keyword{n}" for n in range(1_500))),
    "digits for letters": (PLAIN_TITLE, PLAIN_BODY.replace("defect", "d3f3ct")),
    "words far behind the limit": (PLAIN_TITLE, PLAIN_BODY + " " * 20_000 + NEED.body),
}


@pytest.mark.parametrize(("title", "body"), GAINS_NOTHING.values(), ids=GAINS_NOTHING.keys())
def test_what_is_stuffed_gains_nothing(title, body):
    assert score(title, body) <= score(PLAIN_TITLE, PLAIN_BODY) + 0.02


@pytest.mark.parametrize("text", ["5 μm", "α", "привет", "женщина", "λόγος", "检测、焊接、喷涂", "缺陷 检测"])
def test_what_is_no_trick_stays_as_it_is(text):
    expected = {"λόγος": "λόγοσ"}.get(text, text)
    assert Analyzer().normalise(text) == expected


def test_five_megabytes_cost_what_the_limit_costs():
    long = "缺陷" * 2_500_000
    assert Analyzer().normalise(long) == long[:20_000]
    document = Document("one", long, long)
    assert (document.title, document.body) == (long[:20_000], long[:20_000])
    assert Analyzer(Thesaurus([["缺陷", "defect"]])).tokens(long).count("=缺陷") == 10_000


def test_look_alikes_are_left_to_their_word():
    assert folds()[ord("о")] == -1
