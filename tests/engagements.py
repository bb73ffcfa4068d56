"""Makers of engagements: from an award that was set by hand, and what happens in them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from marketplace.actions import (
    engagement_decisions,
    engagement_gates,
    engagement_opening,
    engagement_proof,
    engagement_standing,
    engagement_trials,
)
from marketplace.models import Engagement, Gate, GateDecision, Organisation, Response, Trial
from scenarios.actions import calls, consents, demands
from scenarios.models import Call, MergedDemand
from tests.calls import answers, award
from tests.factories import Cast, published_need

GATE: dict[str, Any] = {
    "entry": "样本不少于 500 件，工位已腾空",
    "stop_loss": "连续两轮漏检率高于 2 % 即停",
    "trials": 3,
    "cost_cap": Decimal("5"),
}


def awarded_response(cast: Cast, lead: Organisation | None = None, *, call: Call | None = None) -> Response:
    """Return an awarded response of the supplier to a closed call from a need of the enterprise."""
    call = call or closed_call(cast)
    return award(call, lead or cast.supplier_org, author=cast.supplier, content=answers(call))


def closed_call(cast: Cast, **source: Any) -> Call:
    """Return a closed call, from a new need of the enterprise unless a source is named."""
    source = source or {"need_id": published_need(cast).pk}
    call = calls.draft_call(
        actor=cast.actor("manager"),
        fields={
            "kind": "open_list",
            "closes_at": timezone.now() + timedelta(days=20),
            "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
        },
        **source,
    )
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)
    calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)
    Call.objects.filter(pk=call.pk).update(status="closed")
    call.refresh_from_db()
    return call


def opened_engagement(cast: Cast, **award: Any) -> Engagement:
    """Return an engagement in preparation."""
    return engagement_opening.open_engagement(
        actor=cast.actor("manager"), response_id=awarded_response(cast, **award).pk
    )


def planned_gate(cast: Cast, engagement: Engagement, stage: str = "poc", **changes: Any) -> Gate:
    return engagement_gates.plan_gate(
        actor=cast.actor("manager"), engagement_id=engagement.pk, stage=stage, fields={**GATE, **changes}
    )


def running_engagement(cast: Cast, **award: Any) -> Engagement:
    """Return an engagement under way whose first gate, the proof of concept with a cap of 5 万元, has not started."""
    engagement = opened_engagement(cast, **award)
    planned_gate(cast, engagement)
    return engagement_standing.start_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)


def running_gate(cast: Cast, engagement: Engagement | None = None) -> Gate:
    """Return the started proof of concept of an engagement under way."""
    engagement = engagement or running_engagement(cast)
    gate = engagement.gates.get(stage="poc")
    return engagement_gates.start_gate(actor=cast.actor("manager"), gate_id=gate.pk)


def measure(cast: Cast, gate: Gate, value: str = "0.4", *, part: str = "supplier") -> None:
    """Measure the one essential indicator, 漏检率 ≤ 0.5 %, in the present round of a gate."""
    indicator = gate.engagement.indicators.get(essential=True)
    seen = Engagement.objects.get(pk=gate.engagement_id).version
    engagement_proof.measure_at_gate(
        actor=cast.actor(part), gate_id=gate.pk, indicator_id=indicator.pk, fields=measured(value), version=seen
    )


def recorded_trial(cast: Cast, gate: Gate, *, part: str = "supplier", key: str = "", **changes: Any) -> Trial:
    fields: Any = {"tried_on": date(2026, 1, 20), "what": "一百件标定铸件", "outcome": "漏检率 2.1 %", **changes}
    return engagement_trials.record_trial(actor=cast.actor(part), gate_id=gate.pk, fields=fields, key=key)


def measured(value: str) -> Any:
    return {
        "value": Decimal(value),
        "test_method": "连续 5 个班次，人工复核全部判合格件",
        "measured_by": "某第三方检测机构",
        "measured_on": date(2026, 1, 31),
        "evidence": "检测报告第 3 页",
    }


def decide(cast: Cast, gate: Gate, verdict: str, *, owner: str = "enterprise", **fields: Any) -> GateDecision:
    """Have an owner propose a decision and the manager confirm it."""
    decision = propose(cast, gate, verdict, part=owner, **fields)
    return engagement_decisions.confirm_decision(actor=cast.actor("manager"), decision_id=decision.pk)


def propose(cast: Cast, gate: Gate, verdict: str, *, part: str = "enterprise", **fields: Any) -> GateDecision:
    written = {"verdict": verdict, "reason": "三次试验的记录见附件", **fields}
    return engagement_decisions.propose_decision(actor=cast.actor(part), gate_id=gate.pk, fields=written)  # type: ignore[arg-type]


def passed_gate(cast: Cast, engagement: Engagement, stage: str, *, owner: str = "enterprise") -> Gate:
    """Return a gate that was planned where it was not, started, measured and passed."""
    gate = engagement.gates.filter(stage=stage).first() or planned_gate(cast, engagement, stage)
    gate = engagement_gates.start_gate(actor=cast.actor("manager"), gate_id=gate.pk)
    measure(cast, gate)
    decide(cast, gate, "pass", owner=owner)
    gate.refresh_from_db()
    return gate


def accept(cast: Cast, engagement: Engagement, *values: str, owner: str = "enterprise") -> Engagement:
    """Measure the indicators in their order for the acceptance, and accept for an owner."""
    for row, value in zip(engagement.indicators.all(), values, strict=False):
        engagement.refresh_from_db()
        engagement_proof.measure_for_acceptance(
            actor=cast.actor("supplier"),
            engagement_id=engagement.pk,
            indicator_id=row.pk,
            fields=measured(value),
            version=engagement.version,
        )
    engagement.refresh_from_db()
    return engagement_proof.accept_engagement(
        actor=cast.actor(owner), engagement_id=engagement.pk, version=engagement.version
    )


def frozen_pool(cast: Cast) -> MergedDemand:
    """Return a frozen pool of two needs, of the enterprise and of its rival."""
    needs = [published_need(cast, part) for part in ("enterprise", "rival")]
    manager = cast.actor("manager")
    pool = demands.draft_demand(actor=manager, need_ids=[need.pk for need in needs], core=demands.suggested_core(needs))
    demands.invite_owners(actor=manager, demand_id=pool.pk)
    for need, part in zip(needs, ("enterprise", "rival"), strict=True):
        answered = {"demand_id": pool.pk, "organisation_id": need.owner_id, "core_version": 1, "state": "accepted"}
        consents.answer_invitation(actor=cast.actor(part), **answered)  # type: ignore[arg-type]
    return demands.freeze_demand(actor=cast.actor("publisher"), demand_id=pool.pk)


def landed_pool(cast: Cast) -> Engagement:
    """Return a landed engagement of a pool of two needs, of the enterprise and of its rival."""
    engagement = running_engagement(cast, call=closed_call(cast, demand_id=frozen_pool(cast).pk))
    for stage in ("poc", "scale"):
        passed_gate(cast, engagement, stage)
    return accept(cast, engagement, "0.4", "9.5")
