"""The machine's verbs, called by tasks: index what was published, propose merges of like needs, do what the clock
decides.

Every function may run twice. `finish` marks the delivery done; it is called in the transaction that holds the effect.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from matching import Document, plane_of
from scenarios import run_results, similarity_runs, topics
from scenarios.actions import deadlines, moderation
from scenarios.actions.needs import search_tokens
from scenarios.content import text_of
from scenarios.indexing import update_index
from scenarios.keeping_proposals import keep_found
from scenarios.live_index import readable_index
from scenarios.locks import wait_for_lock
from scenarios.merge_threshold import merge_threshold
from scenarios.models import (
    Call,
    Consent,
    Delivery,
    IndexBuild,
    JobSlot,
    MergedDemand,
    MergePreview,
    Need,
    NeedPlace,
    SimilarityRun,
    UsedKey,
)
from scenarios.outbox import emit
from scenarios.proposing import NOTHING, look, preview
from scenarios.querysets import DatabaseClock, database_time
from scenarios.search_columns import rewrite_pools_and_calls, rewrite_search

logger = logging.getLogger(__name__)
Finish = Callable[[], None]
NIGHT_HOUR = 2
KEPT = timedelta(days=30)


def check_need(*, need_id: str, finish: Finish) -> None:
    """Put a submitted need into the moderators' queue."""
    with transaction.atomic():
        moderation.check_need(need_id=UUID(need_id))
        finish()


def index_needs(*, need_ids: Iterable[str], finish: Finish) -> None:
    """Bring the index up to date with these needs: in if they are on offer, out if not."""
    wanted = sorted(set(need_ids))

    def documents() -> list[Document]:
        offered = Need.objects.indexable().filter(pk__in=wanted).prefetch_related("indicators")
        return [Document(str(need.pk), *text_of(need)) for need in offered]

    def switch(build: IndexBuild) -> None:
        emit(topics.NEED_INDEXED, need_ids=wanted)
        finish()

    update_index("needs", documents=documents, removed=wanted, finish=switch)


def reindex_needs(*, finish: Finish) -> None:
    """Index every need on offer, into the live build or a first one."""
    index_needs(need_ids=[str(pk) for pk in Need.objects.indexable().values_list("pk", flat=True)], finish=finish)


def refresh_search(*, finish: Finish, after: str = "") -> None:
    """Write the `search` column of the needs that have one anew, as the present analyzer reads them; with the first
    batch those of pools and calls, which are few.

    after : the last need of the batch before; the next batch is asked for in the transaction that writes this one.
    """
    with transaction.atomic():
        if not after:
            rewrite_pools_and_calls()
        known = Need.objects.filter(search__isnull=False).select_related("owner")
        last = rewrite_search(known, search_tokens, after=after)
        if last:
            emit(topics.NEED_SEARCH_OUTDATED, after=last)
        finish()


def propose_merges(*, need_ids: Iterable[str] | None = None, finish: Finish) -> None:
    """Propose groups of like needs around `need_ids` (None: all), and set aside proposals that no longer hold.

    A proposal that stands, was accepted or was dismissed for exactly the same needs is left alone.
    """
    live = readable_index()
    found = look(live, None if need_ids is None else sorted(set(need_ids))) if live else NOTHING
    keep_found(live, found, finish)


def lay_out_needs(*, need_ids: Iterable[str] = (), finish: Finish) -> None:
    """Draw the map of likeness anew from the live index: a place for every need on offer.

    need_ids : what the news was about; the whole map is drawn whatever changed.
    """
    live = readable_index()
    places = plane_of(live.indexes.part("needs")) if live else {}
    with transaction.atomic():
        wait_for_lock("map of likeness")
        NeedPlace.objects.all().delete()
        if live:
            known = set(Need.objects.indexable().values_list("pk", flat=True))
            rows = [(UUID(name), place) for name, place in places.items() if UUID(name) in known]
            NeedPlace.objects.bulk_create(
                (NeedPlace(need_id=pk, x=x, y=y, index_build=live.build) for pk, (x, y) in rows), batch_size=2000
            )
        finish()


def preview_thresholds(*, finish: Finish) -> None:
    """Reckon what each threshold would propose and keep it in place of what was reckoned before."""
    live = readable_index()
    found = preview(live) if live else {}
    with transaction.atomic():
        MergePreview.objects.all().delete()
        MergePreview.objects.create(**found)
        finish()


def take_slot(job: str, slot: str) -> bool:
    """Whether this run is the first of its slot; beat may tick twice."""
    _row, first = JobSlot.objects.get_or_create(job=job, slot=slot)
    return first


def sweep_clock() -> int:
    """Do everything whose time has come on the database clock; return how many objects were looked at."""
    due: list[tuple[Callable[..., None], str, Any]] = [
        (deadlines.close_call, "call_id", Call.objects.due().order_by("closes_at", "pk")),
        (deadlines.judge_pool, "demand_id", MergedDemand.objects.due_for_verdict()),
        (deadlines.lapse_invitation, "consent_id", Consent.objects.due_for_lapse()),
        (deadlines.remind_of_invitation, "consent_id", Consent.objects.due_for_reminder()),
        (deadlines.expire_need, "need_id", Need.objects.due_for_expiry()),
        (deadlines.warn_of_expiry, "need_id", Need.objects.due_for_warning()),
    ]
    done = 0
    for act, argument, queryset in due:
        for pk in queryset.values_list("pk", flat=True)[:500]:
            try:
                act(**{argument: pk})
                done += 1
            except Exception:
                # One broken object must not keep the others waiting; it is tried again at the next sweep.
                logger.exception("sweep failed", extra={"act": act.__name__, "id": str(pk)})
    return done


def nightly_merges() -> None:
    """Have all needs looked at once a day, after two in the morning; further ticks of the same day do nothing."""
    night = night_at(database_time())
    if night is None:
        return
    with transaction.atomic():
        if take_slot("nightly", night):
            emit(topics.NIGHT_CAME)


def night_at(now: datetime) -> str | None:
    """Return the day, in the city's time, whose night has come; None before two in the morning."""
    local = timezone.localtime(now)
    return local.date().isoformat() if local.hour >= NIGHT_HOUR else None


def propose_all(*, finish: Finish) -> None:
    """Look at all needs, not only at those around a new one; at many of them block by block."""
    if not similarity_runs.pays("merge", readable_index()):
        propose_merges(need_ids=None, finish=finish)
        return
    with transaction.atomic():
        similarity_runs.start_run("merge", min_similarity=merge_threshold())
        finish()


def combine_run(*, run_id: int, finish: Finish) -> None:
    """Make of what a run's tasks have found what it was for: proposals, or shortlists for suggestions."""
    run = SimilarityRun.objects.filter(pk=run_id, state="combining").select_related("index_build").first()
    try:
        if run is None:
            with transaction.atomic():
                finish()
        elif run.kind == "suggest":
            run_results.combine_shortlists(run, finish)
        else:
            _combine_merge(run, finish)
    except run_results.ResultsLost as lost:
        similarity_runs.compare_again(lost.run, lost.tasks, finish)


def _combine_merge(run: SimilarityRun, finish: Finish) -> None:
    """Propose what a run has found; where much was indexed since it began, all needs are compared anew instead."""
    live = readable_index()
    pairs = run_results.pairs_for(run, live) if live else None

    def end() -> None:
        run_results.end_run(run)
        if live and pairs is None:
            similarity_runs.start_run("merge", min_similarity=run.min_similarity)
        finish()

    if live and pairs is None:
        with transaction.atomic():
            end()
    else:
        keep_found(live, look(live, None, pairs) if live else NOTHING, end)


def prune(*, finish: Finish) -> None:
    """Forget what nobody will ask for again: finished deliveries, taken slots and used keys of more than 30 days."""
    with transaction.atomic():
        before = DatabaseClock() - KEPT
        Delivery.objects.filter(state="done", finished_at__lt=before).delete()
        JobSlot.objects.filter(taken_at__lt=before, job="nightly").delete()
        UsedKey.objects.filter(created_at__lt=before).delete()
        finish()
    similarity_runs.forget_runs()
