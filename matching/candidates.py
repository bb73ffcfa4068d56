"""Needs with the candidates that are to be ranked for each: their counts side by side, and what occurs twice."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.index import Field
from matching.ranking import Source, indexes
from matching.vocabulary import Vocabulary

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Side(NamedTuple):
    """Counts of some columns: of the needs' titles, bodies and both, and of the candidates, a row per candidate."""

    title: csr_array
    body: csr_array
    whole: csr_array
    candidate: csr_array

    @property
    def fields(self) -> dict[str, csr_array]:
        """The needs' counts by name."""
        return {"title": self.title, "body": self.body, "all": self.whole}


class Candidates:
    """Some needs of an index with their candidates, as rows: first those of the first need, by ascending id, and so on.

    What is counted over candidates counts a capability text once, however many capabilities and needs it comes with:
    else a popular duplicate would tell of itself.

    need_ids : the needs. ids : capability ids by row. need : number of the need by row. ends : where each need's rows
    end, from 0.
    """

    def __init__(self, source: Source, pools: Mapping[str, Iterable[str]]) -> None:
        """Take pools (need id → candidate ids); raises UnknownDocument for an id that is not in its index."""
        self.needs, self.capabilities = indexes(source)
        self.need_ids = list(pools)
        sets = [sorted(set(pools[need])) for need in self.need_ids]
        self.ids = [one for some in sets for one in some]
        self.ends = np.concatenate([[0], np.cumsum([len(some) for some in sets], dtype=np.int64)])
        self.need = np.repeat(np.arange(len(sets)), np.diff(self.ends))
        self._need_rows = np.array([self.needs.row(one) for one in self.need_ids], np.int64)
        self._rows = np.array([self.capabilities.row(one) for one in self.ids], np.int64)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def pools(self) -> list[slice]:
        """The rows of each need."""
        return [slice(int(start), int(end)) for start, end in zip(self.ends, self.ends[1:], strict=False)]

    @cached_property
    def text(self) -> Numbers:
        """Number of the candidate's text by row; equal texts (in any order of words) have the same."""
        return same_rows(self.capabilities.counts("all")[self._rows])

    @cached_property
    def first_of_text(self) -> Mask:
        """Whether a row is the first with its text."""
        return firsts(self.text)

    @cached_property
    def post(self) -> Numbers:
        """Number of the need's title by need; a need that was posted again has the same."""
        return same_rows(self.needs.counts("title")[self._need_rows])

    @cached_property
    def pair(self) -> Numbers:
        """Number of (need, candidate text) by row."""
        return np.unique(self.need * (int(self.text.max(initial=0)) + 1) + self.text, return_inverse=True)[1]

    def side(self, columns: Numbers) -> Side:
        """Return the counts of these columns, float64."""
        fields: tuple[Field, ...] = ("title", "body", "all")
        parts = [self.needs.counts(field)[self._need_rows] for field in fields]
        parts.append(self.capabilities.counts("all")[self._rows])
        return Side(*(csr_array(part[:, columns], dtype=np.float64) for part in parts))

    def columns(self) -> dict[str, Numbers]:
        """Return the columns of single characters and words ("1"), of 2-grams ("2"), and of both ("12")."""
        is_bigram = bigram_columns(self.needs.vocabulary)
        return {"1": np.flatnonzero(~is_bigram), "2": np.flatnonzero(is_bigram), "12": np.arange(len(is_bigram))}

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


def bigram_columns(vocabulary: Vocabulary) -> Mask:
    """Return whether each column is a 2-gram of Chinese characters; the others are single characters and words."""
    return np.array([len(term) == 2 and not any(map(str.isascii, term)) for term in vocabulary.terms], bool)


def same_rows(counts: csr_array) -> Numbers:
    """Return a number by row; equal rows have the same."""
    seen: dict[bytes, int] = {}
    rows = [slice(int(start), int(end)) for start, end in zip(counts.indptr, counts.indptr[1:], strict=False)]
    keys = [counts.indices[row].tobytes() + counts.data[row].tobytes() for row in rows]
    return np.array([seen.setdefault(key, len(seen)) for key in keys], np.int64)
