"""The pages of a selection: who gets in, what each reader finds, what a refused form keeps."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.actions import responses, selection_panel
from marketplace.actors import actor_for
from marketplace.models import Exclusion, Feedback, Objection, Response, Selection
from scenarios.models import Call
from scenarios.pipeline import sweep_clock
from tests.calls import SealedCall, close, drafted, sealed_call
from tests.factories import Cast
from tests.selections import (
    Review,
    admit_all,
    declare_all,
    end_notice,
    evaluated_call,
    open_all,
    published,
    score,
    scored_call,
)
from tests.stories.town import post, signed_in, version_on

PDF = b"%PDF-1.7 a report"


def address(review: Review, name: str, *args: Any) -> str:
    return reverse(name, args=[review.ready.call.pk, *args])


def test_the_chair_is_offered_the_evaluation_once_the_responses_are_open(cast: Cast) -> None:
    ready = sealed_call(cast)
    page = reverse("selection", args=[ready.call.pk])
    chair, other = (signed_in(account) for account in ready.reviewers[:2])
    assert chair.get(page).context["may_open"] is False
    close(ready.call)
    open_all(ready)
    assert chair.get(page).context["may_open"] is True
    assert other.get(page).context["may_open"] is False
    assert other.post(reverse("selection_open", args=[ready.call.pk])).status_code == 403
    assert cast.client("supplier").get(page).status_code == 403


def test_a_reviewer_finds_the_calls_of_their_panels_and_no_others(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    page = reverse("selection_list")
    calls = {
        name: list(client.get(page).context["page"])
        for name, client in (
            ("panel", signed_in(review.ready.reviewers[1])),
            ("elsewhere", cast.client("reviewer")),
            ("manager", cast.client("manager")),
        )
    }
    assert calls == {"panel": [review.ready.call], "elsewhere": [], "manager": [review.ready.call]}


def test_before_the_declaration_a_reviewer_reads_nothing_of_the_responses(cast: Cast) -> None:
    review = evaluated_call(cast, 2)
    client = signed_in(review.ready.reviewers[1])
    shown = client.get(address(review, "selection"))
    assert (shown.context["lines"], shown.context["declaration_form"] is not None) == (None, True)
    assert client.get(address(review, "review_response", 1)).status_code == 404
    refused = client.post(address(review, "review_declare"), {"conflict": "yes", "statement": " "})
    assert (refused.status_code, "statement" in refused.context["declaration_form"].errors) == (422, True)
    post(client, "review_declare", review.ready.call.pk, conflict="no")
    assert len(client.get(address(review, "selection")).context["lines"]) == 2
    assert cast.client("reviewer").get(address(review, "review_response", 1)).status_code == 404


def test_why_a_reviewer_left_is_read_by_the_manager_alone(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    left = actor_for(review.ready.reviewers[2])
    selection_panel.declare(actor=left, selection_id=review.selection.pk, conflict=True, statement="曾任顾问三年")
    page = address(review, "selection")
    assert "曾任顾问三年" in cast.client("manager").get(page).content.decode()
    for client in (cast.client("publisher"), cast.client("auditor"), signed_in(review.ready.reviewers[0])):
        assert "曾任顾问三年" not in client.get(page).content.decode()
    seat = review.selection.seats.get(declaration="conflict")
    other = {f"{seat.pk}-account": review.ready.reviewers[0].pk}
    assert cast.client("manager").post(address(review, "review_replace", seat.pk), other).status_code == 302
    assert review.selection.seats.count() == 3


def test_an_attachment_comes_under_a_number(cast: Cast) -> None:
    ready: SealedCall = sealed_call(cast)
    draft, author = drafted(ready.call, cast.supplier), cast.actor("supplier")
    responses.attach_file(actor=author, response_id=draft.pk, name="丙视觉科技业绩.pdf", data=PDF)
    responses.seal_response(actor=author, response_id=draft.pk, version=draft.version)
    close(ready.call)
    open_all(ready)
    client = signed_in(ready.reviewers[0])
    post(client, "selection_open", ready.call.pk)
    where = reverse("review_file", args=[ready.call.pk, 1, 1])
    assert client.get(where).status_code == 404
    post(client, "review_declare", ready.call.pk, conflict="no")
    file = client.get(where)
    assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
    assert file.headers["content-disposition"] == f'attachment; filename="{ready.call.code}-1-1.pdf"'
    assert client.get(reverse("review_file", args=[ready.call.pk, 1, 2])).status_code == 404
    listed = reverse("api-review-files", args=[ready.call.selection.pk, 1])
    assert client.get(listed).json() == [
        {"place": 1, "name": f"{ready.call.code}-1-1.pdf", "content_type": "application/pdf", "size": len(PDF)}
    ]
    again = client.get(f"{listed}1/")
    assert (again.content, again.headers["content-disposition"]) == (PDF, file.headers["content-disposition"])
    assert client.get(f"{listed}2/").status_code == 404
    assert signed_in(ready.reviewers[1]).get(listed).status_code == 404
    assert cast.client("publisher").get(f"{listed}1/").status_code == 403
    assert "丙视觉科技" not in client.get(reverse("review_response", args=[ready.call.pk, 1])).content.decode()


def test_an_exclusion_without_its_clause_comes_back_with_what_was_typed(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    declare_all(review)
    client = signed_in(review.ready.reviewers[0])
    typed = {"clause": "call", "quoted": "须有两年业绩", "explanation": "业绩不满两年"}
    refused = client.post(address(review, "review_exclude", 1), typed)
    assert refused.status_code == 422
    assert refused.context["exclusion_form"]["explanation"].value() == "业绩不满两年"
    assert not Exclusion.objects.exists()
    post(client, "review_exclude", review.ready.call.pk, 1, clause="budget", quoted="", explanation="超出上限")
    assert Exclusion.objects.get().clause == "budget"


def test_scores_that_are_none_come_back_and_nothing_is_kept(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    declare_all(review)
    admit_all(review)
    client = signed_in(review.ready.reviewers[1])
    typed = {"version": "0", "value-0": "101", "comment-0": "超出", "value-1": "", "comment-1": ""}
    refused = client.post(address(review, "review_scores", 1), typed)
    assert (refused.status_code, list(refused.context["scores_form"].errors)) == (422, ["value-0"])
    quiet = client.post(address(review, "review_scores", 1), typed, headers={"hx-request": "true"})
    assert quiet.status_code == 422
    assert review.responses()[0].scores.count() == 0
    incomplete = client.post(address(review, "review_submit"), follow=True)
    assert [message.level_tag for message in incomplete.context["messages"]] == ["error"]


def test_the_publisher_reads_what_is_still_to_be_done_before_the_notice(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    page, client = address(review, "selection"), cast.client("publisher")
    assert "declared" in client.get(page).context["obstacle"]
    declare_all(review)
    admit_all(review)
    for account in review.ready.reviewers:
        score(review, account, {review.responses()[0].pk: ["90", "80"]})
    assert "consensus" in client.get(page).context["obstacle"]
    client.post(address(review, "selection_publish"), {"version": review.fresh().version})
    assert review.fresh().status == "evaluating"


def test_everyone_reads_the_result_and_nobody_a_single_reviewers_score(cast: Cast) -> None:
    review = scored_call(cast, ["90", "80"], ["35", "95"])
    page = address(review, "call_result")
    assert cast.client().get(page).context["selection"] is None
    post(cast.client("publisher"), "selection_publish", review.ready.call.pk, version=review.fresh().version)
    text = cast.client().get(page).content.decode()
    assert "供给方00" in text
    assert "90 × 60 % = 54" in text
    assert "某集成商第0家" in text  # of the winner
    assert "某集成商第1家" not in text
    assert "理由充分" not in text
    assert cast.client(language="zh-hans").get(page).status_code == 200


def test_who_is_concerned_objects_on_the_result_page(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["35", "95"])
    page, own = address(review, "call_result"), str(review.responses()[1].lead_id)
    client = signed_in(review.suppliers[1])
    assert client.get(page).context["objection_form"] is not None
    assert cast.client("rival").get(page).context["objection_form"] is None
    refused = client.post(address(review, "result_object"), {"organisation": own, "reasons": " "})
    assert refused.status_code == 422
    post(client, "result_object", review.ready.call.pk, organisation=own, reasons="得分与承诺不符")
    assert review.fresh().status == "suspended"
    assert "得分与承诺不符" in client.get(page).content.decode()
    assert "得分与承诺不符" not in cast.client().get(page).content.decode()
    assert client.get(page).context["objection_form"] is None
    objection = Objection.objects.get()
    where, manager = address(review, "objection_answer", objection.pk), cast.client("manager")
    assert manager.post(where, {f"{objection.pk}-answer": ""}).status_code == 422
    post(manager, "objection_answer", review.ready.call.pk, objection.pk, **{f"{objection.pk}-answer": "不成立"})
    assert review.fresh().status == "publicity"


def test_an_upheld_objection_goes_back_to_the_panel_over_the_page(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["35", "95"])
    own = str(review.responses()[1].lead_id)
    post(signed_in(review.suppliers[1]), "result_object", review.ready.call.pk, organisation=own, reasons="有误")
    objection = Objection.objects.get()
    answer = {f"{objection.pk}-answer": "确有误", "then": "uphold"}
    post(cast.client("manager"), "objection_answer", review.ready.call.pk, objection.pk, **answer)
    assert review.fresh().status == "evaluating"
    assert cast.client().get(address(review, "call_result")).context["selection"] is None


def test_a_notice_over_a_year_without_arrangement_says_so(cast: Cast) -> None:
    review = published(cast, ["90", "80"])
    page = address(review, "selection")
    Selection.objects.update(notice_provisional=False)
    assert "holiday arrangement" not in cast.client("publisher").get(page).content.decode()
    Selection.objects.update(notice_provisional=True)
    assert "holiday arrangement" in cast.client("publisher").get(page).content.decode()


def test_the_award_is_offered_after_the_notice_and_refused_without_feedback(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["35", "95"])
    page, client = address(review, "selection"), cast.client("publisher")
    assert client.get(page).context["is_over"] is False
    end_notice(review)
    assert client.get(page).context["is_over"] is True
    version = {"version": review.fresh().version}
    refused = client.post(address(review, "selection_award"), version, follow=True)
    assert str(review.responses()[1].number) in str(next(iter(refused.context["messages"])))
    chair, number = signed_in(review.ready.reviewers[0]), review.responses()[1].number
    version_read = version_on(chair, "review_response", review.ready.call.pk, number)
    half = {"version": version_read, "strengths-0": "好", "weaknesses-0": "贵", "strengths-1": "好"}
    assert chair.post(address(review, "review_feedback", number), half).status_code == 422
    assert not Feedback.objects.exists()
    post(chair, "review_feedback", review.ready.call.pk, number, **half, **{"weaknesses-1": "慢"})
    post(client, "selection_award", review.ready.call.pk, version=review.fresh().version)
    assert review.fresh().status == "awarded"


def test_a_failed_call_leads_to_a_new_draft(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    sweep_clock()
    client, pk = cast.client("publisher"), review.ready.call.pk
    wrong = client.post(address(review, "selection_fail"), {"code": "no_responses", "reason": "说明"})
    assert (wrong.status_code, list(wrong.context["failure_form"].errors)) == (422, ["code"])
    post(client, "selection_fail", pk, code="too_few", reason="仅一家响应")
    assert "仅一家响应" in cast.client().get(address(review, "call_result")).content.decode()
    manager = cast.client("manager")
    assert manager.post(address(review, "selection_again"), {"lots": "99"}).status_code == 422
    drafted_anew = post(manager, "selection_again", pk, lots="2")
    new = Call.objects.exclude(pk=pk).get()
    assert drafted_anew.headers["location"] == reverse("staff_call", args=[new.pk])
    assert manager.post(address(review, "selection_again")).status_code == 409


def cost(review: Review, name: str, cast: Cast) -> int:
    client = cast.client("publisher")
    client.get(address(review, name))
    with CaptureQueriesContext(connection) as queries:
        client.get(address(review, name))
    return len(queries)


@pytest.mark.parametrize(("name", "most"), [("selection", 10), ("call_result", 10)])
def test_a_page_costs_the_same_with_one_response_and_with_four(cast: Cast, name: str, most: int) -> None:
    review = scored_call(cast, *[["90", "80"]] * 4)
    costs = [cost(review, name, cast)]
    post(cast.client("publisher"), "selection_publish", review.ready.call.pk, version=review.fresh().version)
    under_notice = [cost(review, name, cast)]
    for response in review.responses()[1:]:
        response.placings.all().delete()
        response.delete()
    under_notice.append(cost(review, name, cast))
    Selection.objects.update(status="evaluating")
    review.selection.placings.all().delete()
    Response.objects.update(status="eligible")
    costs.append(cost(review, name, cast))
    assert (costs[0], under_notice[0]) == (costs[1], under_notice[1])
    assert max(costs + under_notice) <= most


def test_the_responses_to_review_cost_the_same_over_the_api_with_four_and_with_one(cast: Cast) -> None:
    review = scored_call(cast, *[["90", "80"]] * 4)
    client, url = signed_in(review.ready.reviewers[0]), f"/api/v1/selections/{review.selection.pk}/responses/"
    costs = []
    for number in (4, 4, 1):
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(url).json()) == number
        costs.append(len(queries))
        if len(costs) == 2:
            for response in review.responses()[1:]:
                response.delete()
    assert costs[1] == costs[2] <= 12
