import numpy as np
import pytest

from matching import Document, TextIndex, UnknownDocument, pair_likeness


def test_likeness_follows_its_formula():
    index = TextIndex.build([Document("a", "焊缝", "检"), Document("b", "焊缝检"), Document("c", "仓储")])
    # Characters: 焊 2, 缝 2, 检 2, 仓 1, 储 1 of 3 titles; a's title counts twice. 2-grams: 焊缝 2, 缝检 1, 仓储 1.
    two, one = (np.log(4 / (0.5 + df)) ** 1.5 for df in (2, 1))
    a = np.array([1 + np.log(2), 1 + np.log(2), 1.0])
    b = np.array([1 + np.log(2)] * 3)
    characters = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    twice = (1 + np.log(2)) * np.array([two, one])
    bigrams = 1.0 * twice[0] / np.linalg.norm(twice)
    mean = (characters + bigrams) / 2
    density = mean / 5  # c is like neither, and further needs there are none
    found = pair_likeness(index, [("a", "b"), ("a", "c"), ("b", "a")])
    np.testing.assert_allclose(found, [mean + 0.5 * density, 0.5 * density / 2, mean + 0.5 * density], rtol=1e-6)


def test_posting_a_need_again_moves_no_other_pair():
    needs = [
        Document("a", "钢板缺陷检测", "漏检率高"),
        Document("b", "铸件缺陷检测", "漏检"),
        Document("c", "仓库调度"),
    ]
    more = [*needs, *(Document(f"again{number}", "仓库调度") for number in range(3))]
    before = pair_likeness(TextIndex.build(needs), [("a", "b")])
    assert pair_likeness(TextIndex.build(more), [("a", "b")])[0] == pytest.approx(before[0])


def test_no_pairs_and_unknown_ids():
    index = TextIndex.build([Document("a", "焊缝")])
    assert pair_likeness(index, []) == []
    with pytest.raises(UnknownDocument):
        pair_likeness(index, [("a", "z")])
