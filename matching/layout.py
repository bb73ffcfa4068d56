"""Laying a collection out: an epoch's idf and order from all its pieces, a segment of each, and the manifest."""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
from scipy.sparse import csr_array

from matching.index import analyzer_meta, prefixed, vocabulary_meta
from matching.pieces import Piece
from matching.pruned_join import FeatureOrder, feature_order
from matching.segments import Segment
from matching.store import write_folder
from matching.strings import StringTable
from matching.term_lookup import TermLookup
from matching.text import Analyzer
from matching.vocabulary import Arrays, Vocabulary
from matching.weighting import tfidf

MANIFEST = "collection.json"

THRESHOLD = 0.5
"""Similarity that the order of the features is made for; any other is searched exactly too, only more slowly."""


def lay_out(folder: Path, sources: list[Path], terms: StringTable, analyzer: Analyzer) -> None:
    """Begin an epoch: idf and order from all pieces, a segment for each, and the manifest that names them."""
    frequencies, documents = np.zeros(len(terms), np.int64), 0
    for source in sources:
        counts = Piece.open(source).counts
        frequencies += np.bincount(counts.indices, minlength=len(terms))
        documents += counts.shape[0]
    vocabulary = Vocabulary(terms, frequencies.tolist(), documents)
    squares, number = np.zeros(len(terms), np.float64), 0
    for source in sources:
        weights = _weights(source, vocabulary)
        squares += np.bincount(weights.indices, weights.data.astype(np.float64) ** 2, minlength=len(terms))
    order = feature_order(frequencies, squares, documents, THRESHOLD, 1)
    names = []
    for source in sources:
        weights = _weights(source, vocabulary)
        names.append(new_name("segment"))
        Segment.of(weights, np.arange(number, number + weights.shape[0]), order).save(folder / names[-1])
        number += weights.shape[0]
    epoch = new_name("epoch")
    _save_epoch(folder / epoch, vocabulary, order, analyzer)
    pieces = [source.name for source in sources]
    write_manifest(
        folder, {"epoch": epoch, "pieces": pieces, "segments": names, "journal": f"{new_name('journal')}.log"}
    )


def _weights(source: Path, vocabulary: Vocabulary) -> csr_array:
    counts = Piece.open(source).counts
    counts = csr_array((counts.data, counts.indices, counts.indptr), shape=(counts.shape[0], len(vocabulary)))
    return tfidf(counts, vocabulary.idf)


def _save_epoch(folder: Path, vocabulary: Vocabulary, order: FeatureOrder, analyzer: Analyzer) -> None:
    lookup = TermLookup.of(vocabulary.terms)
    arrays: Arrays = prefixed("vocabulary", vocabulary.arrays()) | {
        "lookup.hashes": lookup.hashes,
        "lookup.numbers": lookup.numbers,
        "order.rank": order.rank,
        "order.cuts": order.cuts,
    }
    meta = {"kind": "epoch", **analyzer_meta(analyzer), **vocabulary_meta(vocabulary)}
    write_folder(folder, arrays, meta | {"heavy": order.heavy, "width": order.width})


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Replace the manifest in one step, on disk before it is named."""
    temporary = folder / f".{MANIFEST}.{uuid4().hex}"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(manifest, file)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / MANIFEST)


def new_name(kind: str) -> str:
    """Return a name that nothing has yet."""
    return f"{kind}-{uuid4().hex}"
