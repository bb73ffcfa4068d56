"""New synonyms out of texts about the same thing: phrases of one side that regularly stand with one of the other.

The association is Dunning's log-likelihood ratio G² (Dunning 1993, "Accurate methods for the statistics of surprise and
coincidence"); phrases are then linked one to one, the most strongly tied first, as words of parallel texts are linked
in Melamed (2000, "Models of translational equivalence among words").
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from math import log
from typing import NamedTuple

from matching.text import HAN
from matching.thesaurus import Thesaurus, is_chinese, phrase_form

MIN_TIMES = 3
"""Meetings in which both phrases must stand."""

MIN_RATIO = 10.83
"""G² above which chance is an explanation in one of a thousand cases (χ², one degree of freedom)."""

MIN_DICE = 0.75
"""2 · together / (one + other): how much the two keep to each other."""

LONGEST = {"zh": 8, "en": 4}
"""Characters of a Chinese and words of an English phrase."""

LOOKED_AT = 2
"""Times `LONGEST` up to which a phrase is looked at: so pieces cut out of a standing longer one are recognised."""

SHORTEST = 3
"""Letters of an English phrase; fewer are an abbreviation of too many things."""

CHARACTERS_A_WORD = 2
"""An English word says about as much as so many Chinese characters."""

MOST_UNEVEN = 2.0
"""Times that one phrase may say more than the other."""

KEPT_EVIDENCE = 20

_RUN = re.compile(rf"[{HAN}]+")
_WORDS = re.compile(rf"(?:[^\W_{HAN}]+ ?)+")
_ENGLISH = (
    r"an?|and|as|at|based|by|for|from|in|into|is|its|of|off|on|onto|or|out|per|the|their|to|under|up|using|via"
    r"|with(in|out)?"
)
_LITTLE = re.compile(rf"{_ENGLISH}|[与及和的在或于对为从了等各]")
"""Words that join others; no phrase begins or ends with one."""


class Meeting(NamedTuple):
    """Two texts about the same thing, and what they are told by: titles in both languages, an accepted match."""

    code: str
    one: str
    other: str


class MinedPair(NamedTuple):
    """Two phrases that regularly meet. score : G². evidence : codes of some of the meetings."""

    one: str
    other: str
    score: float
    times: int
    evidence: tuple[str, ...]


def mined_pairs(meetings: Iterable[Meeting], known: Thesaurus, *, limit: int = 50) -> list[MinedPair]:
    """Return pairs of phrases that may be synonyms, the most strongly tied first.

    A phrase that both texts of a meeting hold explains itself and is left out; so are pairs that one concept of `known`
    holds already, and pairs of which one phrase is a part of the other. A phrase is in one pair at most.
    """
    held = _frequent([_sides(meeting) for meeting in meetings])
    alone, together = Counter[str](), defaultdict[tuple[str, str], list[str]](list)
    for code, one, other in held:
        alone.update(one | other)
        for pair in {_ordered(a, b) for a in one for b in other if a not in b and b not in a}:
            together[pair].append(code)
    found = [
        MinedPair(*pair, log_likelihood_ratio(len(codes), alone[pair[0]], alone[pair[1]], len(held)), len(codes), ())
        for pair, codes in together.items()
        if len(codes) >= MIN_TIMES
        and _unevenness(*pair) <= MOST_UNEVEN
        and 2 * len(codes) >= MIN_DICE * (alone[pair[0]] + alone[pair[1]])
    ]
    strong = [pair for pair in found if pair.score >= MIN_RATIO and not _is_known(pair, known)]
    linked = _linked(sorted(strong, key=_rank))[:limit]
    return [pair._replace(evidence=tuple(together[pair.one, pair.other][:KEPT_EVIDENCE])) for pair in linked]


def log_likelihood_ratio(both: int, one: int, other: int, total: int) -> float:
    """Return G² = 2 Σ observed · ln(observed / expected) of a 2 × 2 table; 0 where they avoid each other.

    both : meetings with both phrases. one, other : meetings with each of them. total : all meetings.
    """
    if both * total <= one * other:
        return 0.0
    cells = (
        (both, one, other),
        (one - both, one, total - other),
        (other - both, total - one, other),
        (total - one - other + both, total - one, total - other),
    )
    return 2.0 * sum(seen * log(seen * total / (row * column)) for seen, row, column in cells if seen > 0)


def phrases_of(text: str) -> frozenset[str]:
    """Return the phrases in a text, up to twice `LONGEST`: Chinese characters of a run, or English words.

    None begins or ends with a little word (of, 与).
    """
    form = phrase_form(text)
    found = {
        run[start:end]
        for run in _RUN.findall(form)
        for start in range(len(run) - 1)
        for end in range(start + 2, min(len(run), start + LOOKED_AT * LONGEST["zh"]) + 1)
        if not (_LITTLE.fullmatch(run[start]) or _LITTLE.fullmatch(run[end - 1]))
    }
    for words in map(str.split, _WORDS.findall(form)):
        for start in range(len(words)):
            for end in range(start + 1, min(len(words), start + LOOKED_AT * LONGEST["en"]) + 1):
                phrase = " ".join(words[start:end])
                joining = _LITTLE.fullmatch(words[start]) or _LITTLE.fullmatch(words[end - 1])
                if len(phrase) >= SHORTEST and not joining and not phrase.isdigit():
                    found.add(phrase)
    return frozenset(found)


def _sides(meeting: Meeting) -> tuple[str, frozenset[str], frozenset[str]]:
    one, other = phrases_of(meeting.one), phrases_of(meeting.other)
    return meeting.code, one - other, other - one


def _frequent(
    sides: Sequence[tuple[str, frozenset[str], frozenset[str]]],
) -> list[tuple[str, frozenset[str], frozenset[str]]]:
    """Keep phrases of enough meetings; of those that always stand in a longer one, only the longest."""
    times = Counter(phrase for _, one, other in sides for phrase in one | other)
    kept = {phrase for phrase, count in times.items() if count >= MIN_TIMES}
    inner = {part for phrase in kept for part in _parts(phrase) if times.get(part) == times[phrase]}
    wanted = {phrase for phrase in kept - inner if _length(phrase) <= LONGEST["zh" if is_chinese(phrase) else "en"]}
    return [(code, one & wanted, other & wanted) for code, one, other in sides]


def _length(phrase: str) -> int:
    return len(phrase) if is_chinese(phrase) else len(phrase.split())


def _parts(phrase: str) -> Iterable[str]:
    """Yield the phrases within a phrase."""
    whole = phrase if is_chinese(phrase) else phrase.split()
    for start in range(len(whole)):
        for end in range(start + 1, len(whole) + 1):
            if end - start < len(whole):
                yield whole[start:end] if isinstance(whole, str) else " ".join(whole[start:end])


def _ordered(one: str, other: str) -> tuple[str, str]:
    return (one, other) if one < other else (other, one)


def _unevenness(one: str, other: str) -> float:
    """Return how many times as much one phrase says as the other, by its length."""
    long, short = sorted((_said(one), _said(other)), reverse=True)
    return long / short


def _said(phrase: str) -> int:
    return len(phrase) if is_chinese(phrase) else CHARACTERS_A_WORD * len(phrase.split())


def _rank(pair: MinedPair) -> tuple[float, float, int, str, str]:
    even = _unevenness(pair.one, pair.other)
    return (-round(pair.score, 6), even, -len(pair.one) - len(pair.other), pair.one, pair.other)


def _is_known(pair: MinedPair, known: Thesaurus) -> bool:
    """Whether the thesaurus says what the pair says: both phrases speak of the same concepts."""
    tokens = known.tokens(pair.one)
    return bool(tokens) and set(tokens) == set(known.tokens(pair.other))


def _linked(pairs: Iterable[MinedPair]) -> list[MinedPair]:
    """Take the strongest pairs whose phrases are not in a pair, nor both overlap with those of one."""
    taken: list[MinedPair] = []
    used: set[str] = set()
    for pair in pairs:
        if pair.one in used or pair.other in used or any(_says_the_same(pair, other) for other in taken):
            continue
        taken.append(pair)
        used |= {pair.one, pair.other}
    return taken


def _says_the_same(pair: MinedPair, other: MinedPair) -> bool:
    return _overlap(pair.one, other.one) and _overlap(pair.other, other.other)


def _overlap(one: str, other: str) -> bool:
    return one in other or other in one
