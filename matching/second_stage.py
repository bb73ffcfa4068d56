"""One need's best candidates in the order of the second stage, each with what its score is made of."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from matching.candidates import Background, Candidates, Facets, Floats
from matching.explanation import shown
from matching.features import Product, family, products
from matching.ranking import Source
from matching.reranking import RankingModel, character_product
from matching.results import Document, TermContribution

POOL = 50
"""Candidates of the first stage that come into the second. On judged data with the whole collection to rank, 20, 50,
100 and 200 give nDCG@10 .262, .265, .261 and .257, where the first stage alone gives .255."""

CHARACTERS = "characters"


class Reranked(NamedTuple):
    """A candidate with its score and what that is made of.

    families : family → contribution; they sum to the score. Of the learned ones each is relative to a typical judged
    candidate, and so may be below 0. terms : the terms of the families that are sums over terms, largest first.
    """

    id: str
    score: float
    families: dict[str, float]
    terms: list[TermContribution]


def rerank_one(
    source: Source,
    need: str | Document,
    candidates: Iterable[str],
    *,
    background: Background,
    model: RankingModel | None = None,
    facets: Facets | None = None,
    limit: int | None = None,
    terms: int | None = 12,
) -> list[Reranked]:
    """Return the candidates of one need, best first; ties by capability id.

    need : id in the needs index, or a Document. candidates : capability ids, the best of `rank`. model : one that was
    learned with a background; without it `character_scores` rank. facets : those that it was learned with, if any.
    limit : how many. terms : how many for each.

    Raises UnknownDocument for an id that is not in its index.
    """
    name, texts = (need, ()) if isinstance(need, str) else (need.id, (need,))
    some = Candidates(source, {name: candidates}, background=background, texts=texts, facets=facets)
    if not some.ids:  # without candidates there are no features
        return []
    characters = character_product(some)
    parts = _families(some, characters, model)
    scores = np.round(sum(parts.values(), start=np.zeros(len(some))), 12)
    best = sorted(range(len(some)), key=lambda row: (-scores[row], some.ids[row]))[:limit]
    held = _term_values(some, characters, model, best)
    return [
        Reranked(
            some.ids[row],
            float(scores[row]),
            {name: float(values[row]) for name, values in parts.items()},
            shown(some.capabilities, _within_bigrams(some, row, values_of), limit=terms),
        )
        for row, values_of in zip(best, held, strict=True)
    ]


def _families(candidates: Candidates, characters: Product, model: RankingModel | None) -> dict[str, Floats]:
    scores = candidates.dot(characters.of_needs, characters.of_candidates)
    if model is None:
        return {CHARACTERS: scores}
    parts = {CHARACTERS: model.weight * scores}
    for name, values in model.contributions(candidates).items():
        parts[family(name)] = parts.get(family(name), np.zeros(len(candidates))) + values
    return parts


def _term_values(
    candidates: Candidates, characters: Product, model: RankingModel | None, rows: list[int]
) -> list[dict[int, float]]:
    """Return column → contribution for these candidates of the one need."""
    total: list[dict[int, float]] = [{} for _ in rows]
    for factor, product in _weighted_products(candidates, characters, model):
        need = product.of_needs[np.zeros(len(rows), np.int64)]
        both = csr_array(need.multiply(product.of_candidates[rows]))
        columns, values = product.columns[both.indices].tolist(), (factor * both.data).tolist()
        for held, (start, end) in zip(total, pairwise(both.indptr.tolist()), strict=True):
            for column, value in zip(columns[start:end], values[start:end], strict=True):
                held[column] = held.get(column, 0.0) + value
    return total


def _weighted_products(
    candidates: Candidates, characters: Product, model: RankingModel | None
) -> list[tuple[float, Product]]:
    """Return the products behind the score, each with what it is multiplied with."""
    if model is None:
        return [(1.0, characters)]
    factors = dict(zip(model.names, np.divide(model.coefficients, model.scales).tolist(), strict=True))
    learned = [(factors[one.name], one) for one in products(candidates) if one.name in factors]
    return [(model.weight, characters), *learned]


def _within_bigrams(candidates: Candidates, row: int, values: dict[int, float]) -> dict[int, float]:
    """Return the same sum with each character's value shared out among the common 2-grams that hold the character."""
    terms = candidates.needs.vocabulary.terms
    holding: dict[str, list[int]] = {}
    for column in candidates.shared(row, candidates.columns()["2"]).tolist():
        for character in set(terms[column]):
            holding.setdefault(character, []).append(column)
    found: dict[int, float] = {}
    for column, value in values.items():
        places = holding.get(terms[column], [column])
        for place in places:
            found[place] = found.get(place, 0.0) + value / len(places)
    return found
