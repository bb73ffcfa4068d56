"""Epochs of super-blocks: an index laid out in the storage in blocks, for runs to compare."""

import json
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from matching import MergeVectors
from matching.layout import THRESHOLD, new_name
from matching.segments import Segment
from matching.store import read_folder, write_folder
from matching.strings import StringTable
from matching.super_blocks import order_of, suggestion_rows, super_blocks
from scenarios import segment_store
from scenarios.live_index import LiveIndex, readable_index
from scenarios.models import SimilarityRun

NEEDS_DIVIDED = 8
"""Of how many parts of a full block the needs of a task of suggestions are one: a long list for each takes longer than
the pairs of two blocks, and places in memory."""


class Epoch(NamedTuple):
    """An index laid out in blocks.

    blocks, others : names of the segments to compare and of those to compare them with, in the order of their rows. In
    a merge both are the same, and a block is compared with itself and those before it. size : rows of each of `blocks`.
    ids : name of the folder with the ids of the rows, empty where nobody will ask for them.
    """

    documents: int
    size: int
    blocks: list[str]
    others: list[str]
    ids: str = ""


def laid_out(run: SimilarityRun) -> Epoch:
    """Return the epoch of a run, whose blocks lie in the storage then; its name and build are noted in the run."""
    if not run.epoch or not segment_store.exists(_description(run.epoch)):
        live = readable_index()
        if live is None:
            return Epoch(0, 0, [], [])
        size, measure = settings.SUPER_BLOCK_DOCUMENTS, f"{run.min_similarity or 0:g}"
        run.index_build, run.epoch = live.build, f"{run.kind}-{measure}-{size}-{live.build.folder}"
        # Before anything is written under that name: what no run names is removed.
        SimilarityRun.objects.filter(pk=run.pk).update(epoch=run.epoch, index_build=run.index_build)
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
        few = max(1, size // NEEDS_DIVIDED)
        blocks = [_put(run.epoch, block) for block in super_blocks(asked, features, size=few)]
        others = [_put(run.epoch, block) for block in super_blocks(held, features, size=size)]
        publish_epoch(run.epoch, Epoch(asked.shape[0], few, blocks, others))


def _put(epoch: str, block: Segment) -> str:
    name = f"epochs/{epoch}/{new_name('segment')}"
    segment_store.put_folder(name, block.save)
    return name


def _put_ids(epoch: str, live: LiveIndex) -> str:
    name, table = f"epochs/{epoch}/{new_name('ids')}", StringTable(live.indexes.part("needs").ids)
    segment_store.put_folder(name, lambda folder: write_folder(folder, table.arrays(), {"kind": "ids"}))
    return name


def ids_of(epoch: Epoch) -> StringTable:
    """Return the ids of an epoch's rows."""
    return StringTable.from_arrays(read_folder(segment_store.local_folder(epoch.ids))[0])


def publish_epoch(name: str, epoch: Epoch) -> None:
    """Say which stored segments make up an epoch; until then nobody knows of them."""
    segment_store.put_bytes(_description(name), json.dumps(epoch._asdict()).encode())


def _description(epoch: str) -> str:
    return f"epochs/{epoch}/epoch.json"


def epoch_of(name: str) -> Epoch:
    """Return an epoch that was published; raises FileNotFoundError."""
    return Epoch(**json.loads(segment_store.get_bytes(_description(name))))


@lru_cache(maxsize=4)
def opened(name: str) -> Segment:
    """Return a block, mapped; a process keeps the last few."""
    return Segment.open(segment_store.local_folder(name))
