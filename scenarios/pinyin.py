"""Chinese as it is typed on a keyboard: syllables without tones, and their initials."""

import re
from collections.abc import Iterator
from typing import Any

from matching.text import HAN

LONGEST = 8
"""Syllables that are kept together from one place on; whoever types more of them types spaces."""

RUN = re.compile(f"[{HAN}]+")
_TYPED = re.compile(r"[a-z]{2,}")


def is_typed(word: str) -> bool:
    """Whether a normalised word may be pinyin: two Latin letters or more, nothing else."""
    return _TYPED.fullmatch(word) is not None


def syllables(run: str) -> list[str]:
    """Return one syllable for each Chinese character, by the word that it stands in; ü is u, as it is folded.

    A character without a known reading stands for itself.

    >>> syllables("重庆绿地")
    ['chong', 'qing', 'lu', 'di']
    """
    from pypinyin import lazy_pinyin

    def apart(unknown: str) -> Any:  # a list keeps them apart, which the library's types do not know
        return [*unknown]

    return [one.replace("v", "u") for one in lazy_pinyin(run, errors=apart)]


def spellings(text: str) -> Iterator[str]:
    """Yield what may be typed for a text from each of its Chinese characters on: its syllables, and their initials.

    >>> sorted(spellings("检测"))
    ['c', 'ce', 'jc', 'jiance']
    """
    for run in RUN.findall(text):
        spoken = syllables(run)
        for start in range(len(spoken)):
            part = spoken[start : start + LONGEST]
            yield "".join(part)
            yield "".join(one[0] for one in part)


def spelt(run: str, word: str) -> list[str]:
    """Return the shortest parts of a run of Chinese characters that `word` spells out or begins to spell out.

    >>> spelt("钢板缺陷检测", "qxj")
    ['缺陷检']
    """
    spoken = syllables(run)
    found = []
    for start in range(len(spoken)):
        part = spoken[start : start + LONGEST]
        ends = [n for n in range(1, len(part) + 1) if "".join(part[:n]).startswith(word)]
        if ends:
            found.append(run[start : start + ends[0]])
        elif "".join(one[0] for one in part).startswith(word):
            found.append(run[start : start + len(word)])
    return found
