"""Finds what is big and empty (大而空) in a text, by the list `data/vague_phrases.toml` and what staff made of it."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.utils.functional import lazy
from django.utils.translation import get_language

from scenarios.folding import Folded

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PHRASES_FILE = Path(__file__).parent / "data" / "vague_phrases.toml"

_SENTENCE = re.compile(r"(?:[^。;!?\n.]|\.(?!\s|$))+")
_CLAUSE = re.compile(r"(?:[^。;!?\n,.]|,(?=\d{3})|\.(?!\s|$))+")
# “不含数字化转型咨询” excludes the phrase instead of claiming it; 不断 and 不仅 deny nothing.
_DENIED = re.compile(
    r"(?:不(?![断仅但懈])|无需|无须|切忌|避免|排除|除了|\b(?:not|no|without|avoid|exclud\w+|except))[^,。]{0,10}$",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s-]+")
_ASCII_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@dataclass(frozen=True, slots=True)
class Group:
    """Phrases of one kind with the hint that helps their author; `measurable` ones are fair beside a quantity."""

    name: str
    category: str
    hint_zh: str
    hint_en: str
    measurable: bool
    phrases: tuple[str, ...]

    @property
    def hint(self) -> str:
        """The hint in the reader's language."""
        return self.hint_zh if _reads_chinese() else self.hint_en


@dataclass(frozen=True, slots=True)
class Vague:
    """A vague phrase where it stands in the folded text, with the name of its group."""

    start: int
    end: int
    group: str


@dataclass(frozen=True, slots=True)
class PhraseList:
    """The list, ready to search: expressions over all phrases and fair terms, and which group a phrase belongs to."""

    groups: dict[str, Group]
    patterns: tuple[re.Pattern[str], re.Pattern[str]]
    group_of: dict[str, str]
    name_ending: re.Pattern[str]


class PhraseEdits(NamedTuple):
    """What is made of the delivered list: (group, phrase) added, and phrases that are fair whatever the list says."""

    added: tuple[tuple[str, str], ...] = ()
    fair: tuple[str, ...] = ()

    def with_phrase(self, text: str, group: str) -> PhraseEdits:
        """Return the same with one more phrase; without a group it is fair."""
        return self._replace(added=(*self.added, (group, text))) if group else self._replace(fair=(*self.fair, text))


DELIVERED = PhraseEdits()


@cache
def _delivered() -> dict[str, Any]:
    return tomllib.loads(PHRASES_FILE.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def phrase_list(edits: PhraseEdits = DELIVERED) -> PhraseList:
    """Return the list of `data/vague_phrases.toml` with what was made of it; the last few are kept."""
    data = _delivered()
    groups = {row["name"]: _group(row) for row in data["group"]}
    group_of = {phrase_key(phrase): group.name for group in groups.values() for phrase in group.phrases}
    group_of |= {phrase_key(phrase): group for group, phrase in edits.added if group in groups}
    fair = {phrase_key(phrase) for phrase in (*data["fair"], *edits.fair)}
    endings = "|".join(re.escape(phrase_key(ending)) for ending in data["name_endings"])
    return PhraseList(
        groups=groups,
        patterns=_as_patterns({*group_of, *fair}),
        group_of={phrase: group for phrase, group in group_of.items() if phrase not in fair},
        name_ending=re.compile(rf"[\w()·]{{0,10}}?\s?(?:{endings})(?![a-z])"),
    )


def find_vague(folded: Folded, measured: Sequence[tuple[int, int]] = (), edits: PhraseEdits = DELIVERED) -> list[Vague]:
    """Return the vague phrases of a text in reading order; neighbours without a gap (打造 + 世界一流) become one.

    measured : spans in `folded.text` of numbers with units; a measurable phrase in the sentence of one is no finding.
    """
    phrases, text = phrase_list(edits), folded.text.translate(_ASCII_LOWER)
    sentences = [match.span() for match in _SENTENCE.finditer(text)] if measured else []
    found: list[Vague] = []
    matches = [match for pattern in phrases.patterns for match in pattern.finditer(text)]
    for match in sorted(matches, key=re.Match.start):
        group = phrases.groups.get(phrases.group_of.get(phrase_key(match[0]), ""))
        if group is None or _is_fair(text, match, phrases):
            continue
        if measured and group.measurable and _shares(match.start(), sentences, measured):
            continue
        if found and found[-1].end == match.start():
            found[-1] = Vague(found[-1].start, match.end(), group.name)
        else:
            found.append(Vague(match.start(), match.end(), group.name))
    return found


def holds(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a folded text, fair there or not."""
    return any(pattern.search(text.translate(_ASCII_LOWER)) for pattern in _as_patterns({phrase}) if pattern.pattern)


def concrete_clauses(folded: Folded, vague: Iterable[Vague], measured: Sequence[tuple[int, int]]) -> list[str]:
    """Return the clauses that say something: those without a vague phrase, or with a number and its unit."""
    starts = sorted(hit.start for hit in vague)
    clauses = [match.span() for match in _CLAUSE.finditer(folded.text)]
    tainted = _holding(clauses, starts)
    counted = _holding(clauses, [start for start, _ in measured])
    empty = tainted - counted
    return [folded.text[start:end] for number, (start, end) in enumerate(clauses) if number not in empty]


def hints(groups: Iterable[str]) -> StrPromise:
    """Return the hints of these groups as one lazy string in the reader's language; unknown groups are passed over."""
    return _lazy_hints(tuple(groups))


def _joined_hints(names: tuple[str, ...]) -> str:
    known = phrase_list().groups
    separator = "；" if _reads_chinese() else "; "
    return separator.join(known[name].hint for name in names if name in known)


_lazy_hints = cast("Callable[[tuple[str, ...]], StrPromise]", lazy(_joined_hints, str))


def kind_label(group: Group) -> str:
    """Return what a kind of phrases is called: by its first few, in the reader's language."""
    chinese = _reads_chinese()
    shown = [phrase for phrase in group.phrases if phrase.isascii() != chinese][:3]
    return f"{('、' if chinese else ', ').join(shown)} …"


def _reads_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def _group(row: dict[str, Any]) -> Group:
    return Group(
        name=row["name"],
        category=row["category"],
        hint_zh=row["hint_zh"],
        hint_en=row["hint_en"],
        measurable=row.get("measurable", False),
        phrases=(*row["zh"], *row["en"]),
    )


def phrase_key(phrase: str) -> str:
    """Return what is looked up: lower case, without blanks in Chinese, one blank for blanks and hyphens in English."""
    if phrase.isascii():
        return _GAP.sub(" ", phrase.lower())
    return re.sub(r"\s", "", phrase.lower())


def _as_patterns(terms: Iterable[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return one expression for the Chinese and one for the English of `terms`, longest first.

    They are two because `re` skips to the next possible first character only where every branch begins with a literal:
    one expression over both is ten times slower.
    """
    ordered = sorted(terms, key=len, reverse=True)
    chinese = "|".join(r"\s{0,2}".join(map(re.escape, term)) for term in ordered if not term.isascii())
    english = "|".join(r"[\s-]{1,3}".join(map(re.escape, term.split())) for term in ordered if term.isascii())
    return re.compile(chinese), re.compile(rf"(?=[a-z0-9])(?<![a-z0-9])(?:{english})(?![a-z0-9])")


def _is_fair(text: str, match: re.Match[str], phrases: PhraseList) -> bool:
    """Return whether the phrase is denied, or stands in the name of a firm or the title of a document 《…》."""
    before = text[max(0, match.start() - 40) : match.start()]
    in_title = before.rfind("《") > before.rfind("》")
    return in_title or bool(_DENIED.search(before)) or bool(phrases.name_ending.match(text, match.end()))


def _shares(position: int, spans: Sequence[tuple[int, int]], measured: Sequence[tuple[int, int]]) -> bool:
    """Return whether the span around `position` also holds the start of one of `measured`."""
    index = bisect_right(spans, position, key=_first) - 1
    start, end = spans[index]
    following = bisect_left(measured, start, key=_first)
    return following < len(measured) and measured[following][0] < end


def _holding(spans: Sequence[tuple[int, int]], starts: Iterable[int]) -> set[int]:
    """Return the numbers of the spans in which one of `starts` lies."""
    return {bisect_right(spans, start, key=_first) - 1 for start in starts}


def _first(span: tuple[int, int]) -> int:
    return span[0]
