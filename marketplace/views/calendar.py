"""The calendar of deadlines: a month as a page and as a list, and a file that calendars subscribe to."""

from calendar import Calendar
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext_lazy
from django.views.decorators.cache import never_cache

from marketplace.actions.own_account import account_of_calendar
from marketplace.actors import actor_for
from marketplace.calendar_feed import calendar_file
from marketplace.due_dates import Due, due_dates, promises, told_to
from marketplace.own_dates import own_dates
from scenarios.access import access
from scenarios.actor import PUBLIC, Actor
from scenarios.addresses import site_address, site_host
from scenarios.errors import NotFound
from scenarios.listing import a_day
from scenarios.querysets import database_time
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import chosen

BACK, AHEAD = timedelta(days=7), timedelta(days=184)
"""What the file holds: it is read again within a day, and a date that is over reminds nobody."""
MONDAY_FIRST = Calendar(firstweekday=0)
WEEKDAYS = (
    pgettext_lazy("weekday", "Mon"),
    pgettext_lazy("weekday", "Tue"),
    pgettext_lazy("weekday", "Wed"),
    pgettext_lazy("weekday", "Thu"),
    pgettext_lazy("weekday", "Fri"),
    pgettext_lazy("weekday", "Sat"),
    pgettext_lazy("weekday", "Sun"),
)


@access("public")
def calendar(request: HttpRequest) -> HttpResponse:
    """What ends in a month, as everyone may read it."""
    return _month(request, PUBLIC, staff=False)


@access("staff")
def staff_calendar(request: HttpRequest) -> HttpResponse:
    """What ends in a month, with what only staff may read and what the city has promised to be done with."""
    return _month(request, actor_of(request), staff=True)


@access("public")
def calendar_feed(request: HttpRequest) -> HttpResponse:
    """The public deadlines of the last week and of the half-year to come."""
    return _feed(request, PUBLIC, "deadlines.ics")


@access("staff")
def staff_calendar_feed(request: HttpRequest) -> HttpResponse:
    """The same with the deadlines that only staff may read."""
    return _feed(request, actor_of(request), "staff-deadlines.ics")


@access("public")
@never_cache
def own_calendar_feed(request: HttpRequest, secret: str) -> HttpResponse:
    """The dates of whoever's secret stands in the address, in their language."""
    account = account_of_calendar(secret)
    if account is None:
        raise NotFound
    today = timezone.localtime(database_time()).date()
    with override(account.language):
        dues = own_dates(actor_for(account), today, today - BACK, today + AHEAD)
        return _file(dues, "dates.ics")


def _month(request: HttpRequest, actor: Actor, *, staff: bool) -> HttpResponse:
    today = timezone.localtime(database_time()).date()
    first = _first_day(request, today)
    weeks = MONDAY_FIRST.monthdatescalendar(first.year, first.month)
    known = [(source.kind, source.label) for source in told_to(actor)] + [("promised", _("Promised"))] * staff
    kinds = chosen(request, "kind", dict(known))
    dues = due_dates(actor, weeks[0][0], weeks[-1][-1], kinds)
    due_by_day = {day: list(rows) for day, rows in groupby(dues, key=lambda due: due.day)}
    shows_promises = not kinds or "promised" in kinds
    promised = promises(actor, weeks[0][0], weeks[-1][-1]) if shows_promises else []
    promised_by_day = {day: list(rows) for day, rows in groupby(promised, key=lambda one: one.day)}
    days = {
        day: {
            "day": day,
            "inside": day.month == first.month,
            "today": day == today,
            "dues": due_by_day.get(day, []),
            "promises": promised_by_day.get(day, []),
            "number": len(due_by_day.get(day, [])) + len(promised_by_day.get(day, [])),
        }
        for week in weeks
        for day in week
    }
    feed = reverse("staff_calendar_feed" if staff else "calendar_feed")
    context: dict[str, Any] = {
        "staff": staff,
        "month": first,
        "weeks": [[days[day] for day in week] for week in weeks],
        "listed": [one for one in days.values() if one["number"]],
        "weekdays": WEEKDAYS,
        "before": _named(first - timedelta(days=1)),
        "after": _named(first + timedelta(days=31)),
        "feed": feed,
        "feed_address": site_address(feed),
        "kinds": [(kind, label, kind in kinds) for kind, label in known],
        "query": "".join(f"&kind={kind}" for kind in kinds),
    }
    return render(request, "marketplace/calendar.html", context)


def _first_day(request: HttpRequest, today: date) -> date:
    """Return the first day of the month that the address names as 2026-12, or of this one."""
    named = a_day(f"{request.GET.get('month', '')}-01")
    inside = named is not None and 2000 <= named.year < 2100
    return named if named and inside else today.replace(day=1)


def _named(day: date) -> str:
    return f"{day:%Y-%m}"


def _feed(request: HttpRequest, actor: Actor, name: str) -> HttpResponse:
    today = timezone.localtime(database_time()).date()
    return _file(due_dates(actor, today - BACK, today + AHEAD), name)


def _file(dues: list[Due], name: str) -> HttpResponse:
    file = calendar_file(dues, host=site_host(), address=site_address)
    disposition = {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=disposition)
