"""An index of documents: token counts per field, from which weights, similarities and searches follow."""

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from matching.counting import count_terms
from matching.errors import IndexFormatError, MatchingError, UnknownDocument
from matching.postings import Postings, SparseVector, largest
from matching.results import Document, Hit
from matching.store import read_folder, write_folder
from matching.strings import StringTable
from matching.text import Analyzer, default_analyzer
from matching.vocabulary import Arrays, Vocabulary
from matching.weighting import term_weights, tfidf
from matching.word_lists import analyzer_with

Field = Literal["all", "title", "body"]
FIELDS: tuple[Field, ...] = ("all", "title", "body")
_COUNTED: tuple[Field, ...] = ("title", "body")
MANY = 100
"""Ids looked up at once for which a dict of all ids is made: halving takes some 15 µs each."""

_CSR = ("data", "indices", "indptr")
_REMEDY = "make a new build from the documents"


class TextIndex:
    """Documents as tf-idf vectors: (1 + ln tf) · idf, rows of length 1, for the title, the body and both together.

    What is kept is the number of times each token occurs in each document's title and body; weights are computed from
    it, so that a new idf needs no text. Use `build` or `load` to make one; `IndexSet` for several over one vocabulary.

    vocabulary : Vocabulary, term ↔ column and idf; possibly shared.
    """

    def __init__(self, vocabulary: Vocabulary, *, analyzer: Analyzer | None = None, shared: bool = True) -> None:
        self.vocabulary = vocabulary
        self.analyzer = analyzer or default_analyzer()
        self._shared = shared
        self._ids = StringTable()
        self._counts: dict[Field, csr_array] = {field: _empty() for field in _COUNTED}
        self._matrices: dict[Field, csr_array] = {}
        self._turned: dict[Field, Postings] = {}

    @classmethod
    def build(
        cls, documents: Iterable[Document], *, analyzer: Analyzer | None = None, vocabulary: Vocabulary | None = None
    ) -> Self:
        """Return an index of the documents.

        vocabulary : one to share, which gets the documents' new terms; without it the index fits its own.
        Raises MatchingError where an id comes twice.
        """
        index = cls(vocabulary or Vocabulary(), analyzer=analyzer, shared=vocabulary is not None)
        index.add(documents)
        if vocabulary is None:
            index.refit()
        return index

    def add(self, documents: Iterable[Document]) -> int:
        """Index documents with the present idf and return their number; one whose id is known replaces the old one.

        New terms get new columns and the idf of df = 1. Raises MatchingError where an id comes twice in `documents`.
        """
        fresh = list(documents)
        if not fresh:
            return 0
        ids = [document.id for document in fresh]
        if len(set(ids)) < len(ids):
            twice = sorted(string for string, times in Counter(ids).items() if times > 1)
            raise MatchingError(f"ids come twice: {', '.join(twice[:5])}; give each document once")
        self.remove(ids)
        texts = {"title": [d.title for d in fresh], "body": [d.body for d in fresh]}
        for field in _COUNTED:
            counted = count_terms(texts[field], self.vocabulary.terms, self.analyzer)
            self._counts[field] = _below(self._counts[field], counted)
        numbers = self._ids.numbering()
        for string in ids:
            numbers[string]  # appends
        self.vocabulary.changes += len(ids)
        self._forget()
        return len(ids)

    def remove(self, ids: Iterable[str]) -> int:
        """Take documents out and return how many there were; unknown ids are passed over, so it may run twice."""
        rows = {self._ids.find(string) for string in ids} - {-1}
        if not rows:
            return 0
        kept = np.setdiff1d(np.arange(len(self)), np.fromiter(rows, np.int64))
        strings = self.ids
        self._ids = StringTable(strings[row] for row in kept)
        self._counts = {field: counts[kept] for field, counts in self._counts.items()}
        self.vocabulary.changes += len(rows)
        self._forget()
        return len(rows)

    def refit(self) -> None:
        """Begin a new epoch: count the document frequencies again, drop unused terms, compute all weights anew.

        Raises MatchingError where the vocabulary is shared: then the `IndexSet` is to be refitted.
        """
        if self._shared:
            raise MatchingError("this index shares its vocabulary; refit the IndexSet that holds all its parts")
        self.keep_columns(self.vocabulary.refit([self.counts("all")]))

    def keep_columns(self, columns: npt.NDArray[np.int64]) -> None:
        """Follow a refitted vocabulary: old column columns[i] becomes column i."""
        number = np.full(max(int(columns[-1]) + 1 if len(columns) else 0, self._width()), -1, np.int32)
        number[columns] = np.arange(len(columns), dtype=np.int32)
        for field, counts in self._counts.items():
            # Both orders are ascending, so the indices stay sorted; a fresh array never inherits a stale sorted flag.
            parts = (counts.data, number[counts.indices], counts.indptr)
            self._counts[field] = csr_array(parts, shape=(len(self), len(columns)))
        self._forget()

    @property
    def needs_refit(self) -> bool:
        """Whether more than 10 % of the documents have changed since the epoch began."""
        return self.vocabulary.needs_refit

    @property
    def ids(self) -> list[str]:
        """Ids in row order."""
        return list(self._ids)

    @property
    def matrix(self) -> csr_array:
        """Title and body together: csr_array (n_documents, n_terms), float32, rows L2-normalised.

        The products of its rows are the similarities.
        """
        return self._matrix("all")

    @property
    def title_matrix(self) -> csr_array:
        """As `matrix`, of the titles alone; the row of an empty title is empty."""
        return self._matrix("title")

    @property
    def body_matrix(self) -> csr_array:
        """As `matrix`, of the bodies alone; the row of an empty body is empty."""
        return self._matrix("body")

    def counts(self, field: Field) -> csr_array:
        """Return how often each term occurs: csr_array (n_documents, n_terms), uint16; "all" is the sum of both."""
        title, body = (_widened(self._counts[part], len(self.vocabulary)) for part in _COUNTED)
        return title + body if field == "all" else title if field == "title" else body

    def row(self, document_id: str) -> int:
        """Return the row of a document; raises UnknownDocument."""
        row = self._ids.find(document_id)
        if row < 0:
            raise UnknownDocument(f"{document_id!r} is not in the index; add it first or give a Document")
        return row

    def rows(self, ids: Iterable[str]) -> npt.NDArray[np.int64]:
        """Return the rows of those ids that are in the index, in the order given."""
        wanted = list(ids)
        if len(wanted) > MANY:
            self._ids.numbering()
        found = np.array([self._ids.find(string) for string in wanted], np.int64)
        return found[found >= 0]

    def id_at(self, row: int) -> str:
        """Return the id of a row."""
        return self._ids[row]

    def vector(self, document: str | Document, field: Field = "all") -> SparseVector:
        """Return the weights of a document of this index (by id) or of any other (a `Document`)."""
        if isinstance(document, str):
            return self._stored_vector(self.row(document), field)
        texts = {"title": (document.title,), "body": (document.body,), "all": (document.title, document.body)}
        counter = Counter(token for text in texts[field] for token in self.analyzer.tokens(text))
        columns = np.fromiter(map(self.vocabulary.terms.find, counter), np.int64, len(counter))
        counts = np.fromiter(counter.values(), np.int64, len(counter))
        idf = np.full(len(counter), self.vocabulary.new_term_idf)
        known = columns >= 0
        idf[known] = self.vocabulary.idf[columns[known]]
        order = np.argsort(columns, kind="stable")[np.count_nonzero(~known) :]
        return SparseVector(columns[order], term_weights(counts, idf)[order])

    def _stored_vector(self, row: int, field: Field) -> SparseVector:
        counted = Counter[int]()
        for part in _COUNTED if field == "all" else (field,):
            counts = self._counts[part]
            places = slice(int(counts.indptr[row]), int(counts.indptr[row + 1]))
            counted.update(dict(zip(counts.indices[places].tolist(), counts.data[places].tolist(), strict=True)))
        columns = np.array(sorted(counted), np.int64)
        tf = np.array([counted[column] for column in columns.tolist()], np.int64)
        return SparseVector(columns, term_weights(tf, self.vocabulary.idf[columns]))

    def cosines(self, vector: SparseVector, field: Field = "all") -> npt.NDArray[np.float64]:
        """Return the cosine of a vector with that field of every document, float64 (n_documents,)."""
        return self._postings(field).cosines(vector, len(self))

    def search(self, title: str, body: str = "", *, limit: int = 10, exclude: Iterable[str] = ()) -> list[Hit]:
        """Return the documents most similar to a text, best first; ties by id; similarity 0 is never a hit.

        The score is the cosine the text would have in `matrix` if it were added. exclude : ids that are passed over.
        """
        scores = self.cosines(self.vector(Document("", title, body)))
        scores[self.rows(exclude)] = 0.0
        hits = [Hit(self._ids[row], float(scores[row])) for row in largest(scores, limit).tolist()]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:limit]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Store the index as a new folder, whole or not at all; raises IndexExistsError where there is one."""
        meta = {"kind": "text-index", **analyzer_meta(self.analyzer), **vocabulary_meta(self.vocabulary)}
        arrays = prefixed("index", self.arrays()) | prefixed("vocabulary", self.vocabulary.arrays())
        write_folder(folder, arrays, meta)

    @classmethod
    def load(
        cls,
        folder: str | os.PathLike[str],
        *,
        mmap: bool = True,
        verify: bool = False,
        analyzer: Analyzer | None = None,
    ) -> Self:
        """Open a stored index; raises IndexFormatError with cause and remedy.

        mmap : read only what is used, and share it between processes. verify : compare the checksums of all files too.
        analyzer : by default the one that made the index, with its synonyms and stop words.
        """
        arrays, meta = read_folder(folder, mmap=mmap, verify=verify)
        analyzer = analyzer or stored_analyzer(meta)
        vocabulary = stored_vocabulary(arrays, meta, kind="text-index", analyzer=analyzer)
        index = cls(vocabulary, analyzer=analyzer, shared=False)
        index.restore(under(arrays, "index"))
        return index

    def arrays(self) -> Arrays:
        """Return what to store of this index, apart from the vocabulary: ids, counts per field, postings per field."""
        arrays: Arrays = prefixed("ids", self._ids.arrays())
        for field, counts in self._counts.items():
            arrays |= prefixed(f"counts.{field}", {part: getattr(counts, part) for part in _CSR})
        for field in FIELDS:
            arrays |= prefixed(f"postings.{field}", self._postings(field)._asdict())
        return arrays

    def restore(self, arrays: Arrays) -> None:
        """Take over what `arrays()` gave; raises IndexFormatError where it does not fit together."""
        try:
            self._ids = StringTable.from_arrays({**under(arrays, "ids")})
            for field in _COUNTED:
                self._counts[field] = _restored(under(arrays, f"counts.{field}"), len(self._ids), len(self.vocabulary))
            self._turned = {field: Postings(**under(arrays, f"postings.{field}")) for field in FIELDS}
        except (KeyError, TypeError, ValueError) as error:
            raise IndexFormatError(f"the stored index is incomplete ({error}); {_REMEDY}") from error

    def _width(self) -> int:
        return max(int(counts.shape[1]) for counts in self._counts.values())

    def _matrix(self, field: Field) -> csr_array:
        matrix = self._matrices.get(field)
        if matrix is None:
            matrix = tfidf(self.counts(field), self.vocabulary.idf)
        # Another part of the set may have brought new terms since; no document here holds them.
        matrix = self._matrices[field] = _widened(matrix, len(self.vocabulary))
        return matrix

    def _postings(self, field: Field) -> Postings:
        if field not in self._turned:
            self._turned[field] = Postings.of(self._matrix(field))
        return self._turned[field]

    def _forget(self) -> None:
        """Drop what is computed from the counts."""
        self._matrices, self._turned = {}, {}

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._ids


def prefixed(prefix: str, arrays: Arrays) -> Arrays:
    """Return the arrays under names that begin with the prefix and a point."""
    return {f"{prefix}.{name}": array for name, array in arrays.items()}


def under(arrays: Arrays, prefix: str) -> dict[str, Any]:
    """Return the arrays whose names begin with the prefix and a point, without it."""
    return {name[len(prefix) + 1 :]: array for name, array in arrays.items() if name.startswith(f"{prefix}.")}


def vocabulary_meta(vocabulary: Vocabulary) -> dict[str, int]:
    """Return what the manifest says of a vocabulary."""
    return {"documents": vocabulary.documents, "changes": vocabulary.changes}


def analyzer_meta(analyzer: Analyzer) -> dict[str, Any]:
    """Return what the manifest says of an analyzer: its name, synonyms and stop words, so that the index needs nothing
    else.
    """
    concepts = [] if analyzer.thesaurus is None else [list(phrases) for phrases in analyzer.thesaurus.concepts]
    words = [] if analyzer.stop_words is None else list(analyzer.stop_words.words)
    return {"analyzer": analyzer.name, "synonyms": concepts, "stop_words": words}


def stored_analyzer(meta: dict[str, Any]) -> Analyzer:
    """Return the analyzer that the manifest describes; raises IndexFormatError where its words cannot be used."""
    try:
        return analyzer_with(meta.get("synonyms", ()), meta.get("stop_words", ()))
    except (MatchingError, TypeError) as error:
        raise IndexFormatError(
            f"the synonyms or stop words of the index cannot be used ({error}); {_REMEDY}"
        ) from error


def stored_vocabulary(arrays: Arrays, meta: dict[str, Any], *, kind: str, analyzer: Analyzer | None) -> Vocabulary:
    """Return the vocabulary of a stored folder; raises IndexFormatError where the folder holds something else."""
    if meta.get("kind") != kind:
        found = meta.get("kind")
        raise IndexFormatError(f"the folder holds a {found}, not a {kind}; open it with the class that saved it")
    name = (analyzer or default_analyzer()).name
    if meta.get("analyzer") != name:
        made = meta.get("analyzer")
        raise IndexFormatError(f"the index was made with analyzer {made}, not {name}; {_REMEDY}")
    try:
        stored = under(arrays, "vocabulary")
        return Vocabulary.from_arrays(stored, documents=int(meta["documents"]), changes=int(meta["changes"]))
    except KeyError as error:
        raise IndexFormatError(f"the folder has no {error}; {_REMEDY}") from error


def _empty() -> csr_array:
    return csr_array((0, 0), dtype=np.uint16)


def _widened(matrix: csr_array, width: int) -> csr_array:
    parts = (matrix.data, matrix.indices, matrix.indptr)
    return csr_array(parts, shape=(matrix.shape[0], width)) if matrix.shape[1] != width else matrix


def _below(upper: csr_array, lower: csr_array) -> csr_array:
    return vstack([_widened(upper, lower.shape[1]), lower], format="csr", dtype=np.uint16) if upper.shape[0] else lower


def _restored(parts: dict[str, Any], rows: int, width: int) -> csr_array:
    data, indices, indptr = parts["data"], parts["indices"], parts["indptr"]
    if not (len(indptr) == rows + 1 and len(data) == len(indices) == int(indptr[-1])):
        raise ValueError("the lengths of its arrays do not agree")
    return csr_array((data, indices, indptr), shape=(rows, width))
