"""Learning a ranking from what people said to suggestions, and from files of graded pairs.

| what was said | grade |
|---|---|
| contacted | 4 |
| shortlisted | 3 |
| dismissed | 1 |

A suggestion for a call of one need tells of that need. Pools are left out: their texts are those of their members, and
would lie on both sides of a fold. What is open or set aside tells nothing. A grade that was brought in a file holds
whatever was said to the suggestion.
"""

import json
from collections import defaultdict
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import F
from django.db.models.functions import Coalesce

from marketplace.choices import RankingRefusal, RankingState
from marketplace.choices import SuggestionState as S
from marketplace.models import Capability, Judgement, RankingModel, Suggestion
from marketplace.soft_evidence import FACETS, facets_of, stated_by
from marketplace.suggesting import SECOND_STAGE, background_of, subject_of_need
from matching import Calibration, Candidates, Facets, MatchingError, Trial, calibrate, rank, try_ranking
from matching.evaluation import RELEVANT
from matching.features import VERSION
from scenarios.actor import SYSTEM
from scenarios.journal import log_event
from scenarios.live_index import LiveIndex
from scenarios.models import Need

GRADES: Mapping[str, int] = {S.CONTACTED: 4, S.SHORTLISTED: 3, S.DISMISSED: 1}

MIN_JUDGED = 3
"""Judged capabilities, one of them good, that make a need count: a need is offered ten, and few say more to them."""

MIN_NEEDS = 10
"""Needs that count before anything is learned: two per fold."""

MOST_NEEDS = 1000
"""The needs judged last that are learned from: what is learned and how long it takes stay bounded."""

Grades = dict[tuple[str, str], int]


class Readiness(NamedTuple):
    """How far the judgements reach: judged pairs, needs that count, and how many more have to."""

    judgements: int
    needs: int
    missing: int


class Material(NamedTuple):
    """What is learned from, with its digest."""

    grades: Grades
    digest: str


def judged_grades() -> Grades:
    """Return (need id, capability id) → grade of what was judged, the needs judged last.

    Of what was said to the suggestions of a pair the best word counts. What is no longer on offer is left out: it is in
    no index.
    """
    brought = _offered(Judgement.objects.annotate(asking=F("need"))).order_by("-brought_at", "pk")
    said = _offered(
        Suggestion.objects.filter(state__in=list(GRADES)).annotate(asking=Coalesce("need", F("call__need")))
    ).order_by("-decided_at", "pk")
    pairs = {(str(need), str(one)): grade for need, one, grade in brought.values_list("asking", "capability", "grade")}
    grades: Grades = {}
    needs: set[str] = set()

    def keep(need: str, capability: str, grade: int) -> None:
        if need in needs or len(needs) < MOST_NEEDS:
            needs.add(need)
            grades[need, capability] = max(grade, grades.get((need, capability), 0))

    for (need, capability), grade in pairs.items():
        keep(need, capability, grade)
    for asking, offer, state in said.values_list("asking", "capability", "state"):
        if (str(asking), str(offer)) not in pairs:
            keep(str(asking), str(offer), GRADES[state])
    return dict(sorted(grades.items()))


def _offered(rows: Any) -> Any:
    """Return those rows whose need (`asking`) and capability may be found now."""
    needs, capabilities = Need.objects.indexable(), Capability.objects.published()
    return rows.filter(asking__in=needs.values("pk"), capability__in=capabilities.values("pk"))


def readiness(grades: Grades) -> Readiness:
    """Return how far these judgements reach."""
    by_need: dict[str, list[int]] = defaultdict(list)
    for (need, _), grade in grades.items():
        by_need[need].append(grade)
    counting = sum(len(some) >= MIN_JUDGED and max(some) >= RELEVANT for some in by_need.values())
    return Readiness(len(grades), counting, max(MIN_NEEDS - counting, 0))


def material_of(live: LiveIndex) -> Material | None:
    """Return what can be learned now; None with too few judgements, or where just this was learned before."""
    needs, capabilities = live.indexes.part("needs"), live.indexes.part("capabilities")
    grades = {pair: grade for pair, grade in judged_grades().items() if pair[0] in needs and pair[1] in capabilities}
    if readiness(grades).missing:
        return None
    parts = [VERSION, FACETS, live.build.analyzer, [[*pair, grade] for pair, grade in grades.items()]]
    digest = sha256(json.dumps(parts).encode()).hexdigest()
    return None if RankingModel.objects.filter(material=digest).exists() else Material(grades, digest)


def tried_ranking(live: LiveIndex, material: Material) -> RankingModel | None:
    """Return a candidate or refused ranking, not stored yet; None where too many of the needs were posted twice.

    Ranked as it will be used: alone, over the nearest of the whole catalogue, with the frequencies of the build. Same
    material, same row.
    """
    pools: dict[str, set[str]] = defaultdict(set)
    for need, capability in material.grades:
        pools[need].add(capability)
    for need, pool in pools.items():
        pool |= {hit.id for hit in rank(live.indexes, need, limit=SECOND_STAGE)}
    candidates = Candidates(live.indexes, pools, background=background_of(live), facets=_facets(live, pools))
    try:
        trial = try_ranking(candidates, material.grades, min_judged=MIN_JUDGED)
    except MatchingError:
        return None
    return _row(trial, _calibration(candidates, trial), material)


def _facets(live: LiveIndex, pools: Mapping[str, set[str]]) -> Facets:
    asked = {str(need.pk): subject_of_need(need, live).asked for need in Need.objects.filter(pk__in=list(pools))}
    pairs = [(need, one) for need, pool in pools.items() for one in sorted(pool) if need in asked]
    return facets_of(asked, pairs, stated_by(set().union(*pools.values())))


def _calibration(candidates: Candidates, trial: Trial) -> Calibration | None:
    """Return the curve from held-out scores to probabilities, where the judgements carry one."""
    judged = trial.grades > 0
    try:
        return calibrate(trial.held_out[judged], trial.grades[judged] >= RELEVANT, candidates.need[judged])
    except MatchingError:
        return None


def _row(trial: Trial, calibration: Calibration | None, material: Material) -> RankingModel:
    model = trial.model
    worse = model.ndcg <= model.plain_ndcg
    refusal = "" if model.is_better else RankingRefusal.WORSE if worse else RankingRefusal.UNCERTAIN
    return RankingModel(
        state=RankingState.REFUSED if refusal else RankingState.CANDIDATE,
        refusal=refusal,
        coefficients=json.loads(model.as_json()),
        feature_version=model.version,
        ndcg=model.ndcg,
        plain_ndcg=model.plain_ndcg,
        unlearned_ndcg=model.character_ndcg,
        gain_bound=model.gain_bound,
        needs=trial.needs,
        judgements=model.judged,
        calibration=calibration.as_json() if calibration else None,
        material=material.digest,
    )


def keep_ranking(learned: RankingModel) -> None:
    """Store what was learned, once; nothing is ranked by it before staff put it into use."""
    if RankingModel.objects.filter(material=learned.material).exists():
        return
    learned.save()
    kind = "ranking.refused" if learned.refusal else "ranking.trained"
    log_event(kind, learned, actor=SYSTEM, needs=learned.needs, judgements=learned.judgements)
