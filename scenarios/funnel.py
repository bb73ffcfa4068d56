"""The funnel from a need to a landed project: named steps in a table, counted and timed together.

Another step is another line of STEPS, or is added by an app that knows what this package does not. A step counts needs
of which its reader may read that they passed it: pages, API and files list exactly those under `step=<name>`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import (
    Aggregate,
    Case,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import pgettext_lazy

from scenarios.actor import Actor
from scenarios.choices import NeedStatus, Subject, Verdict
from scenarios.figure_querysets import ALL, ENOUGH_OWNERS, HANDED_IN
from scenarios.models import Call, DemandMember, Event, ModerationDecision

Links = QuerySet[DemandMember]
"""The links between pools and needs of which a reader may know."""
Condition = Callable[[Links], Q]
DAY = timedelta(days=1)
UNKNOWN = datetime(1, 1, 1, tzinfo=UTC)


class Step(NamedTuple):
    """One step: its name in addresses, its label, which needs have passed it, when, and since which step it is timed.

    for_staff : what comes before publication is told to staff only. partly_told : everyone but staff reads only part
    of it, the needs whose membership of a pool is public; it is then no whole that others are shares of.
    """

    name: str
    label: Any
    passed: Condition
    at: Any = None
    since: str = ""
    for_staff: bool = False
    partly_told: bool = False


def _handed_in(told: Links) -> Q:
    return Q(submitted_at__isnull=False) | Q(imported=True)


def _approved(told: Links) -> Q:
    return Q(approved_by__isnull=False) | Q(published_at__isnull=False)


def _published(told: Links) -> Q:
    return Q(published_at__isnull=False)


def _pooled(told: Links) -> Q:
    return Q(pk__in=told.filter(demand__formed_at__isnull=False).values("need"))


def _called(told: Links) -> Q:
    return behind(Call.objects.standing(), told)


def behind(calls: QuerySet[Any], told: Links) -> Q:
    """Return the needs behind these calls: their own, and those members of their pools that are told."""
    links = told.filter(demand__in=calls.values("demand"))
    return Q(pk__in=calls.filter(need__isnull=False).values("need")) | Q(pk__in=links.values("need"))


def _landed(told: Links) -> Q:
    return Q(status__in=[NeedStatus.LANDED, NeedStatus.CLOSED])


def earliest(rows: QuerySet[Any], need: str, column: str) -> Subquery:
    """Return the earliest `column` of the rows whose `need` is the outer need, as an expression."""
    mine = rows.filter(**{need: OuterRef("pk")}).order_by(column)
    return Subquery(mine.values(column)[:1])


_decided = ModerationDecision.objects.filter(subject_type=Subject.NEED, verdict=Verdict.APPROVE)
_events = Event.objects.filter(subject_type=Subject.NEED, kind="need.landed")
STEPS = (
    Step("handed_in", pgettext_lazy("funnel", "Handed in"), _handed_in, HANDED_IN, for_staff=True),
    Step(
        "approved",
        pgettext_lazy("funnel", "Approved"),
        _approved,
        earliest(_decided, "subject_id", "created_at"),
        since="handed_in",
        for_staff=True,
    ),
    Step("published", pgettext_lazy("funnel", "Published"), _published, F("published_at"), since="handed_in"),
    Step(
        "pooled",
        pgettext_lazy("funnel", "In a pool"),
        _pooled,
        earliest(DemandMember.objects.living(), "need", "joined_at"),
        since="published",
        partly_told=True,
    ),
    Step(
        "called",
        pgettext_lazy("funnel", "In a call"),
        _called,
        earliest(Call.objects.standing(), "need", "opens_at"),
        since="published",
        partly_told=True,
    ),
    Step(
        "landed",
        pgettext_lazy("funnel", "Landed"),
        _landed,
        earliest(_events, "subject_id", "at"),
        since="published",
    ),
)

_steps = [*STEPS]


def add_step(step: Step, *, after: str) -> None:
    """Add a step that this package knows nothing of behind the one of that name; at the start of the app that does."""
    names = [one.name for one in _steps]
    if step.name not in names:
        _steps.insert(names.index(after) + 1, step)


class Median(Aggregate):
    """The middle value of a group; of durations too."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    name = "Median"


@dataclass(frozen=True)
class Stage:
    """A step with what was counted. Days are told where enough distinct owners stand behind them.

    share_of_first, share_of_before : of the needs that have passed that other step, how many have passed this one too,
    0–1. A need can pass a step without the one before, as a need is called that never was in a pool.
    """

    step: Step
    count: int
    share_of_first: Decimal | None
    share_of_before: Decimal | None
    days: Decimal | None
    since: Any


def steps_for(actor: Actor) -> tuple[Step, ...]:
    """Return the steps of which this reader may know."""
    return tuple(step for step in _steps if actor.is_staff or not step.for_staff)


def at_step(rows: QuerySet[Any], name: str, actor: Actor) -> QuerySet[Any]:
    """Return those of the needs that have passed a step; none for a step that this reader is told nothing of."""
    step = next((one for one in steps_for(actor) if one.name == name), None)
    return rows.filter(step.passed(DemandMember.objects.living().told_to(actor))) if step else rows.none()


def funnel(rows: QuerySet[Any], actor: Actor) -> list[Stage]:
    """Count and time the needs of `rows` (those that the actor may read) at every step: one query, and for others than
    staff one before it.
    """
    steps = steps_for(actor)
    asked: dict[str, Any] = {}
    for step in steps:
        asked[f"{step.name}_count"] = Count(step.name)
        for whole in _wholes(step, steps, actor):
            passed_both = Q(**{f"{whole.name}__isnull": False})
            asked[f"{step.name}_of_{whole.name}"] = Count(step.name, filter=passed_both)
        if before := _timed_since(step, steps):
            took = ExpressionWrapper(F(step.name) - F(before.name), output_field=DurationField())
            timed = Q(**{f"{step.name}__gt": UNKNOWN, f"{before.name}__gt": UNKNOWN})
            asked[f"{step.name}_took"] = Median(took, filter=timed, output_field=DurationField())
            if not actor.is_staff:
                passed = Q(**{f"{step.name}__isnull": False})
                asked[f"{step.name}_owners"] = Count("owner", distinct=True, filter=passed)
    found = _passings(rows, steps, DemandMember.objects.living().told_now_to(actor)).aggregate(**asked)
    return [_stage(step, found, steps, actor) for step in steps]


def _passings(rows: QuerySet[Any], steps: tuple[Step, ...], told: Links) -> QuerySet[Any]:
    """Return when each need passed each step: None where it did not, UNKNOWN where nobody noted it.

    Cut off behind the last row, so that it stays a query of its own and what stands behind a step is looked up once,
    not again for each of its figures.
    """
    passings = {
        # Cast, since a step that nothing can have passed is a bare NULL.
        step.name: Cast(Case(When(step.passed(told), then=Coalesce(step.at, UNKNOWN)), default=None), DateTimeField())
        for step in steps
    }
    return rows.order_by().annotate(**passings).values("pk", "owner", *passings)[:ALL]


def _timed_since(step: Step, steps: tuple[Step, ...]) -> Step | None:
    return next((one for one in steps if one.name == step.since), None)


def _wholes(step: Step, steps: tuple[Step, ...], actor: Actor) -> tuple[Step, ...]:
    """Return the first step and the one before, of which a step's shares are told; none where there is no such share.

    What is told in part is neither a share nor a whole.
    """
    before = [one for one in steps[: steps.index(step)] if actor.is_staff or not one.partly_told]
    told = before and (actor.is_staff or not step.partly_told)
    return (before[0], before[-1]) if told else ()


def _stage(step: Step, found: dict[str, Any], steps: tuple[Step, ...], actor: Actor) -> Stage:
    timed = _timed_since(step, steps)
    told = timed and (actor.is_staff or found[f"{step.name}_owners"] >= ENOUGH_OWNERS)
    shares = [
        _share(found[f"{step.name}_of_{whole.name}"], found[f"{whole.name}_count"])
        for whole in _wholes(step, steps, actor)
    ]
    first, before = shares or (None, None)
    return Stage(
        step,
        found[f"{step.name}_count"],
        first,
        before,
        _days(found[f"{step.name}_took"]) if told else None,
        timed.label if timed else "",
    )


def _share(passed_both: int, whole: int) -> Decimal | None:
    return round(Decimal(passed_both) / whole, 3) if whole else None


def _days(took: timedelta | None) -> Decimal | None:
    return None if took is None else round(Decimal(took / DAY), 1)


def choices() -> list[tuple[str, Any]]:
    """Return every step's name and label."""
    return [(step.name, step.label) for step in _steps]
