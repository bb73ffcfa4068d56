"""What leaves a pool whose call failed, or that has landed, is on its own and can be merged again."""

from typing import Any

from django.urls import reverse

from marketplace.models import Rollout
from scenarios.models import DemandMember, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.engagements import frozen_pool, landed_pool, measured, opened_engagement
from tests.factories import Cast, make_organisation
from tests.selections import evaluated_call
from tests.stories.town import heard, post


def merged(cast: Cast, *needs: Need) -> Any:
    """Have the manager draft a pool of these needs over the API."""
    body = {"needs": [str(need.pk) for need in needs]}
    return cast.client("manager").post("/api/v1/demands/", body, content_type="application/json")


def poolable() -> set[str]:
    return set(Need.objects.poolable().values_list("code", flat=True))


def test_a_pool_whose_call_failed_is_given_back_dissolved_and_its_needs_are_merged_again(cast: Cast) -> None:
    pool = frozen_pool(cast)
    review = evaluated_call(cast, 0, demand_id=pool.pk)
    sweep_clock()
    call, members = review.ready.call, list(Need.objects.filter(memberships__demand=pool))
    why = {"dissolve-reason": "需求调整后重新合并"}
    publisher, manager = cast.client("publisher"), cast.client("manager")
    assert publisher.post(reverse("staff_pool_dissolve", args=[pool.pk]), why).status_code == 409
    post(publisher, "selection_fail", call.pk, code="no_responses", reason="无人响应")
    pool.refresh_from_db()
    assert (pool.status, poolable()) == ("called", set())
    post(manager, "selection_give_back", call.pk)
    pool.refresh_from_db()
    assert (pool.status, review.fresh().next_step) == ("frozen", "back_to_pool")
    assert [heard(account, "selection.given_back") for account in (cast.enterprise, cast.rival)] == [1, 1]
    assert manager.post(reverse("selection_give_back", args=[call.pk])).status_code == 409
    post(publisher, "staff_pool_dissolve", pool.pk, **why)
    assert poolable() == {need.code for need in members}
    again = merged(cast, *members)
    assert again.status_code == 201
    new = MergedDemand.objects.get(pk=again.json()["id"])
    assert set(new.members.living().values_list("need", flat=True)) == {need.pk for need in members}
    assert DemandMember.objects.filter(demand=pool, left_at__isnull=False).count() == 2  # the history stays


def test_a_member_that_takes_over_what_another_winner_landed_stays_in_the_pool(cast: Cast) -> None:
    first = landed_pool(cast)
    assert first.response is not None
    second = opened_engagement(cast, lead=make_organisation("第二家", kind="supplier"), call=first.response.call)
    own, other = first.rollouts.order_by("need__code")
    Rollout.objects.create(engagement=second, need=own.need, state="accepted")
    Rollout.objects.create(engagement=second, need=other.need, state="declined", reason="产线搬迁")
    for part, row in (("enterprise", own), ("rival", other)):
        post(cast.client(part), "rollout_move", row.pk, "decline", reason="产线搬迁")
    post(cast.client("manager"), "lesson_write", first.pk, title="光源", text="先做光源试验。")
    post(cast.client("manager"), "engagement_move", first.pk, "close")
    assert list(DemandMember.objects.living().values_list("need", flat=True)) == [own.need_id]


def test_a_member_that_declined_what_has_landed_leaves_the_pool_and_is_merged_again(cast: Cast) -> None:
    engagement = landed_pool(cast)
    pool, manager = engagement.demand, cast.client("manager")
    assert pool is not None
    own, other = Rollout.objects.order_by("need__code")
    post(cast.client("rival"), "rollout_move", other.pk, "decline", reason="产线搬迁")
    assert (DemandMember.objects.living().filter(demand=pool).count(), poolable()) == (2, set())
    for move in ("accept", "plan", "finish"):
        post(cast.client("enterprise"), "rollout_move", own.pk, move, day=measured("1")["measured_on"])
    post(manager, "lesson_write", engagement.pk, title="光源", text="先做光源试验。")
    post(manager, "engagement_move", engagement.pk, "close")
    assert list(DemandMember.objects.living().filter(demand=pool).values_list("need", flat=True)) == [own.need_id]
    assert (poolable(), heard(cast.rival, "need.left_pool")) == ({other.need.code}, 1)
    pool.refresh_from_db()
    assert (pool.status, pool.core_version) == ("landed", 1)
