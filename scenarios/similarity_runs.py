"""Runs of merging and suggesting over a whole index: lay it out in blocks, compare two at a time, have it combined.

The rows are the truth, as everywhere: a task takes (run, block, block), reads the two blocks from the storage, writes
what it finds there and its digest into its row. Killed, it is handed out again; done twice, it writes the same.
"""

import json
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.db import transaction

from matching import MergeVectors
from matching.layout import THRESHOLD, new_name
from matching.segments import Best, Segment, pairs_between
from matching.store import read_folder, write_folder
from matching.strings import StringTable
from matching.super_blocks import ROUNDING, best_of, nearest_between, order_of, suggestion_rows, super_blocks
from matching.vocabulary import GROWTH
from scenarios import segment_store, topics
from scenarios.live_index import LiveIndex, readable_index
from scenarios.locks import wait_for_lock
from scenarios.models import BlockTask, Delivery, SimilarityRun
from scenarios.outbox import emit, emit_each
from scenarios.querysets import DatabaseClock
from scenarios.segment_store import ResultDamaged

Finish = Callable[[], None]
logger = logging.getLogger(__name__)

AHEAD = 64
"""Tasks that are handed out at a time: enough for as many workers, and other work is not kept waiting behind them."""

SHORTLIST = 200
"""Capabilities that a run of suggestions notes for each need, for the gates and the second stage to choose among."""

KEPT_RUNS = 2
"""Finished runs of each kind whose results and blocks stay in the storage."""

MARGIN = timedelta(minutes=10)
"""More than the transaction may last that makes an index build the live one."""

FOUND_PAIRS = np.dtype([("x", "<i8"), ("y", "<i8"), ("similarity", "<f8")])
FOUND_BEST = np.dtype([("number", "<i4"), ("score", "<f4")])


class Epoch(NamedTuple):
    """An index laid out in blocks of `size` rows.

    blocks, others : names of the segments to compare and of those to compare them with, in the order of their rows. In
    a merge both are the same, and a block is compared with itself and those before it. ids : name of the folder with
    the ids of the rows, empty where nobody will ask for them.
    """

    documents: int
    size: int
    blocks: list[str]
    others: list[str]
    ids: str = ""


class FoundPairs(NamedTuple):
    """Pairs that a merge has found, as rows of the live index; of what was changed since it began there are none.

    x, y : int64 (pairs,). changed : ids of the needs that were indexed since.
    """

    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    changed: frozenset[str] = frozenset()


def pays(live: LiveIndex | None) -> bool:
    """Whether an index is so large that its work is cut into blocks."""
    return live is not None and live.build.needs >= settings.SUPER_BLOCKS_FROM


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
    epoch = _laid_out(run) if run else None
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


def _laid_out(run: SimilarityRun) -> Epoch:
    """Return the epoch of a run, whose name and build are noted in the run (not in the database)."""
    if not run.epoch:
        live = readable_index()
        if live is None:
            return Epoch(0, 0, [], [])
        size, measure = settings.SUPER_BLOCK_DOCUMENTS, f"{run.min_similarity or 0:g}"
        run.index_build, run.epoch = live.build, f"{run.kind}-{measure}-{size}-{live.build.folder}"
        if not segment_store.exists(_description(run.epoch)):
            _lay_out(run, live)
    return epoch_of(run.epoch)


def _lay_out(run: SimilarityRun, live: LiveIndex) -> None:
    size = settings.SUPER_BLOCK_DOCUMENTS
    if run.kind == "merge":
        rows = MergeVectors(live.indexes.part("needs")).matrix
        features = order_of(rows, threshold=run.min_similarity or THRESHOLD, least=2)
        blocks = [_put(run.epoch, block) for block in super_blocks(rows, features, size=size)]
        publish_epoch(run.epoch, Epoch(rows.shape[0], size, blocks, blocks, _put_ids(run.epoch, live)))
    else:
        asked, held = suggestion_rows(live.indexes)
        features = order_of(held, threshold=THRESHOLD, least=1)
        blocks = [_put(run.epoch, block) for block in super_blocks(asked, features, size=size)]
        others = [_put(run.epoch, block) for block in super_blocks(held, features, size=size)]
        publish_epoch(run.epoch, Epoch(asked.shape[0], size, blocks, others))


def _put(epoch: str, block: Segment) -> str:
    name = f"epochs/{epoch}/{new_name('segment')}"
    segment_store.put_folder(name, block.save)
    return name


def _put_ids(epoch: str, live: LiveIndex) -> str:
    name, table = f"epochs/{epoch}/{new_name('ids')}", StringTable(live.indexes.part("needs").ids)
    segment_store.put_folder(name, lambda folder: write_folder(folder, table.arrays(), {"kind": "ids"}))
    return name


def publish_epoch(name: str, epoch: Epoch) -> None:
    """Say which stored segments make up an epoch; until then nobody knows of them."""
    segment_store.put_bytes(_description(name), json.dumps(epoch._asdict()).encode())


def _description(epoch: str) -> str:
    return f"epochs/{epoch}/epoch.json"


@lru_cache(maxsize=8)
def epoch_of(name: str) -> Epoch:
    """Return an epoch that was published; raises FileNotFoundError."""
    return Epoch(**json.loads(segment_store.get_bytes(_description(name))))


@lru_cache(maxsize=4)
def _opened(name: str) -> Segment:
    return Segment.open(segment_store.local_folder(name))


def compare_blocks(*, run_id: int, block: int, other: int, finish: Finish) -> None:
    """Compare two blocks of a run and note what was found; who finishes the last ones has all of it combined."""
    open_tasks = BlockTask.objects.open().filter(run=run_id, run__state="running", block=block, other=other)
    task = open_tasks.select_related("run").first()
    if task:
        open_tasks.update(worker=f"{socket.gethostname()}:{os.getpid()}")
        began = time.perf_counter()
        found, number = _compared(task)
        digest = segment_store.put_array(_result(task), found)
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
    one = _opened(epoch.blocks[task.block])
    if run.kind == "merge":
        held = one if task.other == task.block else _opened(epoch.blocks[task.other])
        # What is combined is weighed once more in float64, in the order of the columns, as without blocks.
        pairs = pairs_between(one, held, max((run.min_similarity or 0.0) - ROUNDING, ROUNDING), threads=threads)
        found = np.empty(len(pairs.x), FOUND_PAIRS)
        found["x"], found["y"], found["similarity"] = pairs
        return found, len(found)
    best = nearest_between(one, _opened(epoch.others[task.other]), run.limit or SHORTLIST, threads=threads)
    lists = np.empty(best.numbers.shape, FOUND_BEST)
    lists["number"], lists["score"] = best.numbers, best.scores
    return lists, int(np.count_nonzero(best.numbers >= 0))


def _result(task: BlockTask) -> str:
    return f"runs/{task.run_id}/{task.block}-{task.other}.npy"


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


class ResultsLost(Exception):
    """Results of these tasks cannot be read; they are worked out again by `compare_again`."""

    def __init__(self, run: SimilarityRun, tasks: list[BlockTask]) -> None:
        super().__init__(f"{len(tasks)} results of a run are lost")
        self.run, self.tasks = run, tasks


def results_of(run: SimilarityRun) -> dict[tuple[int, int], npt.NDArray[Any]]:
    """Return what the tasks of a run have found, by their blocks; raises ResultsLost."""
    found, lost = {}, []
    for task in run.tasks.all():
        try:
            found[task.block, task.other] = segment_store.get_array(_result(task), task.digest)
        except ResultDamaged:
            logger.exception("result of a block lost", extra={"run": run.pk, "task": task.pk})
            lost.append(task)
    if lost:
        raise ResultsLost(run, lost)
    return found


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


def pairs_for(run: SimilarityRun, live: LiveIndex) -> FoundPairs | None:
    """Return the pairs of a merge in the rows of the live index; None where too much has changed since it began.

    Raises ResultsLost.
    """
    parts = [np.zeros(0, FOUND_PAIRS), *results_of(run).values()]
    x, y = (np.concatenate([part[side] for part in parts]).astype(np.int64) for side in ("x", "y"))
    if live.build == run.index_build:
        return FoundPairs(x, y)
    changed = _indexed_since(run)
    if not run.epoch or len(changed) > GROWTH * live.build.needs:
        return None
    places = _rows_in(live, epoch_of(run.epoch), np.union1d(x, y), changed)
    kept = (places[x] >= 0) & (places[y] >= 0)
    return FoundPairs(places[x[kept]], places[y[kept]], changed)


def _indexed_since(run: SimilarityRun) -> frozenset[str]:
    # The time of a row is that of its transaction's beginning, which may lie before the run's.
    news = Delivery.objects.filter(topic=topics.NEED_INDEXED, created_at__gte=run.created_at - MARGIN)
    return frozenset(one for payload in news.values_list("payload", flat=True) for one in payload["need_ids"])


def _rows_in(
    live: LiveIndex, epoch: Epoch, rows: npt.NDArray[np.int64], without: frozenset[str]
) -> npt.NDArray[np.int64]:
    """Return the live index's row by an epoch's row, for these rows; -1 where it holds the need no longer."""
    ids = StringTable.from_arrays(read_folder(segment_store.local_folder(epoch.ids))[0])
    index, places = live.indexes.part("needs"), np.full(epoch.documents, -1, np.int64)
    for row in rows.tolist():
        need = ids[row]
        if need in index and need not in without:
            places[row] = index.row(need)
    return places


def end_run(run: SimilarityRun) -> bool:
    """Mark a run done in the transaction that holds its effect; False where a newer one has taken its place."""
    ended = SimilarityRun.objects.filter(pk=run.pk, state="combining")
    return bool(ended.update(state="done", finished_at=DatabaseClock()))


def combine_shortlists(run: SimilarityRun, finish: Finish) -> None:
    """Keep for each need the best of all blocks of capabilities, and say that they are ready; raises ResultsLost."""
    found = results_of(run)
    for block in sorted({block for block, _other in found}):
        lists = [rows for (one, _other), rows in sorted(found.items()) if one == block]
        best = best_of(Best(rows["score"].astype(np.float64), rows["number"].astype(np.int64)) for rows in lists)
        _put_shortlist(run, block, best)
    with transaction.atomic():
        if end_run(run):
            emit(topics.SHORTLISTS_READY, run_id=run.pk)
        finish()


def shortlist_name(run_id: int, block: int) -> str:
    """Return where the shortlists of a block of needs lie."""
    return f"runs/{run_id}/shortlist-{block}"


def _put_shortlist(run: SimilarityRun, block: int, best: Best) -> None:
    arrays = {"scores": best.scores.astype(np.float32), "numbers": best.numbers.astype(np.int32)}

    def write(folder: Path) -> None:
        write_folder(folder, arrays, {"kind": "shortlist"})

    name = shortlist_name(run.pk, block)
    if not segment_store.exists(f"{name}/manifest.json"):
        segment_store.put_folder(name, write)


def forget_runs() -> None:
    """Remove old runs, and from the storage whatever no run that is left needs."""
    for kind in ("merge", "suggest"):
        ended = SimilarityRun.objects.filter(kind=kind, finished_at__isnull=False)
        for run in ended[KEPT_RUNS:]:
            segment_store.delete_folder(f"runs/{run.pk}")
            run.delete()
    kept = set(SimilarityRun.objects.values_list("epoch", flat=True))
    if SimilarityRun.objects.filter(state="preparing").exists():  # its epoch may have no name yet
        return
    for epoch in segment_store.folders_in("epochs"):
        if epoch not in kept:
            segment_store.delete_folder(f"epochs/{epoch}")
