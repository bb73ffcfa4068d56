"""Where a text holds what was looked for: the passages to mark, and a long text's part around the first."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import add
from typing import Any, NamedTuple

from matching.text import HAN, Analyzer
from scenarios.pinyin import RUN, is_typed, spelt

READ = 4_000
"""Characters of a text that are looked through."""

BEFORE, LENGTH = 30, 160
_WORD = re.compile(rf"([{HAN}]+)|([^\W_{HAN}]+)")


class Hit(NamedTuple):
    """Where a row was found. terms : passages of its title and its excerpt to be marked, as they stand there.

    label : what the field is called that the excerpt comes from. Both are empty where the title alone holds the words.
    """

    terms: list[str]
    label: str
    excerpt: str


def hit_of(title: str, fields: Iterable[tuple[Any, str]], said: Sequence[str]) -> Hit:
    """Return where a row was found; fields : label and text, public ones only, in the order of reading.

    said : what was looked for and other words for it. A field that repeats the title tells nothing new.
    """
    terms = passages(title, said, heads=True)
    for label, text in fields:
        if text == title:
            continue
        found = passages(text[:READ], said)
        if found:
            return Hit([*terms, *found], str(label), _around(text, min(text.index(one) for one in found)))
    return Hit(terms, "", "")


def passages(text: str, said: Sequence[str], *, heads: bool = False) -> list[str]:
    """Return the passages of a text that hold what was said, as they stand in it, the first ones first.

    Traditional characters, widths and cases are alike. heads : pinyin counts as well, as it does for titles.
    """
    form, places = _folded(text)
    found: dict[int, int] = {}
    for run, word in dict.fromkeys(pair for one in said for pair in _WORD.findall(Analyzer().normalise(one))):
        for start, end in _runs(form, run) if run else _words(form, word, heads):
            found[start] = max(found.get(start, 0), end)
    return list(dict.fromkeys(text[places[start] : places[end - 1] + 1] for start, end in sorted(found.items())))


def _runs(form: str, run: str) -> Iterable[tuple[int, int]]:
    """Return where a run of Chinese characters stands; where it does not, where its pairs of characters stand."""
    parts = [run] if run in form or len(run) == 1 else map(add, run, run[1:])
    return [(match.start(), match.end()) for part in parts for match in re.finditer(part, form)]


def _words(form: str, word: str, heads: bool) -> Iterable[tuple[int, int]]:
    begun = re.finditer(rf"(?<![^\W_{HAN}]){re.escape(word)}[^\W_{HAN}]*", form)
    found = [(match.start(), match.end()) for match in begun]
    if heads and is_typed(word):
        for run in RUN.finditer(form):
            starts = ((run.start() + run.group().index(part), part) for part in spelt(run.group(), word))
            found += [(start, start + len(part)) for start, part in starts]
    return found


def _folded(text: str) -> tuple[str, list[int]]:
    """Return a text in the form in which it is compared, and for each of its characters the place in the text."""
    form, places = [], []
    for place, character in enumerate(text):
        folded = _character(character)
        form.append(folded)
        places += [place] * len(folded)
    return "".join(form), places


@lru_cache(maxsize=8192)
def _character(character: str) -> str:
    return Analyzer().fold(character)


def _around(text: str, place: int) -> str:
    start = max(0, place - BEFORE)
    part = " ".join(text[start : start + LENGTH].split())
    return f"{'…' if start else ''}{part}{'…' if start + LENGTH < len(text) else ''}"
