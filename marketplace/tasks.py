"""Celery tasks of the supply side: ids in, one pipeline call each."""

from typing import Any

from celery import shared_task

from marketplace import pipeline, printed_lists, telling, word_previews
from marketplace.imports import jobs
from scenarios import outbox

LIMITS: dict[str, Any] = {"soft_time_limit": 100, "time_limit": 110}
PRINT_LEASES = 3
PRINT_LIMITS = {name: PRINT_LEASES * seconds for name, seconds in LIMITS.items()}


@shared_task(name="marketplace.index_capabilities", **LIMITS)
def index_capabilities(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.index_capabilities, ids="capability_ids")


@shared_task(name="marketplace.check_copies", **LIMITS)
def check_copies(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.check_copies, ids="capability_ids")


@shared_task(name="marketplace.reindex_capabilities", **LIMITS)
def reindex_capabilities(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.reindex_capabilities)


@shared_task(name="marketplace.refresh_search", **LIMITS)
def refresh_search(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.refresh_search)


@shared_task(name="marketplace.begin_epoch", **LIMITS)
def begin_epoch(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.begin_epoch, ids="concept_ids")


@shared_task(name="marketplace.mine_synonyms", **LIMITS)
def mine_synonyms(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.mine_synonyms)


@shared_task(name="marketplace.train_ranking", **LIMITS)
def train_ranking(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.train_ranking)


@shared_task(name="marketplace.rank_anew", **LIMITS)
def rank_anew(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.rank_anew)


@shared_task(name="marketplace.suggest_for_all", **LIMITS)
def suggest_for_all(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.suggest_for_all)


@shared_task(name="marketplace.suggest_for_need", **LIMITS)
def suggest_for_need(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.suggest_for_need, ids="need_ids")


@shared_task(name="marketplace.suggest_for_capability", **LIMITS)
def suggest_for_capability(*, delivery: int) -> None:
    outbox.do_together(delivery, pipeline.suggest_for_capability, ids="capability_ids")


@shared_task(name="marketplace.suggest_for_demand", **LIMITS)
def suggest_for_demand(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.suggest_for_demand)


@shared_task(name="marketplace.suggest_for_call", **LIMITS)
def suggest_for_call(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.suggest_for_call)


@shared_task(name="marketplace.wipe_responses", **LIMITS)
def wipe_responses(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.wipe_responses)


@shared_task(name="marketplace.expire_capabilities", **LIMITS)
def expire_capabilities() -> None:
    pipeline.expire_capabilities()


@shared_task(name="marketplace.tell_notices_over", **LIMITS)
def tell_notices_over() -> None:
    pipeline.tell_notices_over()


@shared_task(name="marketplace.notify", **LIMITS)
def notify(*, delivery: int) -> None:
    outbox.do_together(delivery, telling.notify, ids="event_ids")


@shared_task(name="marketplace.send_mail", **LIMITS)
def send_mail(*, delivery: int) -> None:
    outbox.do(delivery, telling.send_mail)


@shared_task(name="marketplace.send_digests", **LIMITS)
def send_digests(*, delivery: int) -> None:
    outbox.do(delivery, telling.send_digests)


@shared_task(name="marketplace.send_digest", **LIMITS)
def send_digest(*, delivery: int) -> None:
    outbox.do(delivery, telling.send_digest)


@shared_task(name="marketplace.import_rows", **LIMITS)
def import_rows(*, delivery: int) -> None:
    outbox.do(delivery, jobs.import_rows)


@shared_task(name="marketplace.preview_words", **LIMITS)
def preview_words(*, delivery: int) -> None:
    outbox.do(delivery, word_previews.work_out)


@shared_task(name="marketplace.print_list", **PRINT_LIMITS)
def print_list(*, delivery: int) -> None:
    outbox.do(delivery, printed_lists.print_list, leases=PRINT_LEASES)


@shared_task(name="marketplace.prune", **LIMITS)
def prune(*, delivery: int) -> None:
    outbox.do(delivery, pipeline.prune)


@shared_task(name="marketplace.tell_searchers_of_needs", **LIMITS)
def tell_searchers_of_needs(*, delivery: int) -> None:
    outbox.do_together(delivery, telling.tell_searchers, ids="need_ids")


@shared_task(name="marketplace.tell_searchers_of_capabilities", **LIMITS)
def tell_searchers_of_capabilities(*, delivery: int) -> None:
    outbox.do_together(delivery, telling.tell_searchers, ids="capability_ids")


@shared_task(name="marketplace.tell_searchers", **LIMITS)
def tell_searchers(*, delivery: int) -> None:
    outbox.do(delivery, telling.tell_searchers)


@shared_task(name="marketplace.tell_searchers_daily", **LIMITS)
def tell_searchers_daily(*, delivery: int) -> None:
    outbox.do(delivery, telling.tell_searchers_daily)
