"""Merging cut into tasks of two blocks: the same proposals, whoever did what, and however often."""

import random
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from scenarios import epochs, outbox, pipeline, similarity_runs
from scenarios.models import BlockTask, Delivery, IndexBuild, MergeProposal, Need, SimilarityRun
from scenarios.outbox import Superseded
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_need

TITLES = ("压铸件外观缺陷检测", "焊缝质量视觉检测", "公交充电排队预测", "冷链温度异常预警", "园区能耗预测")
PROBLEMS = (
    "车身压铸件表面气孔与划痕靠人工目检，漏检率高，夜班尤其明显。",
    "焊缝咬边与气孔由老师傅判断，标准不一，返工多。",
    "首末站早晚高峰充电车位不够，调度员凭经验安排。",
    "冷藏车途中温度超限到货才发现，追责困难。",
    "园区用电峰谷差大，次日负荷靠估算。",
)


def many_needs(cast: Cast, number: int = 14) -> None:
    """Publish needs of five kinds from different owners, with some variety in each."""
    draw = random.Random(7)
    for one in range(number):
        kind = one % len(TITLES)
        owner = make_member(make_organisation(f"第{one}厂"))
        extra = "".join(draw.sample("甲乙丙丁戊己庚辛壬癸", 3))
        text = PROBLEMS[kind] + extra
        parts: dict[str, Any] = dict.fromkeys(("problem", "users_and_site", "current_process", "boundary_in"), text)
        published_need(cast, owner, title_zh=TITLES[kind] + extra, title_en="", **parts)
    drain_outbox()


def proposals() -> list[tuple[Any, ...]]:
    rows = MergeProposal.objects.open().prefetch_related("members")
    return sorted(
        (
            sorted((str(one.need_id), one.own_terms) for one in row.members.all()),
            row.score,
            row.probability,
            row.pairs,
            row.core_terms,
            row.conflicts,
        )
        for row in rows
    )


def without_proposals() -> None:
    MergeProposal.objects.all().delete()


def start(min_similarity: float = 0.2) -> SimilarityRun:
    with transaction.atomic():
        return similarity_runs.start_run("merge", min_similarity=min_similarity)


@pytest.fixture
def blocks(settings: Any) -> None:
    """Blocks so small that a few needs make several of them."""
    settings.SUPER_BLOCKS_FROM, settings.SUPER_BLOCK_DOCUMENTS = 1, 4


def test_the_night_proposes_block_by_block_what_it_proposes_at_once(cast: Cast, settings: Any) -> None:
    many_needs(cast)
    without_proposals()
    pipeline.propose_all(finish=lambda: None)
    at_once = proposals()
    assert len(at_once) >= 4
    without_proposals()
    settings.SUPER_BLOCKS_FROM, settings.SUPER_BLOCK_DOCUMENTS = 14, 4
    pipeline.propose_all(finish=lambda: None)
    assert proposals() == []
    drain_outbox()
    assert proposals() == at_once
    run = SimilarityRun.objects.with_progress().get()
    assert (run.state, run.documents, run.tasks_all, run.tasks_done) == ("done", 14, 10, 10)
    assert run.pairs == sum(BlockTask.objects.values_list("pairs", flat=True)) > 0


def test_a_bucket_does_as_well_as_a_folder(cast: Cast, blocks: None, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "segments": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    many_needs(cast, 10)
    pipeline.propose_merges(need_ids=None, finish=lambda: None)
    at_once = proposals()
    without_proposals()
    start()
    drain_outbox()
    assert proposals() == at_once != []
    copies = [one.name for one in Path(settings.SEGMENT_COPIES).glob("epochs/*/*")]
    assert len([name for name in copies if name.startswith("segment-")]) == 3


def test_below_the_number_that_pays_no_run_begins(cast: Cast, settings: Any) -> None:
    published_need(cast)
    drain_outbox()
    settings.SUPER_BLOCKS_FROM = 2
    pipeline.propose_all(finish=lambda: None)
    assert not SimilarityRun.objects.exists()


def test_a_run_over_nothing_ends_without_a_task(cast: Cast, blocks: None) -> None:
    run = start()
    drain_outbox()
    run.refresh_from_db()
    assert (run.state, run.documents, run.tasks.count()) == ("done", 0, 0)


def test_every_step_may_run_twice(cast: Cast, blocks: None, settings: Any) -> None:
    many_needs(cast, 10)
    without_proposals()
    run = start()
    root = Path(settings.STORAGES["segments"]["OPTIONS"]["location"])
    nothing = lambda: None  # noqa: E731
    for _ in range(2):
        similarity_runs.lay_out(run_id=run.pk, finish=nothing)
    assert list(BlockTask.objects.values_list("block", "other")) == [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)]
    similarity_runs.compare_blocks(run_id=run.pk, block=1, other=0, finish=nothing)
    result = root / f"runs/{run.key}/1-0.npy"
    first, row = result.read_bytes(), BlockTask.objects.values().get(block=1, other=0)
    BlockTask.objects.filter(block=1, other=0).update(digest="", pairs=None, seconds=None, finished_at=None)
    similarity_runs.compare_blocks(run_id=run.pk, block=1, other=0, finish=nothing)
    similarity_runs.compare_blocks(run_id=run.pk, block=1, other=0, finish=nothing)
    again = BlockTask.objects.values().get(block=1, other=0)
    assert (again["digest"], again["pairs"]) == (row["digest"], row["pairs"])
    assert result.read_bytes() == first
    drain_outbox()
    found = proposals()
    pipeline.combine_run(run_id=run.pk, finish=nothing)
    assert proposals() == found != []
    assert Delivery.objects.filter(task="scenarios.combine_run").count() == 1


def test_a_lost_result_is_worked_out_again(cast: Cast, blocks: None, settings: Any) -> None:
    many_needs(cast, 10)
    without_proposals()
    run = start()
    nothing = lambda: None  # noqa: E731
    similarity_runs.lay_out(run_id=run.pk, finish=nothing)
    for block, other in BlockTask.objects.values_list("block", "other"):
        similarity_runs.compare_blocks(run_id=run.pk, block=block, other=other, finish=nothing)
    root = Path(settings.STORAGES["segments"]["OPTIONS"]["location"]) / f"runs/{run.key}"
    (root / "0-0.npy").unlink()
    damaged = root / "2-1.npy"
    content = bytearray(damaged.read_bytes())
    content[-1] ^= 1
    damaged.write_bytes(content)
    pipeline.combine_run(run_id=run.pk, finish=nothing)
    assert set(BlockTask.objects.open().values_list("block", "other")) == {(0, 0), (2, 1)}
    assert proposals() == []
    drain_outbox()
    by_blocks = proposals()
    without_proposals()
    pipeline.propose_merges(need_ids=None, finish=nothing)
    assert by_blocks == proposals() != []


def test_a_block_that_cannot_be_read_goes_into_quarantine_with_its_cause(
    cast: Cast, blocks: None, settings: Any
) -> None:
    many_needs(cast, 6)
    run = start()
    similarity_runs.lay_out(run_id=run.pk, finish=lambda: None)
    run.refresh_from_db()
    name = epochs.epoch_of(run.epoch).blocks[1]
    weights = Path(settings.STORAGES["segments"]["OPTIONS"]["location"]) / name / "plan.weights.npy"
    weights.write_bytes(weights.read_bytes()[:-4])
    Delivery.objects.filter(task="scenarios.lay_out_run").update(state="done")
    for _ in range(3):
        for pk in Delivery.objects.filter(task="scenarios.compare_blocks", state="pending").values_list(
            "pk", flat=True
        ):
            outbox.do(pk, similarity_runs.compare_blocks)
    assert list(run.tasks.failed().values_list("block", "other")) == [(1, 0), (1, 1)]
    assert {"plan.weights.npy" in task.error for task in run.tasks.failed()} == {True}
    assert (run.tasks.open().count(), SimilarityRun.objects.get(pk=run.pk).state) == (2, "running")


def test_what_was_published_meanwhile_is_compared_as_well(cast: Cast, blocks: None, settings: Any) -> None:
    many_needs(cast, 12)
    without_proposals()
    run = start()
    similarity_runs.lay_out(run_id=run.pk, finish=lambda: None)
    added = published_need(cast, title_zh=TITLES[0] + "新", problem=PROBLEMS[0])
    drain_outbox()
    by_blocks = proposals()
    assert any(str(added.pk) in {need for need, _ in row[0]} for row in by_blocks)
    assert IndexBuild.objects.live() != SimilarityRun.objects.get(pk=run.pk).index_build
    without_proposals()
    pipeline.propose_merges(need_ids=None, finish=lambda: None)
    assert [row[0] for row in proposals()] == [row[0] for row in by_blocks]


def test_a_newer_run_takes_the_place_of_one_under_way(cast: Cast, blocks: None) -> None:
    many_needs(cast, 6)
    older = start()
    similarity_runs.lay_out(run_id=older.pk, finish=lambda: None)
    newer = start(0.3)
    drain_outbox()
    older.refresh_from_db()
    newer.refresh_from_db()
    assert (older.state, newer.state) == ("superseded", "done")
    assert older.tasks.open().count() == older.tasks.count() == 3


def test_a_run_that_is_combined_too_late_changes_nothing(cast: Cast, blocks: None) -> None:
    many_needs(cast, 10)
    older = start(0.5)
    similarity_runs.lay_out(run_id=older.pk, finish=lambda: None)
    for block, other in BlockTask.objects.values_list("block", "other"):
        similarity_runs.compare_blocks(run_id=older.pk, block=block, other=other, finish=lambda: None)
    standing = proposals()

    def overtaken() -> None:
        raise AssertionError("finished")

    late = SimilarityRun.objects.get(pk=older.pk)
    start(0.2)
    with pytest.raises(Superseded):
        pipeline._combine_merge(late, overtaken)
    assert proposals() == standing != []
    pipeline.combine_run(run_id=older.pk, finish=lambda: None)
    assert proposals() == standing


def test_tasks_are_handed_out_some_at_a_time(cast: Cast, blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity_runs, "AHEAD", 2)
    many_needs(cast, 10)
    run = start()
    similarity_runs.lay_out(run_id=run.pk, finish=lambda: None)
    assert (run.tasks.open().count(), run.tasks.waiting().count()) == (6, 4)
    similarity_runs.compare_blocks(run_id=run.pk, block=0, other=0, finish=lambda: None)
    assert (run.tasks.open().count(), run.tasks.waiting().count()) == (5, 3)
    drain_outbox()
    run.refresh_from_db()
    assert run.state == "done"


def test_old_runs_leave_the_storage(cast: Cast, blocks: None, settings: Any) -> None:
    many_needs(cast, 6)
    root = Path(settings.STORAGES["segments"]["OPTIONS"]["location"])
    runs = []
    for threshold in (0.2, 0.25, 0.3):
        runs.append(start(threshold))
        drain_outbox()
    similarity_runs.forget_runs()
    assert [run.pk for run in SimilarityRun.objects.all()] == [runs[2].pk, runs[1].pk]
    assert sorted(one.name for one in (root / "runs").iterdir()) == sorted(str(run.key) for run in runs[1:])
    assert len(list((root / "epochs").iterdir())) == 2
    assert Need.objects.count() == 6
