"""From promise to proof: the very indicators of the need, compared exactly, up to acceptance and landing."""

from decimal import Decimal
from typing import Any

import pytest

from marketplace.actions import engagement_landing as landing
from marketplace.actions import engagement_proof as proof_actions
from marketplace.actions import engagement_rollouts as rollouts
from marketplace.models import Deviation, Engagement, Rollout
from marketplace.proof import meets, proof_of
from scenarios.actions import demands, needs
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, NotPermitted
from scenarios.models import CoreChange, Event, Need
from tests.engagements import accept, landed_pool, measured, passed_gate, running_engagement
from tests.factories import Cast


@pytest.mark.parametrize(
    ("comparator", "value", "target", "upper", "expected"),
    [
        ("le", "0.5", "0.5", None, True),
        ("le", "0.5001", "0.5", None, False),
        ("ge", "0.5", "0.5", None, True),
        ("ge", "0.4999", "0.5", None, False),
        ("eq", "10", "10.0000", None, True),
        ("eq", "10.0001", "10", None, False),
        ("range", "2", "2", "4", True),
        ("range", "4", "2", "4", True),
        ("range", "4.0001", "2", "4", False),
        ("range", "1.9999", "2", "4", False),
        ("range", "9", "2", None, True),
        ("ge", "1", None, None, None),
    ],
)
def test_a_value_meets_its_target(
    comparator: str, value: str, target: str | None, upper: str | None, expected: bool | None
) -> None:
    ends = [None if end is None else Decimal(end) for end in (target, upper)]
    assert meets(comparator, Decimal(value), *ends) is expected


def test_one_line_from_the_need_to_the_measurement(cast: Cast) -> None:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    accept(cast, engagement, "0.45", "9.5")
    missed, takt = proof_of(engagement)
    row = missed.indicator
    assert (row.metric, row.need_target, row.target, row.promised) == (
        "漏检率",
        Decimal("0.5"),
        Decimal("0.5"),
        Decimal("0.4"),
    )
    assert [(one.gate.stage, one.measurement.value, one.met) for one in missed.readings if one.gate] == [
        ("poc", Decimal("0.4"), True)
    ]
    assert missed.accepted is not None
    assert (missed.accepted.measurement.value, missed.met, missed.kept) == (Decimal("0.45"), True, False)
    assert missed.accepted.measurement.measured_by == "某第三方检测机构"
    assert (takt.met, takt.kept, takt.readings) == (True, False, [])


def test_the_acceptance_waits_for_a_gate_and_for_every_essential_indicator(cast: Cast) -> None:
    engagement = running_engagement(cast)
    row = engagement.indicators.get(essential=True)
    with pytest.raises(IllegalMove):
        proof_actions.measure_for_acceptance(
            actor=cast.actor("supplier"), engagement_id=engagement.pk, indicator_id=row.pk, fields=measured("0.4")
        )
    passed_gate(cast, engagement, "poc")
    for values in ((), ("0.6",)):
        with pytest.raises(Invalid) as refusal:
            accept(cast, engagement, *values)
        assert "漏检率" in str(refusal.value.fields["indicators"][0])
    with pytest.raises(NotPermitted):
        accept(cast, engagement, "0.5", owner="supplier")
    assert accept(cast, engagement, "0.5", "99").status == "accepted"  # the missed one is not essential


def test_whoever_accepts_has_read_the_values(cast: Cast) -> None:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    engagement.refresh_from_db()
    stale = engagement.version
    row = engagement.indicators.get(essential=True)
    for value in ("0.4", "0.5"):
        engagement.refresh_from_db()
        act: Any = {"actor": cast.actor("supplier"), "engagement_id": engagement.pk, "indicator_id": row.pk}
        proof_actions.measure_for_acceptance(**act, fields=measured(value), version=engagement.version)
    with pytest.raises(Conflict):
        proof_actions.accept_engagement(actor=cast.actor("enterprise"), engagement_id=engagement.pk, version=stale)
    assert Engagement.objects.get().accepted_at is None


@pytest.mark.parametrize("accepted_first", [True, False])
def test_acceptance_and_scale_in_either_order_land_the_need(cast: Cast, accepted_first: bool) -> None:
    engagement = running_engagement(cast)
    need = engagement.need
    assert need is not None
    passed_gate(cast, engagement, "poc")
    if accepted_first:
        accept(cast, engagement, "0.4")
        assert Need.objects.get().status == "published"
        passed_gate(cast, engagement, "scale")
    else:
        passed_gate(cast, engagement, "scale")
        accept(cast, engagement, "0.4")
    engagement.refresh_from_db()
    need.refresh_from_db()
    assert (engagement.status, need.status) == ("landed", "landed")
    assert not Rollout.objects.exists()
    landing.write_lesson(
        actor=cast.actor("supplier"), engagement_id=engagement.pk, title="先清砂", text="未清砂的铸件误报高。"
    )
    landing.close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    need.refresh_from_db()
    assert (Engagement.objects.get().status, need.status) == ("closed", "closed")


def test_it_is_closed_with_a_lesson_only(cast: Cast) -> None:
    engagement = running_engagement(cast)
    for stage in ("poc", "scale"):
        passed_gate(cast, engagement, stage)
    accept(cast, engagement, "0.4")
    with pytest.raises(Invalid) as refusal:
        landing.close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert set(refusal.value.fields) == {"lessons"}


def test_a_landed_pool_asks_each_member_and_takes_its_deviation_to_the_core(cast: Cast) -> None:
    engagement = landed_pool(cast)
    assert engagement.demand is not None
    engagement.demand.refresh_from_db()
    assert (engagement.status, engagement.demand.status) == ("landed", "landed")
    own, other = Rollout.objects.order_by("need__code")
    assert [row.state for row in (own, other)] == ["asked", "asked"]
    with pytest.raises(NotFound):
        rollouts.accept_rollout(actor=cast.actor("rival"), rollout_id=own.pk)
    with pytest.raises(NotPermitted):
        rollouts.accept_rollout(actor=cast.actor("supplier"), rollout_id=own.pk)
    with pytest.raises(IllegalMove):
        deviate(cast, own)
    rollouts.accept_rollout(actor=cast.actor("enterprise"), rollout_id=own.pk)
    rollouts.plan_rollout(actor=cast.actor("enterprise"), rollout_id=own.pk, planned_on=measured("1")["measured_on"])
    deviate(cast, own)
    change, deviation = CoreChange.objects.get(), Deviation.objects.get()
    assert (change.part, change.value, change.need_id, change.state) == (
        "boundary_in",
        "外表面与内腔口部",
        own.need_id,
        "open",
    )
    assert deviation.core_change == change
    rollouts.finish_rollout(actor=cast.actor("enterprise"), rollout_id=own.pk, done_on=measured("1")["measured_on"])
    rollouts.decline_rollout(actor=cast.actor("rival"), rollout_id=other.pk, reason="产线搬迁")
    landing.write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, title="光源", text="先做光源试验。")
    landing.close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert [row.need.status for row in Rollout.objects.order_by("need__code")] == ["closed", "published"]


def deviate(cast: Cast, rollout: Rollout) -> Deviation:
    return rollouts.note_deviation(
        actor=cast.actor("enterprise"),
        rollout_id=rollout.pk,
        part="boundary_in",
        value="外表面与内腔口部",
        reason="本厂缸体口部缺陷占三成",
    )


def test_it_is_not_closed_while_a_member_has_not_answered(cast: Cast) -> None:
    engagement = landed_pool(cast)
    landing.write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, title="光源", text="先做光源试验。")
    with pytest.raises(Invalid) as refusal:
        landing.close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert set(refusal.value.fields) == {"rollouts"}


def test_a_pool_and_a_need_with_a_project_under_way_are_not_taken_apart(cast: Cast) -> None:
    engagement = running_engagement(cast)
    need = engagement.need
    assert need is not None
    need.calls.update(status="cancelled", cancelled_reason="测试")
    with pytest.raises(IllegalMove):
        needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    pooled = landed_pool(cast)
    Engagement.objects.filter(pk=pooled.pk).update(status="running")
    assert pooled.demand is not None
    type(pooled.demand).objects.update(status="called")
    with pytest.raises(IllegalMove):
        demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=pooled.demand.pk, reason="不再需要")


def test_the_log_tells_each_step_once(cast: Cast) -> None:
    engagement = running_engagement(cast)
    for stage in ("poc", "scale"):
        passed_gate(cast, engagement, stage)
    accept(cast, engagement, "0.4")
    told = Event.objects.filter(kind__in=["engagement.accept", "engagement.land", "need.landed"])
    assert sorted(told.values_list("kind", flat=True)) == ["engagement.accept", "engagement.land", "need.landed"]
