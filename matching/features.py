"""Features of a need and a candidate, each explainable by the words it counts or by what it is called.

58 in four families: cosines; BM25 (Robertson & Zaragoza 2009) in two settings; closeness to this need compared with
other needs ("hub": a text that is near to everything says little); and what the candidates of a need have in common
beyond its own words ("pool": the relevance model of Lavrenko & Croft 2001, and the lift of a term among the candidates
over all others, each time without the candidate's own text). A need that is looked at alone has no hub features: 42.
Beside them stand the facets that the candidates bring, if any: what is known of a pair beside its texts.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from matching.candidates import Candidates, Floats, Mask, Numbers, Side, firsts
from matching.weighting import smooth_idf

VERSION = 1
"""Changes when a feature does; a model of another version is not used."""

BM25 = ((0.8, 0.3), (1.2, 0.75))
"""(k1, b)."""

FACET = "facet"
"""Family of what is no text."""

NEAREST = 5
"""Other needs that a candidate's closeness is compared with."""

SMOOTHING = 0.3
"""Weight of the prior in the relevance model."""


class Product(NamedTuple):
    """A feature that is a product of two rows, and so a sum over terms: entries by column of `columns`."""

    name: str
    columns: Numbers
    of_needs: csr_array
    of_candidates: csr_array


def features(candidates: Candidates) -> dict[str, Floats]:
    """Return name → values, float64 (n_candidates,), in a fixed order.

    With a background a need is looked at alone: the "hub" family, which compares needs, is left out.
    """
    found: dict[str, Floats] = {}
    sides = {name: candidates.side(columns) for name, columns in candidates.columns().items()}
    for name, side in sides.items():
        weights = Weighted.of(side, candidates)
        for one in _products(name, side, weights, candidates):
            found[one.name] = candidates.dot(one.of_needs, one.of_candidates)
        if name != "12" and candidates.background is None:
            for label, values in _hub_features(weights, candidates):
                found[f"{label}.{name}"] = values
    found |= _pool_features(sides["2"], plain_scores(found), candidates)
    return found | {f"{FACET}.{name}": values for name, values in candidates.facets.items()}


def products(candidates: Candidates) -> Iterator[Product]:
    """Yield those features that are sums over terms: the cosines and BM25."""
    for name, columns in candidates.columns().items():
        side = candidates.side(columns)
        yield from _products(name, side, Weighted.of(side, candidates), candidates)


def _products(name: str, side: Side, weights: "Weighted", candidates: Candidates) -> Iterator[Product]:
    for field, of_needs in weights.of_needs.items():
        yield Product(f"cos.{field}.{name}", side.columns, of_needs, weights.candidate)
    for label, query, documents in _bm25_features(side, weights.idf, candidates):
        yield Product(f"{label}.{name}", side.columns, query, documents)


def family(name: str) -> str:
    """Return the family of a feature: cos, bm25, hub, pool or facet."""
    return name.partition(".")[0]


def plain_scores(values: dict[str, Floats]) -> Floats:
    """Return what `rank` gives by default: title and, by half, body against the candidate."""
    return values["cos.title.12"] + 0.5 * values["cos.body.12"]


class Weighted(NamedTuple):
    """tf-idf rows of one `Side`, with the idf over the needs and the distinct candidate texts."""

    idf: Floats
    of_needs: dict[str, csr_array]
    candidate: csr_array

    @classmethod
    def of(cls, side: Side, candidates: Candidates) -> "Weighted":
        frequencies, documents = candidates.document_frequencies(side)
        idf = smooth_idf(frequencies, documents)
        rows = {name: weighted(counts, idf) for name, counts in side.fields.items()}
        return cls(idf, rows, weighted(side.candidate, idf))


Typical = Callable[[Floats], Floats]


def weighted(counts: csr_array, idf: Floats, *, slope: float = 1.0, typical: Typical | None = None) -> csr_array:
    """Return (1 + ln tf) · idf, divided by the row's length, pivoted.

    slope : 1 divides by the length (the cosine); less draws the divisor towards the mean length, so that short texts
    gain less (Singhal, Buckley & Mitra 1996). typical : lengths → the mean length by row.
    """
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    lengths = np.sqrt(np.bincount(rows, data * data, minlength=counts.shape[0]))
    lengths[lengths == 0] = 1.0
    if typical is not None:
        lengths = (1.0 - slope) * typical(lengths) + slope * lengths
    return csr_array((data / lengths[rows], counts.indices, counts.indptr), shape=counts.shape)


def _bm25_features(side: Side, idf: Floats, candidates: Candidates) -> Iterator[tuple[str, csr_array, csr_array]]:
    for k1, b in BM25:
        documents = _saturated(side.candidate, k1, b, candidates.typical)
        for field, counts in side.fields.items():
            # A need as a whole is long: its repeated terms count more, saturated too. A field's terms count once.
            tf = counts.data * 3.0 / (counts.data + 2.0) if field == "all" else np.ones_like(counts.data)
            query = csr_array(
                (tf * np.maximum(idf - 1.0, 0.0)[counts.indices], counts.indices, counts.indptr), counts.shape
            )
            yield f"bm25.{field}.{k1}", query, documents


def _saturated(counts: csr_array, k1: float, b: float, typical: Typical) -> csr_array:
    """Return tf · (k1 + 1) / (tf + k1 · (1 - b + b · length / mean length))."""
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    room = k1 * (1.0 - b + b * lengths / np.maximum(typical(lengths), 1e-9))
    data = counts.data * (k1 + 1.0) / (counts.data + np.repeat(room, np.diff(counts.indptr)))
    return csr_array((data, counts.indices, counts.indptr), counts.shape)


def _hub_features(weights: Weighted, candidates: Candidates) -> Iterator[tuple[str, Floats]]:
    """Yield the mean cosine with other needs, and by how much this need's exceeds the nearest others'."""
    fields = {**weights.of_needs, "both": weights.of_needs["title"] + 0.5 * weights.of_needs["body"]}
    kept = firsts(candidates.post)
    other = candidates.post[kept][:, None] != candidates.post[candidates.need][None, :]
    for field, of_needs in fields.items():
        own = candidates.dot(of_needs, weights.candidate)
        cosines = (csr_array(of_needs[kept]) @ weights.candidate.T).toarray()
        yield f"hub.mean.{field}", (cosines * other).sum(axis=0) / np.maximum(other.sum(axis=0), 1)
        nearest = np.sort(np.where(other, cosines, -1.0), axis=0)[-NEAREST:]
        counted = np.maximum((nearest >= 0).sum(axis=0), 1)
        yield f"hub.gap.{field}", own - np.maximum(nearest, 0.0).sum(axis=0) / counted


def _pool_features(side: Side, plain: Floats, candidates: Candidates) -> dict[str, Floats]:
    idf = Weighted.of(side, candidates).idf
    held = csr_array((np.ones(side.candidate.nnz), side.candidate.indices, side.candidate.indptr), side.candidate.shape)
    everywhere = candidates.offered(side)
    found: dict[str, Floats] = {}
    for number, rows in enumerate(candidates.pools):
        if rows.stop == rows.start:
            continue
        pool = _Pool.of(candidates, rows, held, plain, everywhere)
        in_title, in_need = (_holds(counts, number, pool.columns) for counts in (side.title, side.whole))
        for name, values in _values_of(pool, idf, in_title, in_need):
            found.setdefault(f"pool.{name}", np.zeros(len(candidates)))[rows] = values
    return found


def _holds(counts: csr_array, row: int, columns: Floats) -> Mask:
    return np.isin(columns, counts.indices[counts.indptr[row] : counts.indptr[row + 1]])


class _Pool(NamedTuple):
    """The terms of one need's candidates: entry by entry their row in the pool, their column, and what they say."""

    size: int
    rows: Floats
    columns: Floats
    others: Floats
    lift: Floats
    relevance: Floats

    @classmethod
    def of(
        cls, candidates: Candidates, rows: slice, held: csr_array, plain: Floats, everywhere: tuple[Floats, int]
    ) -> "_Pool":
        matrix, texts = held[rows], candidates.text[rows]
        distinct = firsts(texts)
        number = int(distinct.sum())
        in_pool = np.bincount(matrix[distinct].indices, minlength=held.shape[1])
        at = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
        columns = matrix.indices
        rest = everywhere[1] - number + 1
        outside = np.log((everywhere[0] - in_pool + 0.5) / rest)[columns]
        others = in_pool[columns] - 1  # the candidate's own text left out
        lift = np.log((others + 0.5) / number) - outside
        share = plain[rows] * distinct
        share = share / max(share.sum(), 1e-9)
        by_text = np.argsort(texts[distinct], kind="stable")
        own = share[np.flatnonzero(distinct)][by_text][np.searchsorted(np.sort(texts[distinct]), texts)]
        related = np.bincount(columns, share[at], minlength=held.shape[1])[columns] - own[at]
        prior = SMOOTHING / number
        relevance = np.log((np.maximum(related, 0.0) + prior) / (1.0 - own[at] + prior)) - outside
        return cls(matrix.shape[0], at, columns, others, lift, relevance)

    def mean(self, values: Floats) -> Floats:
        """Return the mean over the terms of each candidate."""
        number = np.bincount(self.rows, minlength=self.size)
        return np.bincount(self.rows, values, minlength=self.size) / np.maximum(number, 1)

    def extreme(self, values: Floats, choose: Callable[..., Floats], start: float) -> Floats:
        """Return the largest or smallest over the terms of each candidate and `start`."""
        found = np.full(self.size, start)
        choose.at(found, self.rows, values)  # type: ignore[attr-defined]
        return found


def _values_of(pool: _Pool, idf: Floats, in_title: Mask, in_need: Mask) -> Iterator[tuple[str, Floats]]:
    lift, alone, weight = pool.lift, pool.others == 0, idf[pool.columns]
    yield "lift", pool.mean(lift)
    yield "lift+", pool.mean(np.maximum(lift, 0.0))
    yield "lift-", pool.mean(np.minimum(lift, 0.0))
    yield "lift.new", pool.mean(lift * ~in_need)
    yield "lift+.new", pool.mean(np.maximum(lift, 0.0) * ~in_need)
    yield "lift.need", pool.mean(lift * in_need)
    yield "lift.title", pool.mean(lift * in_title)
    yield "alone", pool.mean(alone.astype(np.float64))
    yield "alone.idf", pool.mean(alone * weight) / np.maximum(pool.mean(weight), 1e-9)
    yield "rm", pool.mean(pool.relevance)
    yield "rm.new", pool.mean(pool.relevance * ~in_need)
    yield "rm+", pool.mean(np.maximum(pool.relevance, 0.0))
    yield "max", pool.extreme(lift, np.maximum, 0.0)
    yield "max.new", pool.extreme(lift * ~in_need, np.maximum, 0.0)
    yield "min", pool.extreme(lift, np.minimum, 9.0)
