"""Near-copies: what stands word for word elsewhere, however it is dressed up, and what two authors share by chance."""

import pytest

from matching import Containment, Listing, containment, is_comparable, listing

ONE = "铸件下线后靠六名工人目视检查气孔、裂纹和冷隔，漏检率约百分之三，每月退货四十件，需要在线自动检出并且报警。"
OTHER = "仓库夜班的搬运机器人要在窄通道里避让行人，目前每周两次急停，希望提前三秒预测行人的走向并且减速通过。"
OWN = "我们用多角度光源拍摄工件，以小样本学习训练模型，三天换一个料号，现场给出位置、类别与置信度供质检员复核。"
SOURCES = {"n1": ONE, "n2": OTHER}


def test_a_whole_paste_is_found_with_its_source_and_passage() -> None:
    assert containment(ONE, SOURCES) == Containment(1.0, "n1", 1.0, ONE.rstrip("。"))


def test_a_paste_from_two_needs_is_found_in_both_together() -> None:
    found = containment(ONE + OTHER, SOURCES)
    assert found.share == pytest.approx(0.955, abs=0.01)
    assert 0.45 < found.source_share < 0.55


def test_ones_own_words_are_no_copy() -> None:
    assert containment(OWN, SOURCES).share < 0.05


def test_nothing_is_found_without_sources() -> None:
    assert containment(ONE, {}) == Containment()


DRESSED_UP = {
    "zero-width spaces": "\u200b".join(ONE),
    "full-width digits and spaces": ONE.replace("，", "　"),
    "punctuation": ONE.replace("、", "/").replace("，", "；"),
    "traditional characters": ONE.translate(str.maketrans("铸检气纹", "鑄檢氣紋")),
    "repetition": ONE * 40,
    "a sentence of one's own, repeated": ONE + "欢迎联系" * 200,
}


@pytest.mark.parametrize("trick", DRESSED_UP)
def test_dressing_a_copy_up_hides_nothing(trick: str) -> None:
    assert containment(DRESSED_UP[trick], SOURCES).share >= 0.8


def test_the_passage_is_told_as_it_was_written() -> None:
    found = containment(OWN + ONE, SOURCES)
    assert found.passage == ONE.rstrip("。")


def test_a_short_phrase_is_no_copy() -> None:
    assert not is_comparable("表面缺陷在线检测")
    assert containment("表面缺陷在线检测", {"n": "表面缺陷在线检测系统"}) == Containment()


def test_of_equal_sources_the_first_by_id_is_named() -> None:
    assert containment(ONE, {"b": ONE, "a": ONE}).source == "a"


def test_only_the_first_characters_of_a_long_text_are_read() -> None:
    long = OWN + "".join(chr(0x4E00 + number % 20_000) for number in range(5_000_000))
    found = containment(long, {"n": ONE + long})
    assert found.source == "n"


NEED = ONE + "装配工位靠人核对零件型号，换型时常拿错，希望拍照比对图纸后再放行。"
CHARACTERS = "".join(dict.fromkeys(letter for letter in NEED if letter not in "、，。"))
SHUFFLED = "".join(sorted(CHARACTERS))
LISTS = {
    "in the order of the need": CHARACTERS,
    "in another order": SHUFFLED,
    "within a text of one's own": OWN + SHUFFLED + OWN,
    "spaced out": " ".join(SHUFFLED),
    "zero-width spaces": "\u200b".join(SHUFFLED),
    "three times": SHUFFLED * 3,
    "each character twice in a row": "".join(2 * letter for letter in SHUFFLED),
    "other characters between": "".join(letter + "的" for letter in SHUFFLED),
    "every second one": SHUFFLED[::2],
}


@pytest.mark.parametrize("trick", LISTS)
def test_a_list_of_a_needs_characters_is_found(trick: str) -> None:
    assert len(CHARACTERS) == 67
    found = listing(LISTS[trick], {"n1": NEED, "n2": OTHER})
    assert (found.source, found.share) == ("n1", 34 / 67 if trick == "every second one" else 1.0)


def test_ones_own_words_list_nothing() -> None:
    assert listing(OWN, {"n1": NEED}).share < 0.25


def test_characters_far_apart_are_no_list() -> None:
    apart = "".join(letter + OWN[:9] for letter in SHUFFLED)
    assert listing(apart, {"n1": NEED}).share < 0.35


def test_the_place_of_a_list_is_told_as_it_was_written() -> None:
    found = listing("我们提供服务：" + " ".join(SHUFFLED), {"n1": NEED})
    assert found.passage.endswith(" ".join(SHUFFLED))


def test_a_short_text_has_no_list() -> None:
    assert listing(CHARACTERS, {"n": CHARACTERS[:39]}) == Listing()
    assert listing(CHARACTERS, {"n": CHARACTERS[:40]}).share == 1.0


def test_of_equal_lists_the_first_by_id_is_named() -> None:
    assert listing(CHARACTERS, {"b": NEED, "a": NEED}).source == "a"
