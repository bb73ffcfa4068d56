"""The capabilities that answer a need best."""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from matching.index import Field, TextIndex
from matching.index_set import IndexSet
from matching.postings import largest, largest_among
from matching.results import Document, FieldCosines, Ranked, Weights

DEFAULT_WEIGHTS = Weights(title_title=1.0, body_title=0.5, body_body=0.5, title_body=0.5)
"""A need's body counts half its title: nDCG@10 .605 on judged data where capabilities have titles only; any value from
.25 to 3 stays within .60 to .61. The two weights of capability bodies follow by analogy."""

FIELD_PAIRS: tuple[tuple[Field, Field], ...] = (
    ("title", "title"),
    ("body", "title"),
    ("body", "body"),
    ("title", "body"),
)
"""Need field × capability field, in the order of `Weights` and `FieldCosines`."""

Source = IndexSet | tuple[TextIndex, TextIndex]


def rank(
    source: Source,
    need: str | Document,
    *,
    limit: int | None = 10,
    weights: Weights = DEFAULT_WEIGHTS,
    candidates: Iterable[str] | None = None,
) -> list[Ranked]:
    """Return the capabilities that suit a need best, best first; ties by capability id.

    score = Σ weight · cosine over need title × capability title, need body × capability title, need body × capability
    body and need title × capability body; `parts` has the cosines themselves.

    source : an IndexSet with the parts "needs" and "capabilities", or (needs, capabilities) over one vocabulary.
    need : id in the needs index, or a Document, which need not be in any index.
    limit : how many; None for all.
    candidates : capability ids that passed the gates: all of them are ranked, those with score 0 last; ids that are
    not in the index are left out. Without it all capabilities with a score above 0 are ranked.

    Raises UnknownDocument for a need id that is not in the index.
    """
    needs, capabilities = indexes(source)
    cosines = _field_cosines(needs, capabilities, need)
    scores = np.asarray(weights, np.float64) @ cosines
    if candidates is None:
        rows = largest(scores, limit)
    else:
        rows = largest_among(np.unique(capabilities.rows(candidates)), scores, limit)
    ranked = [
        Ranked(capabilities.id_at(row), float(scores[row]), FieldCosines(*map(float, cosines[:, row])))
        for row in rows.tolist()
    ]
    return sorted(ranked, key=lambda one: (-one.score, one.id))[:limit]


def rank_many(
    source: Source, needs: Iterable[str], *, limit: int | None = 10, weights: Weights = DEFAULT_WEIGHTS
) -> Iterator[tuple[str, list[Ranked]]]:
    """Yield (need id, `rank` of it) for each of the ids, in their order."""
    for need in needs:
        yield need, rank(source, need, limit=limit, weights=weights)


def indexes(source: Source) -> tuple[TextIndex, TextIndex]:
    """Return the needs' and the capabilities' index."""
    return (source.part("needs"), source.part("capabilities")) if isinstance(source, IndexSet) else source


def _field_cosines(needs: TextIndex, capabilities: TextIndex, need: str | Document) -> npt.NDArray[np.float64]:
    """Return float64 (4, n_capabilities) in the order of `FieldCosines`."""
    vectors = {field: needs.vector(need, field) for field in ("title", "body")}
    return np.stack([capabilities.cosines(vectors[ours], theirs) for ours, theirs in FIELD_PAIRS])
