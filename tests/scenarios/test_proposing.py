"""What enters into proposals besides likeness: owners' wishes, managers' words, and the night."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from marketplace import pipeline as supply
from marketplace.models import Notification, Suggestion
from scenarios import pipeline, proposing, topics
from scenarios.actions.proposals import dismiss_proposal, link_needs, reconsider_proposal
from scenarios.live_index import readable_index
from scenarios.models import Delivery, Event, IndexBuild, JobSlot, MergeLink, MergeProposal, Need
from scenarios.outbox import emit
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_capability, published_need
from tests.scenarios.test_public_pages import open_call

LIKE = "车身压铸件外观缺陷视觉检测"
FAR: dict[str, Any] = {
    "title_zh": "公交首末站充电排队预测",
    "title_en": "",
    "problem": "首末站早晚高峰充电车位不够，车辆平均等待 25 分钟，调度员凭经验安排，需要提前半小时预测排队。",
    "users_and_site": "两处首末站的调度室，三班倒。",
    "current_process": "电话询问各站空位，记在纸上。",
    "boundary_in": "充电排队的预测与建议。",
    "boundary_out": "不含充电桩改造，不含票务系统。",
}


def like(cast: Cast) -> tuple[Need, Need]:
    pair = published_need(cast), published_need(cast, "rival", title_zh=LIKE)
    drain_outbox()
    return pair


def third(cast: Cast) -> Need:
    return published_need(cast, make_member(make_organisation("丁压铸厂")), title_zh="铸件外观缺陷检测设备")


def open_sets() -> list[set[Any]]:
    rows = MergeProposal.objects.open().prefetch_related("members")
    return [{member.need_id for member in row.members.all()} for row in rows]


def run_all() -> None:
    pipeline.propose_merges(need_ids=None, finish=lambda: None)


def night() -> None:
    with transaction.atomic():
        emit(topics.NIGHT_CAME)
    drain_outbox()


def test_who_does_not_want_to_merge_is_not_proposed(cast: Cast) -> None:
    published_need(cast, merge_pref="no")
    published_need(cast, "rival", title_zh=LIKE)
    drain_outbox()
    assert not MergeProposal.objects.exists()


def test_needs_that_a_manager_keeps_apart_are_in_no_set_together(cast: Cast) -> None:
    one, other = like(cast)
    proposal = MergeProposal.objects.get()
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk, reason="工件不同", keep_apart=True)
    added = third(cast)
    drain_outbox()
    assert open_sets()
    assert not any({one.pk, other.pk} <= members for members in open_sets())
    assert all(added.pk in members for members in open_sets())


def test_undoing_a_dismissal_takes_back_only_its_own_word(cast: Cast) -> None:
    one, other = like(cast)
    manager = cast.actor("manager")
    link_needs(actor=manager, need_ids=(one.pk, other.pk), together=False)
    proposal = MergeProposal.objects.get()
    dismiss_proposal(actor=manager, proposal_id=proposal.pk, reason="工件不同")
    reconsider_proposal(actor=manager, proposal_id=proposal.pk)
    assert MergeLink.objects.filter(together=False).count() == 1


def test_needs_that_a_manager_puts_together_are_proposed_however_unlike(cast: Cast) -> None:
    one, other = published_need(cast), published_need(cast, "rival", **FAR)
    drain_outbox()
    assert open_sets() == []
    link_needs(actor=cast.actor("manager"), need_ids=(one.pk, other.pk), together=True)
    night()
    assert open_sets() == [{one.pk, other.pk}]


def counts() -> tuple[int, int]:
    return MergeProposal.objects.count(), Event.objects.filter(kind__startswith="proposal.").count()


def test_an_open_set_gives_way_once_to_what_a_manager_keeps_apart(cast: Cast) -> None:
    one, other = like(cast)
    added = third(cast)
    drain_outbox()
    assert open_sets() == [{one.pk, other.pk, added.pk}]
    for kept in (one, other):
        link_needs(actor=cast.actor("manager"), need_ids=(kept.pk, added.pk), together=False)
    night()
    assert open_sets() == [{one.pk, other.pk}]
    before = counts()
    for _ in range(30):
        night()
    assert (open_sets(), counts()) == ([{one.pk, other.pk}], before)


def test_an_open_set_of_owners_of_whom_one_blocks_the_other_leaves_the_desk(cast: Cast) -> None:
    _one, other = like(cast)
    other.blocked_organisations.add(cast.enterprise_org)
    far = published_need(cast, make_member(make_organisation("戊公交")), **FAR)
    pipeline.propose_merges(need_ids=[str(far.pk)], finish=lambda: None)
    assert open_sets() == []
    assert Event.objects.filter(kind="proposal.superseded").count() == 1


def test_the_night_sets_aside_what_it_does_not_find_again(cast: Cast) -> None:
    one, other = like(cast)
    Need.objects.filter(pk=other.pk).update(owner=cast.enterprise_org)
    pipeline.propose_merges(need_ids=[], finish=lambda: None)
    assert open_sets() == [{one.pk, other.pk}]
    night()
    assert open_sets() == []


def test_without_an_index_the_night_sets_nothing_aside(cast: Cast) -> None:
    one, other = like(cast)
    IndexBuild.objects.update(live=False)
    run_all()
    assert open_sets() == [{one.pk, other.pk}]


def test_a_set_within_an_open_larger_one_is_not_proposed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = like(cast)
    added = third(cast)
    drain_outbox()
    before = counts()
    live = readable_index()
    assert live
    (draft,) = proposing.look(live, [str(one.pk)]).drafts
    smaller = proposing.Look([draft._replace(needs=[one, other])], frozenset())
    monkeypatch.setattr(pipeline, "look", lambda *_: smaller)
    pipeline.propose_merges(need_ids=[str(one.pk)], finish=lambda: None)
    assert (open_sets(), counts()) == ([{one.pk, other.pk, added.pk}], before)


def test_story_6_a_dismissed_set_stays_hidden_over_thirty_nights(cast: Cast) -> None:
    one, other = like(cast)
    dismiss_proposal(actor=cast.actor("manager"), proposal_id=MergeProposal.objects.get().pk, reason="工件不同")
    for _ in range(30):
        night()
    assert open_sets() == []
    added = third(cast)
    drain_outbox()
    night()
    assert open_sets() == [{one.pk, other.pk, added.pk}]
    assert MergeProposal.objects.count() == 2


def test_the_night_forgets_only_what_is_old(cast: Cast) -> None:
    published_need(cast)
    drain_outbox()
    old, recent = Delivery.objects.filter(state="done").order_by("pk")[:2]
    for row, days in ((old, 31), (recent, 29)):
        Delivery.objects.filter(pk=row.pk).update(finished_at=timezone.now() - timedelta(days=days))
    JobSlot.objects.create(job="demonstration", slot="loaded")
    JobSlot.objects.update(taken_at=timezone.now() - timedelta(days=400))
    night()
    assert not Delivery.objects.filter(pk=old.pk).exists()
    assert Delivery.objects.filter(pk=recent.pk).exists()
    assert JobSlot.objects.filter(job="demonstration").exists()


def test_a_tick_takes_its_slot_once(db: None) -> None:
    assert (pipeline.take_slot("nightly", "2026-11-22"), pipeline.take_slot("nightly", "2026-11-22")) == (True, False)


@pytest.mark.parametrize(("hour", "nights"), [(0, 1), (24, 0)])
def test_the_night_comes_once_a_day_and_not_before_its_hour(
    db: None, monkeypatch: pytest.MonkeyPatch, hour: int, nights: int
) -> None:
    monkeypatch.setattr(pipeline, "NIGHT_HOUR", hour)
    for _ in range(3):
        pipeline.nightly_merges()
    assert JobSlot.objects.filter(job="nightly").count() == nights
    assert sorted(Delivery.objects.values_list("task", flat=True)) == NIGHT_TASKS * nights


NIGHT_TASKS = [
    "marketplace.mine_synonyms",
    "marketplace.prune",
    "marketplace.send_digests",
    "marketplace.tell_searchers_daily",
    "marketplace.train_ranking",
    "scenarios.preview_thresholds",
    "scenarios.propose_all",
    "scenarios.prune",
]


@pytest.mark.parametrize(
    ("clock", "night"),
    [
        ("2026-11-22T17:59:59Z", None),  # 01:59:59 in Wuxi
        ("2026-11-22T18:00:00Z", "2026-11-23"),
        ("2026-11-23T15:59:59Z", "2026-11-23"),
        ("2026-11-23T16:00:00Z", None),
    ],
)
def test_a_night_begins_at_two_in_the_citys_time(clock: str, night: str | None) -> None:
    assert pipeline.night_at(datetime.fromisoformat(clock)) == night


@pytest.mark.parametrize(
    "job",
    [
        "index_needs",
        "propose_merges",
        "index_capabilities",
        "suggest_for_need",
        "suggest_for_capability",
        "suggest_for_call",
    ],
)
def test_a_job_that_runs_twice_has_one_effect(cast: Cast, job: str) -> None:
    capability = published_capability(cast)
    need, _other = like(cast)
    act = getattr(pipeline, job, None) or getattr(supply, job)
    ids: dict[str, Any] = {"capability_ids": [str(capability.pk)]} if "capab" in job else {"need_ids": [str(need.pk)]}
    if job == "suggest_for_call":
        ids = {"call_id": str(open_call(cast, need).pk)}

    def effects() -> tuple[int, ...]:
        drain_outbox()
        counted = (MergeProposal, Suggestion, Notification)
        return tuple(model.objects.count() for model in counted)

    before = effects()
    assert before[0] == 1
    assert before[1] >= 2
    for _ in range(2):
        act(**ids, finish=lambda: None)
    assert effects() == before
