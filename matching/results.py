"""What goes in and what comes out: documents, hits, pairs, groups, rankings."""

from dataclasses import dataclass
from typing import NamedTuple

from matching.text import MAX_TEXT


@dataclass(frozen=True, slots=True)
class Document:
    """One text to be indexed or looked for.

    id : unique within its index.
    title, body : plain text; what lies beyond 20,000 characters each is cut off.
    """

    id: str
    title: str
    body: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title[:MAX_TEXT])
        object.__setattr__(self, "body", self.body[:MAX_TEXT])


class Hit(NamedTuple):
    """A document found by `TextIndex.search`; score is a cosine in (0, 1]."""

    id: str
    score: float


class Pair(NamedTuple):
    """Two documents with a < b and their cosine similarity."""

    a: str
    b: str
    similarity: float


class Group(NamedTuple):
    """Documents that belong together.

    members : ids in ascending order, at least two.
    representative : the medoid: the member with the largest sum of similarities to the others.
    cohesion : mean similarity over all pairs of members; a pair that was not given counts as 0.
    """

    members: tuple[str, ...]
    representative: str
    cohesion: float


class Weights(NamedTuple):
    """What each field cosine counts in `rank`; named need field, then capability field."""

    title_title: float
    body_title: float
    body_body: float
    title_body: float


class FieldCosines(NamedTuple):
    """Cosines between one need and one capability, each in [0, 1]; named need field, then capability field."""

    title_title: float
    body_title: float
    body_body: float
    title_body: float


class Ranked(NamedTuple):
    """One capability in the ranking of a need: score = sum of weight x cosine over the four parts."""

    id: str
    score: float
    parts: FieldCosines


class TermContribution(NamedTuple):
    """How much of a score comes from one term, in the unit of the score."""

    term: str
    contribution: float
