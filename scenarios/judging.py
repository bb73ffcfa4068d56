"""What managers said about merging so far: the material from which the probability of acceptance is learned."""

from typing import NamedTuple

from matching import Acceptance, Checked, MergeVectors, check_acceptance, learn_acceptance
from scenarios.choices import ProposalStatus
from scenarios.models import MergeLink, MergeProposal

DECIDED = (ProposalStatus.ACCEPTED, ProposalStatus.DISMISSED)
Codes = frozenset[str]


class JudgedPair(NamedTuple):
    """The likeness of two needs and whether they were put together."""

    likeness: float
    accepted: bool


class Judged(NamedTuple):
    """What was learned, every judged pair by the codes of its needs, and what was learned from: scores and words."""

    acceptance: Acceptance
    pairs: dict[Codes, JudgedPair]
    scores: list[float]
    accepted: list[bool]

    def checked(self) -> Checked | None:
        """Return how far the probabilities came true; None with few judgements."""
        return check_acceptance(self.scores, self.accepted)


def judged(vectors: MergeVectors) -> Judged:
    """Return what is learned from decided proposals, and from managers' words on pairs that no decision covers.

    A proposal counts once, with its mean likeness, however many members it has; a word on two needs counts once.
    """
    decided = list(MergeProposal.objects.filter(status__in=DECIDED).order_by("decided_at", "pk"))
    pairs: dict[Codes, JudgedPair] = {}
    for row in decided:
        accepted = row.status == ProposalStatus.ACCEPTED
        pairs |= {frozenset((pair["a"], pair["b"])): JudgedPair(pair["similarity"], accepted) for pair in row.pairs}
    words = {codes: pair for codes, pair in _words(vectors).items() if codes not in pairs}
    judgements = [(row.score, row.status == ProposalStatus.ACCEPTED) for row in decided] + list(words.values())
    scores = [min(max(score, 0.0), 1.0) for score, _accepted in judgements]
    said = [accepted for _score, accepted in judgements]
    return Judged(learn_acceptance(scores, said), pairs | words, scores, said)


def _words(vectors: MergeVectors) -> dict[Codes, JudgedPair]:
    rows = MergeLink.objects.order_by("pk").values_list("need_a", "need_b", "need_a__code", "need_b__code", "together")
    return {
        frozenset((one, other)): JudgedPair(vectors.likeness(str(a), str(b)), together)
        for a, b, one, other, together in rows
        if str(a) in vectors.index and str(b) in vectors.index
    }
