"""Joining common 2-grams to the phrases that a reader sees."""

import pytest

from scenarios.phrases import common_phrases

A = "铸件下线后表面缺陷在线检测,每个席位一人听"
B = "车身表面缺陷检测;个席"


def words(*terms: str) -> list[tuple[str, float]]:
    return [(term, 0.1) for term in terms]


def test_neighbours_become_the_longest_common_phrase() -> None:
    assert common_phrases(words("表面", "面缺", "缺陷"), [A, B]) == [("表面缺陷", 0.3)]


def test_a_lone_gram_is_left_out_where_there_are_phrases() -> None:
    found = common_phrases(words("表面", "面缺", "缺陷", "个席", "表"), [A, B])
    assert found == [("表面缺陷", 0.4)]


def test_lone_grams_stay_where_there_is_no_phrase() -> None:
    assert common_phrases(words("检测", "个席"), [A, B]) == [("个席", 0.1), ("检测", 0.1)]


def test_a_phrase_stands_in_every_text() -> None:
    # In the first text "缺陷在" goes on; in the second it does not.
    assert common_phrases(words("面缺", "缺陷", "陷在"), [A, B]) == [("面缺陷", 0.2)]


def test_a_phrase_stands_in_most_texts_of_a_group() -> None:
    texts = [A, B, "表面缺陷", "表面缺陷", "没有"]
    assert common_phrases(words("表面", "面缺", "缺陷"), texts, share=0.8) == [("表面缺陷", 0.3)]
    assert common_phrases(words("表面", "面缺"), texts) == words("表面", "面缺")


def test_words_of_other_scripts_stay_and_the_heaviest_comes_first() -> None:
    terms = [("agv", 0.5), ("表面", 0.1), ("面缺", 0.1), ("ai", 0.05)]
    assert common_phrases(terms, [A, B]) == [("agv", 0.5), ("表面缺", 0.2), ("ai", 0.05)]


def test_a_phrase_never_reaches_over_punctuation() -> None:
    texts = ["检测,测量", "检测,测量"]
    assert common_phrases(words("检测", "测量"), texts) == [("检测", 0.1), ("测量", 0.1)]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_nothing_comes_of_nothing(texts: list[str]) -> None:
    assert common_phrases([], texts) == []
    assert common_phrases(words("检测"), texts) == words("检测")
