"""Suggestions by the shortlists of a run: the same ones as without, from fewer capabilities."""

from dataclasses import replace
from typing import Any

import pytest

from marketplace import pipeline, suggesting
from marketplace.models import Suggestion
from scenarios import epochs, shortlists, similarity_runs
from scenarios.live_index import readable_index
from scenarios.models import BlockTask, Delivery, Need, SimilarityRun
from scenarios.shortlists import Shortlists
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_capability, published_need

WORDS = ("外观缺陷检测", "焊缝质量检测", "充电排队预测", "冷链温度预警", "园区能耗预测", "设备故障诊断")


def town(cast: Cast, capabilities: int = 9) -> None:
    for one, word in enumerate(WORDS[:5]):
        published_need(
            cast, make_member(make_organisation(f"第{one}厂")), title_zh=f"车间{word}", problem=f"{word}靠人工。"
        )
    for one in range(capabilities):
        organisation = make_organisation(f"第{one}司", kind="supplier")
        owner = replace(cast, supplier=make_member(organisation), supplier_org=organisation)
        text = WORDS[one % len(WORDS)] + WORDS[(one * 2 + 1) % len(WORDS)]
        published_capability(owner, title_zh=text, solves=f"{text}的整套方案。", min_scale_quantity=None)
    drain_outbox()


def suggested() -> list[tuple[Any, ...]]:
    rows = Suggestion.objects.current().filter(need__isnull=False)
    return sorted((str(row.need_id), row.rank, str(row.capability_id), row.score, str(row.terms)) for row in rows)


@pytest.fixture
def blocks(settings: Any) -> None:
    settings.SUPER_BLOCKS_FROM, settings.SUPER_BLOCK_DOCUMENTS = 1, 4


def rank_all() -> None:
    Suggestion.objects.all().delete()
    pipeline.rank_anew(finish=lambda: None)
    drain_outbox()


def test_a_run_suggests_what_is_suggested_at_once(cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    town(cast)
    rank_all()
    at_once = suggested()
    assert len(at_once) > 20
    settings.SUPER_BLOCKS_FROM = 10  # one capability more than there are
    rank_all()
    assert suggested() == at_once
    assert not SimilarityRun.objects.exists()
    settings.SUPER_BLOCKS_FROM, settings.SUPER_BLOCK_DOCUMENTS = 9, 4
    monkeypatch.setattr(epochs, "NEEDS_DIVIDED", 2)
    rank_all()
    assert suggested() == at_once
    run = SimilarityRun.objects.get()
    assert (run.kind, run.state, run.documents) == ("suggest", "done", 5)
    assert list(BlockTask.objects.values_list("block", "other")) == [(b, o) for b in range(3) for o in range(3)]
    assert Delivery.objects.filter(task="marketplace.suggest_for_all", state="done").count() == 1


def test_shortlists_hold_the_best_of_all_blocks(cast: Cast, blocks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(similarity_runs, "SHORTLIST", 4)
    town(cast)
    rank_all()
    live = readable_index()
    assert live
    held = Shortlists.of(live)
    assert held
    for need in Need.objects.all():
        short = held.of_need(str(need.pk))
        ranked = suggesting.rank(live.indexes, str(need.pk), limit=None)
        assert short
        assert not short.whole
        assert len(short.ids) == 4
        assert min(one.score for one in ranked if one.id in short.ids) >= max(
            one.score - 1e-6 for one in ranked if one.id not in short.ids
        )


@pytest.mark.parametrize(("second_stage", "looked_at_all"), [(2, 0), (3, 0), (50, 5)])
def test_a_shortlist_that_does_not_reach_far_enough_is_passed_over(
    cast: Cast, blocks: None, monkeypatch: pytest.MonkeyPatch, second_stage: int, looked_at_all: int
) -> None:
    monkeypatch.setattr(similarity_runs, "SHORTLIST", 6)
    monkeypatch.setattr(suggesting, "SECOND_STAGE", second_stage)
    town(cast)
    rank_all()
    live, offers, looks = readable_index(), suggesting.published_offers(), list[int]()
    assert live
    plain = suggesting.rank

    def noted(*args: Any, **options: Any) -> Any:
        looks.append(len(options["candidates"]))
        return plain(*args, **options)

    for need in Need.objects.all():
        subject = suggesting.subject_of_need(need, live)
        without = suggesting.drafts_for(live, subject, offers)
        monkeypatch.setattr(suggesting, "rank", noted)
        assert suggesting.drafts_for(live, subject, offers, None, Shortlists.of(live)) == without
        monkeypatch.setattr(suggesting, "rank", plain)
    assert looks.count(9) == looked_at_all


def test_a_lost_shortlist_costs_time_only(cast: Cast, blocks: None) -> None:
    from scenarios import segment_store

    town(cast)
    rank_all()
    found = suggested()
    shortlists._numbers.cache_clear()
    segment_store.delete_folder(f"runs/{SimilarityRun.objects.get().key}")
    needs = [str(pk) for pk in Need.objects.values_list("pk", flat=True)]
    pipeline.suggest_for_need(need_ids=needs, finish=lambda: None)
    assert suggested() == found


def test_a_shortlist_serves_as_long_as_its_build_is_live(cast: Cast, blocks: None) -> None:
    town(cast, 3)
    rank_all()
    before = readable_index()
    assert before
    assert Shortlists.of(before)
    published_need(cast)
    drain_outbox()
    after = readable_index()
    assert after
    assert Shortlists.of(after) is None
