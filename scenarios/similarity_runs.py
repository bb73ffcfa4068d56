"""Runs of merging and suggesting over a whole index: lay it out in blocks, compare two at a time, have it combined.

The rows are the truth, as everywhere: a task takes (run, block, block), reads the two blocks from the storage, writes
what it finds there and its digest into its row. Killed, it is handed out again; done twice, it writes the same.
"""

import os
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction

from matching.segments import pairs_between
from matching.super_blocks import ROUNDING, nearest_between
from scenarios import segment_store, topics
from scenarios.epochs import Epoch, epoch_of, laid_out, opened
from scenarios.live_index import LiveIndex
from scenarios.locks import wait_for_lock
from scenarios.models import BlockTask, SimilarityRun
from scenarios.outbox import emit, emit_each
from scenarios.querysets import DatabaseClock

Finish = Callable[[], None]

AHEAD = 64
"""Tasks that are handed out at a time: enough for as many workers, and other work is not kept waiting behind them."""

SHORTLIST = 100
"""Capabilities that a run of suggestions notes for each need, for the gates and the second stage to choose among."""

KEPT_RUNS = 2
"""Runs of each kind, done and superseded ones each, whose results and blocks stay in the storage."""

FOUND_PAIRS = np.dtype([("x", "<i8"), ("y", "<i8"), ("similarity", "<f8")])
FOUND_BEST = np.dtype([("number", "<i4"), ("score", "<f4")])


def pays(kind: str, live: LiveIndex | None) -> bool:
    """Whether an index is so large that such work is cut into blocks: its needs to merge, its capabilities to suggest.

    Among few capabilities each need is ranked faster than a list of the best SHORTLIST of them is made.
    """
    if live is None:
        return False
    return (live.build.needs if kind == "merge" else live.build.capabilities) >= settings.SUPER_BLOCKS_FROM


def start_run(kind: str, *, min_similarity: float | None = None, epoch: str = "") -> SimilarityRun:
    """Begin a run in the present transaction; an unfinished one of the same kind is given up for it.

    epoch : blocks that lie in the storage already; by default the index that is live by then is laid out.
    """
    wait_for_lock(f"run of {kind}")
    older = SimilarityRun.objects.unfinished().filter(kind=kind)
    older.update(state="superseded", finished_at=DatabaseClock())
    limit = SHORTLIST if kind == "suggest" else None
    run = SimilarityRun.objects.create(kind=kind, min_similarity=min_similarity, limit=limit, epoch=epoch)
    [run.delivery] = emit(topics.RUN_STARTED, run_id=run.pk)
    run.save(update_fields=["delivery"])
    return run


def lay_out(*, run_id: int, finish: Finish) -> None:
    """Put the blocks into the storage, unless they are there, and hand out the first tasks."""
    run = SimilarityRun.objects.filter(pk=run_id, state="preparing").first()
    epoch = laid_out(run) if run else None
    with transaction.atomic():
        locked = _locked(run_id, "preparing")
        if run and epoch and locked:
            locked.state, locked.epoch, locked.index_build = "running", run.epoch, run.index_build
            locked.documents = epoch.documents
            tasks = (BlockTask(run=locked, block=block, other=other) for block, other in _tasks_of(run, epoch))
            BlockTask.objects.bulk_create(tasks, batch_size=5000)
            _go_on(locked, AHEAD)
        finish()


def _tasks_of(run: SimilarityRun, epoch: Epoch) -> Iterator[tuple[int, int]]:
    """Yield pairs of blocks, one block's after the other's, so that a worker keeps half of what it has mapped."""
    for block in range(len(epoch.blocks)):
        for other in range(block + 1 if run.kind == "merge" else len(epoch.others)):
            yield block, other


def compare_blocks(*, run_id: int, block: int, other: int, finish: Finish) -> None:
    """Compare two blocks of a run and note what was found; who finishes the last ones has all of it combined."""
    open_tasks = BlockTask.objects.open().filter(run=run_id, run__state="running", block=block, other=other)
    task = open_tasks.select_related("run").first()
    if task:
        open_tasks.update(worker=f"{socket.gethostname()}:{os.getpid()}")
        began = time.perf_counter()
        found, number = _compared(task)
        digest = segment_store.put_array(result_name(task), found)
        seconds = time.perf_counter() - began
    with transaction.atomic():
        run = _locked(run_id, "running")
        if run and task:
            open_tasks.update(digest=digest, pairs=number, seconds=seconds, finished_at=DatabaseClock())
            _go_on(run, 1)
        finish()


def _compared(task: BlockTask) -> tuple[npt.NDArray[Any], int]:
    """Return what is found between two blocks, and how many pairs that is."""
    run, epoch, threads = task.run, epoch_of(task.run.epoch), settings.SUPER_BLOCK_THREADS
    one = opened(epoch.blocks[task.block])
    if run.kind == "merge":
        held = one if task.other == task.block else opened(epoch.blocks[task.other])
        # What is combined is weighed once more in float64, in the order of the columns, as without blocks.
        pairs = pairs_between(one, held, max((run.min_similarity or 0.0) - ROUNDING, ROUNDING), threads=threads)
        found = np.empty(len(pairs.x), FOUND_PAIRS)
        found["x"], found["y"], found["similarity"] = pairs
        return found, len(found)
    best = nearest_between(one, opened(epoch.others[task.other]), run.limit or SHORTLIST, threads=threads)
    lists = np.empty(best.numbers.shape, FOUND_BEST)
    lists["number"], lists["score"] = best.numbers, best.scores
    return lists, int(np.count_nonzero(best.numbers >= 0))


def result_name(task: BlockTask) -> str:
    """Return where what a task finds lies."""
    return f"runs/{task.run.key}/{task.block}-{task.other}.npy"


def _locked(run_id: int, state: str) -> SimilarityRun | None:
    """Lock a run that is in this state: two that finish its last tasks at once see each other."""
    return SimilarityRun.objects.select_for_update(of=("self",)).filter(pk=run_id, state=state).first()


def _go_on(run: SimilarityRun, number: int) -> None:
    """Hand out more of a locked run's tasks; where none is open any more, have what was found combined."""
    waiting = list(run.tasks.waiting()[:number])
    payloads = [{"run_id": run.pk, "block": task.block, "other": task.other} for task in waiting]
    for task, delivery in zip(waiting, emit_each(topics.BLOCKS_DUE, payloads), strict=True):
        task.delivery = delivery
    BlockTask.objects.bulk_update(waiting, ["delivery"])
    if not run.tasks.open().exists():
        run.state = "combining"
        [run.delivery] = emit(topics.BLOCKS_DONE, run_id=run.pk)
    run.save()


def compare_again(run: SimilarityRun, lost: list[BlockTask], finish: Finish) -> None:
    """Hand out tasks once more whose results were lost."""
    with transaction.atomic():
        locked = _locked(run.pk, "combining")
        if locked:
            again = BlockTask.objects.filter(pk__in=[task.pk for task in lost])
            again.update(digest="", pairs=None, seconds=None, finished_at=None, delivery=None)
            locked.state = "running"
            _go_on(locked, AHEAD)
        finish()


def forget_runs() -> None:
    """Remove old runs, and from the storage whatever no run that is left needs."""
    for kind in ("merge", "suggest"):
        for state in ("done", "superseded"):
            for run in SimilarityRun.objects.filter(kind=kind, state=state)[KEPT_RUNS:]:
                segment_store.delete_folder(f"runs/{run.key}")
                run.delete()
    # In this order: a run names its epoch before it is written.
    epochs = segment_store.folders_in("epochs")
    kept = set(SimilarityRun.objects.values_list("epoch", flat=True))
    for epoch in epochs:
        if epoch not in kept:
            segment_store.delete_folder(f"epochs/{epoch}")
