"""The ten best of one query, and of many, beside bm25s, tantivy, scipy and sparse_dot_topn.

    DATA_DIR=… python -m benchmarks.searches [documents.csv …] [--full] [--queries 200] [--batch 2000]
        [--collection FOLDER] [--json]

documents.csv : id,title,body; without it 100,000 synthetic documents, with --full a million as well, made as in
`benchmarks.joins`. The first 1,000 are held back to be queries. Everybody counts the same tokens: those of
the product's analyzer. bm25s, scipy and sparse_dot_topn get the same weights as `matching`, tantivy weighs by BM25.
Each side runs in a process of its own, from the text of a query to ten documents; cutting it into tokens is part of the
time. A batch is of whole texts that stand in the collection themselves; figures for all are those of the sample times
documents ÷ sample. --collection keeps the collection there, or takes the one that is there.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, csr_matrix, vstack

from benchmarks.collections import HELD, documents, peak_mib, spread, timed
from benchmarks.joins import synthetic
from benchmarks.quality import data_dir
from matching import Collection, Document
from matching.segments import Best, improve
from matching.weighting import tfidf

LIMIT = 10
CHUNK = 131_072
"""Columns that sparse_dot_topn gets at a time."""
WARM = 5

Search = Callable[[Document], list[int]]


def weights_of(collection: Collection) -> csr_array:
    """Return the weights of all documents, float32 (n, n_terms), in the order in which they came."""
    width, idf = len(collection.vocabulary), collection.vocabulary.idf
    parts = []
    for piece in collection.pieces:
        data, indices, ends = piece.counts.data, piece.counts.indices, piece.counts.indptr
        parts.append(tfidf(csr_array((data, indices, ends), shape=(len(piece.ids), width)), idf).astype(np.float32))
    return csr_array(vstack(parts, format="csr"))


def columns_of(collection: Collection, query: Document) -> npt.NDArray[np.int64]:
    """Return the columns of the query's terms that the collection knows."""
    tokens = {token for text in (query.title, query.body) for token in collection.analyzer.tokens(text)}
    columns = collection.lookup.find(sorted(tokens))
    return np.sort(columns[columns >= 0])


def by_matching(collection: Collection) -> Search:
    """Return the search of `matching`."""
    return lambda query: [int(hit.id) for hit in collection.search(query.title, query.body, limit=LIMIT)]


def by_scipy(collection: Collection) -> Search:
    """Return a search by one sparse product with the inverted index."""
    inverted, idf = weights_of(collection).T.tocsr(), collection.vocabulary.idf

    def search(query: Document) -> list[int]:
        columns = columns_of(collection, query)
        row = csr_array((idf[columns].astype(np.float32), columns, [0, len(columns)]), shape=(1, inverted.shape[0]))
        found = row @ inverted
        best = np.argpartition(-found.data, LIMIT)[:LIMIT] if found.nnz > LIMIT else np.arange(found.nnz)
        return found.indices[best[np.argsort(-found.data[best])]].tolist()  # type: ignore[no-any-return]

    return search


def by_bm25s(collection: Collection) -> Search:
    """Return a search by bm25s on its numba backend; its stored scores are the weights of `matching`."""
    import bm25s

    inverted = weights_of(collection).tocsc()
    scorer = bm25s.BM25(backend="numba")
    scorer.scores = {
        "data": inverted.data,
        "indices": inverted.indices.astype(np.int32),
        "indptr": inverted.indptr.astype(np.int32),
        "num_docs": inverted.shape[0],
    }
    scorer.nonoccurrence_array = None
    scorer.unique_token_ids_set = set(range(inverted.shape[1]))

    def search(query: Document) -> list[int]:
        tokens = [columns_of(collection, query).tolist()]
        found, _scores = scorer.retrieve(tokens, k=LIMIT, show_progress=False)
        return found[0].tolist()  # type: ignore[no-any-return]

    return search


def by_tantivy(collection: Collection) -> Search:
    """Return a search by tantivy; its documents are the numbers of their terms, each as often as it occurs."""
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("number", stored=True)
    builder.add_text_field("terms", tokenizer_name="whitespace", index_option="freq")
    schema = builder.build()
    index = tantivy.Index(schema)
    writer, number = index.writer(1 << 30, 2), 0
    for piece in collection.pieces:
        names = np.array([str(column) for column in range(piece.counts.shape[1])], dtype=object)
        for row in range(piece.counts.shape[0]):
            place = slice(piece.counts.indptr[row], piece.counts.indptr[row + 1])
            terms = np.repeat(names[piece.counts.indices[place]], piece.counts.data[place])
            writer.add_document(tantivy.Document(number=number, terms=" ".join(terms)))
            number += 1
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()

    def search(query: Document) -> list[int]:
        asked = [
            (tantivy.Occur.Should, tantivy.Query.term_query(schema, "terms", str(column), "freq"))
            for column in columns_of(collection, query)
        ]
        hits = searcher.search(tantivy.Query.boolean_query(asked), LIMIT, count=False).hits
        return [searcher.doc(address)["number"][0] for _score, address in hits]

    return search


SIDES: dict[str, Callable[[Collection], Search]] = {
    "matching": by_matching,
    "bm25s": by_bm25s,
    "tantivy": by_tantivy,
    "scipy": by_scipy,
}


def one_by_one(side: str, collection: Collection, queries: list[Document]) -> Iterator[dict[str, Any]]:
    """Yield the time per query, of titles and of whole texts."""
    search = SIDES[side](collection)
    for what, asked in (("title", [Document("", query.title, "") for query in queries]), ("whole text", queries)):
        for query in asked[:WARM]:
            search(query)
        took = [timed(lambda query=query: search(query))[0] for query in asked[WARM:]]  # type: ignore[misc]
        yield {"side": side} | spread(f"top-{LIMIT} of a {what}", took) | {"peak_mib": peak_mib()}


def sample_of(collection: Collection, batch: int) -> npt.NDArray[np.int64]:
    """Return the numbers of a batch's documents, ascending."""
    rows = len(collection)
    return np.sort(np.random.default_rng(1).choice(rows, min(batch, rows), replace=False))


def batch_by_matching(collection: Collection, batch: int) -> tuple[float, float, list[list[float]]]:
    """Return wall and CPU seconds and, per document of the sample, the ten best scores."""
    sample, scores = sample_of(collection, batch), {}

    def run() -> None:
        for own in collection.segments:
            rows = np.flatnonzero(np.isin(own.numbers, sample))
            best = Best.none(len(rows), LIMIT)
            for segment in collection.segments:
                improve(best, own.plan, rows, segment, own=rows if segment is own else None)
            scores.update(zip(own.numbers[rows].tolist(), best.scores.tolist(), strict=True))

    wall, cpu = timed(run)
    return wall, cpu, [scores[number] for number in sample.tolist()]


def batch_by_sparse_dot_topn(collection: Collection, batch: int) -> tuple[float, float, list[list[float]]]:
    """Return the same by sparse_dot_topn with two threads; eleven of each, because it finds the document itself."""
    from sparse_dot_topn import sp_matmul_topn, zip_sp_matmul_topn

    weights, sample = weights_of(collection), sample_of(collection, batch)
    asked = csr_matrix(weights[sample])
    turned = [csr_matrix(weights[start : start + CHUNK].T) for start in range(0, weights.shape[0], CHUNK)]
    parts: list[Any] = []

    def run() -> None:
        chunks = [sp_matmul_topn(asked, chunk, top_n=LIMIT + 1, n_threads=2, sort=True) for chunk in turned]
        parts.append(zip_sp_matmul_topn(top_n=LIMIT + 1, C_mats=chunks))

    wall, cpu = timed(run)
    found = csr_array(parts[0])
    rows = [found.data[found.indptr[row] : found.indptr[row + 1]] for row in range(found.shape[0])]
    return wall, cpu, [np.sort(row)[::-1][1 : LIMIT + 1].tolist() for row in rows]


BATCHES = {"matching": batch_by_matching, "sparse_dot_topn": batch_by_sparse_dot_topn}


def measured(side: str, what: str, folder: Path, queries: list[Document], batch: int) -> Iterator[dict[str, Any]]:
    """Yield the rows of one side."""
    collection = Collection.open(folder)
    if what == "single":
        yield from one_by_one(side, collection, queries)
        return
    BATCHES[side](collection, 20)
    wall, cpu, scores = BATCHES[side](collection, batch)
    all_of_them = len(collection) / len(scores)
    yield {
        "side": side,
        "what": f"batch top-{LIMIT}, {len(scores)} whole texts",
        "wall_s": wall,
        "cpu_s": cpu,
        "all_wall_s": wall * all_of_them,
        "all_cpu_s": cpu * all_of_them,
        "peak_mib": peak_mib(),
        "mean_score": float(np.mean([sum(row) for row in scores])),
    }


def run(name: str, every: Iterator[Document], asked: argparse.Namespace, folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of all sides for one set of documents, each from a process of its own."""
    held = list(islice(every, HELD))[: asked.queries + WARM]
    if not (folder / "collection.json").exists():
        Collection.build(folder, every)
    for what, sides in (("single", SIDES), ("batch", BATCHES)):
        for side in sides:
            if side not in ("matching", "scipy") and not find_spec(side):
                continue
            command = [sys.executable, "-m", "benchmarks.searches", "--side", side, what, str(folder), str(asked.batch)]
            text = json.dumps([[query.id, query.title, query.body] for query in held])
            done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
            for line in done.stdout.splitlines():
                yield {"documents": name} | json.loads(line)


def collections(asked: argparse.Namespace) -> Iterator[tuple[str, Iterator[Document]]]:
    """Yield the name and the documents of what is measured."""
    for path in asked.documents:
        yield path.stem, documents(path)
    if not asked.documents:
        for count in (100_000, *((1_000_000,) if asked.full else ())):
            yield f"synthetic {count:,}", iter(synthetic(count)(data_dir()))


def main() -> None:
    """Measure the files named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path, nargs="*")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--batch", type=int, default=2_000)
    parser.add_argument("--collection", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--side", nargs=4, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        side, what, folder, batch = asked.side
        queries = [Document(*row) for row in json.load(sys.stdin)]
        for row in measured(side, what, Path(folder), queries, int(batch)):
            print(json.dumps(row), flush=True)
        return
    for name, every in collections(asked):
        with tempfile.TemporaryDirectory() as place:
            began = time.perf_counter()
            for row in run(name, every, asked, asked.collection or Path(place) / "c"):
                rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in row.items()}
                print(json.dumps(rounded) if asked.json else rounded, flush=True)
            print(f"{name}: {time.perf_counter() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
