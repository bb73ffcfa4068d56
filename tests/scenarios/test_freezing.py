"""A pool is frozen for a call only with owners who said yes to its core."""

from typing import NamedTuple

import pytest
from django.utils import timezone

from marketplace.models import Account, Notification, Organisation
from scenarios.actions import demands, interests, members
from scenarios.actor import Actor
from scenarios.errors import IllegalMove
from scenarios.models import Call, Consent, DemandMember, MergedDemand
from tests.drain import drain_outbox
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_deadlines import PAST, answer, sweep
from tests.scenarios.test_merging import formed, opened

WAITS = "1 owner has not accepted this core"


class Undecided(NamedTuple):
    """A formed pool of two owners with a third that has not answered yet."""

    demand: MergedDemand
    organisation: Organisation
    account: Account

    @property
    def actor(self) -> Actor:
        from marketplace.actors import actor_for

        return actor_for(self.account)


def with_a_third(cast: Cast) -> Undecided:
    demand = formed(cast)
    organisation = make_organisation("丁精密铸造厂")
    account = make_member(organisation)
    need = published_need(cast, account)
    members.add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=need.pk)
    demand.refresh_from_db()
    return Undecided(demand, organisation, account)


def freeze(cast: Cast, demand: MergedDemand) -> MergedDemand:
    return demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)


def test_a_pool_is_not_frozen_while_an_owner_has_not_answered(cast: Cast) -> None:
    demand, organisation, account = with_a_third(cast)
    assert demand.status == "formed"
    with pytest.raises(IllegalMove):
        freeze(cast, demand)
    demand.refresh_from_db()
    assert (demand.status, demand.members.living().count()) == ("formed", 3)
    answer(demand, organisation, account, "declined")
    assert freeze(cast, demand).status == "frozen"
    assert set(demand.members.living().values_list("need__owner", flat=True)) == {
        cast.enterprise_org.pk,
        cast.rival_org.pk,
    }


def test_the_third_owner_accepts_and_the_pool_is_frozen_with_three(cast: Cast) -> None:
    demand, organisation, account = with_a_third(cast)
    answer(demand, organisation, account, "accepted")
    assert freeze(cast, demand).members.living().count() == 3


def test_a_lapsed_invitation_or_the_manager_lets_the_pool_be_frozen(cast: Cast) -> None:
    demand = with_a_third(cast).demand
    Consent.objects.filter(demand=demand).update(answer_by=timezone.now() - PAST)
    sweep()
    assert freeze(cast, demand).members.living().count() == 2


def test_the_page_says_why_a_pool_cannot_be_frozen_yet(cast: Cast) -> None:
    demand, organisation, account = with_a_third(cast)
    address, button = f"/staff/pools/{demand.pk}/", f"/staff/pools/{demand.pk}/freeze/"
    for part in ("publisher", "manager"):
        page = cast.client(part).get(address).content.decode()
        assert (WAITS in page, "take its needs out of the pool" in page, button in page) == (True, True, False)
    refused = cast.client("publisher").post(button)
    assert (refused.status_code, WAITS in refused.content.decode()) == (409, True)
    answer(demand, organisation, account, "declined")
    page = cast.client("publisher").get(address).content.decode()
    assert (WAITS in page, button in page) == (False, True)


def called_with_a_silent_member(cast: Cast) -> tuple[Call, Undecided]:
    """Return an open call of two owners, beside whom a third stands in the rows that never consented."""
    call = opened(cast)
    organisation = make_organisation("丁精密铸造厂")
    account = make_member(organisation)
    assert call.demand is not None
    DemandMember.objects.create(demand=call.demand, need=published_need(cast, account))
    asked = {"organisation": organisation, "core_version": call.demand.core_version, "answer_by": timezone.now()}
    Consent.objects.create(demand=call.demand, **asked)
    return call, Undecided(call.demand, organisation, account)


def test_the_owners_and_the_manager_hear_once_that_their_pool_is_frozen(cast: Cast) -> None:
    demand = formed(cast)
    freeze(cast, demand)
    drain_outbox()
    told = Notification.objects.filter(event__kind="demand.freeze").values_list("account", flat=True)
    assert sorted(told) == sorted([cast.manager.pk, cast.enterprise.pk, cast.rival.pk])


def test_only_who_consented_stands_behind_a_call(cast: Cast) -> None:
    call, silent = called_with_a_silent_member(cast)
    assert interests.owners_of(call) == {cast.enterprise_org.pk, cast.rival_org.pk}
    interests.declare_interest(
        actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk, message="有意"
    )
    drain_outbox()
    assert interests.interests_told(silent.actor, call) == []
    assert [row.message for row in interests.interests_told(cast.actor("rival"), call)] == ["有意"]
    told = Notification.objects.filter(event__kind="call.interest_declared").values_list("account_id", flat=True)
    assert set(told) == {cast.manager.pk, cast.enterprise.pk, cast.rival.pk}


def test_consent_to_an_earlier_core_is_no_consent(cast: Cast) -> None:
    demand = formed(cast)
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣"})
    assert demand.members.consented().count() == 0
    assert demand.members.without_consent().count() == 2
