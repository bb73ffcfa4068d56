"""Synonyms out of texts about the same thing."""

import pytest

from matching import Thesaurus
from matching.mining import Meeting, log_likelihood_ratio, mined_pairs, phrases_of

THINGS = ["铸件|castings", "玻璃|glass", "织物|fabric", "电缆|cables", "木板|boards"]
TITLES = [
    Meeting(f"N{number}-{verb[0]}", f"{thing.split('|')[0]}{verb[0]}", f"{verb[1]} of {thing.split('|')[1]}")
    for number, thing in enumerate(THINGS)
    for verb in (("辊印检出", "roll mark inspection"), ("排产", "scheduling"), ("能耗管控", "energy control"))
]


def test_titles_in_both_languages_give_pairs():
    found = mined_pairs(TITLES, Thesaurus())
    pairs = {(pair.one, pair.other): pair for pair in found}
    assert {("roll mark inspection", "辊印检出"), ("scheduling", "排产"), ("energy control", "能耗管控")} <= set(pairs)
    one = pairs["scheduling", "排产"]
    assert (one.times, one.evidence) == (5, tuple(f"N{number}-排产" for number in range(5)))
    assert one.score == log_likelihood_ratio(5, 5, 5, 15)
    # Pieces of a phrase that stands nowhere without it are none of their own.
    assert not {"印检", "辊印", "mark inspection", "energy"} & {phrase for pair in pairs for phrase in pair}


def test_what_is_known_or_the_same_on_both_sides_is_left_out():
    known = Thesaurus([["排产", "scheduling"], ["辊印检出", "roll mark inspection"], ["能耗管控", "energy control"]])
    left = {phrase for pair in mined_pairs(TITLES, known) for phrase in (pair.one, pair.other)}
    assert not left & {"排产", "scheduling", "辊印检出", "roll mark inspection"}
    same = [Meeting(str(number), f"AGV {thing}", f"AGV {thing}") for number, thing in enumerate(THINGS)]
    assert mined_pairs(same, Thesaurus()) == []


def test_accepted_matches_give_pairs_of_one_language():
    other = [Meeting(f"X{number}", f"排产{thing}", f"调度{thing}") for number, thing in enumerate(THINGS * 2)]
    met = [Meeting(f"M{number}", f"{thing}外观检验", f"{thing}表观判定") for number, thing in enumerate(THINGS)]
    found = mined_pairs([*met, *other], Thesaurus())
    assert [(pair.one, pair.other, pair.times) for pair in found] == [("外观检验", "表观判定", 5), ("排产", "调度", 10)]


def test_few_meetings_prove_nothing():
    assert mined_pairs(TITLES[:6], Thesaurus()) == []
    assert mined_pairs([], Thesaurus()) == []


@pytest.mark.parametrize(
    ("table", "ratio"),
    [((5, 5, 5, 15), 19.09543), ((1, 5, 3, 15), 0.0), ((10, 20, 30, 100), 4.47335), ((0, 5, 5, 15), 0.0)],
)
def test_the_ratio_of_a_table(table, ratio):
    assert log_likelihood_ratio(*table) == pytest.approx(ratio, abs=1e-4)


def test_phrases_of_a_text():
    assert phrases_of("检测与定位") == {"检测", "定位", "检测与定", "检测与定位", "测与定", "测与定位"}
    assert phrases_of("State-of-the-art AI 5") == {
        "state",
        "art",
        "art ai",
        "art ai 5",
        "ai 5",
        "state of the art",
        "state of the art ai",
        "state of the art ai 5",
    }
