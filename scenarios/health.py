"""Who is alive, and how far behind the work is: heartbeats and figures, all from PostgreSQL."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import close_old_connections
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min
from django.db.models.functions import Extract

from scenarios.models import Delivery, Heartbeat, IndexBuild
from scenarios.querysets import DatabaseClock

# A beat is missed after this long; relay, workers and beat write one every ten seconds.
ALIVE = timedelta(seconds=45)
BEAT_SECONDS = 10.0
FORGOTTEN = timedelta(days=1)
EXPECTED = ("relay", "worker", "beat")
QUEUES = ("interactive", "batch", "blocks")


def beat(name: str, **details: Any) -> None:
    """Note that `name` is alive now, on the database clock."""
    close_old_connections()
    Heartbeat.objects.update_or_create(name=name, defaults={"at": DatabaseClock(), "details": details})
    Heartbeat.objects.filter(at__lt=DatabaseClock() - FORGOTTEN).delete()


@dataclass(frozen=True)
class Pulse:
    """One process's last sign of life; seconds ago by the database clock."""

    name: str
    seconds: float
    alive: bool


def pulses() -> list[Pulse]:
    """Return every known process, then what is missing: kinds that were never seen, queues that nobody serves."""
    age = Extract(ExpressionWrapper(DatabaseClock() - F("at"), output_field=DurationField()), "epoch")
    rows = list(Heartbeat.objects.annotate(age=age).values_list("name", "age", "details"))
    found = [Pulse(name, float(seconds), seconds < ALIVE.total_seconds()) for name, seconds, _ in rows]
    kinds = {pulse.name.partition("@")[0] for pulse in found}
    missing = [kind for kind in EXPECTED if kind not in kinds]
    if "worker" in kinds:
        live = [details for _, seconds, details in rows if seconds < ALIVE.total_seconds()]
        served = {queue for details in live for queue in details.get("queues", ())}
        missing += [f"worker ({queue})" for queue in QUEUES if queue not in served]
    return found + [Pulse(name, float("inf"), False) for name in missing]


@dataclass(frozen=True)
class Backlog:
    """Deliveries by state, and the age in seconds of the oldest that is not done."""

    states: dict[str, int]
    oldest_seconds: float


def backlog() -> Backlog:
    """Return how much is waiting and since when."""
    states = dict(Delivery.objects.order_by().values_list("state").annotate(Count("id")))
    age = Extract(ExpressionWrapper(DatabaseClock() - Min("created_at"), output_field=DurationField()), "epoch")
    oldest = Delivery.objects.unfinished().aggregate(age=age)["age"]
    return Backlog(states, float(oldest or 0))


def last_build() -> IndexBuild | None:
    """Return the live index build."""
    return IndexBuild.objects.live()
