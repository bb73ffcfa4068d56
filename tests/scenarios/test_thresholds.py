"""The merge threshold: chosen by a manager from a preview, kept in the database, used by the workers."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from matching import check_acceptance
from scenarios import pipeline
from scenarios.actions.proposals import dismiss_proposal
from scenarios.actions.thresholds import choose_threshold
from scenarios.errors import Conflict, Invalid, NotPermitted
from scenarios.merge_threshold import merge_threshold, thresholds
from scenarios.models import Delivery, Event, MergePreview, MergeProposal, MergeThreshold
from scenarios.threshold_choice import threshold_choice
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast, published_need

PAGE, CHOOSE = "/staff/merge/threshold/", "/staff/merge/threshold/choose/"


LOOSE = {
    "title_zh": "车身铸件表面缺陷视觉检测",
    "title_en": "",
    "problem": "车身铸件打磨后常有划伤和缺肉，质检员看久了疲劳，表面缺陷流到总装，去年返工 300 件。",
    "users_and_site": "总装车间两条线，质检员八名。",
    "current_process": "质检员边走边看，发现缺陷贴标签返修。",
    "boundary_in": "两条线下件处的表面缺陷识别与分流。",
}


def previewed(cast: Cast) -> MergeProposal:
    published_need(cast)
    published_need(cast, "rival", **LOOSE)
    drain_outbox()
    pipeline.preview_thresholds(finish=lambda: None)
    return MergeProposal.objects.get()


def just_above(likeness: float) -> float:
    return next(one for one in thresholds() if one > likeness)


def chinese(cast: Cast) -> str:
    return cast.client("manager", language="zh-hans").get(PAGE).content.decode()


def test_the_page_is_the_managers(cast: Cast) -> None:
    answers = {part: cast.client(part).get(PAGE).status_code for part in (*STAFF, "enterprise")}
    assert answers == {part: 200 if part == "manager" else 403 for part in answers}


def test_without_a_preview_the_page_says_what_to_do(cast: Cast) -> None:
    page = cast.client("manager").get(PAGE)
    assert page.context["choice"].points == []
    assert "No preview yet" in page.content.decode()
    cast.client("manager").post("/staff/merge/threshold/preview/")
    assert Delivery.objects.get(topic="preview.asked").task == "scenarios.preview_thresholds"
    drain_outbox()
    assert MergePreview.objects.count() == 1


def test_the_preview_says_what_each_threshold_would_propose(cast: Cast) -> None:
    proposal = previewed(cast)
    assert 0.2 < proposal.score < 0.5
    above = just_above(proposal.score)
    page = cast.client("manager").get(PAGE, {"threshold": above})
    choice = page.context["choice"]
    counts = {point.threshold: point.proposals for point in choice.points}
    assert counts == {one: 1 if one <= proposal.score else 0 for one in thresholds()}
    codes = sorted(member.need.code for member in proposal.members.select_related("need"))
    assert ([sorted(code for code, _ in one.needs) for one in choice.vanish], choice.appear) == ([codes], [])
    assert (choice.present, choice.chosen, choice.judgements) == (0.2, above, 0)
    assert "Nothing is judged yet" in page.content.decode()
    assert all(point.recall is None for point in choice.points)


def test_judged_pairs_give_recall(cast: Cast) -> None:
    proposal = previewed(cast)
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk, reason="工件不同")
    pipeline.preview_thresholds(finish=lambda: None)
    choice = threshold_choice()
    assert (choice.judgements, choice.judged_pairs) == (1, 1)
    found = {point.threshold: (point.judged, point.accepted, point.recall) for point in choice.points}
    assert found[0.2] == (1, 0, None)
    assert found[0.5] == (0, 0, None)


def test_from_twenty_judgements_on_the_page_says_how_far_the_expected_precision_came_true(cast: Cast) -> None:
    proposal = previewed(cast)
    client: Any = cast.client("manager")
    assert threshold_choice().reliability is None
    assert "That is told from 20 judgements on." in client.get(PAGE).content.decode()
    scores, accepted = [0.2 + 0.01 * number for number in range(20)], [number >= 8 for number in range(20)]
    for number, (score, said) in enumerate(zip(scores, accepted, strict=True)):
        MergeProposal.objects.create(
            member_key=f"decided-{number}",
            representative=proposal.representative,
            index_build=proposal.index_build,
            status="accepted" if said else "dismissed",
            reason="" if said else "工件不同",
            score=score,
            decided_at=timezone.now(),
        )
    pipeline.preview_thresholds(finish=lambda: None)
    checked = check_acceptance(scores, accepted)
    assert checked is not None
    page = client.get(PAGE)
    assert "Each of 20 judgements was told from the others." in page.content.decode()
    assert '<th scope="col" class="number">已采纳</th>' in chinese(cast)
    assert [len(page.context["plot"]["points"]), page.context["plot"]["error"]] == [2, pytest.approx(checked.error)]
    told = client.get("/api/v1/proposals/threshold/").json()["reliability"]
    assert (told["judged"], [row["pairs"] for row in told["bins"]]) == (20, [10, 10])
    assert [row["relevant"] for row in told["bins"]] == pytest.approx([one.relevant for one in checked.bins])


def test_a_chosen_threshold_holds_and_all_needs_are_looked_at_again(cast: Cast) -> None:
    proposal = previewed(cast)
    above = just_above(proposal.score)
    answer = cast.client("manager").post(CHOOSE, {"threshold": above, "present": 0.2})
    assert answer["Location"] == PAGE
    row = MergeThreshold.objects.get()
    assert (row.value, row.active, row.chosen_by, merge_threshold()) == (above, True, cast.manager, above)
    event = Event.objects.get(kind="threshold.chosen")
    assert (event.subject_id, event.data) == (row.pk, {"before": 0.2, "after": above})
    drain_outbox()
    proposal.refresh_from_db()
    assert proposal.status == "superseded"
    choose_threshold(actor=cast.actor("manager"), value=0.15)
    drain_outbox()
    assert MergeProposal.objects.open().count() == 1
    assert list(MergeThreshold.objects.values_list("value", "active")) == [(0.15, True), (above, False)]


@pytest.mark.parametrize(("value", "text"), [(0.2, "holds already"), (0.05, "Choose a threshold from"), (0.9, "from")])
def test_what_makes_no_sense_is_refused(cast: Cast, value: float, text: str) -> None:
    answer = cast.client("manager").post(CHOOSE, {"threshold": value, "present": 0.2})
    assert (answer.status_code, text in str(answer.context["refusal"])) == (422, True)
    assert nothing_changed()


def nothing_changed() -> bool:
    events = Event.objects.filter(kind="threshold.chosen").exists()
    return merge_threshold() == 0.2 and not MergeThreshold.objects.exists() and not events


def test_a_threshold_is_not_chosen_over_another_one_unseen(cast: Cast) -> None:
    manager = cast.actor("manager")
    choose_threshold(actor=manager, value=0.25, present=0.2)
    answer = cast.client("manager").post(CHOOSE, {"threshold": 0.3, "present": 0.2})
    assert (answer.status_code, merge_threshold()) == (409, 0.25)
    with pytest.raises(Conflict):
        choose_threshold(actor=manager, value=0.3, present=0.2)


@pytest.mark.parametrize("part", ["publisher", "moderator", "auditor", "enterprise"])
def test_only_a_manager_chooses(cast: Cast, part: str) -> None:
    with pytest.raises(NotPermitted):
        choose_threshold(actor=cast.actor(part), value=0.3)
    assert cast.client(part).post(CHOOSE, {"threshold": 0.3, "present": 0.2}).status_code == 403
    assert nothing_changed()


def test_a_form_without_a_number_is_refused(cast: Cast) -> None:
    assert cast.client("manager").post(CHOOSE, {"threshold": "x", "present": "0.2"}).status_code == 422
    assert cast.client("manager").get(PAGE, {"threshold": "x"}).status_code == 200
    assert nothing_changed()


def test_the_same_through_the_api(cast: Cast) -> None:
    proposal = previewed(cast)
    client: Any = cast.client("manager")
    above = just_above(proposal.score)
    shown = client.get("/api/v1/proposals/threshold/", {"threshold": above}).json()
    assert (shown["present"], shown["chosen"], len(shown["points"]), len(shown["vanish"])) == (0.2, above, 17, 1)
    chosen = client.post("/api/v1/proposals/threshold/", {"threshold": 0.3, "present": 0.2}, "application/json")
    assert (chosen.status_code, chosen.json()["present"]) == (200, 0.3)
    assert (
        client.post("/api/v1/proposals/threshold/", {"threshold": 0.25, "present": 0.2}, "application/json").status_code
        == 409
    )
    assert client.post("/api/v1/proposals/threshold/", {"threshold": 0.3}, "application/json").status_code == 422
    assert client.get("/api/v1/proposals/threshold/", {"threshold": "x"}).status_code == 400
    assert client.post("/api/v1/proposals/preview/", {}, "application/json").status_code == 202
    assert cast.client("publisher").get("/api/v1/proposals/threshold/").status_code == 403
    assert merge_threshold() == 0.3


def test_the_setting_holds_until_somebody_chooses(db: None, settings: Any) -> None:
    settings.MERGE_MIN_SIMILARITY = 0.33
    assert merge_threshold() == 0.33
    assert 0.33 in thresholds()


def test_an_unreachable_value_is_refused_by_the_action(cast: Cast) -> None:
    with pytest.raises(Invalid):
        choose_threshold(actor=cast.actor("manager"), value=float("nan"))
    assert nothing_changed()
    assert reverse("merge_threshold") == PAGE
