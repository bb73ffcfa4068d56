"""Synonyms: concepts as sets of phrases, Chinese and English, and which of them a text speaks of.

A text that holds a phrase of a concept gets the concept's token beside its ordinary ones, so that 外观检测 and "defect
inspection" meet in a column of their own.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import product
from operator import add
from typing import NamedTuple

from matching.errors import MatchingError
from matching.text import HAN, Analyzer

MARK = "="
"""A concept's token begins with it. No other token holds it: it is neither a letter nor a digit."""

MAX_PHRASE = 60
"""Longest phrase, in characters."""

MIN_PHRASE = 2
"""Shortest phrase: a single character of either script means too many things."""

_GAP = re.compile(r"[\s\u2010-\u2015_/-]+")
_HAN = re.compile(rf"[{HAN}]")
_LETTER = re.compile(rf"[^\W_{HAN}]")
_CONSONANT_Y = re.compile(r"[^aeiou]y$")


class Found(NamedTuple):
    """A phrase in a matched form of a text: text[start:end], and the number of its concept."""

    start: int
    end: int
    concept: int


class Thesaurus:
    """Concepts as sets of phrases; never changed once made.

    concepts : normalised phrases by concept, in the order given. digest : 12 characters, equal for equal concepts.

    >>> Thesaurus([["缺陷检测", "defect inspection"]]).tokens("steel defect-inspections")
    ['=缺陷检测']
    """

    def __init__(self, concepts: Iterable[Sequence[str]] = ()) -> None:
        """Take the phrases of each concept, the preferred ones first.

        Raises MatchingError for a phrase that is too short or too long, or that stands in two concepts.
        """
        self.concepts = tuple(tuple(dict.fromkeys(map(phrase_form, phrases))) for phrases in concepts if phrases)
        self._concept_of: dict[str, int] = {}
        for number, phrases in enumerate(self.concepts):
            for phrase in phrases:
                require_usable(phrase)
                if self._concept_of.setdefault(phrase, number) != number:
                    raise MatchingError(f"{phrase!r} stands in two concepts; take it out of one of them")
        ordered = sorted(self.concepts)
        self.digest = hashlib.sha256(json.dumps(ordered, ensure_ascii=False).encode()).hexdigest()[:12]

    def tokens(self, normalised: str) -> list[str]:
        """Return the token of each phrase in a text that `Analyzer.normalise` gave, in reading order.

        The longest phrase counts where several begin, and a character belongs to one phrase. A phrase that begins or
        ends with a letter or a digit is a whole word there; hyphens count as spaces, and the last English word may be
        in the plural.
        """
        return [self._tokens[found.concept] for found in self.found(_GAP.sub(" ", normalised))]

    def label(self, token: str) -> str:
        """Return what a concept's token is called: its first Chinese and its first English phrase, ``缺陷检测 = …``."""
        return self._labels[token]

    def alternatives(self, text: str, *, limit: int = 16) -> list[str]:
        """Return the text, in matched form, and up to `limit` others with its phrases replaced by their synonyms."""
        form = phrase_form(text)
        found, parts, end = list(self.found(form)), list[tuple[str, ...]](), 0
        for one in found:
            said = form[one.start : one.end]
            parts += [(form[end : one.start],), (said, *(p for p in self.concepts[one.concept] if p != said))]
            end = one.end
        others = ("".join(choice) for choice in product(*parts, (form[end:],)))
        return [one for one, _ in zip(others, range(limit + 1), strict=False)]

    def found(self, form: str) -> Iterator[Found]:
        """Yield the phrases in a text whose gaps are single spaces."""
        lengths, concept_of, free = self._lengths, self._said, 0
        # The comprehension passes over what begins no phrase, which is nearly everything.
        for place in [at for at, head in enumerate(map(add, form, form[1:])) if head in lengths]:
            for length in lengths[form[place : place + 2]] if place >= free else ():
                concept = concept_of.get(form[place : place + length])
                if concept is not None and _is_whole(form, place, place + length):
                    free = place + length
                    yield Found(place, free, concept)
                    break

    @cached_property
    def _said(self) -> dict[str, int]:
        """Every form of every phrase → its concept; what is written out comes before what is derived."""
        concept_of = {variant: n for phrase, n in self._concept_of.items() for variant in variants(phrase)}
        return concept_of | self._concept_of

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """The first two characters of phrases → how long those phrases are, longest first."""
        lengths: dict[str, set[int]] = {}
        for phrase in self._said:
            lengths.setdefault(phrase[:2], set()).add(len(phrase))
        return {head: sorted(some, reverse=True) for head, some in lengths.items()}

    @cached_property
    def _tokens(self) -> list[str]:
        return [MARK + phrases[0] for phrases in self.concepts]

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {token: _label(phrases) for token, phrases in zip(self._tokens, self.concepts, strict=True)}

    def __len__(self) -> int:
        return len(self.concepts)


def phrase_form(phrase: str) -> str:
    """Return a phrase as it is compared: normalised, hyphens and white space as one space."""
    return _GAP.sub(" ", Analyzer().normalise(phrase)).strip()


def is_chinese(phrase: str) -> bool:
    """Whether a phrase holds a Chinese character."""
    return _HAN.search(phrase) is not None


def require_usable(phrase: str) -> None:
    """Raise MatchingError for what is too short, too long or without a letter to be a phrase."""
    if not MIN_PHRASE <= len(phrase) <= MAX_PHRASE:
        raise MatchingError(f"{phrase!r} is no phrase: write {MIN_PHRASE} to {MAX_PHRASE} characters")
    if not (_HAN.search(phrase) or _LETTER.search(phrase)):
        raise MatchingError(f"{phrase!r} is no phrase: it holds neither a letter nor a Chinese character")


def _is_whole(form: str, start: int, end: int) -> bool:
    """Whether no word goes on over the ends of form[start:end]; Chinese begins and ends anywhere."""
    return not (
        (start > 0 and _LETTER.match(form, start) and _LETTER.match(form, start - 1))
        or (end < len(form) and _LETTER.match(form, end - 1) and _LETTER.match(form, end))
    )


def variants(phrase: str) -> Iterator[str]:
    """Yield an English phrase with its last word in the other number."""
    if is_chinese(phrase) or not phrase[-1].isalpha() or len(phrase.rpartition(" ")[2]) < 3:
        return
    if phrase.endswith("s") and not phrase.endswith(("ss", "us", "is")):
        yield phrase[:-1]
    elif phrase.endswith(("s", "x", "ch", "sh")):
        yield f"{phrase}es"
    elif _CONSONANT_Y.search(phrase):
        yield f"{phrase[:-1]}ies"
    else:
        yield f"{phrase}s"


def _label(phrases: Sequence[str]) -> str:
    first = [next((p for p in phrases if is_chinese(p) is chinese), "") for chinese in (True, False)]
    return " = ".join(filter(None, first))
