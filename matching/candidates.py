"""Needs with the candidates that are to be ranked for each: their counts side by side, and what occurs twice."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from matching.index import Field
from matching.ranking import Source, indexes
from matching.results import Document
from matching.thesaurus import MARK
from matching.vocabulary import Vocabulary

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

PARTS: tuple[Field, ...] = ("title", "body")

Facets = Mapping[tuple[str, str], Mapping[str, float]]
"""(Need id, capability id) → name → value: what is known of a pair beside its texts."""


class Side(NamedTuple):
    """Counts of some columns: of the needs' titles, bodies and both, and of the candidates, a row per candidate."""

    columns: Numbers
    title: csr_array
    body: csr_array
    whole: csr_array
    candidate: csr_array

    @property
    def fields(self) -> dict[str, csr_array]:
        """The needs' counts by name."""
        return {"title": self.title, "body": self.body, "all": self.whole}


class Background(NamedTuple):
    """How often terms occur in a whole collection: with it a need is ranked as well alone as among others.

    A capability text counts once, however often it was posted. frequencies : in how many needs and capability texts a
    term occurs, `documents` in all. offered : in how many capability texts, `texts` in all. columns : as
    `Candidates.columns`.
    """

    frequencies: Floats
    documents: int
    offered: Floats
    texts: int
    columns: dict[str, Numbers]

    @classmethod
    def of(cls, source: Source) -> "Background":
        """Count a collection once; to be kept as long as the index is."""
        needs, capabilities = indexes(source)
        counts, width = capabilities.counts("all"), len(needs.vocabulary)
        texts = counts[firsts(same_rows(counts))]
        offered = np.bincount(texts.indices, minlength=width).astype(np.float64)
        asked = np.bincount(needs.counts("all").indices, minlength=width)
        documents = len(needs) + texts.shape[0]
        return cls(offered + asked, documents, offered, texts.shape[0], columns_of(needs.vocabulary))


class Candidates:
    """Some needs of an index with their candidates, as rows: first those of the first need, by ascending id, and so on.

    What is counted over candidates counts a capability text once, however many capabilities and needs it comes with:
    else a popular duplicate would tell of itself.

    need_ids : the needs. ids : capability ids by row. need : number of the need by row. ends : where each need's rows
    end, from 0. background : None where the needs and candidates given are themselves what is counted over.
    """

    def __init__(
        self,
        source: Source,
        pools: Mapping[str, Iterable[str]],
        *,
        background: Background | None = None,
        texts: Iterable[Document] = (),
        facets: Facets | None = None,
    ) -> None:
        """Take pools (need id → candidate ids); raises UnknownDocument for an id that is not in its index.

        background : makes every score independent of which other needs are given. texts : those needs that are in no
        index. facets : a pair or a name that is missing counts as 0.
        """
        self.needs, self.capabilities = indexes(source)
        self.need_ids = list(pools)
        sets = [sorted(set(pools[need])) for need in self.need_ids]
        self.ids = [one for some in sets for one in some]
        self.ends = np.concatenate([[0], np.cumsum([len(some) for some in sets], dtype=np.int64)])
        self.need = np.repeat(np.arange(len(sets)), np.diff(self.ends))
        self.background = background
        self._texts = {text.id: text for text in texts}
        self._facets = facets or {}
        self._rows = np.array([self.capabilities.row(one) for one in self.ids], np.int64)
        self._of_needs = {field: self._needs_counts(field) for field in PARTS}
        self._of_needs["all"] = self._of_needs["title"] + self._of_needs["body"]
        parts = (self.capabilities.counts(field)[self._rows] for field in PARTS)
        self._of_candidates = sum(parts, start=csr_array((len(self.ids), len(self.needs.vocabulary)), dtype=np.uint16))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def pools(self) -> list[slice]:
        """The rows of each need."""
        return [slice(int(start), int(end)) for start, end in zip(self.ends, self.ends[1:], strict=False)]

    @cached_property
    def text(self) -> Numbers:
        """Number of the candidate's text by row; equal texts (in any order of words) have the same."""
        return same_rows(self._of_candidates)

    @cached_property
    def first_of_text(self) -> Mask:
        """Whether a row is the first with its text."""
        return firsts(self.text)

    @cached_property
    def post(self) -> Numbers:
        """Number of the need's title by need; a need that was posted again has the same."""
        return same_rows(self._of_needs["title"])

    @cached_property
    def pair(self) -> Numbers:
        """Number of (need, candidate text) by row."""
        return np.unique(self.need * (int(self.text.max(initial=0)) + 1) + self.text, return_inverse=True)[1]

    def side(self, columns: Numbers) -> Side:
        """Return the counts of these columns, float64."""
        parts = (self._of_needs["title"], self._of_needs["body"], self._of_needs["all"], self._of_candidates)
        return Side(columns, *(csr_array(part[:, columns], dtype=np.float64) for part in parts))

    @cached_property
    def facets(self) -> dict[str, Floats]:
        """The facets by name, a value per row; none where none were given."""
        names = sorted({name for known in self._facets.values() for name in known})
        pairs = [(self.need_ids[need], one) for need, one in zip(self.need.tolist(), self.ids, strict=True)]
        known = [self._facets.get(pair, {}) for pair in pairs]
        return {name: np.array([row.get(name, 0.0) for row in known], np.float64) for name in names}

    def shared(self, row: int, columns: Numbers) -> Numbers:
        """Return which of these columns a candidate has in common with its need."""
        need = self._of_needs["all"][[int(self.need[row])]].indices
        return np.intersect1d(np.intersect1d(need, self._of_candidates[[row]].indices), columns, assume_unique=True)

    def columns(self) -> dict[str, Numbers]:
        """Return the columns of single characters and words ("1"), of 2-grams ("2"), and of both ("12")."""
        return self.background.columns if self.background else columns_of(self.needs.vocabulary)

    def document_frequencies(self, side: Side) -> tuple[Floats, int]:
        """Return in how many needs and distinct capability texts each term occurs, and how many of them there are."""
        if self.background:
            return self.background.frequencies[side.columns], self.background.documents
        texts = side.candidate[self.first_of_text]
        frequencies = np.bincount(np.concatenate([side.whole.indices, texts.indices]), minlength=side.whole.shape[1])
        return frequencies.astype(np.float64), side.whole.shape[0] + texts.shape[0]

    def offered(self, side: Side) -> tuple[Floats, int]:
        """Return in how many distinct capability texts each term occurs, and how many of them there are."""
        if self.background:
            return self.background.offered[side.columns], self.background.texts
        texts = side.candidate[self.first_of_text]
        frequencies = np.bincount(texts.indices, minlength=side.candidate.shape[1])
        return frequencies.astype(np.float64), texts.shape[0]

    def typical(self, lengths: Floats) -> Floats:
        """Return the mean by row: over all rows, or with a background over those of the same need."""
        if not self.background:
            return np.full(len(lengths), lengths.mean() if len(lengths) else 1.0)
        sums = np.bincount(self.need, lengths, minlength=len(self.need_ids))
        return (sums / np.maximum(np.bincount(self.need, minlength=len(self.need_ids)), 1))[self.need]

    def _needs_counts(self, field: Field) -> csr_array:
        stored = self.needs.counts(field)
        rows = [
            self._counted(self._texts[one], field) if one in self._texts else stored[[self.needs.row(one)]]
            for one in self.need_ids
        ]
        return csr_array(vstack(rows, format="csr")) if rows else csr_array((0, stored.shape[1]), dtype=np.uint16)

    def _counted(self, text: Document, field: Field) -> csr_array:
        tokens = self.needs.analyzer.tokens(text.title if field == "title" else text.body)
        columns = np.fromiter(map(self.needs.vocabulary.terms.find, tokens), np.int64)
        held, counts = np.unique(columns[columns >= 0], return_counts=True)
        shape = (1, len(self.needs.vocabulary))
        return csr_array((counts.astype(np.uint16), held, [0, len(held)]), shape=shape)

    def dot(self, of_needs: csr_array, of_candidates: csr_array) -> Floats:
        """Return the product of each candidate's row with the row of its need."""
        return np.asarray(of_needs[self.need].multiply(of_candidates).sum(axis=1)).ravel()

    def standardised(self, scores: Floats) -> Floats:
        """Return z-scores: each need's candidates with mean 0 and deviation 1."""
        parts = [scores[pool] for pool in self.pools]
        return np.concatenate([(part - part.mean()) / (part.std() or 1.0) for part in parts if len(part)] or [scores])


def firsts(numbers: Numbers) -> Mask:
    """Return whether each is the first of its number."""
    mask = np.zeros(len(numbers), bool)
    mask[np.unique(numbers, return_index=True)[1]] = True
    return mask


def columns_of(vocabulary: Vocabulary) -> dict[str, Numbers]:
    """Return the columns of single characters and words ("1"), of 2-grams ("2"), and of both ("12")."""
    two = bigram_columns(vocabulary)
    return {"1": np.flatnonzero(~two), "2": np.flatnonzero(two), "12": np.arange(len(two))}


def bigram_columns(vocabulary: Vocabulary) -> Mask:
    """Return whether each column is a 2-gram of Chinese characters or of words; a concept counts as one word."""
    return np.array([is_bigram(term) for term in vocabulary.terms], bool)


def is_bigram(term: str) -> bool:
    """Whether a term is two Chinese characters, or two words with a space between."""
    if " " in term:
        return not term.startswith(MARK)
    return len(term) == 2 and not any(map(str.isascii, term))


def without_translations(counts: csr_array, vocabulary: Vocabulary) -> csr_array:
    """Return counts without the word 2-grams of those rows that have 2-grams of Chinese characters.

    An English title beside a Chinese text says once more what the text says, and in fewer different words.
    """
    two = bigram_columns(vocabulary)
    words = two & np.array([" " in term for term in vocabulary.terms], bool)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    chinese = np.bincount(rows[(two & ~words)[counts.indices]], minlength=counts.shape[0]) > 0
    kept = ~(words[counts.indices] & chinese[rows])
    ends = np.concatenate([[0], np.cumsum(kept)])[counts.indptr]
    return csr_array((counts.data[kept], counts.indices[kept], ends), shape=counts.shape)


def same_rows(counts: csr_array) -> Numbers:
    """Return a number by row; equal rows have the same."""
    seen: dict[bytes, int] = {}
    rows = [slice(int(start), int(end)) for start, end in zip(counts.indptr, counts.indptr[1:], strict=False)]
    keys = [counts.indices[row].tobytes() + counts.data[row].tobytes() for row in rows]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], np.int64)
