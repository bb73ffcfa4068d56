"""Due dates as an iCalendar file, which calendars read and read again."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from functools import lru_cache

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from marketplace.due_dates import Due

REFRESHED = "PT12H"


def calendar_file(dues: Iterable[Due], *, host: str, address: Callable[[str], str]) -> bytes:
    """Return the file.

    host : makes the ids of the events unique in the world; the same date keeps its id. address : path → full address.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Scenario Marketplace//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Scenario Marketplace"))
    calendar.add("refresh-interval;value=duration", REFRESHED)
    head, end = calendar.to_ical().rsplit(b"END:VCALENDAR", 1)
    events = (
        _event(
            f"{due.kind}-{due.pk}@{host}",
            due.changed_at,
            due.day if due.whole_day else due.at,
            f"{due.label}: {due.title or due.code}",
            f"{due.code} {due.title}".strip(),
            address(due.url),
        )
        for due in dues
    )
    return b"".join((head, *events, b"END:VCALENDAR", end))


@lru_cache(maxsize=4096)
def _event(uid: str, changed_at: datetime, at: datetime | date, summary: str, description: str, url: str) -> bytes:
    """Return one event as text, remembered by all that it says: calendars ask again for what has hardly changed."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", changed_at)
    event.add("dtstart", at)
    event.add("summary", summary)
    event.add("description", description)
    event.add("url", url)
    return event.to_ical()
