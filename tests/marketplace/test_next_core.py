"""What members learn goes into the core's next version, beside the one that a call has frozen."""

from typing import Any

from django.urls import reverse

from marketplace.models import Rollout
from scenarios.actions.calls import cancel_call
from scenarios.models import Call, CoreChange, MergedDemand
from tests.engagements import landed_pool
from tests.factories import Cast
from tests.scenarios.test_core_changes import CHANGE, proposed
from tests.scenarios.test_merge_desk_pages import posted_core
from tests.scenarios.test_merging import accept, opened
from tests.stories.town import heard, post

NEW = CHANGE["change-value"]


def taken_up(cast: Cast, pool: MergedDemand) -> CoreChange:
    """Have the manager take the one open proposal up over its page."""
    change = CoreChange.objects.get(demand=pool, state="open")
    post(cast.client("manager"), "staff_change_take_up", pool.pk, change.pk)
    change.refresh_from_db()
    return change


def cores(pool: MergedDemand) -> list[tuple[int, str]]:
    return list(pool.cores.order_by("version").values_list("version", "boundary_out"))


def test_a_change_taken_up_while_called_is_the_next_core_and_the_call_keeps_its_own(cast: Cast) -> None:
    call: Call = opened(cast)
    pool = call.demand
    assert pool is not None
    pool.refresh_from_db()
    frozen, old = call.indicators, pool.cores.get().boundary_out
    consents = list(pool.consents.order_by("pk").values("state", "core_version"))
    assert proposed(cast, pool).status_code == 302
    change = taken_up(cast, pool)
    assert (change.state, change.core_version, cores(pool)) == ("taken", 2, [(1, old), (2, NEW)])
    pool.refresh_from_db()
    call.refresh_from_db()
    assert (pool.status, pool.core_version, call.status, call.indicators) == ("called", 1, "open", frozen)
    assert list(pool.consents.order_by("pk").values("state", "core_version")) == consents
    assert MergedDemand.objects.with_scale().get(pk=pool.pk).owners == 2
    public = cast.client().get(f"/api/v1/demands/{pool.pk}/").json()["core"]
    assert (public["version"], public["boundary_out"]) == (1, old)
    assert NEW not in cast.client("enterprise").get(reverse("pool_detail", args=[pool.pk])).content.decode()
    manager = cast.client("manager")
    staff = manager.get(reverse("staff_pool", args=[pool.pk]))
    assert (staff.context["core"].version, staff.context["next_core"].version) == (1, 2)
    assert manager.post(reverse("staff_pool_take_on_core", args=[pool.pk])).status_code == 409


def test_the_next_core_is_taken_on_when_the_call_is_over_and_every_owner_is_asked(cast: Cast) -> None:
    call: Call = opened(cast)
    pool = call.demand
    assert pool is not None
    proposed(cast, pool)
    taken_up(cast, pool)
    cancel_call(actor=cast.actor("publisher"), call_id=call.pk, reason="条件变化")
    assert cast.client("publisher").post(reverse("staff_pool_take_on_core", args=[pool.pk])).status_code == 403
    post(cast.client("manager"), "staff_pool_take_on_core", pool.pk)
    pool.refresh_from_db()
    assert (pool.status, pool.core_version) == ("consenting", 2)
    assert set(pool.consents.filter(core_version=2).values_list("state", flat=True)) == {"invited"}
    assert [heard(account, "demand.take_on_core") for account in (cast.enterprise, cast.rival)] == [1, 1]
    page = cast.client("enterprise").get(reverse("pool_detail", args=[pool.pk])).content.decode()
    assert "不含<ins>分拣</ins>。" in page
    for part in ("enterprise", "rival"):
        accept(cast, part, pool)
    pool.refresh_from_db()
    assert (pool.status, MergedDemand.objects.with_scale().get(pk=pool.pk).owners) == ("formed", 2)
    assert cast.client("manager").post(reverse("staff_pool_take_on_core", args=[pool.pk])).status_code == 409


def test_the_manager_writes_the_next_core_itself_and_two_tabs_are_told_apart(cast: Cast) -> None:
    pool = opened(cast).demand
    assert pool is not None
    manager, where = cast.client("manager"), reverse("staff_pool_core", args=[pool.pk])
    form: dict[str, Any] = {**posted_core(manager.get(where)), "version": 1, "boundary_in": "外表面与内腔口部"}
    assert manager.post(where, form).status_code == 302
    assert manager.post(where, form | {"boundary_in": "另一页"}).status_code == 409
    pool.refresh_from_db()
    assert (pool.core_version, pool.cores.count(), pool.cores.get(version=2).boundary_in) == (1, 2, "外表面与内腔口部")
    body = {"version": 2, "core": {"boundary_out": NEW}}
    address = f"/api/v1/demands/{pool.pk}/next_core/"
    assert cast.client("enterprise").patch(address, body, content_type="application/json").status_code == 403
    assert manager.patch(address, body, content_type="application/json").json()["core_version"] == 1
    late = manager.patch(address, body, content_type="application/json")
    assert (late.status_code, late.json()["differences"]) == (409, {"boundary_out": {"yours": NEW, "theirs": NEW}})
    assert pool.cores.get(version=3).boundary_in == "外表面与内腔口部"


def test_a_deviation_of_a_landed_pools_rollout_comes_back_as_its_next_core(cast: Cast) -> None:
    engagement = landed_pool(cast)
    pool = engagement.demand
    assert pool is not None
    own = Rollout.objects.order_by("need__code")[0]
    client = cast.client("enterprise")
    post(client, "rollout_move", own.pk, "accept")
    said = {"part": "boundary_in", "value": "外表面与内腔口部", "reason": "口部缺陷占三成"}
    post(client, "rollout_detail", own.pk, **said)
    change = taken_up(cast, pool)
    pool.refresh_from_db()
    assert (change.need_id, change.core_version, pool.status, pool.core_version) == (own.need_id, 2, "landed", 1)
    assert pool.cores.get(version=2).boundary_in == "外表面与内腔口部"
    frozen = engagement.indicators.values_list("indicator", "target")
    assert [str(row[0]) for row in frozen] == [str(row["id"]) for row in pool.cores.get(version=1).indicators]
    assert heard(cast.enterprise, "demand.core_change_taken") == 1
