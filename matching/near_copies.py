"""Near-copies: which part of a text stands word for word in other texts, or lists the characters of one of them.

Containment of character 5-grams (Broder, "On the resemblance and containment of documents", 1997), exact: every gram
counts, none is sampled, so that nothing depends on luck. Texts are folded as for matching and stripped of everything
but letters and digits: neither look-alikes nor punctuation between copied sentences hide a copy.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from matching.text import HAN, Analyzer, default_analyzer

GRAM = 5
"""Characters of a gram: longer than a word, so that two authors who write of the same thing share few."""

LEAST_GRAMS = 30
"""Distinct grams below which a text is too short to tell a copy from a common phrase."""

LEAST_CHARACTERS = 40
"""Distinct Chinese characters below which a text is too short to tell a list of its characters from a text like it."""

STRETCH = 2
"""Letters, per distinct character of the source, within which a list of its characters is looked for."""

_SIGNS, _HAN = re.compile(r"[\W_]+"), re.compile(rf"[{HAN}]")


@dataclass(frozen=True)
class Containment:
    """How much of a text stands in its sources.

    share : distinct grams of the text that stand in any source, 0–1. source : the id of the one that holds most of
    them; empty without any. source_share : what that one holds alone. passage : the longest piece of the text that
    stands in it, as its author wrote it.
    """

    share: float = 0.0
    source: str = ""
    source_share: float = 0.0
    passage: str = ""


def containment(text: str, sources: Mapping[str, str], *, analyzer: Analyzer | None = None) -> Containment:
    """Return how much of a text stands in the sources (id → text); nothing of one with fewer than 30 distinct grams.

    Of each text the first 20,000 characters are read. Of sources that hold the same the first by id is named.
    """
    analyzer = analyzer or default_analyzer()
    written = _letters(text, analyzer)
    mine = _grams(written)
    if len(mine) < LEAST_GRAMS:
        return Containment()
    held = {name: mine & _grams(_letters(source, analyzer)) for name, source in sources.items()}
    if not any(held.values()):
        return Containment()
    best = min(held, key=lambda name: (-len(held[name]), name))
    union = set().union(*held.values())
    passage = _as_written(text, _longest_run(written, held[best]), analyzer)
    return Containment(len(union) / len(mine), best, len(held[best]) / len(mine), passage)


@dataclass(frozen=True)
class Listing:
    """How many of a source's characters stand crowded in a text.

    share : distinct Chinese characters of the source that stand within one stretch of the text, 0–1. source : whose
    share is largest; empty without any. passage : the stretch, as its author wrote it.
    """

    share: float = 0.0
    source: str = ""
    passage: str = ""


def listing(text: str, sources: Mapping[str, str], *, analyzer: Analyzer | None = None) -> Listing:
    """Return whose characters (id → text) a text lists: those in a stretch of two letters for each of them.

    To stand in a source word for word takes its order, to score by it takes its characters. Texts of two authors on one
    subject hold many of the same characters, but not close together. Of each text the first 20,000 characters are read;
    a source with fewer than 40 distinct ones is passed over. Of equal shares the first source by id is named.
    """
    analyzer = analyzer or default_analyzer()
    written = _letters(text, analyzer)
    best, name = _Stretch(0.0, ""), ""
    for source in sorted(sources):
        found = _crowded(written, set(_HAN.findall(_letters(sources[source], analyzer))))
        if found.share > best.share:
            best, name = found, source
    return Listing(best.share, name, _as_written(text, best.letters, analyzer)) if name else Listing()


class _Stretch(NamedTuple):
    share: float
    letters: str


def _crowded(letters: str, wanted: set[str]) -> _Stretch:
    """Return the stretch that holds the most distinct wanted characters; the first of equal ones."""
    if len(wanted) < LEAST_CHARACTERS:
        return _Stretch(0.0, "")
    width, held, most, end = STRETCH * len(wanted), Counter[str](), 0, 0
    for place, letter in enumerate(letters):
        if letter in wanted:
            held[letter] += 1
        left = letters[place - width] if place >= width else ""
        if left in wanted:
            held[left] -= 1
            if not held[left]:
                del held[left]
        if len(held) > most:
            most, end = len(held), place + 1
    return _Stretch(most / len(wanted), letters[max(0, end - width) : end])


def is_comparable(text: str, *, analyzer: Analyzer | None = None) -> bool:
    """Whether a text is long enough to tell a copy from a common phrase: 30 distinct grams."""
    return len(_grams(_letters(text, analyzer or default_analyzer()))) >= LEAST_GRAMS


def _letters(text: str, analyzer: Analyzer) -> str:
    return _SIGNS.sub("", analyzer.normalise(text))


def _grams(letters: str) -> set[str]:
    return {letters[start : start + GRAM] for start in range(len(letters) - GRAM + 1)}


def _longest_run(letters: str, held: set[str]) -> str:
    """Return the longest stretch of which every gram is held; the first of equal ones."""
    best, began = (0, 0), 0
    for start in range(len(letters) - GRAM + 1):
        if letters[start : start + GRAM] not in held:
            began = start + 1
        elif start + GRAM - began > best[1] - best[0]:
            best = (began, start + GRAM)
    return letters[slice(*best)]


def _as_written(text: str, passage: str, analyzer: Analyzer) -> str:
    """Return the shortest piece of the text that folds to the passage: with its punctuation and its own characters."""
    end = bisect_left(range(len(text)), True, key=lambda last: passage in _letters(text[:last], analyzer))
    start = bisect_left(range(end), True, key=lambda first: passage not in _letters(text[first:end], analyzer))
    return text[max(start - 1, 0) : end].strip()
