"""The editor of a response: what a supplier without partners sends, and what is kept while it is still half written."""

from typing import Any

from django.test import Client
from django.urls import reverse

from marketplace.models import Response
from marketplace.response_content import read
from scenarios.actions import call_talk
from tests.calls import SealedCall, sealed_call
from tests.factories import Cast
from tests.stories.test_story_7_seven_sealed_responses import typed


def begun(cast: Cast) -> tuple[SealedCall, Client, Response]:
    """Return a call that consortia may answer, with a draft of the supplier."""
    ready, client = sealed_call(cast, consortium_allowed=True), cast.client("supplier")
    client.post(reverse("response_start", args=[ready.call.pk]), {"lead": str(cast.supplier_org.pk)})
    return ready, client, Response.objects.get()


def alone(ready: SealedCall, version: int, **changes: Any) -> dict[str, Any]:
    """Return the form of a supplier without partners: the empty row has a role, as every list has a first line."""
    return {**typed(ready, version, ""), "partners-0-name": "", "partners-0-role": "tech", **changes}


def test_the_way_to_respond_stands_above_the_text_of_a_call(cast: Cast) -> None:
    ready, client, _draft = begun(cast)
    top, _rest = client.get(reverse("call_detail", args=[ready.call.pk])).content.decode().split('id="summary"')
    assert reverse("response_start", args=[ready.call.pk]) in top


def test_who_responds_alone_leaves_the_row_of_partners_as_it_is(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    answer = client.post(reverse("response_edit", args=[draft.pk]), {**alone(ready, 1), "then": "check"})
    assert answer.headers["location"] == reverse("response_check", args=[draft.pk])
    draft.refresh_from_db()
    assert read(draft.content)["partners"] == []
    assert client.get(answer.headers["location"]).context["complete"] is True


def test_a_price_that_is_half_written_is_kept_and_asked_for_before_sealing(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    half = alone(ready, 1, **{"tiers-1-price": ""})
    assert client.post(reverse("response_autosave", args=[draft.pk]), half).status_code == 200
    draft.refresh_from_db()
    assert read(draft.content)["price_tiers"] == [
        {"from_quantity": "4", "price": "18.5"},
        {"from_quantity": "12", "price": ""},
    ]
    page = client.get(reverse("response_check", args=[draft.pk])).context
    assert ([row.name for row in page["rows"] if not row.met], page["complete"]) == (["price_tiers"], False)


def told(client: Client, draft: Response) -> Any:
    return client.get(reverse("response_edit", args=[draft.pk]))


def test_each_promise_is_judged_while_it_is_written(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    missed, pace = (str(row["id"]) for row in ready.call.indicators)
    assert [row.met for row in told(client, draft).context["verdicts"]] == [None, None]
    values = {"commitments-0-value": "0.6", "commitments-1-value": "10"}
    answer = client.post(reverse("response_autosave", args=[draft.pk]), alone(ready, 1, **values))
    assert [(row.indicator, row.met) for row in answer.context["verdicts"]] == [(missed, False), (pace, True)]
    page = answer.content.decode()
    assert [page.count(words) for words in ("Misses the target", "Meets the target", "Not judged yet")] == [1, 1, 0]
    assert page.count('hx-swap-oob="true"') == 4
    assert [row.met for row in told(client, draft).context["verdicts"]] == [False, True]


def test_the_price_of_the_whole_call_is_worked_out_from_its_tiers(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    answer = client.post(reverse("response_autosave", args=[draft.pk]), alone(ready, 1))
    assert [tuple(row) for row in answer.context["prices"]] == [("4 lines", "18.5", "74"), ("12 lines", "15.25", "183")]
    assert tuple(answer.context["whole"]) == ("4 lines", "18.5", "74")
    above = alone(ready, 2, **{"tiers-0-from_quantity": "5", "tiers-1-price": ""})
    answer = client.post(reverse("response_autosave", args=[draft.pk]), above)
    assert [tuple(row) for row in answer.context["prices"]] == [("5 lines", "18.5", "92.5")]
    assert answer.context["whole"] is None


def test_the_checklist_follows_what_is_saved(cast: Cast) -> None:
    ready, client, draft = begun(cast)
    assert "0 of 7 done" in told(client, draft).content.decode()
    answer = client.post(reverse("response_autosave", args=[draft.pk]), alone(ready, 1, plan=""))
    assert [row.name for row in answer.context["checklist"] if not row.met] == ["plan"]
    assert "6 of 7 done" in answer.content.decode()


def test_criteria_addenda_and_answers_stand_beside_the_editor(cast: Cast, django_assert_max_num_queries: Any) -> None:
    ready, client, draft = begun(cast)
    manager, other = cast.actor("manager"), cast.actor("supplier")
    question = call_talk.ask_question(actor=other, call_id=ready.call.pk, text="能否分两期交付？")
    unanswered = call_talk.ask_question(actor=other, call_id=ready.call.pk, text="还没有答复的问题")
    call_talk.answer_question(actor=manager, question_id=question.pk, text="可以，第一期两条线。")
    call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=ready.call.pk, text="样件可在惠山现场领取。")
    with django_assert_max_num_queries(12):
        page = told(client, draft).content.decode()
    for words in (
        "技术方案",
        "60 %",
        "Minimum score 36",
        "可以，第一期两条线。",
        "能否分两期交付？",
        "样件可在惠山现场领取。",
    ):
        assert words in page, words
    assert unanswered.text not in page
