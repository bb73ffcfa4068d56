"""Due dates as an iCalendar file, which calendars read and read again."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from marketplace.due_dates import Due

REFRESHED = "PT12H"


def calendar_file(dues: Iterable[Due], *, host: str, made_at: datetime, address: Callable[[str], str]) -> bytes:
    """Return the file.

    host : makes the ids of the events unique in the world; the same date keeps its id. address : path → full address.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Scenario Marketplace//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Scenario Marketplace"))
    calendar.add("refresh-interval;value=duration", REFRESHED)
    for due in dues:
        event = Event()
        event.add("uid", f"{due.kind}-{due.pk}@{host}")
        event.add("dtstamp", made_at)
        event.add("dtstart", due.at)
        event.add("summary", f"{due.label}: {due.title}")
        event.add("description", f"{due.code} {due.title}")
        event.add("url", address(due.url))
        calendar.add_component(event)
    return calendar.to_ical()
