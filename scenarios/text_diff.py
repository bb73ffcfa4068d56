"""What changed between two texts: Chinese compared by its characters, everything else by words and numbers."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import NamedTuple

from matching.text import HAN

MOST = 1_000_000
"""Pairs of tokens that are compared; longer texts are compared by sentences, still longer ones not at all."""

MOST_EQUAL = 20_000
"""Pairs of equal tokens that are compared: what repeats itself would take seconds, so it is compared by sentences too.

Blanks are matched beside what is equal only, and do not count.
"""

ISLAND = 3
"""Words or characters that must be the same between two changes, or they read as one."""

_TOKEN = re.compile(rf"[{HAN}]|\d+(?:[.,]\d+)*|[^\W\d_{HAN}]+|\s+|.", re.DOTALL)
_SENTENCE = re.compile(r"[^。！？；.!?;\n]*[。！？；.!?;\n]+|[^。！？；.!?;\n]+")
_WORD = re.compile(r"\w")


class Part(NamedTuple):
    """A passage of the two texts. kind : ``same``, ``removed`` or ``added``."""

    kind: str
    text: str


def text_diff(before: str, after: str) -> list[Part]:
    """Return both texts as passages in the order of reading; what was removed stands before what came instead.

    >>> text_diff("漏检率 ≤ 1 %", "漏检率 ≤ 0.5 %")[1:3]
    [Part(kind='removed', text='1'), Part(kind='added', text='0.5')]
    """
    old, new = _tokens(before, after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    inner = _inner(old[start : len(old) - end], new[start : len(new) - end])
    parts = [Part("same", "".join(old[:start])), *inner, Part("same", "".join(old[len(old) - end :]))]
    return [part for part in parts if part.text]


def _tokens(before: str, after: str) -> tuple[list[str], list[str]]:
    for pattern in (_TOKEN, _SENTENCE):
        old, new = pattern.findall(before), pattern.findall(after)
        if len(old) * len(new) <= MOST and _equal_pairs(old, new) <= MOST_EQUAL:
            return old, new
    return [before], [after]


def _equal_pairs(old: list[str], new: list[str]) -> int:
    other = Counter(new)
    return sum(count * other[token] for token, count in Counter(old).items() if not token.isspace())


def _common(old: list[str], new: list[str]) -> int:
    """Return with how many equal tokens both begin."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(old), len(new)))


def _inner(old: list[str], new: list[str]) -> list[Part]:
    parts: list[Part] = []
    removed, added = "", ""
    steps = SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes()
    for place, (step, i1, i2, j1, j2) in enumerate(steps):
        between = 0 < place < len(steps) - 1
        if step == "equal" and not (between and _is_island(old[i1:i2])):
            parts += [Part("removed", removed), Part("added", added), Part("same", "".join(old[i1:i2]))]
            removed, added = "", ""
        else:
            removed, added = removed + "".join(old[i1:i2]), added + "".join(new[j1:j2])
    return [*parts, Part("removed", removed), Part("added", added)]


def _is_island(tokens: list[str]) -> bool:
    return sum(1 for token in tokens if _WORD.match(token)) < ISLAND
