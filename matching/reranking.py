"""The second stage of ranking: some candidates of a need in a better order than one cosine gives.

`character_scores` needs no judgements; a `RankingModel` is learned from them (`matching.learning`) and added to it.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from scipy.sparse import csr_array

from matching.candidates import Candidates, Floats
from matching.errors import MatchingError
from matching.features import VERSION, Product, features, weighted

IDF_POWER, SLOPE = 1.5, 0.6
"""Chosen on judged data out of 72 settings (quartiles of nDCG@10 .616, .620, .625): single characters and words, rare
ones counting more than in a cosine, short candidates gaining less."""


def character_scores(candidates: Candidates) -> Floats:
    """Return the score of each candidate: need's title and need's body against it, on single characters and words.

    (1 + ln tf) · idf^1.5 with idf = ln((1 + n) / (.5 + df)); the candidate's length is pivoted with slope .6.
    """
    found = character_product(candidates)
    return candidates.dot(found.of_needs, found.of_candidates)


def character_product(candidates: Candidates) -> Product:
    """Return `character_scores` as the sum over terms that it is."""
    side = candidates.side(candidates.columns()["1"])
    frequencies, documents = candidates.document_frequencies(side)
    idf = np.log((1.0 + documents) / (0.5 + frequencies)) ** IDF_POWER
    of_candidates = weighted(side.candidate, idf, slope=SLOPE, typical=candidates.typical)
    of_needs = csr_array(weighted(side.title, idf) + weighted(side.body, idf))
    return Product("characters", side.columns, of_needs, of_candidates)


@dataclass(frozen=True)
class RankingModel:
    """A ridge regression of grades on `features`; only its sum with `character_scores` ranks.

    names, means, scales, coefficients : by feature. judged : pairs it was learned from. ndcg : nDCG@10 of held-out
    needs.
    plain_ndcg, character_ndcg : of the same needs by the plain cosines of `rank`, and by `character_scores` alone.
    gain_bound : the one-sided 90 % bound of the gain over the plain cosines. weight : what `character_scores` are
    multiplied with where needs are ranked one at a time; else both parts are standardised per need.
    """

    version: int
    names: tuple[str, ...]
    means: tuple[float, ...]
    scales: tuple[float, ...]
    coefficients: tuple[float, ...]
    judged: int
    ndcg: float
    plain_ndcg: float
    character_ndcg: float
    gain_bound: float
    weight: float = 1.0

    @property
    def is_better(self) -> bool:
        """Whether it may be used: with 90 % confidence it ranks better than plain cosines do."""
        return self.gain_bound > 0.0

    def contributions(self, candidates: Candidates) -> dict[str, Floats]:
        """Return by feature what it adds to each candidate's score before that is standardised."""
        values = features(candidates)
        unknown = set(self.names) - set(values)
        if unknown:
            raise MatchingError(
                f"the model knows {min(unknown)}, which is not computed here; learn it with a background and facets "
                "where it is used with them, and without where not"
            )
        parts = zip(self.names, self.means, self.scales, self.coefficients, strict=True)
        return {name: (values[name] - mean) / scale * weight for name, mean, scale, weight in parts}

    def scores(self, candidates: Candidates) -> Floats:
        """Return the learned part of the score of each candidate, before it is standardised."""
        return sum(self.contributions(candidates).values(), start=np.zeros(len(candidates)))

    def as_json(self) -> str:
        """Return the model as text; `from_json` reads it."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the stored model; raises MatchingError for another version of the features."""
        stored: dict[str, Any] = json.loads(text)
        if stored["version"] != VERSION:
            found = stored["version"]
            raise MatchingError(f"the model is of feature version {found}, this program has {VERSION}; learn it again")
        parts: dict[str, Any] = {k: tuple(value) if isinstance(value, list) else value for k, value in stored.items()}
        return cls(**parts)


def rerank(candidates: Candidates, model: RankingModel | None = None) -> dict[str, list[tuple[str, float]]]:
    """Return need id → its candidates with their scores, best first; ties by capability id.

    The score is `combined` of `character_scores` and, with a model, its learned part.
    """
    learned, weight = (None, 1.0) if model is None else (model.scores(candidates), model.weight)
    scores = combined(candidates, learned, weight)
    ranked = {}
    for need, pool in zip(candidates.need_ids, candidates.pools, strict=True):
        rows = zip(candidates.ids[pool], scores[pool].tolist(), strict=True)
        ranked[need] = sorted(rows, key=lambda row: (-row[1], row[0]))
    return ranked


def combined(candidates: Candidates, learned: Floats | None, weight: Floats | float = 1.0) -> Floats:
    """Return the scores that rank, rounded so that equal texts stay equal.

    z(characters) + z(learned), z per need; with a background weight · characters + learned, which can be compared
    between needs and is the sum of its parts.
    """
    characters = character_scores(candidates)
    if candidates.background is not None:
        return np.round(characters if learned is None else weight * characters + learned, 12)
    scores = candidates.standardised(characters)
    return np.round(scores if learned is None else scores + candidates.standardised(learned), 12)
