"""Two versions of a text as passages that stayed, went and came."""

import pytest

from scenarios.text_diff import text_diff


def drawn(before: str, after: str) -> str:
    """Return a diff as one line: [-what went-]{+what came+}."""
    shapes = {"same": "%s", "removed": "[-%s-]", "added": "{+%s+}"}
    return "".join(shapes[part.kind] % part.text for part in text_diff(before, after))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("", "", ""),
        ("不含分拣。", "不含分拣。", "不含分拣。"),
        ("", "不含分拣。", "{+不含分拣。+}"),
        ("不含分拣。", "", "[-不含分拣。-]"),
        ("漏检率 ≤ 1 %", "漏检率 ≤ 0.5 %", "漏检率 ≤ [-1-]{+0.5+} %"),
        ("不含内部缺陷探伤。", "不含内部缺陷探伤与分拣。", "不含内部缺陷探伤{+与分拣+}。"),
        # Two characters between two changes are no landmark: they would tear the sentence into shreds.
        ("不含机械手分拣，不含改造。", "不含人工分拣与打包。", "不含[-机械手分拣，不含改造-]{+人工分拣与打包+}。"),
        ("Inspect castings in line.", "Inspect all castings in line.", "Inspect {+all +}castings in line."),
        ("four lines in Huishan", "six lines in Binhu", "[-four lines in Huishan-]{+six lines in Binhu+}"),
    ],
)
def test_words_and_characters_are_marked(before: str, after: str, shown: str) -> None:
    assert drawn(before, after) == shown


def test_long_texts_are_compared_by_sentences_and_endless_ones_as_a_whole() -> None:
    long = [f"第{number}句写明一条产线的现状。" for number in range(400)]
    changed = [*long[:200], "第二百句改了。", *long[201:-1], "最后一句也改了。"]
    parts = text_diff("".join(long), "".join(changed))
    assert [(part.kind, part.text) for part in parts if part.kind != "same"] == [
        ("removed", long[200]),
        ("added", "第二百句改了。"),
        ("removed", long[399]),
        ("added", "最后一句也改了。"),
    ]
    endless = "甲。" * 1500
    assert text_diff(f"乙{endless}乙", f"丙{endless}丙") == [
        ("removed", f"乙{endless}乙"),
        ("added", f"丙{endless}丙"),
    ]


@pytest.mark.parametrize("words", [("质检", "检质"), ("ab", "ba")])
def test_what_repeats_itself_is_compared_as_a_whole(words: tuple[str, str]) -> None:
    before, after = (" ".join([word] * 500) for word in words)
    assert text_diff(before, after) == [("removed", before), ("added", after)]


def test_both_texts_can_be_read_from_it() -> None:
    before, after = "漏检率 5 %，节拍 12 s，四条线。", "误检率 5 %，节拍 10 s，六条线，两班。"
    parts = text_diff(before, after)
    assert "".join(part.text for part in parts if part.kind != "added") == before
    assert "".join(part.text for part in parts if part.kind != "removed") == after
