"""What the lots of a call tell of its pool's members: nothing, in an anonymous one, that fewer than three share."""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from marketplace.actors import actor_for
from scenarios.actions import consents, demands
from scenarios.models import Call
from tests.engagements import closed_call
from tests.factories import INDICATORS, Cast, make_member, make_organisation, published_need

YIXING, CANARY = "yixing", "0.2173"
TARGET = [{**INDICATORS[0], "target": Decimal(CANARY)}, *INDICATORS[1:]]


def called(cast: Cast, *members: dict[str, Any], disclosure: str = "anonymous") -> Call:
    """Return a closed call from a pool of an owner and a need for each of these."""
    accounts = [make_member(make_organisation(f"第{number}压铸厂")) for number in range(len(members))]
    needs = [published_need(cast, account, **changes) for account, changes in zip(accounts, members, strict=True)]
    manager = cast.actor("manager")
    decided = dict.fromkeys(("deploy", "indicators"), "module")
    pool = demands.draft_demand(
        actor=manager,
        need_ids=[need.pk for need in needs],
        core={**demands.suggested_core(needs), "indicators": [demands.indicator_json(needs[0].indicators.all()[1])]},
        resolutions=decided,
    )
    pool.disclosure = disclosure
    pool.save()
    demands.invite_owners(actor=manager, demand_id=pool.pk)
    for account, need in zip(accounts, needs, strict=True):
        consents.answer_invitation(
            actor=actor_for(account),
            demand_id=pool.pk,
            organisation_id=need.owner_id,
            core_version=1,
            state="accepted",
        )
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=pool.pk)
    return closed_call(cast, demand_id=pool.pk)


def told(call: Call) -> list[tuple[str, str]]:
    """Return (field, value) of each module."""
    return [(row["field"], row["value"]) for row in call.lots if row["kind"] == "module"]


def test_what_one_or_two_members_deviate_in_is_not_told_of_an_anonymous_pool(cast: Cast) -> None:
    alone = {"district_id": YIXING, "indicators": TARGET, "deploy": "edge"}
    call = called(cast, {}, {}, {}, alone)
    modules = [("deploy", ""), ("district", ""), ("indicators", "漏检率"), ("indicators", "漏检率 ≤ 0.5 %")]
    assert told(call) == modules  # the target that the three others share is told, that of the fourth is not
    for part in (None, "stranger", "rival", "supplier"):
        client = cast.client(part)
        for address in (reverse("call_detail", args=[call.pk]), f"/api/v1/calls/{call.pk}/"):
            answer = client.get(address)
            text = answer.content.decode()
            assert answer.status_code == 200
            assert [secret for secret in (CANARY, "Yixing", "宜兴", "yixing", "Edge") if secret in text] == []


def test_what_three_members_share_is_told(cast: Cast) -> None:
    alike = {"district_id": YIXING}
    assert told(called(cast, {}, {}, {}, {}, alike, alike, alike)) == [("district", YIXING)]
    assert told(called(cast, {}, {}, {}, {}, alike, alike)) == [("district", "")]


def test_a_pool_that_names_its_members_tells_what_their_needs_say(cast: Cast) -> None:
    alone = {"district_id": YIXING, "deploy": "edge"}
    assert told(called(cast, {}, {}, {}, alone, disclosure="named")) == [("deploy", "edge"), ("district", YIXING)]
    # Two owners are not named, whatever the pool discloses.
    assert told(called(cast, {}, alone, disclosure="named")) == [("deploy", ""), ("district", "")]
