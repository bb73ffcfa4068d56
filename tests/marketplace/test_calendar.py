"""The calendar of deadlines: what stands in it for whom, its month, its file and its data."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from marketplace.actions.own_account import revoke_all_tokens
from marketplace.models import (
    Account,
    CalendarAddress,
    Gate,
    GateDecision,
    LedgerEntry,
    Member,
    Sandbox,
    Selection,
    StaffRole,
)
from scenarios.actions.moderation import approve_need
from scenarios.models import Call, Consent, Event, MergedDemand, ModerationDecision, Need
from tests.calls import close, drafted, sealed_call
from tests.engagements import propose, running_gate
from tests.factories import Cast, checked_need, published_need
from tests.scenarios.test_deadlines import make_pool
from tests.selections import open_all, published

CITY = timezone.get_default_timezone()
QUESTIONS, CLOSES = datetime(2030, 3, 11, 17, 30, tzinfo=CITY), datetime(2030, 3, 31, 23, 59, tzinfo=CITY)
POOL = datetime(2030, 3, 20, 12, 0, tzinfo=CITY)


@pytest.fixture
def call(cast: Cast) -> Call:
    """An open call whose last minute belongs to March in the city and to March in UTC, but for the day."""
    call = sealed_call(cast).call
    Call.objects.filter(pk=call.pk).update(question_deadline=QUESTIONS, closes_at=CLOSES)
    return call


def entries(cast: Cast, path: str, part: str | None = None) -> list[tuple[str, str]]:
    page = cast.client(part).get(path)
    assert page.status_code == 200
    return [(f"{one['day']:%m-%d}", due.kind) for one in page.context["listed"] for due in one["dues"]]


def test_a_month_shows_what_ends_in_it_by_the_citys_days(cast: Cast, call: Call) -> None:
    assert entries(cast, "/calendar/?month=2030-03") == [("03-11", "questions_end"), ("03-31", "call_closes")]
    assert entries(cast, "/calendar/?month=2030-04") == []
    text = cast.client().get("/calendar/?month=2030-03").content.decode()
    assert f'href="/calls/{call.pk}/"' in text
    assert "17:30" in text


def test_the_end_of_a_public_notice_leads_to_the_result(cast: Cast) -> None:
    review = published(cast, ["90", "80"])
    Selection.objects.filter(pk=review.selection.pk).update(notice_ends_at=POOL.replace(hour=0))
    assert entries(cast, "/calendar/?month=2030-03") == [("03-19", "notice_ends")]
    assert (
        f'href="/calls/{review.ready.call.pk}/result/"'
        in cast.client().get("/calendar/?month=2030-03").content.decode()
    )
    Selection.objects.filter(pk=review.selection.pk).update(status="suspended", suspended_at=timezone.now())
    assert entries(cast, "/calendar/?month=2030-03") == []


def test_a_wrong_month_is_this_month(cast: Cast) -> None:
    for text in ("2030-13", "x", "0001-01", "9999-12"):
        month = cast.client().get("/calendar/", {"month": text}).context["month"]
        assert (month.year, month.month, month.day) == (timezone.localdate().year, timezone.localdate().month, 1)


def test_only_formed_pools_stand_in_it_and_consent_is_for_staff(cast: Cast) -> None:
    pool = make_pool(cast, [4, 6])
    rows = MergedDemand.objects.filter(pk=pool.pk)
    rows.update(threshold_quantity=Decimal(12), deadline=POOL)
    rows.update(status="formed", formed_at=timezone.now())
    address = "calendar/?month=2030-03"
    assert entries(cast, f"/{address}") == [("03-20", "pool_deadline")]
    Consent.objects.filter(demand=pool).update(state="invited", answer_by=POOL)
    both = [("03-20", "consent_ends"), ("03-20", "pool_deadline")]
    assert entries(cast, f"/staff/{address}", "manager") == both
    assert entries(cast, f"/{address}", "manager") == [("03-20", "pool_deadline")]
    rows.update(status="dissolved", reason="x")
    assert entries(cast, f"/{address}") == entries(cast, f"/staff/{address}", "manager") == []


def test_staff_read_what_the_city_promised_and_nobody_else(cast: Cast) -> None:
    need = checked_need(cast)
    Need.objects.filter(pk=need.pk).update(submitted_at=datetime(2030, 3, 8, 9, 0, tzinfo=CITY))
    page = cast.client("moderator").get("/staff/calendar/?month=2030-03")
    (day,) = page.context["listed"]
    assert day["day"].isoformat() == "2030-03-11"
    assert [(promise.url, promise.number) for promise in day["promises"]] == [("/staff/moderation/", 1)]
    assert cast.client().get("/calendar/?month=2030-03").context["listed"] == []
    assert cast.client("enterprise").get("/staff/calendar/").status_code == 403


def test_staff_read_the_days_of_projects_and_hearings_and_nobody_else_does(cast: Cast) -> None:
    gate = running_gate(cast)
    engagement, day = gate.engagement, date(2030, 3, 12)
    Gate.objects.filter(pk=gate.pk).update(ends_on=day)
    giver, receiver = (engagement.parties.get(role=role) for role in ("lead", "owner"))
    LedgerEntry.objects.create(
        engagement=engagement,
        element="data",
        giver=giver,
        receiver=receiver,
        what="标定样本",
        due_on=date(2030, 3, 14),
        promised_by=cast.supplier,
    )
    Sandbox.objects.create(
        engagement=engagement,
        supervisor=cast.supervisor,
        third_party=cast.rival_org,
        starts_on=date(2030, 3, 1),
        ends_on=date(2030, 3, 15),
        scope="一条产线",
        limits=["每日不超过 20 件"],
        exit_criteria=["漏检率 ≤ 0.5 %"],
    )
    decision = propose(cast, gate, "stop_breach", accused_id=giver.pk, evidence="三次未到场")
    GateDecision.objects.filter(pk=decision.pk).update(heard_by=QUESTIONS)
    found = [("03-11", "hearing_ends"), ("03-12", "gate_ends"), ("03-14", "ledger_due"), ("03-15", "sandbox_ends")]
    assert entries(cast, "/staff/calendar/?month=2030-03", "auditor") == found
    assert entries(cast, "/calendar/?month=2030-03", "auditor") == []
    assert entries(cast, "/staff/calendar/?month=2030-03&kind=gate_ends", "auditor") == [("03-12", "gate_ends")]
    page = cast.client("auditor").get("/staff/calendar/?month=2030-03").content.decode()
    for path in (
        f"decisions/{decision.pk}/",
        f"gates/{gate.pk}/",
        f"{engagement.pk}/ledger/",
        f"{engagement.pk}/sandbox/",
    ):
        assert f'href="/engagements/{path}"' in page
    shown = cast.client("auditor").get("/api/v1/deadlines/", {"since": "2030-03-12", "until": "2030-03-12"}).json()
    assert [(row["kind"], row["at"], row["whole_day"]) for row in shown] == [
        ("gate_ends", "2030-03-12T00:00:00+08:00", True)
    ]
    Gate.objects.filter(pk=gate.pk).update(state="passed")
    assert entries(cast, "/staff/calendar/?month=2030-03&kind=gate_ends", "auditor") == []


def test_staff_read_until_when_responses_are_to_be_opened(cast: Cast) -> None:
    ready = sealed_call(cast)
    close(ready.call)
    Call.objects.filter(pk=ready.call.pk).update(opens_at=CLOSES - timedelta(days=2000))
    Call.objects.filter(pk=ready.call.pk).update(closes_at=timezone.now() - timedelta(days=1))
    due = timezone.localtime(Call.objects.get(pk=ready.call.pk).closes_at + timedelta(days=3))
    month = f"calendar/?month={due:%Y-%m}&kind=opening_due"
    assert entries(cast, f"/staff/{month}", "manager") == [(f"{due:%m-%d}", "opening_due")]
    kinds = {kind for _day, kind in entries(cast, f"/{month}")}
    assert "opening_due" not in kinds
    open_all(ready)
    assert entries(cast, f"/staff/{month}", "manager") == []


def test_staff_read_the_promises_of_their_own_queues_too(cast: Cast) -> None:
    call = sealed_call(cast).call
    Call.objects.filter(pk=call.pk).update(status="draft", opens_at=None, updated_at=QUESTIONS)

    def promised(part: str, query: str = "") -> list[tuple[str, str, int]]:
        days = cast.client(part).get(f"/staff/calendar/?month=2030-03{query}").context["listed"]
        return [(f"{one['day']:%m-%d}", promise.url, promise.number) for one in days for promise in one["promises"]]

    assert promised("moderator") == [("03-16", "/staff/calls/?queue=review", 1)]
    assert promised("moderator", "&kind=promised") == [("03-16", "/staff/calls/?queue=review", 1)]
    assert promised("moderator", "&kind=gate_ends") == promised("publisher") == []


def test_every_queue_of_a_page_is_promised(cast: Cast) -> None:
    need = checked_need(cast, risk_answers={"safety_critical_control": True})
    approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    ModerationDecision.objects.filter(subject_id=need.pk).update(created_at=datetime(2030, 3, 4, 9, 0, tzinfo=CITY))
    (day,) = cast.client("supervisor").get("/staff/calendar/?month=2030-03").context["listed"]
    assert day["day"].isoformat() == "2030-03-09"
    assert [(promise.url, promise.number) for promise in day["promises"]] == [("/staff/supervision/", 1)]


@pytest.mark.parametrize(("path", "part"), [("/calendar.ics", None), ("/staff/calendar.ics", "manager")])
def test_the_file_holds_each_date_once_and_under_the_same_id(
    cast: Cast, call: Call, path: str, part: str | None
) -> None:
    closes = timezone.now().replace(microsecond=0) + timedelta(days=20)
    Call.objects.filter(pk=call.pk).update(question_deadline=None, closes_at=closes)
    answers = [cast.client(part).get(path) for _ in range(2)]
    assert answers[0].headers["Content-Type"] == "text/calendar; charset=utf-8"
    (first,), (second,) = (Calendar.from_ical(answer.content).walk("VEVENT") for answer in answers)
    assert first["uid"] == second["uid"] == f"call_closes-{call.pk}@localhost:8000"
    assert first.decoded("dtstart") == closes
    assert str(first["summary"]) == f"Call closes: {call.title_en}"
    assert first["url"] == f"http://localhost:8000/calls/{call.pk}/"


def test_the_file_follows_a_date_that_moves_and_holds_what_ends_around_today(cast: Cast, call: Call) -> None:
    def ending(days: int) -> list[timedelta]:
        closes = timezone.now().replace(microsecond=0) + timedelta(days=days)
        opens = closes - timedelta(days=30)
        Call.objects.filter(pk=call.pk).update(question_deadline=None, opens_at=opens, closes_at=closes)
        events = Calendar.from_ical(cast.client().get("/calendar.ics").content).walk("VEVENT")
        return [event.decoded("dtstart") - closes for event in events]

    assert [ending(days) for days in (20, 21, 183, -6)] == [[timedelta()]] * 4
    assert ending(186) == ending(-9) == []


def test_the_same_dates_as_data(cast: Cast, call: Call) -> None:
    def asked(**query: str) -> Any:
        return cast.client().get("/api/v1/deadlines/", query)

    shown = asked(since="2030-03-01", until="2030-03-31").json()
    assert [(row["kind"], row["code"], row["at"]) for row in shown] == [
        ("questions_end", call.code, "2030-03-11T17:30:00+08:00"),
        ("call_closes", call.code, "2030-03-31T23:59:00+08:00"),
    ]
    assert asked(since="2030-04-01").json() == []
    assert asked(since="2030-03-02", until="2030-03-01").status_code == 400
    assert asked(since="2030-01-01", until="2031-06-01").status_code == 400
    assert asked(since="9999-12-30").status_code == 200


@pytest.mark.parametrize(("path", "part", "most"), [("/calendar/", None, 4), ("/staff/calendar/", "manager", 8)])
def test_a_month_takes_few_queries(cast: Cast, call: Call, path: str, part: str | None, most: int) -> None:
    client = cast.client(part)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(f"{path}?month=2030-03")
    assert len(queries) <= most


# The address of one's own dates


def own_address(cast: Cast, part: str) -> str:
    shown = cast.client(part).post("/workspace/settings/calendar/")
    assert (shown.status_code, "no-store" in shown.headers["Cache-Control"]) == (200, True)
    address: str = shown.context["calendar_link"]
    assert address in shown.content.decode()
    return address.removeprefix("http://localhost:8000")


def summaries(cast: Cast, address: str) -> list[str]:
    answer = cast.client().get(address)
    assert answer.status_code == 200
    return [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]


def test_a_member_subscribes_to_what_it_has_to_do_by_a_day(cast: Cast, call: Call) -> None:
    need = published_need(cast, "rival")
    Account.objects.update(language="en")
    Need.objects.filter(pk=need.pk).update(expires_at=timezone.now() + timedelta(days=3))
    Call.objects.filter(pk=call.pk).update(question_deadline=None, closes_at=timezone.now() + timedelta(days=9))
    drafted(call, cast.rival)
    address = own_address(cast, "rival")
    assert summaries(cast, address) == [f"Needs that end soon: {need.code}"]
    Member.objects.all().delete()
    assert summaries(cast, address) == []


def test_staff_subscribe_without_a_session_and_read_what_is_not_public_by_its_code(cast: Cast, call: Call) -> None:
    gate = running_gate(cast)
    soon = timezone.localdate() + timedelta(days=9)
    Gate.objects.filter(pk=gate.pk).update(ends_on=soon)
    closes = timezone.now() + timedelta(days=20)
    Call.objects.filter(pk=call.pk).update(question_deadline=None, closes_at=closes)
    Account.objects.update(language="en")
    address = own_address(cast, "manager")
    closes_too = [f"Call closes: {call.title_en}"] * 2
    assert summaries(cast, address) == [f"Gate ends: {gate.engagement.code}", *closes_too]
    event, *_calls = Calendar.from_ical(cast.client().get(address).content).walk("VEVENT")
    assert event.decoded("dtstart") == soon
    StaffRole.objects.filter(account=cast.manager).delete()
    assert summaries(cast, address) == []


def test_an_address_holds_until_another_one_is_made_or_it_is_taken_away(cast: Cast) -> None:
    first = own_address(cast, "enterprise")
    second = own_address(cast, "enterprise")
    statuses = [cast.client().get(address).status_code for address in (first, second, "/calendar/own/x.ics")]
    assert statuses == [404, 200, 404]
    secret = second.removeprefix("/calendar/own/").removesuffix(".ics")
    assert secret not in str(CalendarAddress.objects.values())
    assert secret not in str([event.data for event in Event.objects.all()])
    cast.client("enterprise").post("/workspace/settings/calendar/", {"remove": "1"})
    assert cast.client().get(second).status_code == 404
    kinds = Event.objects.filter(kind__startswith="account.calendar").order_by("pk").values_list("kind", flat=True)
    assert [kind.rpartition("_")[2] for kind in kinds] == ["made", "made", "removed"]


def test_the_address_of_a_closed_account_or_after_a_new_password_is_worthless(cast: Cast) -> None:
    address = own_address(cast, "enterprise")
    Account.objects.filter(pk=cast.enterprise.pk).update(is_active=False)
    assert cast.client().get(address).status_code == 404
    Account.objects.filter(pk=cast.enterprise.pk).update(is_active=True)
    assert cast.client().get(address).status_code == 200
    revoke_all_tokens(account=cast.enterprise)
    assert cast.client().get(address).status_code == 404
    assert Event.objects.filter(kind__startswith="account.calendar").latest("pk").kind.endswith("_removed")
