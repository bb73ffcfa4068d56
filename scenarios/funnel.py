"""The funnel from a need to a landed project: named steps in a table, counted and timed in one query.

Another step is another line of STEPS, or is added by an app that knows what this package does not. A step counts needs
of which its reader may read that they passed it: pages, API and files list exactly those under `step=<name>`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import pgettext_lazy

from scenarios.actor import Actor
from scenarios.choices import NeedStatus, Subject, Verdict
from scenarios.figure_querysets import ENOUGH_OWNERS, HANDED_IN
from scenarios.models import Call, DemandMember, Event, ModerationDecision

Condition = Callable[[Actor], Q]
DAY = timedelta(days=1)


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


def _handed_in(actor: Actor) -> Q:
    return Q(submitted_at__isnull=False) | Q(imported=True)


def _approved(actor: Actor) -> Q:
    return Q(approved_by__isnull=False) | Q(published_at__isnull=False)


def _published(actor: Actor) -> Q:
    return Q(published_at__isnull=False)


def _pooled(actor: Actor) -> Q:
    links = DemandMember.objects.living().told_to(actor).filter(demand__formed_at__isnull=False)
    return Q(pk__in=links.values("need"))


def _called(actor: Actor) -> Q:
    return behind(Call.objects.standing(), actor)


def behind(calls: QuerySet[Any], actor: Actor) -> Q:
    """Return the needs behind these calls, of which this reader may know: their own, and the members of their pools."""
    links = DemandMember.objects.living().told_to(actor).filter(demand__in=calls.values("demand"))
    return Q(pk__in=calls.filter(need__isnull=False).values("need")) | Q(pk__in=links.values("need"))


def _landed(actor: Actor) -> Q:
    return Q(status__in=[NeedStatus.LANDED, NeedStatus.CLOSED])


def earliest(rows: QuerySet[Any], need: str, column: str) -> Subquery:
    """Return the earliest `column` of the rows whose `need` is the outer need, as an expression."""
    mine = rows.filter(**{need: OuterRef("pk")}).order_by().values(need)
    return Subquery(mine.annotate(first=Min(column)).values("first"))


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
    """A step with what was counted. Shares are of 1; days are told where enough distinct owners stand behind them."""

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
    return rows.filter(step.passed(actor)) if step else rows.none()


def funnel(rows: QuerySet[Any], actor: Actor) -> list[Stage]:
    """Count and time the needs of `rows` (those that the actor may read) at every step, in one query."""
    steps = steps_for(actor)
    asked: dict[str, Any] = {}
    for step in steps:
        asked[f"{step.name}_count"] = Count("pk", filter=step.passed(actor))
        if before := _timed_since(step, steps):
            took = ExpressionWrapper(step.at - before.at, output_field=DurationField())
            asked[f"{step.name}_took"] = Median(took, filter=step.passed(actor), output_field=DurationField())
            asked[f"{step.name}_owners"] = Count("owner", distinct=True, filter=step.passed(actor))
    found = rows.order_by().aggregate(**asked)
    stages: list[Stage] = []
    for step in steps:
        stages.append(_stage(step, found, stages, steps, actor))
    return stages


def _timed_since(step: Step, steps: tuple[Step, ...]) -> Step | None:
    return next((one for one in steps if one.name == step.since), None)


def _stage(step: Step, found: dict[str, Any], before: list[Stage], steps: tuple[Step, ...], actor: Actor) -> Stage:
    count = found[f"{step.name}_count"]
    wholes = [one for one in before if actor.is_staff or not one.step.partly_told]
    whole = actor.is_staff or not step.partly_told
    timed = _timed_since(step, steps)
    told = timed and (actor.is_staff or found[f"{step.name}_owners"] >= ENOUGH_OWNERS)
    return Stage(
        step,
        count,
        _share(count, wholes[0].count) if wholes and whole else None,
        _share(count, wholes[-1].count) if wholes and whole else None,
        _days(found[f"{step.name}_took"]) if told else None,
        timed.label if timed else "",
    )


def _share(count: int, whole: int) -> Decimal | None:
    return round(Decimal(count) / whole, 3) if whole else None


def _days(took: timedelta | None) -> Decimal | None:
    return None if took is None else round(Decimal(took / DAY), 1)


def choices() -> list[tuple[str, Any]]:
    """Return every step's name and label."""
    return [(step.name, step.label) for step in _steps]
