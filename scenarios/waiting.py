"""What waits for each staff role, since when, and whether that is still within the time the city promises."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    IntegerField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Extract, Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from scenarios.actor import Actor
from scenarios.choices import Subject, Verdict
from scenarios.models import Call, Delivery, Interest, MergedDemand, MergeProposal, ModerationDecision, Need
from scenarios.querysets import DatabaseClock

DAY = 86_400


class Queue(NamedTuple):
    """A kind of work: who does it, on which page, which rows wait since which column, the days promised.

    role : empty for what any member of staff can be named for; it is told to those for whom something waits.
    name : in the address, where the page has several queues. own : the rows are those of the one who asks; `rows` takes
    the actor then, and nothing otherwise. of : the way from a row to what the page lists, empty where it lists no such
    thing. step : what is to be done. shown : what is read with a row.
    """

    role: str
    page: str
    label: Any
    rows: Callable[..., QuerySet[Any]]
    since: str
    days: int
    name: str = ""
    own: bool = False
    of: str = "pk"
    step: Any = ""
    shown: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """What follows the address of the page, so that it lists exactly this queue."""
        return f"?queue={self.name}" if self.name else ""


def _organisations() -> QuerySet[Any]:
    model: Any = Need._meta.get_field("owner").related_model
    rows: QuerySet[Any] = model._default_manager.filter(verification="pending")
    return rows


def _capabilities(status: str) -> Callable[[], QuerySet[Any]]:
    model: Any = Interest._meta.get_field("capability").related_model
    return lambda: model._default_manager.filter(status=status)


def _status(model: Any, name: str) -> Callable[[], QuerySet[Any]]:
    return lambda: model.objects.filter(status=name)


def since_decided(rows: QuerySet[Any], subject: Subject) -> QuerySet[Any]:
    """Annotate decided_at: when staff found a need or a capability fit, which is what its publication waits from.

    Of a need of high risk it is the supervisor's clearing, once there is one. What is edited afterwards, or repaired in
    the table, starts no new time.
    """
    fit = ModerationDecision.objects.filter(
        subject_type=subject, subject_id=OuterRef("pk"), verdict__in=[Verdict.APPROVE, Verdict.SUPERVISE]
    )
    return rows.annotate(decided_at=Subquery(fit.order_by("-created_at", "-pk").values("created_at")[:1]))


def to_publish() -> QuerySet[Any]:
    """Return the approved needs with decided_at."""
    return since_decided(Need.objects.awaiting_publication(), Subject.NEED)


def _publishable() -> QuerySet[Any]:
    return to_publish().exclude(risk_tier__in=["R3", "R4"], supervised_by__isnull=True)


def to_clear() -> QuerySet[Any]:
    """Return the approved needs that wait for the supervisor with decided_at."""
    return since_decided(Need.objects.awaiting_supervision(), Subject.NEED)


def _publishable_capabilities() -> QuerySet[Any]:
    return since_decided(_capabilities("verified")(), Subject.CAPABILITY)


def _without_call() -> QuerySet[Any]:
    live = ["draft", "reviewed", "approved", "open"]
    return MergedDemand.objects.filter(status="frozen").exclude(calls__status__in=live)


_moderation = Need.objects.awaiting_moderation
_POOLS: dict[str, Any] = {"page": "staff_pool_list"}
_CALLS: dict[str, Any] = {"page": "staff_call_list", "since": "updated_at", "days": 5, "shown": ("need", "demand")}
QUEUES = (
    Queue("moderator", "moderation_queue", _("Needs to check"), _moderation, "submitted_at", 3),
    Queue("moderator", "capability_queue", _("Capabilities to verify"), _capabilities("submitted"), "submitted_at", 3),
    Queue("moderator", "organisation_queue", _("Organisations to verify"), _organisations, "updated_at", 3),
    Queue(
        "moderator",
        label=_("Calls to review"),
        rows=_status(Call, "draft"),
        name="review",
        step=pgettext_lazy("step", "Review the call"),
        **_CALLS,
    ),
    Queue("supervisor", "supervision_queue", _("Needs of high risk to clear"), to_clear, "decided_at", 5),
    Queue(
        "supervisor",
        "supervision_queue",
        _("Sandbox plans to write"),
        Call.objects.awaiting_sandbox_plan,
        "created_at",
        5,
        "sandbox-plans",
    ),
    Queue("publisher", "publication_queue", _("Needs to publish"), _publishable, "decided_at", 2),
    Queue(
        "publisher",
        "capability_publication",
        _("Capabilities to publish"),
        _publishable_capabilities,
        "decided_at",
        2,
    ),
    Queue(
        "publisher",
        label=_("Calls to approve"),
        rows=_status(Call, "reviewed"),
        name="approve",
        step=pgettext_lazy("step", "Approve the call"),
        **_CALLS,
    ),
    Queue(
        "publisher",
        label=_("Calls to open"),
        rows=_status(Call, "approved"),
        name="open",
        step=pgettext_lazy("step", "Open the call"),
        **_CALLS,
    ),
    Queue(
        "publisher",
        label=_("Pools that reached their scale, to freeze"),
        rows=_status(MergedDemand, "threshold_met"),
        since="updated_at",
        days=10,
        name="freeze",
        step=pgettext_lazy("step", "Freeze the pool"),
        **_POOLS,
    ),
    Queue("manager", "merge_desk", _("Merge proposals"), MergeProposal.objects.open, "created_at", 5),
    Queue(
        "manager",
        label=_("Pools whose owners are not invited yet"),
        rows=_status(MergedDemand, "drafted"),
        since="created_at",
        days=5,
        name="invite",
        step=pgettext_lazy("step", "Invite the owners"),
        **_POOLS,
    ),
    Queue(
        "manager",
        label=_("Frozen pools without a call"),
        rows=_without_call,
        since="updated_at",
        days=10,
        name="call",
        step=pgettext_lazy("step", "Draft a call"),
        **_POOLS,
    ),
    Queue("auditor", "status", _("Failed work in quarantine"), Delivery.objects.quarantined, "created_at", 1),
)

_added: list[Queue] = []


def add_queues(*queues: Queue) -> None:
    """Add the queues of work that this package knows nothing of; at the start of the app that does it."""
    _added.extend(queues)


def all_queues() -> tuple[Queue, ...]:
    """Return every kind of work."""
    return (*QUEUES, *_added)


LEVELS = {"overdue": _("Overdue"), "soon": _("Soon overdue"), "in_time": _("In time")}
_TONES = {"overdue": "bad", "soon": "warn", "in_time": "good"}


@dataclass(frozen=True)
class Wait:
    """How many days something has waited by the database clock, against the days that the city promises."""

    days: float
    promised: int

    @property
    def level(self) -> str:
        """In time within half of the promised days, soon overdue until their end, overdue after it."""
        if self.days <= self.promised / 2:
            return "in_time"
        return "soon" if self.days <= self.promised else "overdue"

    @property
    def tone(self) -> str:
        return _TONES[self.level]

    @property
    def word(self) -> Any:
        return LEVELS[self.level]

    @property
    def age(self) -> Any:
        """Its age in words."""
        if self.days < 1:
            hours = int(self.days * 24)
            if hours == 0:
                return _("less than an hour")
            return ngettext_lazy("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
        days = int(self.days)
        return ngettext_lazy("%(count)d day", "%(count)d days", days) % {"count": days}


@dataclass(frozen=True)
class Waiting:
    """How much waits in a queue and for how many days the oldest has waited by the database clock (None: nothing)."""

    queue: Queue
    count: int
    oldest_days: float | None

    @property
    def _oldest(self) -> Wait:
        return Wait(self.oldest_days or 0.0, self.queue.days)

    @property
    def tone(self) -> str:
        return self._oldest.tone

    @property
    def word(self) -> Any:
        return self._oldest.word if self.count else _("Nothing waits")

    @property
    def age(self) -> Any:
        """The age of the oldest in words."""
        return "" if self.oldest_days is None else self._oldest.age


def promised_days(page: str, name: str = "") -> int:
    """Return within how many days the city promises to do what waits on a page, or in one of its queues."""
    return next(queue.days for queue in all_queues() if (queue.page, queue.name) == (page, name))


def rows_of(queue: Queue, actor: Actor) -> QuerySet[Any]:
    """Return what waits in a queue, as far as it is the actor's."""
    return queue.rows(actor) if queue.own else queue.rows()


def with_wait(rows: QuerySet[Any], since: str, promised: int) -> QuerySet[Any]:
    """Annotate what waits since a column: waited_days, level, a name of LEVELS, by the database clock, and due_at."""
    days = ExpressionWrapper(_seconds(F(since)) / Value(float(DAY)), output_field=FloatField())
    level = Case(
        When(waited_days__gt=promised, then=Value("overdue")),
        When(waited_days__gt=promised / 2, then=Value("soon")),
        default=Value("in_time"),
        output_field=CharField(),
    )
    due = ExpressionWrapper(F(since) + timedelta(days=promised), output_field=DateTimeField())
    return rows.annotate(waited_days=Greatest(days, Value(0.0)), level=level, due_at=due)


def _queues_of(actor: Actor, page: str) -> list[Queue]:
    held = {*actor.roles, ""} if actor.is_staff else actor.roles
    return [queue for queue in all_queues() if queue.role in held and page in ("", queue.page)]


def waiting_for(actor: Actor, page: str = "") -> list[Waiting]:
    """Return every queue of the actor's roles, in the order of the table, and what else is theirs; in one query.

    page : only the queues of this one.
    """
    queues = _queues_of(actor, page)
    if not queues:
        return []
    first, *others = [_measured(queue, place, actor) for place, queue in enumerate(queues)]
    rows = first.union(*others, all=True) if others else first
    found = {place: (count, seconds) for place, count, seconds in rows}
    waits = [_waiting(queue, *found.get(place, (0, None))) for place, queue in enumerate(queues)]
    return [wait for wait in waits if wait.queue.role or wait.count]


class Step(NamedTuple):
    """What the reader is to do about an object of a list, and how long it has waited for that."""

    label: Any
    wait: Wait


def steps_for(actor: Actor, page: str, listed: Iterable[Any]) -> dict[Any, Step]:
    """Return what waits for the actor in the objects that a page lists, by their ids, in one query.

    Of several steps in one object it is the one that has waited longest.
    """
    ids = [one.pk for one in listed]
    queues = [queue for queue in _queues_of(actor, page) if queue.of and queue.step]
    if not ids or not queues:
        return {}
    first, *others = [_waited(queue, place, actor, ids) for place, queue in enumerate(queues)]
    found: dict[Any, Step] = {}
    for place, pk, seconds in first.union(*others, all=True) if others else first:
        queue = queues[place]
        wait = Wait(max(float(seconds), 0.0) / DAY, queue.days)
        if pk not in found or wait.days > found[pk].wait.days:
            found[pk] = Step(queue.step, wait)
    return found


def _waited(queue: Queue, place: int, actor: Actor, ids: list[Any]) -> QuerySet[Any]:
    """Return (place, id of the listed object, seconds) of each row of a queue that belongs to one of the objects."""
    rows = rows_of(queue, actor).filter(**{f"{queue.of}__in": ids}).order_by()
    seconds = {"queue_seconds": _seconds(F(queue.since))}
    told = rows.annotate(queue_place=Value(place, output_field=IntegerField()), queue_object=F(queue.of), **seconds)
    return told.values_list("queue_place", "queue_object", "queue_seconds")


def _measured(queue: Queue, place: int, actor: Actor) -> QuerySet[Any]:
    """Return (place, count, age of the oldest in seconds) of a queue, as far as it is the actor's, as one row."""
    # The clock outside an aggregate would make a group of every row.
    waited = ExpressionWrapper(Max(DatabaseClock()) - Min(F(queue.since)), output_field=DurationField())
    numbered = (
        rows_of(queue, actor)
        .order_by()
        .annotate(queue_place=Value(place, output_field=IntegerField()))
        .values("queue_place")
    )
    # Extract alone cuts the fraction off: what has waited a moment longer than it may would be in time.
    seconds = Extract(waited, "epoch", output_field=FloatField())
    counted = numbered.annotate(number=Count("pk", distinct=True), seconds=seconds)
    return counted.values_list("queue_place", "number", "seconds")


def _waiting(queue: Queue, count: int, seconds: Any) -> Waiting:
    return Waiting(queue, count, None if seconds is None else max(float(seconds), 0.0) / DAY)


def _seconds(since: Any) -> Extract:
    waited = ExpressionWrapper(DatabaseClock() - since, output_field=DurationField())
    return Extract(waited, "epoch", output_field=FloatField())
