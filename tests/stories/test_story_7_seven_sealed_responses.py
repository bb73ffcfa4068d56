"""Story 7: seven sealed responses, an early opening is refused and logged, one of three reviewers is replaced.

The award is blocked until 5 working days of public notice and six complete feedbacks.
"""

from collections.abc import Sequence
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import Account, Response, ReviewSeat, Selection
from marketplace.working_days import after
from scenarios.models import Event
from tests.calls import SealedCall, answers, close, make_supplier, sealed_call
from tests.factories import Cast
from tests.selections import Review, end_notice, open_all
from tests.stories.town import heard, post, version_on

ROWS = "TOTAL_FORMS", "INITIAL_FORMS"


def signed_in(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    return client


def typed(ready: SealedCall, version: int, mark: str) -> dict[str, Any]:
    """Return the editor's form as a supplier would send it."""
    content = answers(ready.call, mark)
    rows = {"commitments": content["commitments"], "tiers": content["price_tiers"], "partners": content["partners"]}
    form = {name: content[name] for name in ("role", "lots", "plan", "team", "ip", "data_needed", "compute_needed")}
    for prefix, values in rows.items():
        form |= {f"{prefix}-{name}": len(values) for name in ROWS}
        form |= {f"{prefix}-{n}-{name}": value for n, row in enumerate(values) for name, value in row.items()}
    return {**form, "version": version}


def respond(ready: SealedCall, account: Account, mark: str) -> Response:
    """Write, check, copy and seal over the pages; return what is stored."""
    client = signed_in(account)
    (lead,) = account.memberships.values_list("organisation", flat=True)  # type: ignore[attr-defined]
    started = client.post(reverse("response_start", args=[ready.call.pk]), {"lead": str(lead)})
    assert started.status_code == 302
    draft = Response.objects.get(call=ready.call, lead=lead)
    kept = client.post(reverse("response_autosave", args=[draft.pk]), typed(ready, 1, mark))
    assert (kept.status_code, b'value="2"' in kept.content) == (200, True)
    saved = client.post(reverse("response_edit", args=[draft.pk]), {**typed(ready, 2, mark), "then": "check"})
    assert saved.headers["location"] == reverse("response_check", args=[draft.pk])
    copy = client.get(reverse("response_copy", args=[draft.pk]))
    assert copy.headers["content-type"] == "application/zip"
    sealed = client.post(reverse("response_check", args=[draft.pk]), {"version": 3, "kept": "on"})
    assert sealed.headers["location"] == reverse("response_detail", args=[draft.pk])
    draft.refresh_from_db()
    assert draft.digest.encode() in client.get(sealed.headers["location"]).content
    return draft


@pytest.fixture
def ready(cast: Cast) -> SealedCall:
    """A call that seven suppliers have answered."""
    ready = sealed_call(cast)
    for number in range(7):
        respond(ready, make_supplier(number)[1], f"第{number}家")
    return ready


def test_story_7_seven_sealed_responses_open_together_and_not_a_moment_early(cast: Cast, ready: SealedCall) -> None:
    opening, page = (reverse(name, args=[ready.call.pk]) for name in ("open_responses", "call_opening"))
    first, second = (signed_in(account) for account in ready.openers[:2])

    early = first.post(opening, {"code": ready.codes[0]})
    assert early.status_code == 409
    refusal = Event.objects.get(kind="call.opening_refused")
    assert (refusal.actor_id, refusal.subject_id) == (ready.openers[0].pk, ready.call.pk)
    assert set(Response.objects.values_list("status", flat=True)) == {"sealed"}
    assert first.get(page).context["opened"] is None

    close(ready.call)
    assert first.post(opening, {"code": ready.codes[0]}).status_code == 302
    assert set(Response.objects.values_list("status", flat=True)) == {"sealed"}
    assert second.post(opening, {"code": ready.codes[0]}).status_code == 422
    assert second.post(opening, {"code": ready.codes[1]}).status_code == 302

    opened = second.get(page).context["opened"]
    assert [row.number for row in opened] == [1, 2, 3, 4, 5, 6, 7]
    assert set(Response.objects.values_list("status", flat=True)) == {"opened"}
    assert Event.objects.get(kind="call.responses_opened").data == {"responses": 7}
    assert sorted(row.content.count("第") > 0 for row in opened) == [True] * 7


SCORES = [("90", "80"), ("85", "85"), ("80", "90"), ("70", "70"), ("60", "95"), ("50", "60"), ("35", "100")]


def selection_of(ready: SealedCall) -> Selection:
    return Selection.objects.get(call=ready.call)


def sheet(values: tuple[str, str], second: str, text: str) -> dict[str, str]:
    """Return the form of one response: a score and a text for each of the two criteria."""
    return {f"value-{n}": value for n, value in enumerate(values)} | {f"{second}-{n}": text for n in range(2)}


def by_lead(ready: SealedCall) -> list[Response]:
    return list(Response.objects.filter(call=ready.call).order_by("lead__name_zh"))


def replaced_panel(cast: Cast, ready: SealedCall) -> list[Client]:
    """Have the chair open the evaluation and the third reviewer declare a conflict; return the panel that reviews."""
    pk, first = ready.call.pk, by_lead(ready)[0]
    chair, second, third = (signed_in(account) for account in ready.reviewers)
    fourth, page = cast.client("reviewer"), reverse("review_response", args=[pk, first.number])
    post(chair, "selection_open", pk)
    assert [client.get(page).status_code for client in (chair, third, fourth)] == [404, 404, 404]
    for client in (chair, second):
        post(client, "review_declare", pk, conflict="no")
    post(third, "review_declare", pk, conflict="yes", statement="两年前曾任其中一家的顾问")
    assert heard(cast.manager, "selection.reviewer_left") == 1
    free = ReviewSeat.objects.get(selection__call=pk, declaration="conflict")
    post(cast.client("manager"), "review_replace", pk, free.pk, **{f"{free.pk}-account": cast.reviewer.pk})
    post(fourth, "review_declare", pk, conflict="no")
    assert [client.get(page).status_code for client in (chair, third, fourth)] == [200, 404, 200]
    shown = fourth.get(page).content.decode()
    assert "三个月完成部署" in shown
    assert not any(row.lead.name_zh in shown for row in by_lead(ready))
    return [chair, second, fourth]


def scored(ready: SealedCall, panel: list[Client], scores: Sequence[Sequence[str]]) -> None:
    """Have the panel find every response eligible, score it alone (by lead, each criterion), and agree."""
    pk, responses = ready.call.pk, by_lead(ready)
    chair, page = panel[0], reverse("review_response", args=[ready.call.pk, responses[0].number])
    for row in responses:
        post(chair, "review_admit", pk, row.number)
    for client in panel:
        for row, values in zip(responses, scores, strict=True):
            address = reverse("review_scores", args=[pk, row.number])
            typed_in = {**sheet(values, "comment", "依据第三节"), "version": 0}
            kept = client.post(address, typed_in, headers={"hx-request": "true"})
            assert (kept.status_code, b'value="1"' in kept.content) == (200, True)
        assert chair.get(page).context["rows"][0].given == []
        post(client, "review_submit", pk)
    assert [score.comment for score in chair.get(page).context["rows"][0].given] == ["依据第三节"] * 3
    for row, values in zip(responses, scores, strict=True):
        version = version_on(chair, "review_response", pk, row.number)
        post(chair, "review_agree", pk, row.number, version=version, **sheet(values, "reason", ""))


def test_story_7_a_conflict_is_replaced_and_the_award_waits_for_notice_and_feedback(
    cast: Cast, ready: SealedCall
) -> None:
    close(ready.call)
    open_all(ready)
    pk, publisher, panel = ready.call.pk, cast.client("publisher"), replaced_panel(cast, ready)
    scored(ready, panel, SCORES)
    post(publisher, "selection_publish", pk, version=selection_of(ready).version)
    selection, (winner, *losers) = selection_of(ready), by_lead(ready)
    assert selection.published_at is not None
    assert selection.notice_ends_at == after(selection.published_at, 5).ends_at
    (lot,) = cast.client().get(reverse("call_result", args=[pk])).context["lots"]
    assert [row.rank for row in lot.rows] == [1, 2, 3, 4, 5, 6, None]
    assert [str(row.total) for row in lot.rows][:2] == ["86.0000", "85.0000"]
    assert (lot.rows[0].name, lot.rows[6].below) == (winner.lead.name_zh, "技术方案")

    def award() -> str:
        post(publisher, "selection_award", pk, version=selection_of(ready).version)
        return selection_of(ready).status

    for number, row in enumerate(losers):
        end_notice(Review(ready, [], selection))
        assert (number, award()) == (number, "publicity")  # of the six feedbacks one is missing, at least
        version = version_on(panel[0], "review_response", pk, row.number)
        post(panel[0], "review_feedback", pk, row.number, version=version, **remarks())
    end_notice(Review(ready, [], selection), seconds=3600)
    assert award() == "publicity"
    end_notice(Review(ready, [], selection))
    assert award() == "awarded"
    assert [row.status for row in by_lead(ready)] == ["awarded", "reserve", *["not_selected"] * 5]
    for row, count in ((winner, 0), (losers[5], 2)):
        account = Account.objects.get(memberships__organisation=row.lead)
        assert heard(account, "selection.awarded") == 1
        own = signed_in(account).get(reverse("response_detail", args=[row.pk])).context["own"]
        assert len(own.feedback) == count


def remarks() -> dict[str, str]:
    said = {"strengths": "方案完整，进度可信", "weaknesses": "价格高于中位数"}
    return {f"{name}-{n}": text for name, text in said.items() for n in range(2)}
