"""Learned rankings through the HTTP edge: the manager's page, the API, and what suggestions tell."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace import pipeline
from marketplace.models import RankingModel, Suggestion
from scenarios.models import Delivery, Event, Need
from tests.api.conftest import Send, api  # noqa: F401
from tests.drain import drain_outbox
from tests.factories import Cast
from tests.marketplace.judged import THINGS, judged_collection

PAGE = "/staff/ranking/"


@pytest.fixture
def judged(cast: Cast) -> list[Need]:
    needs = judged_collection(cast)
    Delivery.objects.all().delete()  # what publishing the rows caused is not what is looked at here
    return needs


@pytest.fixture
def candidate(judged: list[Need]) -> RankingModel:
    pipeline.train_ranking(finish=lambda: None)
    Delivery.objects.all().delete()
    return RankingModel.objects.get()


def test_the_page_says_how_many_judgements_are_missing(cast: Cast) -> None:
    judged_collection(cast, THINGS[:8])
    page = cast.client("manager").get(PAGE).content.decode()
    assert "2 more needs have to be judged before a ranking is learned." in page
    assert "32 judged pairs so far" in page
    assert "The unlearned ranking: characters and words in common" in page
    assert "Not calibrated yet" in page


def test_a_manager_has_a_ranking_learned_puts_it_into_use_and_goes_back(cast: Cast, judged: list[Need]) -> None:
    client = cast.client("manager")
    assert client.post(f"{PAGE}train/").status_code == 302
    drain_outbox()
    ranking = RankingModel.objects.get()
    page = client.get(PAGE).content.decode()
    assert f"{PAGE}{ranking.pk}/activate/" in page
    assert "Put into use" in page
    assert client.post(f"{PAGE}{ranking.pk}/activate/").status_code == 302
    drain_outbox()
    assert RankingModel.objects.get().state == "active"
    assert set(Suggestion.objects.filter(state="contacted").values_list("ranking", flat=True)) == {ranking.pk}
    response = client.get(PAGE)
    page = response.content.decode()
    assert "expected calibration error" in page
    assert len(response.context["plot"]["points"]) == len(ranking.calibration["bins"])
    assert page.count('<circle class="point"') == len(ranking.calibration["bins"])
    assert "Learned ranking put into use" in page
    assert client.post(f"{PAGE}{ranking.pk}/retire/").status_code == 302
    drain_outbox()
    assert RankingModel.objects.get().state == "retired"
    assert set(Suggestion.objects.current().values_list("ranking", flat=True)) == {None}
    assert list(Event.objects.filter(subject_type="ranking").order_by("pk").values_list("kind", flat=True)) == [
        "ranking.trained",
        "ranking.activated",
        "ranking.retired",
    ]


def test_the_one_in_use_is_retired_when_another_is_put_into_use(cast: Cast, candidate: RankingModel) -> None:
    before = RankingModel.objects.get()
    RankingModel.objects.update(state="active")
    candidate.pk, candidate.material, candidate.state = None, "other", "candidate"
    candidate._state.adding = True
    candidate.save(force_insert=True)
    assert cast.client("manager").post(f"{PAGE}{candidate.pk}/activate/").status_code == 302
    assert dict(RankingModel.objects.values_list("pk", "state")) == {before.pk: "retired", candidate.pk: "active"}
    assert Delivery.objects.filter(topic="ranking.changed").count() == 1


@pytest.mark.parametrize(("state", "refusal", "move"), [("refused", "worse", "activate"), ("candidate", "", "retire")])
def test_a_move_that_is_not_in_the_table_is_refused(
    cast: Cast, candidate: RankingModel, state: str, refusal: str, move: str
) -> None:
    RankingModel.objects.update(state=state, refusal=refusal)
    assert cast.client("manager").post(f"{PAGE}{candidate.pk}/{move}/").status_code == 409
    assert RankingModel.objects.get().state == state
    assert not Delivery.objects.exists()


def test_a_ranking_of_other_features_is_refused_with_a_remedy(cast: Cast, candidate: RankingModel) -> None:
    candidate.coefficients["version"] = 0
    candidate.save()
    page = cast.client("manager").post(f"{PAGE}{candidate.pk}/activate/", follow=True)
    assert "Have a new one learned." in page.content.decode()
    assert RankingModel.objects.get().state == "candidate"
    assert not Delivery.objects.exists()


def test_a_refused_ranking_shows_its_reason_and_no_button(cast: Cast, candidate: RankingModel) -> None:
    RankingModel.objects.update(state="refused", refusal="uncertain")
    page = cast.client("manager", language="zh-hans").get(PAGE).content.decode()
    assert "比基础分的提高可能出于偶然，需要更多评价才能判断。" in page
    assert "/activate/" not in page


@pytest.mark.parametrize("part", ["moderator", "auditor", "supplier", "enterprise"])
def test_nobody_else_comes_here(cast: Cast, candidate: RankingModel, part: str) -> None:
    client = cast.client(part)
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}{candidate.pk}/activate/").status_code == 403
    assert client.post(f"{PAGE}train/").status_code == 403
    assert RankingModel.objects.get().state == "candidate"
    assert not Delivery.objects.exists()


def test_a_calibrated_ranking_tells_the_chances_and_its_parts(cast: Cast, candidate: RankingModel) -> None:
    client = cast.client("manager")
    need = Suggestion.objects.filter(state="contacted").earliest("pk").need
    client.post(f"{PAGE}{candidate.pk}/activate/")
    drain_outbox()
    row = Suggestion.objects.get(need=need, state="contacted")
    chance = min(max(round(100 * row.probability), 1), 99)
    for reader in ("manager", "enterprise"):
        page = cast.client(reader).get(f"/needs/{need.pk}/suggestions/").content.decode()
        assert f"About {chance} % of such suggestions were taken up." in page
        assert "What the score is made of" in page
        assert "Characters and words in common, rare ones above all" in page
        assert "raises the score by" in page
    page = cast.client("supplier", language="zh-hans").get("/workspace/suggestions/?state=contacted").content.decode()
    assert "此类推荐中约有" in page
    assert "分数构成" in page


def test_without_a_learned_ranking_the_score_is_no_probability(cast: Cast, judged: list[Need]) -> None:
    pipeline.suggest_for_need(need_ids=[str(judged[0].pk)], finish=lambda: None)
    page = cast.client("enterprise").get(f"/needs/{judged[0].pk}/suggestions/").content.decode()
    assert "of such suggestions were taken up" not in page
    assert "The score puts suggestions in order; it is no probability." in page


def test_the_page_asks_as_often_for_many_as_for_one(cast: Cast, candidate: RankingModel) -> None:
    client = cast.client("manager")
    client.get(PAGE)
    counted = []
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        counted.append(len(captured))
        for other in range(8):
            candidate.pk, candidate.material = None, f"{number} {other}"
            candidate._state.adding = True
            candidate.save(force_insert=True)
    assert counted[0] == counted[1]


def test_the_api_does_what_the_page_does(api: Send, candidate: RankingModel) -> None:  # noqa: F811
    url = "rankings/"
    (row,) = api("auditor", "get", url).json()["results"]
    assert (row["id"], row["state"], row["needs"]) == (str(candidate.pk), "candidate", 12)
    reach = api("manager", "get", f"{url}readiness/").json()
    assert reach == {"judgements": 48, "needs": 12, "missing": 0}
    assert api("auditor", "post", f"{url}{candidate.pk}/activate/").status_code == 403
    assert api("manager", "post", f"{url}train/").status_code == 202
    assert Delivery.objects.get().topic == "ranking.asked"
    shown = api("manager", "post", f"{url}{candidate.pk}/activate/")
    assert (shown.status_code, shown.json()["state"]) == (200, "active")
    assert api("manager", "post", f"{url}{candidate.pk}/activate/").status_code == 409
    shown = api("manager", "post", f"{url}{candidate.pk}/retire/")
    assert (shown.status_code, shown.json()["state"]) == (200, "retired")
