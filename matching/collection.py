"""A growing collection in one folder: segments that never change, a tail of what came since, and what left.

Built for a million documents: they are counted once and laid out in segments (`matching.segments`); what is added later
is searched row by row until, at a tenth of the collection, `compact` begins a new epoch: new idf, new order, new
segments, from the stored counts and without reading a text again. Files are written once and mapped by all processes;
only the manifest is replaced, in one step, so that a reader sees one state or the next.
"""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from matching.errors import IndexExistsError, IndexFormatError, MatchingError
from matching.index import stored_analyzer, stored_vocabulary
from matching.journal import append_entry, journal_entries
from matching.layout import MANIFEST, lay_out, new_name
from matching.pieces import Piece, Tail, counted
from matching.pruned_join import FeatureOrder
from matching.results import Document, Hit, Pair
from matching.segments import SEGMENT, Best, Pairs, Segment, improve, merged, pairs_between, queries_of, reaching
from matching.store import read_folder
from matching.strings import StringTable
from matching.term_lookup import TermLookup
from matching.text import Analyzer, default_analyzer
from matching.vocabulary import GROWTH
from matching.weighting import term_weights


class Collection:
    """Documents in a folder, to be searched and joined by their weights (title and body together).

    Use `build` or `open`. One process writes at a time; any number read, and see what is new after `open`.

    manifest : names of the folders that make it up. vocabulary, order : of the epoch. pieces, segments : the counts and
    the layout of the same documents. tail : what came since.
    """

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        self.folder = folder
        self._take(manifest)

    def _take(self, manifest: dict[str, Any]) -> None:
        """Map what a manifest names."""
        folder, self.manifest = self.folder, manifest
        arrays, meta = read_folder(folder / manifest["epoch"])
        self.analyzer = stored_analyzer(meta)
        self.vocabulary = stored_vocabulary(arrays, meta, kind="epoch", analyzer=self.analyzer)
        self.lookup = TermLookup(self.vocabulary.terms, arrays["lookup.hashes"], arrays["lookup.numbers"])
        self.order = FeatureOrder(arrays["order.rank"], arrays["order.cuts"], int(meta["heavy"]), int(meta["width"]))
        self.pieces = [Piece.open(folder / name) for name in manifest["pieces"]]
        self.segments = [Segment.open(folder / name) for name in manifest["segments"]]
        self._firsts = np.cumsum([0, *(len(piece.ids) for piece in self.pieces)])
        self.tail = Tail()
        self._gone = set[int]()
        self._restore(journal_entries(folder / manifest["journal"]))

    @classmethod
    def build(
        cls,
        folder: str | os.PathLike[str],
        documents: Iterable[Document],
        *,
        analyzer: Analyzer | None = None,
        segment: int | None = None,
    ) -> Self:
        """Count the documents, lay them out in a new folder and return the collection.

        segment : documents of a full segment; SEGMENT by default.
        Raises IndexExistsError where the folder holds a collection, MatchingError where an id comes twice.
        """
        target = Path(folder)
        if (target / MANIFEST).exists():
            raise IndexExistsError(f"{target} holds a collection already; open it, or build under a new name")
        target.mkdir(parents=True, exist_ok=True)
        analyzer = analyzer or default_analyzer()
        terms, names, rest = StringTable(), list[str](), iter(documents)
        while some := list(islice(rest, segment or SEGMENT)):
            counts = counted(some, terms, analyzer)
            names.append(new_name("piece"))
            Piece(StringTable(one.id for one in some), counts).save(target / names[-1])
            if len(StringTable(one.id for one in some)) < len(some):
                raise MatchingError("ids come twice; give each document once")
        lay_out(target, [target / name for name in names], terms, analyzer)
        return cls.open(target)

    @classmethod
    def open(cls, folder: str | os.PathLike[str]) -> Self:
        """Map a collection; raises IndexFormatError with cause and remedy."""
        source = Path(folder)
        try:
            return cls(source, _manifest(source))
        except FileNotFoundError as error:
            raise IndexFormatError(f"{source} is no collection: {error.filename} is missing; build it again") from error
        except (KeyError, ValueError) as error:
            raise IndexFormatError(f"{source / MANIFEST} cannot be used ({error}); build it again") from error

    def __len__(self) -> int:
        return int(self._firsts[-1]) + len(self.tail.ids) - len(self._gone)

    def __contains__(self, document_id: object) -> bool:
        return isinstance(document_id, str) and self._number(document_id) >= 0

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, in this epoch's weights, and return their number; one whose id is known replaces the old one.

        A term that the epoch does not know gets the idf of df = 1.
        """
        fresh = list(documents)
        if len({document.id for document in fresh}) < len(fresh):
            raise MatchingError("ids come twice; give each document once")
        if not fresh:
            return 0
        replaced = [number for number in (self._number(document.id) for document in fresh) if number >= 0]
        known = len(self.tail.terms)
        rows = [(document.id, *row) for document, row in zip(fresh, self._columns(fresh, remember=True), strict=True)]
        added = [[document_id, columns.tolist(), counts.tolist()] for document_id, columns, counts in rows]
        self._note({"gone": replaced, "terms": list(self.tail.terms)[known:], "added": added})
        for document_id, columns, counts in rows:
            self.tail.append(document_id, columns, counts, self._idf(columns))
        return len(fresh)

    def remove(self, ids: Iterable[str]) -> int:
        """Take documents out and return how many there were; unknown ids are passed over."""
        numbers = [number for number in map(self._number, ids) if number >= 0]
        if numbers:
            self._note({"gone": numbers})
        return len(numbers)

    @property
    def needs_compaction(self) -> bool:
        """Whether a tenth of the documents have been added or removed since the epoch began."""
        return len(self.tail.ids) + len(self._gone) > GROWTH * max(1, int(self._firsts[-1]))

    def compact(self) -> None:
        """Begin a new epoch: all documents laid out anew from their counts. Readers keep what they opened."""
        old = [*self.manifest["pieces"], *self.manifest["segments"], self.manifest["epoch"]]
        terms, journal = StringTable([*self.vocabulary.terms, *self.tail.terms]), self.manifest["journal"]
        names = [new_name("piece") for _ in range(len(self.pieces) + 1)]
        kept = []
        for name, piece in zip(names, self._live_pieces(len(terms)), strict=False):
            if len(piece.ids):
                piece.save(self.folder / name)
                kept.append(self.folder / name)
        lay_out(self.folder, kept, terms, self.analyzer)
        self._take(_manifest(self.folder))
        (self.folder / journal).unlink(missing_ok=True)
        for name in old:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def search(self, title: str, body: str = "", *, limit: int = 10, exclude: Iterable[str] = ()) -> list[Hit]:
        """Return the documents most similar to a text, best first; ties by the order in which they came."""
        queries = self._weights([Document("", title, body)])
        plan = queries_of(queries, self.order)
        without = {number for number in map(self._number, exclude) if number >= 0}
        best = Best.none(1, limit + len(without))
        for segment, dead in zip(self.segments, self._dead, strict=True):
            improve(best, plan, np.zeros(1, np.int64), segment, dead=dead)
        found = [(s, n) for s, n in zip(best.scores[0].tolist(), best.numbers[0].tolist(), strict=True) if n >= 0]
        found += [(score, number) for _query, number, score in self._tail_hits(queries, 0.0)]
        return self._ranked((score, number) for score, number in found if number not in without)[:limit]

    def similar(self, document: Document, *, min_similarity: float) -> list[Hit]:
        """Return every document with cosine ≥ min_similarity to this one, best first; itself left out by its id."""
        return self.similar_to_each([document], min_similarity=min_similarity)[0]

    def similar_to_each(self, documents: Iterable[Document], *, min_similarity: float) -> list[list[Hit]]:
        """Return, for each of the documents, what `similar` returns: in one walk through the segments."""
        some = list(documents)
        queries = self._weights(some)
        found: list[list[tuple[float, int]]] = [[] for _document in some]
        for query, number, score in self._tail_hits(queries, min_similarity):
            found[query].append((score, number))
        plan = queries_of(queries, self.order)
        for segment in self.segments:
            pairs = reaching(plan, segment, min_similarity)
            for query, number, score in zip(*(part.tolist() for part in pairs), strict=True):
                found[query].append((score, number))
        return [
            [hit for hit in self._ranked(hits) if hit.id != document.id]
            for document, hits in zip(some, found, strict=True)
        ]

    def _ranked(self, found: Iterable[tuple[float, int]]) -> list[Hit]:
        ranked = sorted((-score, number) for score, number in found if number not in self._gone)
        return [Hit(self._id(number), -score) for score, number in ranked]

    def pairs(self, *, min_similarity: float) -> list[Pair]:
        """Return every pair with cosine ≥ min_similarity, in ascending order of ids."""
        if not 0.0 < min_similarity <= 1.0:
            raise MatchingError(f"min_similarity is {min_similarity}; it has to be above 0 and at most 1")
        parts = [
            pairs_between(one, other, min_similarity)
            for position, one in enumerate(self.segments)
            for other in self.segments[: position + 1]
        ]
        found = [*_live(merged(parts), self._gone), *self._tail_pairs(min_similarity)]
        named = ((self._id(x), self._id(y), similarity) for x, y, similarity in found)
        return sorted(Pair(min(a, b), max(a, b), similarity) for a, b, similarity in named)

    def _tail_pairs(self, threshold: float) -> Iterator[tuple[int, int, float]]:
        first = int(self._firsts[-1])
        rows = [row for row in range(len(self.tail.rows)) if first + row not in self._gone]
        queries = self._matrix([self.tail.rows[row] for row in rows])
        plan = queries_of(queries, self.order)
        for segment in self.segments:
            for query, y, similarity in _live(reaching(plan, segment, threshold), self._gone, of_queries=True):
                yield y, first + rows[query], similarity
        for query, number, similarity in self._tail_hits(queries, threshold):
            if number < first + rows[query]:
                yield number, first + rows[query], similarity

    def _tail_hits(self, queries: csr_array, least: float) -> Iterator[tuple[int, int, float]]:
        """Yield (query, number, product) of the tail's rows that were not taken out."""
        first = int(self._firsts[-1])
        for query, row, product in self.tail.reaching(queries, least):
            if first + row not in self._gone:
                yield query, first + row, product

    def _weights(self, documents: Sequence[Document]) -> csr_array:
        """Return the weights of documents in this epoch, csr_array (n, n_terms): known terms only, length 1 or less."""
        rows = []
        for columns, counts in self._columns(documents, remember=False):
            weights, known = term_weights(counts, self._idf(columns)), columns >= 0
            rows.append((columns[known], weights[known]))
        return self._matrix(rows)

    def _matrix(self, rows: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]) -> csr_array:
        ends = np.cumsum([0, *(len(columns) for columns, _weights in rows)])
        columns = np.concatenate([np.zeros(0, np.int64), *(columns for columns, _weights in rows)])
        weights = np.concatenate([np.zeros(0), *(weights for _columns, weights in rows)])
        width = max(len(self.vocabulary) + len(self.tail.terms), 1)
        return csr_array((weights, columns, ends), shape=(len(rows), width))

    def _columns(
        self, documents: Sequence[Document], *, remember: bool
    ) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """Yield the columns of each document's terms, ascending, and their counts; -1 for each that nobody knows."""
        tokens, tail, base = self.analyzer.tokens, self.tail.terms, len(self.vocabulary)
        counters = [
            Counter(token for text in (document.title, document.body) for token in tokens(text))
            for document in documents
        ]
        terms = list(dict.fromkeys(token for counter in counters for token in counter))
        column_of = dict(zip(terms, self.lookup.find(terms).tolist(), strict=True))
        for term in [term for term, column in column_of.items() if column < 0]:
            column_of[term] = tail.setdefault(term, base + len(tail)) if remember else tail.get(term, -1)
        for counter in counters:
            columns = np.fromiter(map(column_of.__getitem__, counter), np.int64, len(counter))
            order = np.argsort(columns, kind="stable")
            yield columns[order], np.fromiter(counter.values(), np.int64, len(counter))[order]

    def _idf(self, columns: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        known = (columns >= 0) & (columns < len(self.vocabulary))
        idf = np.full(len(columns), self.vocabulary.new_term_idf)
        idf[known] = self.vocabulary.idf[columns[known]]
        return idf

    def _number(self, document_id: str) -> int:
        """Return what a document is called inside, or -1."""
        first = int(self._firsts[-1])
        row = self.tail.places.get(document_id, -1)
        if row >= 0 and first + row not in self._gone:
            return first + row
        for piece, start in zip(self.pieces, self._firsts.tolist(), strict=False):
            row = piece.ids.find(document_id)
            if row >= 0 and start + row not in self._gone:
                return int(start + row)
        return -1

    def _id(self, number: int) -> str:
        if number >= self._firsts[-1]:
            return self.tail.ids[number - int(self._firsts[-1])]
        piece = int(np.searchsorted(self._firsts, number, side="right")) - 1
        return self.pieces[piece].ids[number - int(self._firsts[piece])]

    def _take_out(self, numbers: Iterable[int]) -> None:
        taken = set(numbers)
        if taken:
            self._gone |= taken
            self._masks()

    def _masks(self) -> None:
        gone = np.fromiter(self._gone, np.int64, len(self._gone))
        self._dead = (
            [np.isin(segment.numbers, gone).astype(np.uint8) for segment in self.segments]
            if len(gone)
            else [np.zeros(len(segment), np.uint8) for segment in self.segments]
        )

    def _note(self, change: dict[str, Any]) -> None:
        """Write a change down, on disk before it counts."""
        append_entry(self.folder / self.manifest["journal"], change)
        self._take_out(change["gone"])

    def _restore(self, changes: Iterable[dict[str, Any]]) -> None:
        for change in changes:
            self._gone |= set(change["gone"])
            for term in change.get("terms", ()):
                self.tail.terms[term] = len(self.vocabulary) + len(self.tail.terms)
            for document_id, held, times in change.get("added", ()):
                columns, counts = np.array(held, np.int64), np.array(times, np.int64)
                self.tail.append(document_id, columns, counts, self._idf(columns))
        self._masks()

    def _live_pieces(self, width: int) -> Iterator[Piece]:
        for piece, start in zip(self.pieces, self._firsts.tolist(), strict=False):
            rows = np.array([row for row in range(len(piece.ids)) if start + row not in self._gone], np.int64)
            counts = csr_array(piece.counts[rows])
            counts = csr_array((counts.data, counts.indices, counts.indptr), shape=(len(rows), width))
            yield Piece(StringTable(piece.ids[row] for row in rows.tolist()), counts)
        first = int(self._firsts[-1])
        left = [row for row in range(len(self.tail.ids)) if first + row not in self._gone]
        yield self.tail.piece(left, width)


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return found


def _live(pairs: Pairs, gone: set[int], *, of_queries: bool = False) -> Iterator[tuple[int, int, float]]:
    for x, y, similarity in zip(pairs.x.tolist(), pairs.y.tolist(), pairs.similarities.tolist(), strict=True):
        if y not in gone and (of_queries or x not in gone):
            yield x, y, similarity
