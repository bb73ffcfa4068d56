"""English words → stems: inspection, inspections, inspected → inspect.

Snowball's English algorithm, the successor of Porter's (M. F. Porter, "An algorithm for suffix stripping", Program 14,
1980). Stems are shown to people, so a longer one that ends in i gets its y back: quality, qualities → "quality" and not
"qualiti". What is one stem remains one.
"""

from functools import cache, lru_cache
from typing import Any

SHORTEST = 4
"""Letters of a word that is stemmed at all: GPS and CMS are no plurals."""

LONGEST_WITH_I = 4
"""Letters up to which a stem keeps its final i: api, wifi, taxi."""


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """Return the stem of a word of the letters a–z in lower case, never longer than the word."""
    if len(word) < SHORTEST:
        return word
    found: str = _snowball().stemWord(word)
    if len(found) > len(word):
        return word
    return f"{found[:-1]}y" if found.endswith("i") and len(found) > LONGEST_WITH_I else found


@cache
def _snowball() -> Any:
    # The class itself: the package's own choice takes compiled stemmers of any version where it finds them.
    from snowballstemmer.english_stemmer import EnglishStemmer

    return EnglishStemmer()
