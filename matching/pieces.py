"""What a collection keeps of its documents: how often each term occurs, in pieces on disk and in a tail."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.counting import count_terms
from matching.index import prefixed, under
from matching.results import Document
from matching.store import read_folder, write_folder
from matching.strings import StringTable
from matching.text import Analyzer
from matching.weighting import term_weights

_CSR = ("data", "indices", "indptr")
PART = 4_096
"""Rows whose postings are made at once, at most: a tenth of a second."""


class Piece(NamedTuple):
    """Documents with how often each term occurs in them, title and body together: csr_array (n, n_terms), uint16."""

    ids: StringTable
    counts: csr_array

    def save(self, folder: Path) -> None:
        """Store the piece as a new folder."""
        arrays = prefixed("ids", self.ids.arrays()) | {f"counts.{part}": getattr(self.counts, part) for part in _CSR}
        write_folder(folder, arrays, {"kind": "piece", "terms": self.counts.shape[1]})

    @classmethod
    def open(cls, folder: Path) -> "Piece":
        """Map a stored piece; raises IndexFormatError with cause and remedy."""
        arrays, meta = read_folder(folder)
        ids = StringTable.from_arrays(under(arrays, "ids"))
        counts = tuple(arrays[f"counts.{part}"] for part in _CSR)
        return cls(ids, csr_array(counts, shape=(len(ids), int(meta["terms"]))))


class Postings(NamedTuple):
    """Some rows of a tail turned round: columns that occur, ascending, and csr_array (their number, rows), float32."""

    columns: npt.NDArray[np.int64]
    turned: csr_array

    @classmethod
    def of(cls, rows: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]) -> "Postings":
        """Return the postings of rows (columns, weights)."""
        of_row = np.repeat(np.arange(len(rows)), [len(columns) for columns, _weights in rows])
        held, weights = (np.concatenate(part) for part in zip(*rows, strict=True))
        columns, places = np.unique(held, return_inverse=True)
        shape = (len(columns), len(rows))
        return cls(columns, csr_array((weights.astype(np.float32), (places, of_row)), shape=shape))

    def products(self, queries: csr_array) -> csr_array:
        """Return the products of texts, csr_array (n, n_terms), with every row: csr_array (n, rows), float64."""
        if not len(self.columns):
            return csr_array((queries.shape[0], self.turned.shape[1]))
        places = np.minimum(np.searchsorted(self.columns, queries.indices), len(self.columns) - 1)
        known = self.columns[places] == queries.indices
        ends = np.concatenate([[0], np.cumsum(known)])[queries.indptr]
        parts = (queries.data[known].astype(np.float64), places[known], ends)
        return csr_array(csr_array(parts, shape=(queries.shape[0], len(self.columns))) @ self.turned)


class Tail:
    """What was added since an epoch began, row by row, in that epoch's weights.

    ids, counts, rows : of each document its id, (columns ascending, counts) and (columns, weights of length 1).
    places : id → its newest row. terms : term → column of those that the epoch did not know. The rows' postings are in
    parts of at most `PART` rows, joined as they grow, so that a row is turned round a few times in all.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.counts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
        self.rows: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
        self.places: dict[str, int] = {}
        self.terms: dict[str, int] = {}
        self._ends = [0]
        self._parts: list[Postings] = []

    def append(self, document_id: str, columns: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], idf: Any) -> None:
        """Add a document."""
        self.places[document_id] = len(self.ids)
        self.ids.append(document_id)
        self.counts.append((columns, counts))
        self.rows.append((columns, term_weights(counts, idf)))

    def reaching(self, queries: csr_array, least: float) -> Iterator[tuple[int, int, float]]:
        """Yield (query, row, product) wherever the product of a text with a row is above 0 and no less than `least`."""
        self._turn_round()
        for first, part in zip(self._ends, self._parts, strict=False):
            found = part.products(queries).tocoo()
            kept = (found.data >= least) & (found.data > 0)
            some = (found.row[kept], found.col[kept] + first, found.data[kept])
            yield from zip(*(values.tolist() for values in some), strict=True)

    def _turn_round(self) -> None:
        while self._ends[-1] < len(self.rows):
            end = min(len(self.rows), self._ends[-1] + PART)
            while len(self._ends) > 1 and self._joins(self._ends[-2], self._ends[-1], end):
                self._ends.pop()
                self._parts.pop()
            self._parts.append(Postings.of(self.rows[self._ends[-1] : end]))
            self._ends.append(end)

    @staticmethod
    def _joins(first: int, middle: int, end: int) -> bool:
        return middle - first <= 2 * (end - middle) and end - first <= PART

    def piece(self, rows: Sequence[int], width: int) -> Piece:
        """Return some of the rows as a piece with so many columns."""
        entries = [self.counts[row] for row in rows]
        counts = np.concatenate([np.zeros(0, np.int64), *(some for _, some in entries)])
        columns = np.concatenate([np.zeros(0, np.int64), *(some for some, _ in entries)])
        ends = np.cumsum([0, *(len(some) for some, _ in entries)])
        parts = (np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16), columns, ends)
        return Piece(StringTable(self.ids[row] for row in rows), csr_array(parts, shape=(len(rows), width)))


def counted(documents: Sequence[Document], terms: StringTable, analyzer: Analyzer) -> csr_array:
    """Return how often each term occurs in the title and the body together; new terms are appended."""
    title = count_terms([document.title for document in documents], terms, analyzer)
    body = count_terms([document.body for document in documents], terms, analyzer)
    shape = (len(documents), len(terms))
    title = csr_array((title.data, title.indices, title.indptr), shape=shape)
    return title + csr_array((body.data, body.indices, body.indptr), shape=shape)
