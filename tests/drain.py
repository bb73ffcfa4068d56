"""Running the outbox and the seal in this process, for tests that are not about workers."""

from config.celery import app
from scenarios.models import Delivery, Event
from scenarios.seals import seal_events
from tests.processes import wait_until


def drain_outbox(limit: int = 500) -> int:
    """Do all pending work until none is left, as relay and workers would; return how many deliveries ran."""
    app.loader.import_default_modules()
    done = 0
    while pending := list(Delivery.objects.due().values_list("pk", "task")):
        for pk, task in pending:
            app.tasks[task].run(delivery=pk)
            done += 1
            assert done < limit, "the outbox does not drain"
    quarantined = list(Delivery.objects.exclude(state="done").values_list("task", "error"))
    assert quarantined == [], quarantined
    return done


def seal_all() -> int:
    """Seal until nothing is left: a transaction running in another test's database holds the seal back as well."""
    sealed: list[int] = []

    def done() -> bool:
        sealed.append(seal_events())
        return not Event.objects.filter(seal__isnull=True).exists()

    # As long as any test may run: its one transaction is the oldest of the whole server.
    wait_until(done, "every event to be sealed", seconds=600)
    return sum(sealed)
