"""Text made comparable without losing where each character stood, so that a finding can quote what its author wrote.

Full-width forms, compatibility characters, traditional characters and invisible characters would otherwise hide a
phrase or a number: a zero-width space in “世界一流” is enough.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

# Format characters, controls other than tab and line ends, variation selectors: nothing that a reader sees.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]"
)
# One character may expand to 18 (U+FDFA); nothing that a need contains expands to more than this.
_LONGEST_EXPANSION = 4


@dataclass(frozen=True, slots=True)
class Folded:
    """A text in its comparable form; `offsets[i]` is where character i of `text` stood in `source` (None: at i)."""

    source: str
    text: str
    offsets: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where `text[start:end]` (not empty) stands in the source."""
        if self.offsets is None:
            return start, end
        return self.offsets[start], self.offsets[end - 1] + 1

    def quote(self, start: int, end: int) -> str:
        """Return `text[start:end]` as its author wrote it."""
        first, last = self.span(start, end)
        return self.source[first:last]


@cache
def _one_to_one() -> dict[int, str]:
    """Return full-width → ASCII and traditional → simplified, for `str.translate`; lengths do not change."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
    han = [chr(code) for code in range(0x4E00, 0xA000)]
    simplified = OpenCC("t2s").convert("\n".join(han)).split("\n")
    return table | {ord(old): new for old, new in zip(han, simplified, strict=True) if old != new and len(new) == 1}


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if _INVISIBLE.match(character):
        return ""
    # Circled digits and superscripts (category No) are no numbers of the text: ① opens a list, m² is a unit.
    if unicodedata.category(character) == "No":
        return character
    folded = unicodedata.normalize("NFKC", character)
    return folded if len(folded) <= _LONGEST_EXPANSION else character


def fold(source: str) -> Folded:
    """Return `source` in NFKC, simplified, without invisible characters; circled and raised digits stay as they are."""
    text = source.translate(_one_to_one())
    if unicodedata.is_normalized("NFKC", text) and not _INVISIBLE.search(text):
        return Folded(source, text)
    parts = [_fold_character(character) for character in text]
    offsets = tuple(index for index, part in enumerate(parts) for _ in part)
    return Folded(source, "".join(parts), offsets)
