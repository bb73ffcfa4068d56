"""Which terms a score is made of, and which terms a group has in common."""

from collections.abc import Sequence

import numpy as np

from matching.candidates import is_bigram
from matching.errors import MatchingError
from matching.index import TextIndex
from matching.postings import SparseVector
from matching.ranking import DEFAULT_WEIGHTS, FIELD_PAIRS, Source, indexes
from matching.results import Document, TermContribution, Weights
from matching.thesaurus import MARK


def explain(
    index: TextIndex, a: str | Document, b: str | Document, *, limit: int | None = 10
) -> list[TermContribution]:
    """Return the terms that make the cosine of two documents (`index.matrix`), largest contribution first.

    A single character is shown within the 2-gram that contains it where both texts share one; its contribution is added
    there. So the contributions of all terms (limit=None) sum to the cosine.
    """
    return shown(index, products(index.vector(a), index.vector(b), 1.0), limit)


def explain_rank(
    source: Source,
    need: str | Document,
    capability: str | Document,
    *,
    weights: Weights = DEFAULT_WEIGHTS,
    limit: int | None = 10,
) -> list[TermContribution]:
    """Return the terms that make a score of `rank`, as `explain` does; with limit=None they sum to the score."""
    needs, capabilities = indexes(source)
    total: dict[int, float] = {}
    for (need_field, capability_field), weight in zip(FIELD_PAIRS, weights, strict=True):
        ours, theirs = needs.vector(need, need_field), capabilities.vector(capability, capability_field)
        for column, product in products(ours, theirs, weight).items():
            total[column] = total.get(column, 0.0) + product
    return shown(capabilities, total, limit)


def common_terms(
    index: TextIndex, ids: Sequence[str], *, min_share: float = 0.8, limit: int | None = 20
) -> list[TermContribution]:
    """Return the terms that at least `min_share` of the documents hold, heaviest first.

    A term's contribution is its weight in `index.matrix`, averaged over all the documents; characters are shown within
    their strongest common 2-gram, as in `explain`.

    Raises MatchingError without ids, UnknownDocument for an id that is not in the index.
    """
    if not ids:
        raise MatchingError("no ids are given; name the members of a group")
    held: dict[int, list[float]] = {}
    for document_id in ids:
        vector = index.vector(document_id)
        for column, weight in zip(vector.columns.tolist(), vector.weights.tolist(), strict=True):
            held.setdefault(column, []).append(weight)
    enough = min_share * len(ids) - 1e-9  # .8 of 5 is 4, also in floating point
    return shown(index, {c: sum(some) / len(ids) for c, some in held.items() if len(some) >= enough}, limit)


def products(x: SparseVector, y: SparseVector, weight: float) -> dict[int, float]:
    """Return what each common column contributes to `weight` times the product of two vectors."""
    columns, of_x, of_y = np.intersect1d(x.columns, y.columns, assume_unique=True, return_indices=True)
    found = weight * x.weights[of_x] * y.weights[of_y]
    return {column: product for column, product in zip(columns.tolist(), found.tolist(), strict=True) if product}


def shown(index: TextIndex, values: dict[int, float], limit: int | None) -> list[TermContribution]:
    """Return columns with their values as terms, the heaviest first.

    Characters and words are shown within their strongest 2-gram.
    """
    terms = _named(index, _folded({index.vocabulary.terms[column]: value for column, value in values.items()}))
    ordered = sorted(terms.items(), key=lambda item: (-item[1], item[0]))
    return [TermContribution(term, contribution) for term, contribution in ordered[:limit]]


def _named(index: TextIndex, values: dict[str, float]) -> dict[str, float]:
    """Return the values by what terms are called: a concept goes by its phrases, never by its token."""
    thesaurus = index.analyzer.thesaurus
    named: dict[str, float] = {}
    for term, value in values.items():
        name = thesaurus.label(term) if thesaurus is not None and term.startswith(MARK) else term
        named[name] = named.get(name, 0.0) + value
    return named


def _folded(values: dict[str, float]) -> dict[str, float]:
    """Add the value of a character or a word to the strongest 2-gram that contains it; the sum stays the same."""
    strongest: dict[str, str] = {}
    for term, _ in sorted(values.items(), key=lambda item: (-item[1], item[0])):
        if is_bigram(term):
            for part in term.split(" ") if " " in term else term:
                strongest.setdefault(part, term)
    folded: dict[str, float] = {}
    for term, value in values.items():
        shown = strongest.get(term, term)
        folded[shown] = folded.get(shown, 0.0) + value
    return folded
