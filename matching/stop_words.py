"""Stop words: phrases that carry no meaning for matching and are read as a gap."""

import hashlib
import json
import re
from collections.abc import Iterable

from matching.text import HAN
from matching.thesaurus import is_chinese, phrase_form, require_usable, variants

BREAK = "|"
"""What stands for a stop word: neither a token nor a gap over which a 2-gram reaches."""

_GAP = r"[ \u2010-\u2015_/-]+"  # no line break: the compiled counting parts texts by it
_LETTER = rf"[^\W_{HAN}]"


class StopWords:
    """Phrases that are left out of what is counted; never changed once made.

    words : in the form in which they are compared, sorted. digest : 12 characters, equal for equal words.

    >>> StopWords(["平台"]).erased("质检平台软件")
    '质检|软件'
    """

    def __init__(self, words: Iterable[str] = ()) -> None:
        """Take the words; raises MatchingError for one that is too short or too long."""
        self.words = tuple(sorted(set(map(phrase_form, words))))
        for word in self.words:
            require_usable(word)
        self.digest = hashlib.sha256(json.dumps(self.words, ensure_ascii=False).encode()).hexdigest()[:12]
        said = sorted({form for word in self.words for form in (word, *variants(word))}, key=lambda form: -len(form))
        chinese = [_written(form) for form in said if is_chinese(form[0])]
        latin = [_written(form) for form in said if not is_chinese(form[0])]
        ways = ["|".join(chinese)] * bool(chinese) + [rf"(?<!{_LETTER})(?:{'|'.join(latin)})"] * bool(latin)
        self._pattern = re.compile("|".join(ways) or r"(?!)")

    def erased(self, normalised: str) -> str:
        """Return a text that `Analyzer.normalise` gave with a break in place of each stop word, the longest first.

        A word that begins or ends with a letter or a digit is a whole word there; hyphens count as spaces, and the last
        English word may be in the plural. Chinese ones are found anywhere.
        """
        return self._pattern.sub(BREAK, normalised)

    def __len__(self) -> int:
        return len(self.words)


def _written(form: str) -> str:
    pattern = _GAP.join(map(re.escape, form.split(" ")))
    return pattern if is_chinese(form[-1]) else rf"{pattern}(?!{_LETTER})"
