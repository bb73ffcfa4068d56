"""Learning a ranking from judgements: what is learned from, what is refused, and what the ranking in use changes."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from marketplace import pipeline
from marketplace.actions.rankings import activate_ranking, retire_ranking
from marketplace.models import RankingModel, Suggestion
from marketplace.ranking_training import Readiness, judged_grades, readiness
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.models import Event, Need
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.marketplace.judged import THINGS, judged_collection


def train() -> None:
    pipeline.train_ranking(finish=lambda: None)


@pytest.fixture
def judged(cast: Cast) -> list[Need]:
    return judged_collection(cast)


@pytest.fixture
def candidate(judged: list[Need]) -> RankingModel:
    train()
    return RankingModel.objects.get()


def test_a_better_ranking_is_kept_as_a_candidate_and_serves_nobody_yet(candidate: RankingModel) -> None:
    assert (candidate.state, candidate.refusal) == ("candidate", "")
    assert (candidate.needs, candidate.judgements) == (12, 48)
    assert candidate.ndcg == 1.0
    assert candidate.plain_ndcg == pytest.approx(0.43, abs=0.2)
    assert candidate.gain_bound > 0
    assert candidate.calibration["judged"] == 48
    assert candidate.calibration["relevant"] == 12
    assert Event.objects.get(kind="ranking.trained").data == {"needs": 12, "judgements": 48}
    drain_outbox()
    assert set(Suggestion.objects.values_list("ranking", "probability")) == {(None, None)}


def test_the_same_judgements_teach_the_same_and_only_once(candidate: RankingModel) -> None:
    train()
    assert RankingModel.objects.get() == candidate
    learned, calibrated = candidate.coefficients, candidate.calibration
    candidate.delete()
    train()
    again = RankingModel.objects.get()
    assert (again.coefficients, again.calibration) == (learned, calibrated)


def test_what_ranks_no_better_is_refused_with_its_reason(judged: list[Need]) -> None:
    rows = Suggestion.objects.all()
    contacted = list(rows.filter(state="contacted").values_list("pk", flat=True))
    rows.filter(state="dismissed", capability__solves__endswith="报表").update(state="contacted", reason="")
    rows.filter(pk__in=contacted).update(state="dismissed", reason="不合适")
    train()
    refused = RankingModel.objects.get()
    assert (refused.state, refused.refusal) in {("refused", "worse"), ("refused", "uncertain")}
    assert refused.gain_bound <= 0
    assert Event.objects.get(kind="ranking.refused").subject_id == refused.pk


def test_with_too_few_judgements_nothing_is_learned(cast: Cast) -> None:
    judged_collection(cast, THINGS[:9])
    assert readiness(judged_grades()) == Readiness(judgements=36, needs=9, missing=1)
    train()
    assert not RankingModel.objects.exists()


def test_contacted_weighs_most_and_what_is_open_tells_nothing(judged: list[Need]) -> None:
    pair = Suggestion.objects.filter(need=judged[0], state="dismissed").order_by("pk")
    first, second, third = pair
    Suggestion.objects.filter(pk=second.pk).update(state="shortlisted", reason="")
    Suggestion.objects.filter(pk=third.pk).update(state="open", reason="")
    of_need = {pair: grade for pair, grade in judged_grades().items() if pair[0] == str(judged[0].pk)}
    suits = Suggestion.objects.get(need=judged[0], state="contacted")
    assert of_need == {
        (str(judged[0].pk), str(first.capability_id)): 1,
        (str(judged[0].pk), str(second.capability_id)): 3,
        (str(judged[0].pk), str(suits.capability_id)): 4,
    }


def test_a_ranking_in_use_ranks_all_anew_and_going_back_does_too(cast: Cast, candidate: RankingModel) -> None:
    manager = cast.actor("manager")
    activate_ranking(actor=manager, ranking_id=candidate.pk)
    drain_outbox()
    rows = Suggestion.objects.filter(state="contacted")
    assert set(rows.values_list("ranking", flat=True)) == {candidate.pk}
    assert all(0 <= row.probability <= 1 for row in rows)
    for row in rows:
        assert set(row.families) == {"characters", "cos", "bm25", "pool", "facet"}
        assert sum(row.families.values()) == pytest.approx(row.score, abs=1e-4)
    retire_ranking(actor=manager, ranking_id=candidate.pk)
    drain_outbox()
    assert set(rows.values_list("ranking", "probability")) == {(None, None)}
    assert {tuple(row.families) for row in rows.all()} == {("characters",)}


def test_what_was_refused_or_counts_other_features_is_not_used(cast: Cast, candidate: RankingModel) -> None:
    manager = cast.actor("manager")
    candidate.coefficients["version"] = 0
    candidate.save()
    with pytest.raises(Invalid):
        activate_ranking(actor=manager, ranking_id=candidate.pk)
    RankingModel.objects.update(state="refused", refusal="worse")
    with pytest.raises(IllegalMove):
        activate_ranking(actor=manager, ranking_id=candidate.pk)
    assert not Event.objects.filter(kind="ranking.activated").exists()


def test_a_ranking_of_other_features_leaves_the_unlearned_one_to_serve(cast: Cast, candidate: RankingModel) -> None:
    candidate.coefficients["version"] = 0
    candidate.state = "active"
    candidate.save()
    pipeline.rank_anew(finish=lambda: None)
    drain_outbox()
    assert set(Suggestion.objects.values_list("ranking", flat=True)) == {None}


@pytest.mark.parametrize("name", ["moderator", "publisher", "auditor", "enterprise", "supplier"])
def test_nobody_but_a_manager_puts_a_ranking_into_use(cast: Cast, candidate: RankingModel, name: str) -> None:
    with pytest.raises(NotPermitted):
        activate_ranking(actor=cast.actor(name), ranking_id=candidate.pk)
    candidate.refresh_from_db()
    assert candidate.state == "candidate"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ranking_model_state_known", {"state": "bogus"}),
        ("ranking_model_refusal_known", {"state": "refused", "refusal": "bogus"}),
        ("ranking_model_refused_with_a_reason", {"state": "refused"}),
        ("ranking_model_serves_with_a_gain", {"state": "active", "gain_bound": 0}),
    ],
)
def test_the_table_holds_what_a_ranking_is(candidate: RankingModel, name: str, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        RankingModel.objects.filter(pk=candidate.pk).update(**values)


def test_one_ranking_is_in_use(candidate: RankingModel) -> None:
    RankingModel.objects.update(state="active")
    candidate.pk, candidate.material, candidate.state = None, "other", "active"
    candidate._state.adding = True
    with pytest.raises(IntegrityError, match="one_active_ranking_model"), transaction.atomic():
        candidate.save(force_insert=True)
