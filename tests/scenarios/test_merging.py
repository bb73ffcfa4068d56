"""From published needs to a proposal, a pool with consents, a call and a declared interest."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from marketplace.models import Notification
from scenarios.actions import calls, consents, demands, interests, needs, proposals
from scenarios.actions.terms import set_terms
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.models import Call, DemandMember, MergedDemand, MergeProposal, Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_need

LIKE = "车身压铸件外观缺陷视觉检测"


def two_like(cast: Cast, **changes: object) -> tuple[Need, Need]:
    return published_need(cast), published_need(cast, "rival", title_zh=LIKE, quantity=Decimal("6"), **changes)


def formed(cast: Cast) -> MergedDemand:
    two_like(cast)
    drain_outbox()
    demand = proposals.accept_proposal(actor=cast.actor("manager"), proposal_id=MergeProposal.objects.get().pk)
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    for part in ("enterprise", "rival"):
        accept(cast, part, demand)
    demand.refresh_from_db()
    return demand


def accept(cast: Cast, part: str, demand: MergedDemand, **changes: object) -> None:
    (organisation,) = cast.actor(part).organisation_ids
    values = {"core_version": demand.core_version, "state": "accepted", **changes}
    consents.answer_invitation(actor=cast.actor(part), demand_id=demand.pk, organisation_id=organisation, **values)  # type: ignore[arg-type]


def test_two_like_needs_become_one_explained_proposal(cast: Cast) -> None:
    one, other = two_like(cast)
    drain_outbox()
    proposal = MergeProposal.objects.get()
    assert [member.need for member in proposal.members.all()] == [one, other]
    assert proposal.pairs[0]["similarity"] == pytest.approx(proposal.score, abs=1e-4)
    assert proposal.pairs[0]["terms"][0][1] > 0
    assert proposal.conflicts == []
    assert proposal.index_build.live


def test_a_conflict_is_proposed_and_refuses_the_one_click_merge(cast: Cast) -> None:
    two_like(cast, deploy="cloud_cn", data_class="personal")
    drain_outbox()
    proposal = MergeProposal.objects.get()
    assert [conflict["field"] for conflict in proposal.conflicts] == ["data_class", "deploy"]
    with pytest.raises(Invalid) as refusal:
        proposals.accept_proposal(actor=cast.actor("manager"), proposal_id=proposal.pk)
    assert set(refusal.value.fields) == {"data_class", "deploy"}
    assert MergedDemand.objects.count() == 0


def test_blocked_organisations_are_not_proposed(cast: Cast) -> None:
    published_need(cast)
    draft = published_need(cast, "rival", title_zh=LIKE)
    draft.blocked_organisations.add(cast.enterprise_org)
    drain_outbox()
    assert MergeProposal.objects.count() == 0


def test_a_dismissed_set_does_not_return(cast: Cast) -> None:
    two_like(cast)
    drain_outbox()
    proposals.dismiss_proposal(
        actor=cast.actor("manager"), proposal_id=MergeProposal.objects.get().pk, reason="不同工件"
    )
    from scenarios.pipeline import propose_merges

    for _ in range(3):
        propose_merges(need_ids=None, finish=lambda: None)
    assert list(MergeProposal.objects.values_list("status", flat=True)) == ["dismissed"]
    published_need(cast, title_zh="铸件外观缺陷检测设备")
    drain_outbox()
    assert sorted(MergeProposal.objects.values_list("status", flat=True)) == ["dismissed", "open"]
    assert MergeProposal.objects.open().get().members.count() == 3


def test_nobody_is_committed_before_consenting(cast: Cast) -> None:
    two_like(cast)
    drain_outbox()
    demand = proposals.accept_proposal(actor=cast.actor("manager"), proposal_id=MergeProposal.objects.get().pk)
    assert (demand.status, MergedDemand.objects.with_scale().get().owners) == ("drafted", 0)
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    accept(cast, "enterprise", demand)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.owners, scale.pooled_quantity) == ("consenting", 1, Decimal("4"))
    accept(cast, "rival", demand, state="accepted_with_reservation", reservation="节拍 8 s/件")
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.owners, scale.pooled_quantity) == ("formed", 2, Decimal("10"))


def test_a_changed_core_resets_consents_and_refuses_answers_to_the_old_one(cast: Cast) -> None:
    demand = formed(cast)
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣"})
    demand.refresh_from_db()
    assert (demand.status, demand.core_version) == ("consenting", 2)
    assert MergedDemand.objects.with_scale().get().owners == 0
    with pytest.raises(Conflict):
        accept(cast, "enterprise", demand, core_version=1)


def test_declining_leaves_the_pool_and_frees_the_need(cast: Cast) -> None:
    two_like(cast)
    drain_outbox()
    demand = proposals.accept_proposal(actor=cast.actor("manager"), proposal_id=MergeProposal.objects.get().pk)
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    accept(cast, "rival", demand, state="declined")
    assert list(demand.members.filter(left_at__isnull=True).values_list("need__owner", flat=True)) == [
        cast.enterprise_org.pk
    ]
    assert Need.objects.poolable().filter(owner=cast.rival_org).exists()


def test_a_member_withdrawing_its_need_recomputes_the_pool(cast: Cast) -> None:
    demand = formed(cast)
    set_terms(
        actor=cast.actor("manager"),
        demand_id=demand.pk,
        version=demand.version,
        terms={"threshold_quantity": Decimal("10")},
    )
    demand.refresh_from_db()
    assert demand.status == "threshold_met"
    need = Need.objects.get(owner=cast.rival_org)
    needs.withdraw_need(actor=cast.actor("rival"), need_id=need.pk)
    demand.refresh_from_db()
    assert (demand.status, MergedDemand.objects.with_scale().get().pooled_quantity) == ("consenting", Decimal("4"))


def test_dissolving_gives_every_need_back(cast: Cast) -> None:
    demand = formed(cast)
    codes = set(Need.objects.values_list("code", flat=True))
    demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=demand.pk, reason="规模不足")
    assert DemandMember.objects.filter(left_at__isnull=True).count() == 0
    assert set(Need.objects.poolable().values_list("code", flat=True)) == codes


CALL = {
    "kind": "open_list",
    "eligibility": [{"name": "案例", "text": "有同类产线案例"}],
    "criteria": [{"name": "技术", "weight": 60}, {"name": "价格", "weight": 40}],
    "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
}


def opened(cast: Cast) -> Call:
    demand = formed(cast)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    call = calls.draft_call(
        actor=cast.actor("manager"),
        demand_id=demand.pk,
        fields={**CALL, "closes_at": timezone.now() + timedelta(days=30)},  # type: ignore[typeddict-item]
    )
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)
    return calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)


def test_a_call_is_opened_from_a_frozen_pool_and_takes_interest(cast: Cast) -> None:
    call = opened(cast)
    # Two owners: the exact sum would tell each of them the other's quantity.
    assert (call.quantity, call.quantity_band, call.quantity_unit) == (None, "6–10", "line")
    assert len(call.indicators) == 2
    assert MergedDemand.objects.get().status == "called"
    interests.declare_interest(
        actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk, message="有意"
    )
    drain_outbox()
    told = set(Notification.objects.filter(event__kind="call.interest_declared").values_list("account_id", flat=True))
    assert told == {cast.manager.pk, cast.enterprise.pk, cast.rival.pk}


def test_interest_is_refused_when_the_clock_has_closed_the_call(cast: Cast) -> None:
    call = opened(cast)
    Call.objects.filter(pk=call.pk).update(
        opens_at=timezone.now() - timedelta(hours=2), closes_at=timezone.now() - timedelta(seconds=1)
    )
    with pytest.raises(IllegalMove):
        interests.declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    assert call.interests.count() == 0


def test_an_owner_cannot_be_interested_in_its_own_call(cast: Cast) -> None:
    call = opened(cast)
    with pytest.raises(Invalid):
        interests.declare_interest(actor=cast.actor("rival"), call_id=call.pk, organisation_id=cast.rival_org.pk)


def test_the_author_does_not_review_and_the_reviewer_does_not_approve(cast: Cast) -> None:
    demand = formed(cast)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    cast.manager.staff_roles.create(role="moderator")
    call = calls.draft_call(
        actor=cast.actor("manager"),
        demand_id=demand.pk,
        fields={**CALL, "closes_at": timezone.now() + timedelta(days=30)},  # type: ignore[typeddict-item]
    )
    with pytest.raises(NotPermitted):
        calls.review_call(actor=cast.actor("manager"), call_id=call.pk)


def test_a_long_message_is_refused_not_cut(cast: Cast) -> None:
    call = opened(cast)
    values: dict[str, Any] = {"call_id": call.pk, "organisation_id": cast.supplier_org.pk}
    with pytest.raises(Invalid) as refusal:
        interests.declare_interest(actor=cast.actor("supplier"), message="长" * 2001, **values)
    assert list(refusal.value.fields) == ["message"]
    assert not call.interests.exists()
    interests.declare_interest(actor=cast.actor("supplier"), message=f" {'长' * 2000} ", **values)
    assert call.interests.get().message == "长" * 2000
