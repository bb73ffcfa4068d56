"""The working days of a public notice, at their edges: golden week, working weekends, midnight of Shanghai."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from marketplace.working_days import after, is_arranged, is_working_day, left_at

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """Return a moment of Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("published", "ends"),
    [
        ("2026-06-01T09:00:00", "2026-06-09T00:00:00"),  # Monday: Tuesday to Friday and the next Monday
        ("2026-06-05T23:59:59", "2026-06-13T00:00:00"),  # the last second of a Friday: Monday to Friday
        ("2026-06-06T00:00:00", "2026-06-13T00:00:00"),  # a Saturday begins no day of the notice
        ("2026-09-30T17:00:00", "2026-10-14T00:00:00"),  # golden week; Saturday 10 October is worked: 8, 9, 10, 12, 13
        ("2026-09-24T12:00:00", "2026-10-10T00:00:00"),  # 25 September is free: 28, 29, 30, 8, 9
        ("2025-09-26T12:00:00", "2025-10-11T00:00:00"),  # Sunday 28 September is worked: 28, 29, 30, 9, 10
    ],
)
def test_five_working_days_after_publication(published: str, ends: str) -> None:
    period = after(at(published), 5)
    assert period == (at(ends).astimezone(UTC), False)
    assert period.ends_at.tzinfo is UTC


def test_the_day_is_that_of_shanghai() -> None:
    # 16:30 UTC on a Monday is Tuesday already: Wednesday to Friday, Monday, Tuesday.
    assert after(datetime(2026, 6, 1, 16, 30, tzinfo=UTC), 5).ends_at == at("2026-06-10T00:00:00")
    assert after(datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC), 5).ends_at == at("2026-06-09T00:00:00")


def test_a_worked_saturday_counts_and_a_free_monday_does_not() -> None:
    assert is_working_day(date(2026, 10, 10))
    assert not is_working_day(date(2026, 10, 5))
    assert after(at("2026-10-09T10:00:00"), 1).ends_at == at("2026-10-11T00:00:00")


def test_a_year_that_is_not_arranged_only_makes_a_notice_longer() -> None:
    assert (is_arranged(2026), is_arranged(2099)) == (True, False)
    # Thursday 1 October 2099 is fixed by law; the days within a week of what the law fixes may become free.
    period = after(at("2099-09-18T10:00:00"), 5)
    assert period.provisional
    assert not any(is_working_day(date(2099, 10, day)) for day in range(1, 11))
    assert not is_working_day(date(2099, 11, 7))  # a Saturday: which weekends are worked is not known
    assert after(at("2099-11-02T10:00:00"), 5) == (at("2099-11-10T00:00:00").astimezone(UTC), True)


def test_what_is_left_of_a_notice_includes_the_day_on_which_it_stopped() -> None:
    ends = at("2026-06-09T00:00:00")  # 2, 3, 4, 5 and 8 June
    assert [left_at(at(text), ends) for text in ("2026-06-01T10:00:00", "2026-06-02T10:00:00")] == [6, 5]
    assert left_at(at("2026-06-08T23:59:59"), ends) == 1
    assert left_at(at("2026-06-06T10:00:00"), ends) == 1


@pytest.mark.parametrize(("moment", "days"), [(datetime(2026, 6, 1), 5), (at("2026-06-01T10:00:00"), 0)])
def test_a_period_needs_a_zone_and_a_day(moment: datetime, days: int) -> None:
    with pytest.raises(ValueError, match="time zone"):
        after(moment, days)
