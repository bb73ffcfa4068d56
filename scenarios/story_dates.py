"""When a story says that work starts and ends: days, months, quarters and years with their year, in both languages."""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"3[01]|[12]\d|0?[1-9]"
_HAN_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4}
_PERIOD = re.compile(
    rf"(?<!\d)(?P<year>20\d\d)\s?年\s?(?:(?P<month>1[0-2]|0?[1-9])\s?月份?(?:\s?(?P<day>{_DAY})\s?[日号])?"
    r"|第?(?P<quarter>[一二三四1-4])季度|(?P<half>[上下])半年)?(?P<end>年?[底末])?"
    rf"|(?<![\d-])(?P<iyear>20\d\d)-(?P<imonth>1[0-2]|0[1-9])(?:-(?P<iday>{_DAY}))?(?![-\d])"
    rf"|\b(?:(?P<eday>{_DAY})(?:st|nd|rd|th)?\s)?{_MONTH}\s(?:(?P<aday>{_DAY})(?:st|nd|rd|th)?,\s)?(?P<eyear>20\d\d)\b"
    r"|\bQ(?P<equarter>[1-4])\s(?P<qyear>20\d\d)\b|\b(?<!\d[.,])(?P<only>20\d\d)\b(?!\s?年)",
    re.IGNORECASE,
)
_START_AFTER = re.compile(r"\s?(?:起|开始|启动|开工|进场)")
_START_BEFORE = re.compile(
    r"(?:\b(?:starts?|starting|begins?|beginning)(?:\s(?:in|on|from))?\s|\bfrom\s|自从?|从)$", re.I
)
_FINISHED = r"完成|上线|交付|投产|投用|验收|建成"
_END_AFTER = re.compile(rf"\s?(?:之?前|以前|年?内|为止|[^，,。；;\d]{{0,6}}?(?:{_FINISHED}))")
_IN_TIME_AFTER = re.compile(r"\s?(?:之?前|以前|年?内|为止)")
_END_BEFORE = re.compile(
    r"(?:\b(?:by|before|until|no later than|(?:finish|complete|deliver)(?:ed)?(?:\s(?:in|on|by|before))?)\s"
    r"(?:the\s)?(?:end of\s)?|不晚于|截至|截止到?|最迟)$",
    re.IGNORECASE,
)
_AHEAD_AFTER = re.compile(r"\s?(?:之?前|以前)")
_AHEAD_BEFORE = re.compile(r"\bbefore\s$", re.IGNORECASE)
_LOOK_BACK = 30


class _Period(NamedTuple):
    first: date
    last: date


def dates_in(story: str, *, today: date = date.min) -> dict[str, str]:
    """Return start_by and finish_by as ISO dates, each where the story names one such day, in this order.

    today : what lies before it has happened and is no plan.

    >>> dates_in("2026年12月起试点，2027年3月底前上线。")
    {'start_by': '2026-12-01', 'finish_by': '2027-03-31'}
    """
    starts, ends = set(), set()
    for found in _PERIOD.finditer(story):
        period = _period(found)
        before = story[max(0, found.start() - _LOOK_BACK) : found.start()]
        if period is None or period.last < today:
            continue
        if _START_AFTER.match(story, found.end()) or _START_BEFORE.search(before):
            starts.add(period.first)
        elif _is_end(found, before, story):
            ends |= {day for day in (_deadline(found, period, before, story),) if day >= today}
    if starts and ends and max(starts) > min(ends):
        return {}
    named = (("start_by", starts), ("finish_by", ends))
    return {name: days.pop().isoformat() for name, days in named if len(days) == 1}


def _is_end(found: re.Match[str], before: str, story: str) -> bool:
    # “2025年完成产值3亿元” tells what a year brought.
    is_year = not any(found.group("month", "quarter", "half", "end", "imonth", "name", "equarter"))
    after = (_IN_TIME_AFTER if is_year else _END_AFTER).match(story, found.end())
    return bool(after or _END_BEFORE.search(before))


def _deadline(found: re.Match[str], period: _Period, before: str, story: str) -> date:
    """Return the last day: “before March” ends in February, “by March” and “before the end of March” in March."""
    is_ahead = _AHEAD_AFTER.match(story, found.end()) or _AHEAD_BEFORE.search(before)
    if is_ahead and period.first != period.last:
        return period.first - timedelta(days=1)
    return period.last


def _period(found: re.Match[str]) -> _Period | None:
    """Return the days that a match names, None for a day that its month does not have."""
    year = int(next(value for value in found.group("year", "iyear", "eyear", "qyear", "only") if value))
    day = next((int(value) for value in found.group("day", "iday", "eday", "aday") if value), None)
    first, last = _months(found)
    ending = date(year, last, monthrange(year, last)[1])
    if found["end"]:
        return _Period(ending, ending)
    if day is None:
        return _Period(date(year, first, 1), ending)
    return _Period(date(year, first, day), date(year, first, day)) if day <= ending.day else None


def _months(found: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last month of what a match names."""
    if month := found["month"] or found["imonth"]:
        return int(month), int(month)
    if name := found["name"]:
        number = _MONTHS.index(name[:3].lower()) + 1
        return number, number
    if quarter := found["quarter"] or found["equarter"]:
        number = _HAN_QUARTERS.get(quarter) or int(quarter)
        return 3 * number - 2, 3 * number
    if half := found["half"]:
        return (1, 6) if half == "上" else (7, 12)
    return 1, 12
