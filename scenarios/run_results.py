"""What the tasks of a run have found, brought together: the pairs of a merge, the shortlists of suggestions."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import reduce
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from django.db import transaction

from matching.segments import Best
from matching.store import write_folder
from matching.super_blocks import best_of
from matching.vocabulary import GROWTH
from scenarios import segment_store, topics
from scenarios.epochs import Epoch, epoch_of, ids_of
from scenarios.live_index import LiveIndex
from scenarios.models import BlockTask, Delivery, SimilarityRun
from scenarios.outbox import Superseded, emit
from scenarios.querysets import DatabaseClock
from scenarios.segment_store import ResultDamaged
from scenarios.similarity_runs import FOUND_PAIRS, result_name

Finish = Callable[[], None]
logger = logging.getLogger(__name__)

MARGIN = timedelta(minutes=10)
"""More than the transaction may last that makes an index build the live one."""


class FoundPairs(NamedTuple):
    """Pairs that a merge has found, as rows of the live index; of what was changed since it began there are none.

    x, y : int64 (pairs,). min_similarity : from which on they were looked for. changed : ids of the needs that were
    indexed since.
    """

    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]
    min_similarity: float
    changed: frozenset[str] = frozenset()


class ResultsLost(Exception):
    """Results of these tasks cannot be read; `compare_again` has them worked out again."""

    def __init__(self, run: SimilarityRun, tasks: list[BlockTask]) -> None:
        super().__init__(f"{len(tasks)} results of a run are lost")
        self.run, self.tasks = run, tasks


def results_of(run: SimilarityRun) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield (block, what was found between it and another one), one block after the other; raises ResultsLost."""
    lost = []
    for task in run.tasks.select_related("run").order_by("block", "other"):
        try:
            found = segment_store.get_array(result_name(task), task.digest)
        except ResultDamaged:
            logger.exception("result of a block lost", extra={"run": run.pk, "task": task.pk})
            lost.append(task)
        else:
            yield task.block, found
    if lost:
        raise ResultsLost(run, lost)


def pairs_for(run: SimilarityRun, live: LiveIndex) -> FoundPairs | None:
    """Return the pairs of a merge in the rows of the live index; None where too much has changed since it began.

    Raises ResultsLost.
    """
    parts = [np.zeros(0, FOUND_PAIRS), *(found for _block, found in results_of(run))]
    x, y = (np.concatenate([part[side] for part in parts]).astype(np.int64) for side in ("x", "y"))
    least = run.min_similarity or 0.0
    if live.build == run.index_build:
        return FoundPairs(x, y, least)
    changed = _indexed_since(run)
    if not run.epoch or len(changed) > GROWTH * live.build.needs:
        return None
    places = _rows_in(live, epoch_of(run.epoch), np.union1d(x, y), changed)
    kept = (places[x] >= 0) & (places[y] >= 0)
    return FoundPairs(places[x[kept]], places[y[kept]], least, changed)


def _indexed_since(run: SimilarityRun) -> frozenset[str]:
    # The time of a row is that of its transaction's beginning, which may lie before the run's.
    news = Delivery.objects.filter(topic=topics.NEED_INDEXED, created_at__gte=run.created_at - MARGIN)
    return frozenset(one for payload in news.values_list("payload", flat=True) for one in payload["need_ids"])


def _rows_in(
    live: LiveIndex, epoch: Epoch, rows: npt.NDArray[np.int64], without: frozenset[str]
) -> npt.NDArray[np.int64]:
    """Return the live index's row by an epoch's row, for these rows; -1 where it holds the need no longer."""
    ids, index, places = ids_of(epoch), live.indexes.part("needs"), np.full(epoch.documents, -1, np.int64)
    for row in rows.tolist():
        need = ids[row]
        if need in index and need not in without:
            places[row] = index.row(need)
    return places


def end_run(run: SimilarityRun) -> None:
    """Mark a run done in the transaction that holds its effect.

    Raises Superseded where a newer one has taken its place: the effect is rolled back.
    """
    ended = SimilarityRun.objects.filter(pk=run.pk, state="combining")
    if not ended.update(state="done", finished_at=DatabaseClock()):
        raise Superseded(run.pk)


def combine_shortlists(run: SimilarityRun, finish: Finish) -> None:
    """Keep for each need the best of all blocks of capabilities, and say that they are ready; raises ResultsLost."""
    for block, results in groupby(results_of(run), key=itemgetter(0)):
        # Two at a time: each holds places for all needs of the block.
        lists = (Best(found["score"].astype(np.float64), found["number"].astype(np.int64)) for _, found in results)
        _put_shortlist(run, block, reduce(lambda best, more: best_of([best, more]), lists))
    with transaction.atomic():
        end_run(run)
        emit(topics.SHORTLISTS_READY, run_id=run.pk)
        finish()


def shortlist_name(run: SimilarityRun, block: int) -> str:
    """Return where the shortlists of a block of needs lie."""
    return f"runs/{run.key}/shortlist-{block}"


def _put_shortlist(run: SimilarityRun, block: int, best: Best) -> None:
    arrays = {"numbers": best.numbers.astype(np.int32)}

    def write(folder: Path) -> None:
        write_folder(folder, arrays, {"kind": "shortlist"})

    name = shortlist_name(run, block)
    if not segment_store.exists(f"{name}/manifest.json"):
        segment_store.put_folder(name, write)
