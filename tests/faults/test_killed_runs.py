"""A worker is killed in the middle of a run over super-blocks: what it had done stays, what it held is done again."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scenarios import pipeline, similarity_runs
from scenarios.models import BlockTask, Delivery, MergeProposal, SimilarityRun
from tests.factories import Cast
from tests.processes import drained, kill, process, relay, wait_until, worker
from tests.scenarios.test_similarity_runs import many_needs, proposals, without_proposals

pytestmark = [pytest.mark.worker, pytest.mark.slow]
SMALL = {"SUPER_BLOCKS_FROM": "1", "SUPER_BLOCK_DOCUMENTS": "4", "DELIVERY_LEASE_SECONDS": "3"}


def test_a_worker_killed_between_blocks_loses_and_doubles_nothing(
    live_cast: Cast, own_broker: Any, settings: Any
) -> None:
    many_needs(live_cast)
    pipeline.propose_merges(need_ids=None, finish=lambda: None)
    at_once = proposals()
    without_proposals()
    with transaction.atomic():
        run = similarity_runs.start_run("merge", min_similarity=0.2)
    with relay(DELIVERY_LEASE_SECONDS="3"):
        with process("tests.faults.stopping_worker", STOP_IN="compare_blocks", **SMALL) as child:
            held = Delivery.objects.filter(task="scenarios.compare_blocks", state="running")
            finished = BlockTask.objects.filter(finished_at__isnull=False)
            wait_until(lambda: held.count() == 2 and finished.count() == 4, "both processes to stop in a third block")
            kill(child)
        kept = dict(finished.values_list("pk", "finished_at"))
        assert MergeProposal.objects.count() == 0
        with worker(**SMALL):
            ended = SimilarityRun.objects.filter(pk=run.pk, state="done")
            wait_until(lambda: ended.exists() and drained(), "the rest to be done")
    assert proposals() == at_once != []
    assert {pk: at for pk, at in finished.values_list("pk", "finished_at") if pk in kept} == kept
    attempts = Counter(BlockTask.objects.values_list("delivery__attempts", flat=True))
    assert attempts == {1: 8, 2: 2}
    results = Path(settings.STORAGES["segments"]["OPTIONS"]["location"]) / f"runs/{run.key}"
    expected = sorted(f"{block}-{other}.npy" for block in range(4) for other in range(block + 1))
    assert sorted(one.name for one in results.iterdir()) == expected
