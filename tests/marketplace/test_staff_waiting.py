"""What waits for staff in a selection and in a sandbox: counted for whom it waits, and gone once it is done."""

import io
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from marketplace.actions import selection_panel
from marketplace.actions.opening import agree_to_open
from marketplace.actors import actor_for
from marketplace.models import Account, ReviewSeat, Selection
from scenarios.actions import calls, openers
from scenarios.models import Need
from scenarios.waiting import waiting_for
from tests.calls import close, make_supplier, sealed, sealed_call
from tests.engagements import opened_engagement, planned_gate
from tests.factories import Cast, published_need
from tests.marketplace.test_awards import give_award, objected, publish
from tests.sandboxes import last_incident, report, set_up
from tests.selections import (
    Review,
    admit_all,
    agree,
    declare_all,
    end_notice,
    evaluated_call,
    open_all,
    published,
    score,
    scored_call,
    write_all_feedback,
)
from tests.stories.town import signed_in

THREE = (["90", "80"], ["70", "95"], ["35", "100"])


def waits(account: Account) -> dict[str, int]:
    """Return what waits for an account in selections and projects, by its English name; what is empty is left out."""
    rows = waiting_for(actor_for(account))
    pages = ("selection_list", "staff_engagements")
    with translation.override("en"):
        return {str(row.queue.label): row.count for row in rows if row.queue.page in pages and row.count}


def panel(review: Review) -> list[dict[str, int]]:
    return [waits(account) for account in review.ready.reviewers]


def test_the_chair_is_told_to_open_the_evaluation(cast: Cast) -> None:
    ready = sealed_call(cast)
    sealed(ready.call, make_supplier(0)[1])
    close(ready.call)
    assert waits(ready.reviewers[0]) == {}
    open_all(ready)
    assert [waits(one) for one in ready.reviewers] == [{"Evaluations to open": 1}, {}, {}]


def test_each_reviewer_reads_the_step_that_waits_for_them(cast: Cast) -> None:
    review = evaluated_call(cast, 3)
    assert panel(review) == [{"Conflicts of interest to declare": 1}] * 3
    assert waits(cast.reviewer) == {}

    third = actor_for(review.ready.reviewers[2])
    act = {"actor": third, "selection_id": review.selection.pk}
    selection_panel.declare(**act, conflict=True, statement="两年前曾任其中一家的顾问")  # type: ignore[arg-type]
    assert waits(cast.manager) == {"Seats of panels to fill": 1}
    free = ReviewSeat.objects.get(declaration="conflict")
    named = {"selection_id": review.selection.pk, "seat_id": free.pk, "account_id": cast.reviewer.pk}
    selection_panel.replace_reviewer(actor=cast.actor("manager"), **named)  # type: ignore[arg-type]
    assert (waits(cast.manager), waits(cast.reviewer)) == ({}, {"Conflicts of interest to declare": 1})

    declare_all(review)
    assert panel(review) == [{"Responses whose eligibility you judge": 3}, {}, {}]
    admit_all(review)
    scoring = {"Panels that wait for your scores": 1}
    assert [*panel(review), waits(cast.reviewer)] == [scoring, scoring, {}, scoring]

    given = {row.pk: values for row, values in zip(review.responses(), THREE, strict=True)}
    for account in (*review.ready.reviewers[:2], cast.reviewer):
        score(review, account, given)
    assert panel(review) == [{"Responses the panel has to agree on": 3}, {}, {}]
    for row in review.responses():
        assert waits(cast.publisher) == {}
        agree(review, row, given[row.pk])
    assert panel(review) == [{}, {}, {}]
    assert waits(cast.publisher) == {"Results to put under public notice": 1}


def test_what_waits_from_the_notice_to_the_award(cast: Cast) -> None:
    review = scored_call(cast, *THREE)
    publish(cast, review)
    assert (waits(cast.publisher), panel(review)[0]) == ({}, {"Respondents who wait for feedback": 2})
    write_all_feedback(review)
    assert panel(review) == [{}, {}, {}]
    end_notice(review)
    assert waits(cast.publisher) == {"Calls to award": 1}
    give_award(cast, review)
    assert (waits(cast.publisher), waits(cast.manager)) == ({}, {"Awards without a project": 1})


def test_an_objection_waits_for_the_manager(cast: Cast) -> None:
    review = published(cast, *THREE)
    objected(review)
    assert waits(cast.manager) == {"Objections to answer": 1}


def test_the_supervisor_reads_which_projects_wait(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    planned_gate(cast, engagement)
    assert waits(cast.supervisor) == {}
    Need.objects.filter(pk=engagement.need_id).update(risk_tier="R3", supervised_by=cast.supervisor)
    assert waits(cast.supervisor) == {"Projects that wait for their sandbox": 1}
    supervisor, page = cast.client("supervisor"), reverse("staff_engagements")
    assert reverse("sandbox_set_up", args=[engagement.pk]) in supervisor.get(page).content.decode()
    set_up(supervisor, engagement)
    assert waits(cast.supervisor) == {}

    report(cast.client("supplier"), engagement, 3)
    assert waits(cast.supervisor) == {"Incidents to close": 1}
    assert reverse("sandbox_detail", args=[engagement.pk]) in supervisor.get(page).content.decode()
    assert "Incidents that wait" not in cast.client("manager").get(page).content.decode()
    supervisor.post(reverse("incident_close", args=[last_incident(engagement).pk]), {"remedy": "已复测 200 次"})
    assert waits(cast.supervisor) == {}


def opens(account: Account) -> dict[str, int]:
    """Return what waits for an account as one of the three who open responses."""
    rows = waiting_for(actor_for(account))
    with translation.override("en"):
        return {str(row.queue.label): row.count for row in rows if row.queue.page == "my_openings"}


def test_openers_of_any_role_are_told_to_take_their_codes(cast: Cast) -> None:
    fields: Any = {"kind": "bounty"}
    call = calls.draft_call(actor=cast.actor("manager"), need_id=published_need(cast).pk, fields=fields)
    named = [cast.moderator, cast.supervisor, cast.reviewer]
    openers.name_openers(actor=cast.actor("manager"), call_id=call.pk, account_ids=[one.pk for one in named])
    assert [opens(one) for one in named] == [{"Opening codes to take": 1}] * 3
    assert opens(cast.manager) == {}
    page = cast.client("supervisor").get(reverse("my_openings")).content.decode()
    assert (call.code in page, "Take your code" in page) == (True, True)
    openers.take_code(actor=cast.actor("supervisor"), call_id=call.pk)
    assert [opens(one) for one in named] == [{"Opening codes to take": 1}, {}, {"Opening codes to take": 1}]


def test_openers_are_told_to_give_their_codes_after_the_close(cast: Cast) -> None:
    ready = sealed_call(cast)
    assert [opens(one) for one in ready.openers] == [{}] * 3
    close(ready.call)
    assert [opens(one) for one in ready.openers] == [{"Responses to open with your code": 1}] * 3
    first, second, third = ready.openers
    agree_to_open(actor=actor_for(first), call_id=ready.call.pk, code=ready.codes[0])
    assert [opens(one) for one in (first, third)] == [{}, {"Responses to open with your code": 1}]
    agree_to_open(actor=actor_for(second), call_id=ready.call.pk, code=ready.codes[1])
    assert [opens(one) for one in ready.openers] == [{}] * 3


def test_whoever_is_not_named_reads_so(cast: Cast) -> None:
    assert "You are not named for any call" in cast.client("auditor").get(reverse("my_openings")).content.decode()


# Where each queue leads


def led(account: Account) -> dict[str, tuple[int, list[str]]]:
    """Return of each named queue in which something waits for an account: the count at home, and the rows behind it."""
    client, found = signed_in(account), {}
    with translation.override("en"):
        for row in client.get("/staff/").context["rows"]:
            if row["count"] and "?queue=" in row["url"]:
                page = client.get(row["url"])
                lines = [item.line for item in page.context["items"]]
                told = sorted(" · ".join(map(str, (one.code, *one.facts))) for one in lines)
                found[str(row["label"])] = (row["count"], told)
    return found


def test_each_queue_of_a_selection_leads_to_exactly_what_waits_in_it(cast: Cast) -> None:
    review, other = evaluated_call(cast, 3), sealed_call(cast)
    close(other.call)
    code = review.ready.call.code
    chair, second, third = review.ready.reviewers
    assert led(second) == {"Conflicts of interest to declare": (1, [code])}
    left: Any = {"actor": actor_for(third), "selection_id": review.selection.pk}
    selection_panel.declare(**left, conflict=True, statement="两年前曾任其中一家的顾问")
    assert led(cast.manager) == {"Seats of panels to fill": (1, [f"{code} · {third}"])}
    seat = ReviewSeat.objects.get(declaration="conflict")
    named: Any = {"selection_id": review.selection.pk, "seat_id": seat.pk, "account_id": cast.reviewer.pk}
    selection_panel.replace_reviewer(actor=cast.actor("manager"), **named)

    declare_all(review)
    responses = [f"{code} · Response {number}" for number in (1, 2, 3)]
    assert led(chair) == {"Responses whose eligibility you judge": (3, responses)}
    admit_all(review)
    assert led(second) == led(chair) == {"Panels that wait for your scores": (1, [code])}
    given = {row.pk: values for row, values in zip(review.responses(), THREE, strict=True)}
    for account in (chair, second, cast.reviewer):
        score(review, account, given)
    assert led(chair) == {"Responses the panel has to agree on": (3, responses)}
    for row in review.responses():
        agree(review, row, given[row.pk])
    assert led(cast.publisher) == {"Results to put under public notice": (1, [code])}


def test_the_queues_after_the_notice_lead_to_what_waits(cast: Cast) -> None:
    review = published(cast, *THREE)
    code = review.ready.call.code
    (label, (count, rows)) = next(iter(led(review.ready.reviewers[0]).items()))
    assert (label, count, len(rows)) == ("Respondents who wait for feedback", 2, 2)
    objected(review)
    (count, (row,)) = led(cast.manager)["Objections to answer"]
    assert (count, row.startswith(f"{code} · ")) == (1, True)


def test_a_queue_shows_age_and_the_day_due_and_is_narrowed_by_service_level(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    chair = review.ready.reviewers[0]
    Selection.objects.update(opened_at=F("opened_at") - timedelta(days=4))
    page = signed_in(chair).get("/staff/selections/?queue=declare")
    (item,) = page.context["items"]
    assert (str(item.wait.age), item.wait.level) == ("4 days", "overdue")
    assert item.due_at == Selection.objects.get().opened_at + timedelta(days=3)
    narrowed = signed_in(chair).get("/staff/selections/?queue=declare&level=in_time")
    assert narrowed.context["items"] == []
    assert 'href="/staff/selections/?queue=declare"' in narrowed.content.decode()
    sheet = signed_in(chair).get("/staff/selections/?queue=declare&as=xlsx")
    head, row = load_workbook(io.BytesIO(sheet.content)).worksheets[0].values
    found = dict(zip(head, row, strict=True))
    assert (found["Code"], found["Days waiting"], found["Service level"]) == (review.ready.call.code, 4, "Overdue")


def test_the_list_says_beside_each_call_what_the_reader_is_to_do(cast: Cast) -> None:
    review = evaluated_call(cast, 1)

    def steps(account: Account) -> list[tuple[str, str | None]]:
        with translation.override("en"):
            rows = signed_in(account).get("/staff/selections/").context["rows"]
            return [(call.code, step and str(step.label)) for call, step in rows]

    code = review.ready.call.code
    assert steps(review.ready.reviewers[1]) == [(code, "Declare whether you have a conflict of interest")]
    assert steps(cast.manager) == [(code, None)]
    declare_all(review)
    assert [steps(one) for one in review.ready.reviewers[:2]] == [[(code, "Judge who is eligible")], [(code, None)]]


def test_a_queue_of_somebody_else_is_the_whole_list(cast: Cast) -> None:
    review = evaluated_call(cast, 1)
    page = cast.client("manager").get("/staff/selections/?queue=declare")
    assert [call for call, _step in page.context["rows"]] == [review.ready.call]


def test_openers_pools_calls_and_projects_are_led_to_their_queues_too(cast: Cast) -> None:
    review = scored_call(cast, *THREE)
    publish(cast, review)
    write_all_feedback(review)
    end_notice(review)
    give_award(cast, review)
    code = review.ready.call.code
    (count, rows) = led(cast.manager)["Awards without a project"]
    assert (count, [row.split(" · ")[0] for row in rows]) == (1, [code])
    ready = sealed_call(cast)
    close(ready.call)
    assert led(ready.openers[0])["Responses to open with your code"] == (1, [ready.call.code])
    fields: Any = {"kind": "bounty"}
    need = published_need(cast)
    call = calls.draft_call(actor=cast.actor("manager"), need_id=need.pk, fields=fields)
    assert led(cast.moderator) == {"Calls to review": (1, [f"{call.code} · Open bounty · {need.code}"])}
    page = cast.client("moderator").get("/staff/calls/")
    assert [str(step.label) for one, step in page.context["rows"] if step] == ["Review the call"]


def test_supervisor_projects_are_led_to_their_queues(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    planned_gate(cast, engagement)
    Need.objects.filter(pk=engagement.need_id).update(risk_tier="R3", supervised_by=cast.supervisor)
    told = f"{engagement.code} · {engagement.lead}"
    assert led(cast.supervisor) == {"Projects that wait for their sandbox": (1, [told])}
    assert led(cast.manager)["Projects to plan and start"] == (1, [told])
    (item,) = cast.client("supervisor").get("/staff/engagements/?queue=sandboxes").context["items"]
    assert item.line.url == reverse("sandbox_set_up", args=[engagement.pk])
