"""The thesaurus and the stop words as they stand in the database, for workers that index and for readers who search."""

from typing import TYPE_CHECKING, NamedTuple

from scenarios.models import IndexBuild, Phrase, StopWord
from scenarios.pinyin import is_typed, syllables

if TYPE_CHECKING:
    from matching import Analyzer
    from matching.thesaurus import Thesaurus

Words = tuple["Analyzer | None", dict[str, list[str]]]
"""The analyzer with the synonyms of the live build, and pinyin → the phrases that it spells."""

_known: dict[str, Words] = {}


def current_analyzer() -> "Analyzer":
    """Return an analyzer with the synonyms and stop words in use: two queries. Its name tells what an index knows."""
    from matching.word_lists import analyzer_with

    return analyzer_with(Phrase.objects.by_concept(), StopWord.objects.words())


class Standing(NamedTuple):
    """The build in use, none before the first one, and whether it knows the present synonyms and stop words."""

    build: IndexBuild | None
    is_current: bool


def standing() -> Standing:
    """Return how the index stands to the words of staff."""
    build = IndexBuild.objects.live()
    return Standing(build, build is not None and build.analyzer == current_analyzer().name)


def said_alike(text: str, words: Words | None = None) -> list[str]:
    """Return a text that is looked for and other words for it: its synonyms, and what it spells out in pinyin with the
    synonyms of that. Empty without a text.

    Before the first index build only the words as they were typed count, as in the index.
    """
    from matching.thesaurus import phrase_form

    if not text:
        return []
    analyzer, typed = words or words_in_use()
    if analyzer is None or analyzer.thesaurus is None:
        return [text]
    spelt = typed.get(phrase_form(text).replace(" ", ""), [])
    return [one for said in (text, *spelt) for one in analyzer.thesaurus.alternatives(said)]


def terms_of(said: list[str]) -> list[list[str]]:
    """Return the sets of tokens of which a row that is found holds one, as `matching_text` takes them."""
    from matching import Analyzer

    return [_telling(set(Analyzer().words(one))) for one in said]


def _telling(words: set[str]) -> list[str]:
    """Return the words without the Chinese characters of a pair: who holds the pair holds them, and rarer ones cost
    less to find.
    """
    paired = {character for word in words if len(word) == 2 and not word.isascii() for character in word}
    return sorted(words - paired)


def words_in_use() -> Words:
    """Return the words of the live build; none before the first one.

    They are kept by the analyzer's name, so that a search costs one query. While the next build is on its way it is the
    analyzer that this build will know.
    """
    live = IndexBuild.objects.live()
    if live is None:
        return None, {}
    if live.analyzer not in _known:
        current = current_analyzer()
        found = current, _typed(current.thesaurus)
        if current.name != live.analyzer:
            return found
        _known.clear()
        _known[live.analyzer] = found
    return _known[live.analyzer]


def _typed(thesaurus: "Thesaurus | None") -> dict[str, list[str]]:
    """Return how phrases are typed, in full and by their initials → the phrases."""
    typed: dict[str, list[str]] = {}
    for phrase in (phrase for phrases in thesaurus.concepts for phrase in phrases) if thesaurus else ():
        spoken = syllables(phrase)
        for spelling in {"".join(spoken), "".join(one[0] for one in spoken)}:
            if is_typed(spelling) and not phrase.isascii():
                typed.setdefault(spelling, []).append(phrase)
    return typed
