"""Term ↔ column and idf, shared by all indexes that are compared with each other."""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.results import Document
from matching.strings import StringTable
from matching.text import Analyzer, default_analyzer
from matching.weighting import smooth_idf

GROWTH = 0.1
"""Part of the corpus that may change before a new idf is due; an idf from 90 % of a corpus moves 0.2 % of its pairs."""

Arrays = dict[str, npt.NDArray[np.generic]]


class Vocabulary:
    """The terms of a corpus and their idf in the present epoch.

    idf = ln((1 + n) / (1 + df)) + 1 with the n documents and the document frequencies df that were counted when the
    epoch began (scikit-learn's smooth idf). A term that came later has the idf of df = 1: ln((1 + n) / 2) + 1. The
    numbers of terms never change within an epoch. `changes` counts documents added and removed since; a new epoch is
    due at 10 % of n.

    terms : StringTable, term ↔ column.
    documents : n of the epoch.
    """

    def __init__(
        self, terms: StringTable | None = None, frequencies: Sequence[int] | None = None, documents: int = 0
    ) -> None:
        self.terms = StringTable() if terms is None else terms
        self._frequencies = np.asarray([] if frequencies is None else frequencies, np.int64)
        self._idf: npt.NDArray[np.float64] | None = None
        self.documents = documents
        self.changes = 0

    @classmethod
    def fit(cls, documents: Iterable[Document], *, analyzer: Analyzer | None = None) -> Self:
        """Return the vocabulary of the documents' titles and bodies; a term counts once per document."""
        analyzer = analyzer or default_analyzer()
        vocabulary = cls()
        numbers, seen, n = vocabulary.terms.numbering(), [], 0
        for n, document in enumerate(documents, start=1):  # noqa: B007 - n is the number of documents afterwards
            seen += [numbers[term] for term in {*analyzer.tokens(document.title), *analyzer.tokens(document.body)}]
        return cls(vocabulary.terms, np.bincount(np.asarray(seen, np.int64), minlength=len(numbers)).tolist(), n)

    @property
    def needs_refit(self) -> bool:
        """Whether more than 10 % of the epoch's documents have been added or removed since it began."""
        return self.changes > GROWTH * self.documents

    @property
    def idf(self) -> npt.NDArray[np.float64]:
        """idf by column, float64 (n_terms,)."""
        if self._idf is None or len(self._idf) != len(self.terms):
            frequencies = np.ones(len(self.terms), np.int64)
            frequencies[: len(self._frequencies)] = self._frequencies
            self._idf = smooth_idf(frequencies, self.documents)
        return self._idf

    @property
    def new_term_idf(self) -> float:
        """idf of a term that the epoch has not seen."""
        return float(smooth_idf(np.ones(1, np.int64), self.documents)[0])

    def refit(self, parts: Sequence[csr_array]) -> npt.NDArray[np.int64]:
        """Begin a new epoch from the counts of all documents, and return the old columns that are kept, in order.

        parts : counts of title and body together, csr_array (n_documents, n_terms) each. Terms in no document are
        dropped.
        """
        frequencies = np.zeros(len(self.terms), np.int64)
        for counts in parts:
            frequencies += np.bincount(counts.indices, minlength=len(frequencies))
        kept = np.flatnonzero(frequencies)
        strings = list(self.terms)
        self.terms = StringTable(strings[column] for column in kept)
        self._frequencies, self._idf = frequencies[kept], None
        self.documents, self.changes = sum(counts.shape[0] for counts in parts), 0
        return kept

    def arrays(self) -> Arrays:
        """Return what to store."""
        return {**self.terms.arrays(), "frequencies": self._frequencies, "idf": self.idf}

    @classmethod
    def from_arrays(cls, arrays: Arrays, *, documents: int, changes: int) -> Self:
        """Return the vocabulary that was stored, without reading its terms."""
        vocabulary = cls(StringTable.from_arrays({name: arrays[name] for name in ("utf8", "offsets", "order")}))
        vocabulary._frequencies = arrays["frequencies"].view(np.int64)
        vocabulary._idf = arrays["idf"].view(np.float64)
        vocabulary.documents, vocabulary.changes = documents, changes
        return vocabulary

    def __len__(self) -> int:
        return len(self.terms)
