"""The calendar of deadlines: what stands in it for whom, its month, its file and its data."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from marketplace.models import Selection
from scenarios.actions.moderation import approve_need
from scenarios.models import Call, Consent, MergedDemand, ModerationDecision, Need
from tests.calls import sealed_call
from tests.factories import Cast, checked_need
from tests.scenarios.test_deadlines import make_pool
from tests.selections import published

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
    Selection.objects.filter(pk=review.selection.pk).update(notice_ends_at=POOL)
    assert entries(cast, "/calendar/?month=2030-03") == [("03-20", "notice_ends")]
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


@pytest.mark.parametrize(("path", "part", "most"), [("/calendar/", None, 6), ("/staff/calendar/", "manager", 12)])
def test_a_month_takes_few_queries(cast: Cast, call: Call, path: str, part: str | None, most: int) -> None:
    client = cast.client(part)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get(f"{path}?month=2030-03")
    assert len(queries) <= most
