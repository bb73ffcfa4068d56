"""Celery tasks: ids in, one pipeline call each. The outbox row, not the broker, decides what is done."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from scenarios import health, indexing, outbox, pipeline, seals, similarity_runs

LIMITS: dict[str, Any] = {"soft_time_limit": 100, "time_limit": 110}
STEP_LEASES = 8
"""What is done once per run may take as many leases: laying out all blocks, combining all that was found."""

STEP_LIMITS = {name: STEP_LEASES * seconds for name, seconds in LIMITS.items()}


@shared_task(name="scenarios.check_need", **LIMITS)
def check_need(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.check_need)


@shared_task(name="scenarios.index_needs", **LIMITS)
def index_needs(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.index_needs, ids="need_ids")


@shared_task(name="scenarios.reindex_needs", **LIMITS)
def reindex_needs(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.reindex_needs)


@shared_task(name="scenarios.refresh_search", **LIMITS)
def refresh_search(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.refresh_search)


@shared_task(name="scenarios.propose_merges", **LIMITS)
def propose_merges(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.propose_merges, ids="need_ids")


@shared_task(name="scenarios.lay_out_needs", **LIMITS)
def lay_out_needs(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.lay_out_needs, ids="need_ids")


@shared_task(name="scenarios.propose_all", **LIMITS)
def propose_all(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.propose_all)


@shared_task(name="scenarios.lay_out_run", **STEP_LIMITS)
def lay_out_run(*, delivery: int) -> None:
    outbox.do(delivery, similarity_runs.lay_out, leases=STEP_LEASES)


@shared_task(name="scenarios.compare_blocks", **LIMITS)
def compare_blocks(*, delivery: int) -> None:
    outbox.do(delivery, similarity_runs.compare_blocks)


@shared_task(name="scenarios.combine_run", **STEP_LIMITS)
def combine_run(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.combine_run, leases=STEP_LEASES)


@shared_task(name="scenarios.preview_thresholds", **LIMITS)
def preview_thresholds(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.preview_thresholds)


@shared_task(name="scenarios.prune", **LIMITS)
def prune(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.prune)


@shared_task(name="scenarios.nightly_merges", **LIMITS)
def nightly_merges() -> None:
    pipeline.nightly_merges()


@shared_task(name="scenarios.sweep", **LIMITS)
def sweep() -> None:
    outbox.sweep()
    pipeline.sweep_clock()
    indexing.replace_lost_build()
    indexing.notice_new_synonyms()


@shared_task(name="scenarios.seal_events", **LIMITS)
def seal_events() -> None:
    seals.seal_events()


@worker_ready.connect
def keep_beating(sender: Any, **_: Any) -> None:
    """Have the worker's own loop write its heartbeat; one that hangs stops beating."""
    name = f"worker@{sender.hostname}"
    queues = sorted(queue.name for queue in sender.app.amqp.queues.consume_from.values())
    health.beat(name, queues=queues)
    sender.timer.call_repeatedly(health.BEAT_SECONDS, health.beat, args=(name,), kwargs={"queues": queues})
