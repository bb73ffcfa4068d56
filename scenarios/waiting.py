"""What waits for each staff role, since when, and whether that is still within the time the city promises."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
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
from django.utils.translation import ngettext_lazy

from scenarios.actor import Actor
from scenarios.choices import Subject, Verdict
from scenarios.models import Call, Delivery, Interest, MergedDemand, MergeProposal, ModerationDecision, Need
from scenarios.querysets import DatabaseClock

DAY = 86_400


class Queue(NamedTuple):
    """A kind of work: who does it, on which page (and tab), which rows wait since which column, the days promised.

    role : empty for what any member of staff can be named for; it is told to those for whom something waits.
    own : the rows are those of the one who asks; `rows` takes the actor then, and nothing otherwise.
    """

    role: str
    page: str
    label: Any
    rows: Callable[..., QuerySet[Any]]
    since: str
    days: int
    state: str = ""
    own: bool = False


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


def _supervision() -> QuerySet[Any]:
    return since_decided(Need.objects.awaiting_supervision(), Subject.NEED)


def _publishable_capabilities() -> QuerySet[Any]:
    return since_decided(_capabilities("verified")(), Subject.CAPABILITY)


def _without_call() -> QuerySet[Any]:
    live = ["draft", "reviewed", "approved", "open"]
    return MergedDemand.objects.filter(status="frozen").exclude(calls__status__in=live)


_moderation = Need.objects.awaiting_moderation
QUEUES = (
    Queue("moderator", "moderation_queue", _("Needs to check"), _moderation, "submitted_at", 3),
    Queue("moderator", "capability_queue", _("Capabilities to verify"), _capabilities("submitted"), "submitted_at", 3),
    Queue("moderator", "organisation_queue", _("Organisations to verify"), _organisations, "updated_at", 3),
    Queue("moderator", "staff_call_list", _("Calls to review"), _status(Call, "draft"), "updated_at", 5, "draft"),
    Queue("supervisor", "supervision_queue", _("Needs of high risk to clear"), _supervision, "decided_at", 5),
    Queue(
        "supervisor",
        "supervision_queue",
        _("Sandbox plans to write"),
        Call.objects.awaiting_sandbox_plan,
        "created_at",
        5,
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
        "publisher", "staff_call_list", _("Calls to approve"), _status(Call, "reviewed"), "updated_at", 5, "reviewed"
    ),
    Queue("publisher", "staff_call_list", _("Calls to open"), _status(Call, "approved"), "updated_at", 5, "approved"),
    Queue(
        "publisher",
        "staff_pool_list",
        _("Pools that reached their scale, to freeze"),
        _status(MergedDemand, "threshold_met"),
        "updated_at",
        10,
        "threshold_met",
    ),
    Queue("manager", "merge_desk", _("Merge proposals"), MergeProposal.objects.open, "created_at", 5),
    Queue(
        "manager",
        "staff_pool_list",
        _("Pools whose owners are not invited yet"),
        _status(MergedDemand, "drafted"),
        "created_at",
        5,
        "drafted",
    ),
    Queue("manager", "staff_pool_list", _("Frozen pools without a call"), _without_call, "updated_at", 10, "frozen"),
    Queue("auditor", "status", _("Failed work in quarantine"), Delivery.objects.quarantined, "created_at", 1),
)

_added: list[Queue] = []


def add_queues(*queues: Queue) -> None:
    """Add the queues of work that this package knows nothing of; at the start of the app that does it."""
    _added.extend(queues)


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


def promised_days(page: str, state: str = "") -> int:
    """Return within how many days the city promises to do what waits on a page."""
    return next(queue.days for queue in (*QUEUES, *_added) if (queue.page, queue.state) == (page, state))


def with_wait(rows: QuerySet[Any], since: str, promised: int) -> QuerySet[Any]:
    """Annotate what waits since a column: waited_days, and level, a name of LEVELS, by the database clock."""
    days = ExpressionWrapper(_seconds(F(since)) / Value(float(DAY)), output_field=FloatField())
    level = Case(
        When(waited_days__gt=promised, then=Value("overdue")),
        When(waited_days__gt=promised / 2, then=Value("soon")),
        default=Value("in_time"),
        output_field=CharField(),
    )
    return rows.annotate(waited_days=Greatest(days, Value(0.0)), level=level)


def waiting_for(actor: Actor) -> list[Waiting]:
    """Return every queue of the actor's roles, in the order of the table, and what else is theirs; in one query."""
    held = {*actor.roles, ""} if actor.is_staff else actor.roles
    queues = [queue for queue in (*QUEUES, *_added) if queue.role in held]
    if not queues:
        return []
    first, *others = [_measured(queue, place, actor) for place, queue in enumerate(queues)]
    rows = first.union(*others, all=True) if others else first
    found = {place: (count, seconds) for place, count, seconds in rows}
    waits = [_waiting(queue, *found.get(place, (0, None))) for place, queue in enumerate(queues)]
    return [wait for wait in waits if wait.queue.role or wait.count]


def _measured(queue: Queue, place: int, actor: Actor) -> QuerySet[Any]:
    """Return (place, count, age of the oldest in seconds) of a queue, as far as it is the actor's, as one row."""
    # The clock outside an aggregate would make a group of every row.
    waited = ExpressionWrapper(Max(DatabaseClock()) - Min(F(queue.since)), output_field=DurationField())
    rows = queue.rows(actor) if queue.own else queue.rows()
    numbered = rows.order_by().annotate(queue_place=Value(place, output_field=IntegerField())).values("queue_place")
    # Extract alone cuts the fraction off: what has waited a moment longer than it may would be in time.
    seconds = Extract(waited, "epoch", output_field=FloatField())
    counted = numbered.annotate(number=Count("pk", distinct=True), seconds=seconds)
    return counted.values_list("queue_place", "number", "seconds")


def _waiting(queue: Queue, count: int, seconds: Any) -> Waiting:
    return Waiting(queue, count, None if seconds is None else max(float(seconds), 0.0) / DAY)


def _seconds(since: Any) -> Extract:
    return Extract(ExpressionWrapper(DatabaseClock() - since, output_field=DurationField()), "epoch")
