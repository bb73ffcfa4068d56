"""What a collection keeps of its documents: how often each term occurs, in pieces on disk and in a tail."""

from collections.abc import Sequence
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


class Tail:
    """What was added since an epoch began, row by row, in that epoch's weights.

    ids, counts, rows : of each document its id, (columns ascending, counts) and (columns, weights of length 1).
    places : id → its newest row. terms : term → column of those that the epoch did not know.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.counts: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]] = []
        self.rows: list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = []
        self.places: dict[str, int] = {}
        self.terms: dict[str, int] = {}
        self._joined: tuple[npt.NDArray[np.int64], ...] | None = None

    def append(self, document_id: str, columns: npt.NDArray[np.int64], counts: npt.NDArray[np.int64], idf: Any) -> None:
        """Add a document."""
        self.places[document_id] = len(self.ids)
        self.ids.append(document_id)
        self.counts.append((columns, counts))
        self.rows.append((columns, term_weights(counts, idf)))
        self._joined = None

    def products(self, columns: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the product of a text with every row, float64 (n,)."""
        if not self.rows or not len(columns):
            return np.zeros(len(self.rows))
        if self._joined is None:
            of_row = np.repeat(np.arange(len(self.rows)), [len(held) for held, _ in self.rows])
            self._joined = of_row, *(np.concatenate(parts) for parts in zip(*self.rows, strict=True))
        of_row, held, their_weights = self._joined
        places = np.minimum(np.searchsorted(columns, held), len(columns) - 1)
        values = np.where(columns[places] == held, weights[places], 0.0) * their_weights
        return np.bincount(of_row, values, minlength=len(self.rows)).astype(np.float64)

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
