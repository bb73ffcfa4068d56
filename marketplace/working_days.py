"""Working days of China as the State Council arranges them, counted by the days of Shanghai."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Case, DateField, F, When
from django.db.models.functions import TruncDate
from holidays import HolidayBase, country_holidays

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)
# A break reaches at most so far beyond the days that the law fixes; which days it takes is arranged year by year.
BREAK = range(-7, 8)


class Period(NamedTuple):
    """A number of whole working days after a moment.

    ends_at : the first moment after the last of them (UTC); the period is half-open.
    provisional : some day lies in a year whose arrangement is not known here, so that days which may become free do
        not count; the period can turn out longer than it had to be, never shorter.
    """

    ends_at: datetime
    provisional: bool


@lru_cache(maxsize=8)
def _calendar(year: int) -> HolidayBase:
    return country_holidays("CN", years=[year - 1, year, year + 1])


def is_arranged(year: int) -> bool:
    """Whether the State Council's arrangement of a year is known here: each makes weekends into working days."""
    return any(day.year == year for day in _calendar(year).weekend_workdays)


def is_working_day(day: date) -> bool:
    """Whether people work on this day; in a year without an arrangement, whether they certainly do."""
    calendar = _calendar(day.year)
    if is_arranged(day.year):
        return calendar.is_working_day(day)
    return day.weekday() < 5 and not any(day + DAY * distance in calendar for distance in BREAK)


def after(moment: datetime, days: int) -> Period:
    """Return the period of so many working days; the day of the moment itself is not one of them.

    Raises ValueError for a moment without a time zone or for no days.
    """
    if moment.tzinfo is None or days < 1:
        raise ValueError("a period starts at a moment with a time zone and has at least one day")
    day, left, provisional = moment.astimezone(SHANGHAI).date(), days, False
    while left:
        day += DAY
        provisional |= not is_arranged(day.year)
        left -= is_working_day(day)
    return Period(_midnight(day + DAY), provisional)


def left_at(moment: datetime, ends_at: datetime) -> int:
    """Return how many working days of a period that ends at `ends_at` are not over at `moment`; at least one."""
    day, last = moment.astimezone(SHANGHAI).date(), ends_at.astimezone(SHANGHAI).date() - DAY
    days = [day + DAY * number for number in range((last - day).days + 1)]
    return max(1, sum(is_working_day(one) for one in days))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI).astimezone(UTC)


def last_day(way: str = "") -> Case:
    """Return the last day of a public notice as an expression; null while it is suspended. way : to the selection."""
    day = TruncDate(F(f"{way}notice_ends_at") - DAY, tzinfo=SHANGHAI)
    return Case(When(**{f"{way}status": "suspended"}, then=None), default=day, output_field=DateField())
