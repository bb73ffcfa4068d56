"""Dates that something ends on, as a calendar shows them: named sources in a table, read between two moments.

Another source is another line of SOURCES. What its `rows` lets through is what the reader may read.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, DateField, DateTimeField, ExpressionWrapper, F, IntegerField, Q, Value
from django.db.models.functions import Cast, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.choices import SelectionStatus
from marketplace.models import Gate, GateDecision, LedgerEntry, Sandbox, Selection
from marketplace.waiting_rows import in_language
from marketplace.working_days import last_day
from scenarios.actor import Actor
from scenarios.figure_querysets import midnight, within_days
from scenarios.models import Call, MergedDemand
from scenarios.waiting import Queue, all_queues, promised_days

PROMISED = frozenset(
    {"moderation_queue", "capability_queue", "organisation_queue", "supervision_queue", "publication_queue"}
)

SHOWN = ("code", "title_zh", "title_en", "updated_at")
"""The columns of every source's rows, or of what they belong to."""


class Source(NamedTuple):
    """Dates of one kind: its name, its words, whose rows, in which column, and the page of the object.

    for_staff : the date is told to staff only. whole_day : the column is a day, not a moment. of : what the rows belong
    to, by whose code and title they are told. key : the column of the id in the address of the page.
    """

    kind: str
    label: Any
    rows: Callable[[Actor], Any]
    column: str
    page: str
    for_staff: bool = False
    whole_day: bool = False
    of: str = ""
    key: str = "pk"


def _calls(actor: Actor) -> Any:
    return Call.objects.visible_to(actor).standing()


def _pools(actor: Actor) -> Any:
    return MergedDemand.objects.visible_to(actor).on_the_way()


def _asking(actor: Actor) -> Any:
    return MergedDemand.objects.visible_to(actor).with_open_invitations()


def _noticed(actor: Actor) -> Any:
    noticed = Selection.objects.visible_to(actor).filter(status=SelectionStatus.PUBLICITY)
    rows = Call.objects.visible_to(actor).filter(selection__in=noticed)
    return rows.annotate(last_day=last_day("selection__"))


KEPT = ("preparing", "running", "suspended", "accepted")


def _unopened(_actor: Actor) -> Any:
    rows = Call.objects.closed().filter(key__isnull=False, key__opened_at__isnull=True)
    due = ExpressionWrapper(
        F("closes_at") + timedelta(days=promised_days("my_openings", "give")), output_field=DateTimeField()
    )
    return rows.annotate(open_by=due)


def _hearings(_actor: Actor) -> Any:
    return GateDecision.objects.open().filter(heard_by__isnull=False, statement="")


def _gates(_actor: Actor) -> Any:
    return Gate.objects.filter(state__in=["planned", "running"], engagement__status__in=KEPT)


def _sandboxes(_actor: Actor) -> Any:
    return Sandbox.objects.filter(status="active")


def _promised(_actor: Actor) -> Any:
    return LedgerEntry.objects.filter(state="promised", engagement__status__in=KEPT)


_OF_PROJECT: dict[str, Any] = {"for_staff": True, "whole_day": True, "of": "engagement__"}
SOURCES = (
    Source("questions_end", _("Questions until"), _calls, "question_deadline", "call_detail"),
    Source("call_closes", _("Call closes"), _calls, "closes_at", "call_detail"),
    Source("notice_ends", _("Public notice ends"), _noticed, "last_day", "call_result", whole_day=True),
    Source("pool_deadline", _("Deadline of the pool"), _pools, "deadline", "pool_detail"),
    Source("consent_ends", _("Owners answer until"), _asking, "consent_by", "staff_pool", for_staff=True),
    Source("opening_due", _("Responses to be opened by"), _unopened, "open_by", "call_opening", for_staff=True),
    Source(
        "hearing_ends",
        _("Hearing before a stop ends"),
        _hearings,
        "heard_by",
        "decision_detail",
        for_staff=True,
        of="gate__engagement__",
    ),
    Source("gate_ends", _("Gate ends"), _gates, "ends_on", "gate_detail", **_OF_PROJECT),
    Source("sandbox_ends", _("Sandbox ends"), _sandboxes, "ends_on", "sandbox_detail", key="engagement", **_OF_PROJECT),
    Source(
        "ledger_due",
        _("Promised to a project"),
        _promised,
        "due_on",
        "engagement_elements",
        key="engagement",
        **_OF_PROJECT,
    ),
)


@dataclass(frozen=True)
class Due:
    """One date: what ends when, of which object, and when that was last changed.

    at : the moment or, of a whole day, its first. for_staff : it is told to staff only.
    """

    kind: str
    label: Any
    at: datetime
    code: str
    title: str
    url: str
    pk: UUID
    changed_at: datetime
    whole_day: bool = False
    for_staff: bool = False

    @property
    def day(self) -> date:
        return timezone.localtime(self.at).date()


def due_dates(actor: Actor, since: date, until: date, kinds: Collection[str] = ()) -> list[Due]:
    """Return what ends within these days of the city, both included, in the order of time; in one query.

    kinds : names of the sources that are asked; none: all that the reader is told.
    """
    told = [source for source in told_to(actor) if not kinds or source.kind in kinds]
    if not told:
        return []
    first, *others = [_ending(source, place, actor, since, until) for place, source in enumerate(told)]
    found = [_due(told[row[0]], *row[1:]) for row in (first.union(*others, all=True) if others else first)]
    return sorted(found, key=lambda due: (due.at, due.code, due.kind, str(due.pk)))


def told_to(actor: Actor) -> list[Source]:
    """Return the kinds of dates that the reader is told."""
    return [source for source in SOURCES if actor.is_staff or not source.for_staff]


def _ending(source: Source, place: int, actor: Actor, since: date, until: date) -> Any:
    """Return (place, pk, id of the page, moment, day, code, titles, last change) of each row that ends within days."""
    whole = source.whole_day
    within = Q(**{f"{source.column}__range": (since, until)}) if whole else within_days(source.column, since, until)
    columns = {
        "calendar_place": Value(place, output_field=IntegerField()),
        "calendar_key": F(source.key),
        "calendar_at": Cast(Value(None) if whole else F(source.column), DateTimeField()),
        "calendar_on": Cast(F(source.column) if whole else Value(None), DateField()),
    }
    rows = source.rows(actor).filter(within).order_by().annotate(**columns)
    shown = [f"{source.of}{name}" for name in SHOWN]
    return rows.values_list("calendar_place", "pk", "calendar_key", "calendar_at", "calendar_on", *shown)


def _due(
    source: Source, pk: UUID, key: UUID, at: datetime | None, on: date | None, code: str, zh: str, en: str, changed: Any
) -> Due:
    moment: Any = at or midnight(on)  # type: ignore[arg-type]
    return Due(
        source.kind,
        source.label,
        moment,
        code,
        in_language(zh, en),
        reverse(source.page, args=[key]),
        pk,
        changed,
        source.whole_day,
        source.for_staff,
    )


class Promise(NamedTuple):
    """How much of a queue the city has promised to be done with on a day, and where it is done."""

    day: date
    label: Any
    number: int
    url: str


def promises(actor: Actor, since: date, until: date) -> list[Promise]:
    """Return, for staff, how much of each queue of moderation, publication and their own roles is due on each day, in
    one query.
    """
    if not actor.is_staff:
        return []
    shared = [queue for queue in all_queues() if not queue.own and queue.page != "status"]
    queues = [queue for queue in shared if queue.page in PROMISED or queue.role in actor.roles]
    first, *others = [_due_by_day(queue, place, since, until) for place, queue in enumerate(queues)]
    rows: Iterable[tuple[int, date, int]] = first.union(*others, all=True)
    found = [
        Promise(day, queues[place].label, count, reverse(queues[place].page) + queues[place].query)
        for place, day, count in rows
    ]
    return sorted(found, key=lambda one: (one.day, str(one.label)))


def _due_by_day(queue: Queue, place: int, since: date, until: date) -> Any:
    due = ExpressionWrapper(F(queue.since) + timedelta(days=queue.days), output_field=DateTimeField())
    rows = queue.rows().order_by().annotate(queue=Value(place, output_field=IntegerField()), due=due)
    counted = rows.filter(within_days("due", since, until)).annotate(day=TruncDate("due", output_field=DateField()))
    numbered = counted.values("queue", "day").annotate(number=Count("pk", distinct=True))
    return numbered.values_list("queue", "day", "number")
