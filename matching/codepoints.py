"""What `Analyzer` does to single characters, as tables over all code points, so that many texts are read at once."""

import re
import unicodedata
from functools import cache
from itertools import chain

import numpy as np
import numpy.typing as npt

from matching.text import _LOOKALIKES, HAN, Analyzer

SEPARATOR, HAN_CHARACTER, DIGIT, LETTER, POINT = range(5)
"""What a character is to `Analyzer.tokens`."""

DROPPED = 0
"""Fold of a character that `Analyzer.normalise` takes out; U+0000 itself is one of them."""

CONTEXTUAL = -1
"""Fold of a character whose text has to be normalised as a whole: it becomes several, or it joins its neighbour."""

_ALL = 0x110000
_PLANE = 0x10000


@cache
def folds() -> npt.NDArray[np.int32]:
    """Return the normalised form of every code point, int32 (0x110000,); `DROPPED` or `CONTEXTUAL` where it has none.

    Characters beyond the first plane are rare and all counted as contextual.
    """
    table = np.full(_ALL, CONTEXTUAL, np.int32)
    normalise, joining = Analyzer().fold, _joining()
    for code in range(_PLANE):
        folded = normalise(chr(code))
        if not folded:
            table[code] = DROPPED
        elif len(folded) == 1 and code not in joining and ord(folded) not in joining:
            table[code] = ord(folded)
    return table


@cache
def kinds() -> npt.NDArray[np.uint8]:
    """Return what each code point is to `Analyzer.tokens`, uint8 (0x110000,)."""
    table = np.full(_ALL, SEPARATOR, np.uint8)
    # A lone surrogate is in no text that was read from a file or a form, and in no class of the expressions either.
    every = "".join(map(chr, chain(range(0xD800), range(0xE000, _ALL))))
    for kind, characters in ((LETTER, rf"[^\W_{HAN}]+"), (DIGIT, r"\d+"), (HAN_CHARACTER, rf"[{HAN}]+")):
        for run in re.finditer(characters, every):
            table[[ord(character) for character in run.group()]] = kind
    table[ord(".")] = POINT
    return table


def _joining() -> set[int]:
    """Return the code points that canonical composition may join to the character before them, or move."""
    found = {code for code in range(_PLANE) if unicodedata.combining(chr(code))}
    found |= set(_LOOKALIKES)  # whether they are folded depends on their word
    found |= {*range(0x1100, 0x1200)}  # Hangul letters, which are joined by rule and not by the table
    for code in range(_PLANE):
        parts = unicodedata.decomposition(chr(code)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            found.add(int(parts[1], 16))
    return found
