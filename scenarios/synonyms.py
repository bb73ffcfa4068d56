"""The thesaurus as it stands in the database, for workers that index and for readers who search."""

from typing import TYPE_CHECKING

from scenarios.models import IndexBuild, Phrase

if TYPE_CHECKING:
    from matching import Analyzer

_known: dict[str, "Analyzer"] = {}


def current_analyzer() -> "Analyzer":
    """Return an analyzer with the synonyms in use: one query. Its name tells whether an index knows the same."""
    from matching.thesaurus import analyzer_with

    return analyzer_with(Phrase.objects.by_concept())


def search_alternatives(text: str) -> list[list[str]]:
    """Return the sets of tokens of which a text that is found holds one: as it was typed, or in other words.

    Before the first index build only the words as they were typed count, as in the index.
    """
    from matching import Analyzer

    analyzer = _in_use() if text else None
    thesaurus = analyzer.thesaurus if analyzer else None
    texts = thesaurus.alternatives(text) if thesaurus else [text]
    return [sorted(set(Analyzer().words(one))) for one in texts]


def _in_use() -> "Analyzer | None":
    """Return the analyzer with the synonyms of the live build, kept by its name so that a search costs one query.

    While the next build is on its way it is the one that this build will know.
    """
    live = IndexBuild.objects.live()
    if live is None:
        return None
    if live.analyzer not in _known:
        current = current_analyzer()
        if current.name != live.analyzer:
            return current
        _known.clear()
        _known[live.analyzer] = current
    return _known.get(live.analyzer)
