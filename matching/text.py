"""Text → normalised text → tokens: Chinese character 1–2-grams, stems of English words and their 2-grams, numbers.

Imports neither numpy nor scipy, so that full-text search can use the tokens at little cost.
"""

import importlib.util
import re
import unicodedata
from functools import cache, lru_cache
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

from matching.stemming import SHORTEST, stem

if TYPE_CHECKING:
    from matching.stop_words import StopWords
    from matching.thesaurus import Thesaurus

MAX_TEXT = 20_000
"""Longest text that is read, in characters."""

MAX_TOKEN = 64
"""Longest Latin word, in characters; a longer one (a key, a base64 blob) is cut."""

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Chinese characters, as the inside of a regular expression's character class."""

# Invisible, yet not in the categories Cc, Cf or Cs: the rest of Unicode's Default_Ignorable_Code_Point.
_IGNORABLE = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180C, 0x180D, 0x180F, 0x2065, 0x3164, 0xFFA0}
_IGNORABLE |= {*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9)}

# Where a script's letters look like Latin ones. Lower-case Greek only where its capital is listed as well, and no μ:
# 5 μm are not 5 mm.
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХІЈЅԛԝаеорсухіјѕһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαιορνυ", "ABEKMHOPCTYXIJSqwaeopcyxijshlABEZHIKMNOPTYXaiopvu"
)
_WORD = re.compile(r"[^\W\d_]+")

# Radicals of the CJK Radicals Supplement that NFKC leaves alone although they look like the character beside them.
_RADICALS = dict(
    zip(
        "⺁⺄⺅⺆⺈⺉⺊⺌⺍⺎⺏⺐⺒⺓⺔⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺫⺬⺭⺯⺰⺱⺲⺶⺹⺺⺻⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "厂乙亻冂刀刂卜小小兀尣尢巳幺彑忄㣺扌攵旡日月歺民氵氺灬爫爫丬牛犭王罒示礻糹纟罓罒羊耂肀聿月艹艹艹虎衤覀西见角讠贝车辶辶辶阝钅长镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龟亀",
        strict=True,
    )
)

# Letters that are drawn as Latin ones and that NFKC leaves alone: small capitals, and letters in black or open shapes.
_SHAPED = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))
_SHAPED |= {chr(first + i): chr(97 + i) for first in (0x1F150, 0x1F170, 0x1F1E6) for i in range(26)}

# Marks that are laid over any letter: dropped where NFKC does not join them to it. U+3099 ff. belong to Japanese.
_MARKS = (0x0300, 0x0370), (0x0483, 0x048A), (0x1AB0, 0x1B00), (0x1DC0, 0x1E00), (0x20D0, 0x2100), (0xFE20, 0xFE30)

_HAN_CHAIN = re.compile(rf"(?<![{HAN}])[{HAN}](?:[\W_]{{1,2}}[{HAN}]){{2,}}(?![{HAN}])")
_LETTER_CHAIN = re.compile(rf"(?<![^\W_])[^\W\d_{HAN}](?:([\W_])[^\W\d_{HAN}])(?:\1[^\W\d_{HAN}]){{2,}}(?![^\W_])")
_SEPARATORS = re.compile(r"[\W_]+")

_TOKEN = re.compile(rf"([{HAN}]+)|(\d+(?:\.\d+)+|[^\W_{HAN}]+)")
_ENGLISH = re.compile(rf"(?<![^\W_{HAN}])[a-z]{{{SHORTEST},{MAX_TOKEN}}}(?![^\W_{HAN}])")
_GAPS = re.compile(r"""[ /_\-\u2010,;:.!?'"“”‘’()\[\]&+]+(?!\d)""")


class _VisibleTable(dict[int, int | str | None]):
    """A `str.translate` table that drops what cannot be seen; filled as characters turn up."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = result = _visible(code)
        return result


def _visible(code: int) -> int | str | None:
    character = chr(code)
    if character.isspace():
        return " "
    hidden = code in _IGNORABLE or 0xE0000 <= code <= 0xE0FFF
    return None if hidden or unicodedata.category(character) in {"Cc", "Cf", "Cs"} else code


_VISIBLE = _VisibleTable()


@cache
def _simplified() -> dict[int, str]:
    """A `str.translate` table from traditional to simplified characters, out of OpenCC's character dictionary.

    Where OpenCC names several simplified characters the first is taken: a choice by context is not needed, because both
    sides of a comparison are folded alike. Chains (a → b → c) are followed to their end, so that folding twice
    changes nothing.
    """
    spec = importlib.util.find_spec("opencc")
    if spec is None or spec.origin is None:
        raise ImportError("opencc-python-reimplemented is missing; install it: it folds traditional Chinese")
    dictionary = Path(spec.origin).with_name("dictionary") / "TSCharacters.txt"
    rows = map(str.split, dictionary.read_text(encoding="utf-8").splitlines())
    first = {fields[0]: fields[1] for fields in rows if len(fields) > 1}
    return {ord(character): _end_of_chain(character, first) for character in first}


class _AlikeTable(dict[int, int | str | None]):
    """A `str.translate` table of what looks alike, for text in NFKC; filled as characters turn up."""

    def __missing__(self, code: int) -> int | str | None:
        self[code] = result = _alike(code)
        return result


def _alike(code: int) -> int | str | None:
    """Return a Latin letter without its marks, a radical's character, a shaped letter's letter; nothing for a mark."""
    character = chr(code)
    if any(first <= code < end for first, end in _MARKS):
        return None
    found = _RADICALS.get(character) or _SHAPED.get(character)
    if found:
        return found.translate(_simplified())
    base = unicodedata.normalize("NFD", character)[0]
    return base if base.isascii() else _simplified().get(code, code)


_ALIKE = _AlikeTable()


def _in_one_script(word: re.Match[str]) -> str:
    """Return a word with its Cyrillic and Greek look-alikes as Latin letters, where it is Latin otherwise."""
    text = word.group()
    folded = text.translate(_LOOKALIKES)
    if folded == text or len(text) == 1:
        return text
    latin = any("a" <= letter <= "z" or "A" <= letter <= "Z" for letter in text)
    others = "".join(letter for letter in folded if not re.match(f"[{HAN}]", letter))
    return folded if latin or (len(others) > 1 and others.isascii()) else text


def close_gaps(text: str) -> str:
    """Return normalised text without the gaps that only spread a word out: 缺 陷 检 测, 缺·陷·检·测, d-e-f-e-c-t.

    Spaces and signs go where they stand between at least three single characters or, always the same one, at least four
    single letters: 男、女、老 is rare and loses nothing by it. All spaces between Chinese characters would be too
    many: nDCG@10 on judged data fell from .605 to .596 without those that divide words.
    """
    text = _HAN_CHAIN.sub(lambda chain: _SEPARATORS.sub("", chain.group()), text)
    return _LETTER_CHAIN.sub(lambda chain: _SEPARATORS.sub("", chain.group()), text)


def stemmed(normalised: str) -> str:
    """Return normalised text with its English words as stems, and a single space for the signs between them.

    Words with digits or other letters stay as they are, and so does 2.5. Never longer than the text; line breaks stay.
    """
    return _ENGLISH.sub(_stem_of, _GAPS.sub(" ", normalised))


def _stem_of(word: re.Match[str]) -> str:
    return stem(word.group())


def _end_of_chain(character: str, following: dict[str, str]) -> str:
    seen = {character}
    while (after := following.get(character, character)) not in seen:
        seen.add(after)
        character = after
    return min(seen) if after != character else character


class Analyzer:
    """Turns text into tokens, the same for queries, for the index and for full-text search.

    An instance is a callable from text to tokens, as scikit-learn's `analyzer` parameter wants it.

    >>> Analyzer().tokens("缺陷检测 AI-2.0")
    ['缺', '陷', '检', '测', '缺陷', '陷检', '检测', 'ai', '2.0']
    >>> Analyzer().tokens("defect inspections")
    ['defect', 'inspect', 'defect inspect']
    """

    name = "han12-words/3"
    """Stored with an index; one made by an analyzer of another name is refused. It changes when the tokens change."""

    def __init__(self, thesaurus: "Thesaurus | None" = None, stop_words: "StopWords | None" = None) -> None:
        """Take synonyms and stop words; their digests become part of the name, because they change the tokens."""
        self.thesaurus, self.stop_words = thesaurus, stop_words
        if thesaurus is not None:
            self.name = f"{self.name}+{thesaurus.digest}"
        if stop_words is not None:
            self.name = f"{self.name}-{stop_words.digest}"

    def normalise(self, text: str) -> str:
        """Return the text in the one form in which it is compared.

        NFKC; case folded; marks over Latin letters dropped; radicals, shaped letters and, within Latin words, Cyrillic
        and Greek look-alikes replaced; traditional characters made simplified; format and control characters dropped,
        so that a zero-width space within a word changes nothing; white space of any kind becomes a space, and gaps that
        only spread a word out are closed. At most 20,000 characters are read and returned, and read they are before
        anything else is done. Normalising twice is normalising once.
        """
        return close_gaps(self.fold(text))

    def fold(self, text: str) -> str:
        """Return the text as `normalise` does but with its gaps; each character by itself, words in their script."""
        text = text[:MAX_TEXT]
        if text.isascii():
            return text.translate(_VISIBLE).lower()
        folded = unicodedata.normalize("NFKC", text.translate(_VISIBLE))
        folded = _WORD.sub(_in_one_script, folded).casefold()
        # Folding case can leave a form that is not NFKC, and NFKC can bring back an invisible filler (U+1160).
        folded = unicodedata.normalize("NFKC", folded.translate(_VISIBLE))
        return unicodedata.normalize("NFKC", folded.translate(_ALIKE))[:MAX_TEXT]

    def tokens(self, text: str) -> list[str]:
        """Return the tokens of a text in reading order, run by run; repeated as often as they occur.

        A run of Chinese characters gives its characters, then its 2-grams; a 2-gram never reaches over a space, a
        line break or punctuation. Everything else that is a letter or a digit gives whole words, English ones as
        stems; 2.5 stays one number. Two of them with nothing but signs between them give a 2-gram as well, up to 64
        characters long. Stop words give nothing, and no 2-gram reaches over them. With a thesaurus the tokens of the
        concepts that the text speaks of come last; a stop word within a phrase takes nothing from them.
        """
        normalised = self.normalise(text)
        tokens = _grams(stemmed(self.stop_words.erased(normalised) if self.stop_words else normalised))
        if self.thesaurus is not None:
            tokens += self.thesaurus.tokens(normalised)
        return tokens

    def words(self, text: str) -> list[str]:
        """Return what full-text search looks for, by the beginnings of words: tokens without stems and word 2-grams."""
        found: list[str] = []
        for run, word in _TOKEN.findall(self.normalise(text)):
            found += [*run, *map(add, run, run[1:])] if run else [word[:MAX_TOKEN]]
        return found

    def __call__(self, text: str) -> list[str]:
        return self.tokens(text)


def _grams(text: str) -> list[str]:
    """Return the tokens of stemmed text."""
    tokens: list[str] = []
    begun = ended = -1  # the word before, in the text
    for found in _TOKEN.finditer(text):
        run, word = found.groups()
        if run:
            tokens += run
            tokens += map(add, run, run[1:])
            continue
        start, end = found.span()
        tokens.append(word[:MAX_TOKEN])
        if begun >= 0 and start == ended + 1 and text[ended] == " " and end - begun <= MAX_TOKEN:
            tokens.append(text[begun:end])
        begun, ended = start, end
    return tokens


@lru_cache(maxsize=1)
def default_analyzer() -> Analyzer:
    """Return the one analyzer that is used where none is given."""
    return Analyzer()
