"""The element ledger: promised by the giver, confirmed by the receiver, late by the database clock."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from marketplace.actions import engagement_elements as elements
from marketplace.engagement_querysets import today
from marketplace.models import Engagement, LedgerEntry
from scenarios.errors import IllegalMove, Invalid, NotFound, NotPermitted
from tests.engagements import landed_pool, opened_engagement
from tests.factories import Cast


def promised(
    cast: Cast,
    engagement: Engagement,
    giver: str = "owner",
    receiver: str = "lead",
    part: str = "enterprise",
    **fields: Any,
) -> LedgerEntry:
    parties = engagement.parties
    return elements.promise_element(
        actor=cast.actor(part),
        engagement_id=engagement.pk,
        giver_id=parties.filter(role=giver).order_by("pk")[0].pk,
        receiver_id=parties.filter(role=receiver).order_by("-pk")[0].pk,
        fields={
            "element": "data",
            "what": "缺陷样本图像",
            "quantity": Decimal(10000),
            "unit": "张",
            "due_on": date(2027, 1, 31),
            **fields,  # type: ignore[typeddict-item]
        },
    )


def test_the_receiver_confirms_what_the_giver_delivered(cast: Cast) -> None:
    entry = promised(cast, opened_engagement(cast))
    with pytest.raises(NotPermitted):
        elements.deliver_element(actor=cast.actor("supplier"), entry_id=entry.pk)
    delivered = elements.deliver_element(actor=cast.actor("enterprise"), entry_id=entry.pk, note="移动硬盘一块")
    assert (delivered.state, delivered.note, delivered.delivered_at is not None) == ("delivered", "移动硬盘一块", True)
    with pytest.raises(NotPermitted):
        elements.confirm_element(actor=cast.actor("enterprise"), entry_id=entry.pk)
    refused = elements.refuse_element(actor=cast.actor("supplier"), entry_id=entry.pk, reason="只有八千张")
    assert (refused.state, refused.note, refused.delivered_at) == ("promised", "只有八千张", None)
    elements.deliver_element(actor=cast.actor("enterprise"), entry_id=entry.pk)
    confirmed = elements.confirm_element(actor=cast.actor("supplier"), entry_id=entry.pk)
    assert (confirmed.state, confirmed.confirmed_at is not None) == ("confirmed", True)
    with pytest.raises(IllegalMove):
        elements.release_element(actor=cast.actor("supplier"), entry_id=entry.pk, reason="不再需要")


def test_nobody_promises_for_another_party(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    for part in ("supplier", "manager"):
        with pytest.raises(NotPermitted):
            promised(cast, engagement, part=part)
    with pytest.raises(NotFound):
        promised(cast, engagement, part="rival")
    assert not LedgerEntry.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"what": ""}, {"element": "love"}, {"quantity": Decimal(0)}, {"unit": ""}, {"due_on": None}]
)
def test_a_promise_says_what_how_much_and_until_when(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        promised(cast, opened_engagement(cast), **wrong)
    assert set(refusal.value.fields) == set(wrong)


def test_late_is_what_was_due_before_today_and_has_not_come(cast: Cast) -> None:
    engagement, now = opened_engagement(cast), today()
    for days in (-1, 0, 1):
        promised(cast, engagement, due_on=now + timedelta(days=days))
    rows = LedgerEntry.objects.with_lateness()
    assert [row.is_late for row in rows] == [True, False, False]
    late = rows[0]
    elements.confirm_element(actor=cast.actor("supplier"), entry_id=late.pk)
    assert not LedgerEntry.objects.with_lateness().filter(is_late=True).exists()


def test_owners_promise_nothing_to_each_other_and_read_only_their_own(cast: Cast) -> None:
    engagement = landed_pool(cast)
    Engagement.objects.update(status="running", accepted_at=None)
    with pytest.raises((Invalid, NotPermitted)):
        promised(cast, engagement, receiver="owner")
    owner = engagement.parties.get(organisation=cast.enterprise_org)
    lead = engagement.parties.get(role="lead")
    elements.promise_element(
        actor=cast.actor("enterprise"),
        engagement_id=engagement.pk,
        giver_id=owner.pk,
        receiver_id=lead.pk,
        fields={
            "element": "funds",
            "what": "首付款",
            "quantity": Decimal(20),
            "unit": "万元",
            "due_on": date(2027, 1, 31),
        },
    )
    seen = {
        part: LedgerEntry.objects.visible_to(cast.actor(part)).count()
        for part in ("enterprise", "rival", "supplier", "auditor", "stranger")
    }
    assert seen == {"enterprise": 1, "rival": 0, "supplier": 1, "auditor": 1, "stranger": 0}
