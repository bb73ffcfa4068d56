"""Words that staff chose → the analyzer that knows them."""

from collections.abc import Iterable, Sequence

from matching.stop_words import StopWords
from matching.text import Analyzer
from matching.thesaurus import Thesaurus


def analyzer_with(concepts: Iterable[Sequence[str]] = (), stop_words: Iterable[str] = ()) -> Analyzer:
    """Return an analyzer that knows the concepts and passes over the stop words; the plain one where there are none."""
    thesaurus, words = Thesaurus(concepts), StopWords(stop_words)
    return Analyzer(thesaurus if len(thesaurus) else None, words if len(words) else None)
