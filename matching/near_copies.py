"""Near-copies: which part of a text stands word for word in other texts, in one of them or in all together.

Containment of character 5-grams (Broder, "On the resemblance and containment of documents", 1997), exact: every gram
counts, none is sampled, so that nothing depends on luck. Texts are folded as for matching and stripped of everything
but letters and digits: neither look-alikes nor punctuation between copied sentences hide a copy.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from matching.text import Analyzer, default_analyzer

GRAM = 5
"""Characters of a gram: longer than a word, so that two authors who write of the same thing share few."""

LEAST_GRAMS = 30
"""Distinct grams below which a text is too short to tell a copy from a common phrase."""

_SIGNS = re.compile(r"[\W_]+")


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
