"""Texts → how often each term occurs in each of them."""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.compiled import kernels
from matching.stop_words import StopWords
from matching.strings import StringTable
from matching.text import MAX_TEXT, MAX_TOKEN, Analyzer, close_gaps, stemmed

COMPILED_FROM = 2_000_000
"""Characters from which the compiled counting is used: tables and kernels take some two seconds to be ready."""

LINE_BREAK = ord("\n")

BATCH = 1_000_000
"""Characters that are counted at once."""

Codes = npt.NDArray[np.int32]


def count_terms(texts: Sequence[str], terms: StringTable, analyzer: Analyzer) -> csr_array:
    """Return csr_array (n_texts, n_terms), uint16, sorted; terms that are new are appended to the table.

    New terms are numbered in the order in which they turn up, whichever way they are counted; the concepts of the
    analyzer's thesaurus after the ordinary terms of all the texts.
    """
    if type(analyzer) is not Analyzer:
        return _counted_one_by_one(texts, terms, analyzer.tokens)
    compiled = kernels("token_kernels", work=sum(map(len, texts)), pays_from=COMPILED_FROM)
    plain = Analyzer(stop_words=analyzer.stop_words)
    counts = _counted(texts, terms, compiled, plain) if compiled else _counted_one_by_one(texts, terms, plain.tokens)
    if analyzer.thesaurus is None:
        return counts
    normalised = _normalised(texts) if compiled else map(analyzer.normalise, texts)
    spoken_of = _counted_one_by_one(normalised, terms, analyzer.thesaurus.tokens)
    return csr_array((counts.data, counts.indices, counts.indptr), shape=spoken_of.shape) + spoken_of


def _normalised(texts: Sequence[str]) -> Iterator[str]:
    """Yield what `Analyzer.normalise` makes of each text, many at once."""
    for batch in _batches(texts):
        codes, ends = _codes(batch)
        whole = codes.astype(np.int32).tobytes().decode("utf-32-le", "surrogatepass")
        for start, end in pairwise(ends.tolist()):
            yield whole[start:end]


def _counted_one_by_one(
    texts: Iterable[str], terms: StringTable, tokens_of: Callable[[str], Iterable[str]]
) -> csr_array:
    numbers, columns, ends = terms.numbering(), array("i"), [0]
    for text in texts:
        columns.extend(map(numbers.__getitem__, tokens_of(text)))
        ends.append(len(columns))
    indices = np.frombuffer(columns, np.int32).copy() if columns else np.zeros(0, np.int32)
    parts = (np.ones(len(indices), np.uint16), indices, _narrow(np.asarray(ends, np.int64)))
    counts = csr_array(parts, shape=(len(ends) - 1, len(numbers)))
    counts.sum_duplicates()
    return counts


def _counted(texts: Sequence[str], terms: StringTable, compiled: ModuleType, plain: Analyzer) -> csr_array:
    from matching.codepoints import kinds

    kind_of, table = kinds(), _TermTable(terms, compiled)
    columns, counts, row_ends = [np.zeros(0, np.int32)], [np.zeros(0, np.uint16)], [np.zeros(1, np.int64)]
    for batch in _batches(texts):
        codes, ends = _stemmed(*_codes(batch), plain.stop_words)
        table.make_room(len(codes))
        some_columns, some_counts = np.empty(2 * len(codes), np.int32), np.empty(2 * len(codes), np.uint16)
        some_ends = np.zeros(len(ends), np.int64)
        table.terms, filled = compiled.count_tokens(
            codes, ends, kind_of, MAX_TOKEN, table.slots, table.ends, table.codes, table.terms,
            some_columns, some_counts, some_ends,
        )  # fmt: skip
        columns.append(some_columns[:filled].copy())
        counts.append(some_counts[:filled].copy())
        row_ends.append(some_ends[1:] + row_ends[-1][-1])
    table.name_new_terms()
    parts = (np.concatenate(counts), np.concatenate(columns), _narrow(np.concatenate(row_ends)))
    return csr_array(parts, shape=(len(texts), len(terms)))


def _narrow(ends: npt.NDArray[np.int64]) -> npt.NDArray[np.signedinteger[Any]]:
    """Return the ends of rows as int32 where they fit: scipy widens the columns to what the ends are."""
    return ends.astype(np.int32) if ends[-1] <= np.iinfo(np.int32).max else ends


class _TermTable:
    """The terms of a `StringTable` as code points with a hash table over them.

    slots int32, a power of two: number of the term, or -1. ends int64: codes[ends[i]:ends[i + 1]] is term i.
    """

    def __init__(self, terms: StringTable, compiled: ModuleType) -> None:
        self._strings, self._compiled = terms, compiled
        known = list(terms)
        self.terms = len(known)
        self.codes = _encoded("".join(known)).copy()  # writable, whereas the encoded text is not
        self.ends = np.zeros(self.terms + 1, np.int64)
        np.cumsum([len(term) for term in known], out=self.ends[1:])
        self.slots = np.zeros(0, np.int32)

    def make_room(self, characters: int) -> None:
        """Grow to what a batch of so many characters can bring: at most two terms and three codes per character."""
        used, most = int(self.ends[self.terms]), self.terms + 2 * characters
        if len(self.codes) < used + 3 * characters:
            self.codes = np.concatenate([self.codes[:used], np.zeros(used + 6 * characters, np.int32)])
        if len(self.ends) < most + 1:
            self.ends = np.concatenate([self.ends[: self.terms + 1], np.zeros(self.terms + 4 * characters, np.int64)])
        if len(self.slots) < 2 * most:
            self.slots = np.full(1 << (4 * most).bit_length(), -1, np.int32)
            self._compiled.fill_slots(self.slots, self.ends, self.codes, self.terms)

    def name_new_terms(self) -> None:
        """Append the terms that were found to the `StringTable`."""
        numbers = self._strings.numbering()
        ends = self.ends[len(numbers) : self.terms + 1]
        text = self.codes[ends[0] : ends[-1]].tobytes().decode("utf-32-le", "surrogatepass")
        for start, end in pairwise((ends - ends[0]).tolist()):
            numbers[text[start:end]]  # appends


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text[:MAX_TEXT])
        size += len(batch[-1])
        if size >= BATCH:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _encoded(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.int32)


def _codes(texts: list[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return the normalised texts one after the other as code points, and where each ends (texts + 1,)."""
    from matching.codepoints import CONTEXTUAL, DROPPED, folds

    fold_of, fold = folds(), Analyzer().fold
    codes, ends = _joined(texts)
    folded = fold_of[codes]
    contextual = np.flatnonzero(folded == CONTEXTUAL)
    if len(contextual):
        texts = list(texts)
        for number in np.unique(np.searchsorted(ends, contextual, side="right") - 1).tolist():
            texts[number] = fold(texts[number])
        codes, ends = _joined(texts)
        folded = fold_of[codes]
        # What is still contextual stands in a text that is normalised already, where it stays as it is.
        folded = np.where(folded == CONTEXTUAL, codes, folded)
    kept = folded != DROPPED
    if not kept.all():
        ends = np.concatenate([[0], np.cumsum(kept)])[ends]
        folded = folded[kept]
    return _without_gaps(folded, ends)


def _without_gaps(codes: Codes, ends: npt.NDArray[np.int64]) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return the texts with their gaps closed; only those are looked at that may have one."""
    from matching.codepoints import HAN_CHARACTER, LETTER, POINT, SEPARATOR, kinds

    # Two places of padding, and a text's end counts as a gap, so that what is looked at is never too little.
    kind = np.concatenate([[SEPARATOR], kinds()[codes], [SEPARATOR] * 4])
    apart, han, letter = (kind == SEPARATOR) | (kind == POINT), kind == HAN_CHARACTER, kind == LETTER
    first = np.concatenate([[True], np.zeros(len(codes) + 4, bool)])
    first[ends] = True  # the place before the first character of each text
    at, before, after, second, third = (slice(n, len(codes) + n) for n in (1, 0, 2, 3, 4))
    suspect = han[at] & apart[after] & (~han[before] | first[before]) & (apart | han)[second]
    suspect |= letter[at] & apart[after] & letter[second] & apart[third]
    if not suspect.any():
        return codes, ends
    numbers = np.unique(np.searchsorted(ends, np.flatnonzero(suspect), side="right") - 1)
    pieces = [codes[start:end] for start, end in pairwise(ends.tolist())]
    for number in numbers.tolist():
        pieces[number] = _encoded(close_gaps(pieces[number].tobytes().decode("utf-32-le", "surrogatepass")))
    ends = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=ends[1:])
    return np.concatenate(pieces), ends


def _stemmed(
    codes: Codes, ends: npt.NDArray[np.int64], stop_words: StopWords | None
) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Return normalised texts as `matching.text.stemmed` gives them, without stop words; a line break, which none
    holds, parts them.
    """
    text = np.insert(codes, ends[1:], LINE_BREAK).astype(np.int32).tobytes().decode("utf-32-le", "surrogatepass")
    codes = _encoded(stemmed(stop_words.erased(text) if stop_words else text))
    kept = codes != LINE_BREAK
    ends = np.concatenate([[0], np.cumsum(kept)[~kept]])
    return codes[kept], ends


def _joined(texts: list[str]) -> tuple[Codes, npt.NDArray[np.int64]]:
    ends = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in texts], out=ends[1:])
    return _encoded("".join(texts)), ends
