"""Running the outbox in this process, for tests that are not about workers."""

from config.celery import app
from scenarios.models import Delivery


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
