"""Dates that something ends on, as a calendar shows them: named sources in a table, read between two moments.

Another source is another line of SOURCES. What its `rows` lets through is what the reader may read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import groupby
from operator import attrgetter, or_
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DateField, DateTimeField, ExpressionWrapper, F, IntegerField, Value
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.choices import SelectionStatus
from marketplace.models import Selection
from marketplace.waiting_rows import in_language
from scenarios.actor import Actor
from scenarios.figure_querysets import within_days
from scenarios.models import Call, MergedDemand
from scenarios.waiting import QUEUES, Queue

PROMISED = frozenset(
    {"moderation_queue", "capability_queue", "organisation_queue", "supervision_queue", "publication_queue"}
)

SHOWN = ("pk", "code", "title_zh", "title_en", "updated_at")
"""The columns that every source's rows have."""


class Source(NamedTuple):
    """Dates of one kind: its name, its words, whose rows, in which column, and the page of the object.

    for_staff : the date is told to staff only.
    """

    kind: str
    label: Any
    rows: Callable[[Actor], Any]
    column: str
    page: str
    for_staff: bool = False


def _calls(actor: Actor) -> Any:
    return Call.objects.visible_to(actor).standing()


def _pools(actor: Actor) -> Any:
    return MergedDemand.objects.visible_to(actor).on_the_way()


def _asking(actor: Actor) -> Any:
    return MergedDemand.objects.visible_to(actor).with_open_invitations()


def _noticed(actor: Actor) -> Any:
    noticed = Selection.objects.visible_to(actor).filter(status=SelectionStatus.PUBLICITY)
    rows = Call.objects.visible_to(actor).filter(selection__in=noticed)
    return rows.annotate(notice_ends_at=F("selection__notice_ends_at"))


SOURCES = (
    Source("questions_end", _("Questions until"), _calls, "question_deadline", "call_detail"),
    Source("call_closes", _("Call closes"), _calls, "closes_at", "call_detail"),
    Source("notice_ends", _("Public notice ends"), _noticed, "notice_ends_at", "call_result"),
    Source("pool_deadline", _("Deadline of the pool"), _pools, "deadline", "pool_detail"),
    Source("consent_ends", _("Owners answer until"), _asking, "consent_by", "staff_pool", for_staff=True),
)


@dataclass(frozen=True)
class Due:
    """One date: what ends when, of which object, and when that was last changed. `at` is a moment; a promise of a queue
    is due within its day.
    """

    kind: str
    label: Any
    at: datetime
    code: str
    title: str
    url: str
    pk: UUID
    changed_at: datetime

    @property
    def day(self) -> date:
        return timezone.localtime(self.at).date()


def due_dates(actor: Actor, since: date, until: date) -> list[Due]:
    """Return what ends within these days of the city, both included, in the order of time.

    One query for the sources that follow one another in SOURCES and read the same rows.
    """
    found: list[Due] = []
    told = [source for source in SOURCES if actor.is_staff or not source.for_staff]
    for rows, group in groupby(told, key=attrgetter("rows")):
        sources = list(group)
        ending = reduce(or_, (within_days(source.column, since, until) for source in sources))
        for row in rows(actor).filter(ending).values_list(*SHOWN, *(source.column for source in sources)):
            dues = (_due(source, at, row) for source, at in zip(sources, row[len(SHOWN) :], strict=True) if at)
            found += [due for due in dues if since <= due.day <= until]
    return sorted(found, key=lambda due: (due.at, due.code, due.kind))


def _due(source: Source, at: datetime, row: Any) -> Due:
    pk, code, zh, en, changed_at, *_ = row
    url = reverse(source.page, args=[pk])
    return Due(source.kind, source.label, at, code, in_language(zh, en), url, pk, changed_at)


class Promise(NamedTuple):
    """How much of a queue the city has promised to be done with on a day, and where it is done."""

    day: date
    label: Any
    number: int
    url: str


def promises(actor: Actor, since: date, until: date) -> list[Promise]:
    """Return, for staff, how much of each queue of moderation and publication is due on each day, in one query."""
    if not actor.is_staff:
        return []
    queues = [queue for queue in QUEUES if queue.page in PROMISED]
    first, *others = [_due_by_day(queue, place, since, until) for place, queue in enumerate(queues)]
    rows: Iterable[tuple[int, date, int]] = first.union(*others, all=True)
    found = [Promise(day, queues[place].label, count, reverse(queues[place].page) + queues[place].query) for place, day, count in rows]
    return sorted(found, key=lambda one: (one.day, str(one.label)))


def _due_by_day(queue: Queue, place: int, since: date, until: date) -> Any:
    due = ExpressionWrapper(F(queue.since) + timedelta(days=queue.days), output_field=DateTimeField())
    rows = queue.rows().order_by().annotate(queue=Value(place, output_field=IntegerField()), due=due)
    counted = rows.filter(within_days("due", since, until)).annotate(day=TruncDate("due", output_field=DateField()))
    numbered = counted.values("queue", "day").annotate(number=Count("pk", distinct=True))
    return numbered.values_list("queue", "day", "number")
