"""Makers of engagements: from an award that was set by hand, and what happens in them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from marketplace.actions import engagement_gates, engagement_opening, engagement_standing
from marketplace.models import Engagement, Gate, Organisation, Response
from scenarios.actions import calls
from scenarios.models import Call
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
            "kind": "bounty",
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
