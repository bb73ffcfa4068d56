"""What holds for pools, calls and their readers whatever the order in which people act."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.actors import actor_for
from marketplace.models import Notification
from scenarios.actions import calls, consents, demands, following, interests, members, moderation, needs
from scenarios.actions.terms import set_terms
from scenarios.errors import DomainError, IllegalMove, Invalid, NotPermitted
from scenarios.models import Call, Consent, Event, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.drain import drain_outbox
from tests.factories import Cast, draft_need, published_need
from tests.scenarios.test_deadlines import SOON, make_pool, reach_deadline
from tests.scenarios.test_merging import CALL, accept, formed, opened


def approved_call(cast: Cast, **source: Any) -> Call:
    fields: Any = {**CALL, "closes_at": timezone.now() + SOON}
    call = calls.draft_call(actor=cast.actor("manager"), fields=fields, **source)
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    return calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)


def open_approved(cast: Cast, call: Call) -> Call:
    return calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)


def leave(demand: MergedDemand, quantity: int) -> None:
    member = demand.members.get(need__quantity=quantity)
    account = member.need.owner.members.get().account
    consents.withdraw_from_pool(actor=actor_for(account), demand_id=demand.pk, need_id=member.need_id)
    demand.refresh_from_db()


def invited(cast: Cast, **terms: Any) -> MergedDemand:
    """Return a pool whose two owners have not answered yet."""
    one, other = published_need(cast), published_need(cast, "rival")
    demand = demands.draft_demand(
        actor=cast.actor("manager"), need_ids=[one.pk, other.pk], core=demands.suggested_core([one, other]), **terms
    )
    return demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)


# Calls and what they come from


def test_a_pool_with_a_call_under_way_is_not_dissolved(cast: Cast) -> None:
    call = opened(cast)
    with pytest.raises(IllegalMove):
        demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=call.demand_id, reason="x")
    calls.cancel_call(actor=cast.actor("publisher"), call_id=call.pk, reason="x")
    assert MergedDemand.objects.get().status == "frozen"
    demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=call.demand_id, reason="x")
    assert Need.objects.poolable().count() == 2


def test_taking_a_need_back_cancels_what_only_it_asked_for(cast: Cast) -> None:
    need = published_need(cast)
    call = open_approved(cast, approved_call(cast, need_id=need.pk))
    interests.declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    call.refresh_from_db()
    assert call.status == "cancelled"
    assert call.cancelled_reason
    drain_outbox()
    told = Notification.objects.filter(event__kind="call.cancelled").values_list("account", flat=True)
    assert {cast.supplier.pk, cast.manager.pk} <= set(told)


def test_a_frozen_pool_that_falls_to_one_owner_is_not_called(cast: Cast) -> None:
    demand = formed(cast)
    demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    needs.withdraw_need(actor=cast.actor("rival"), need_id=Need.objects.get(owner=cast.rival_org).pk)
    with pytest.raises(IllegalMove):
        approved_call(cast, demand_id=demand.pk)
    assert Call.objects.count() == 0


def test_one_need_is_not_called_twice(cast: Cast) -> None:
    demand = formed(cast)
    need = Need.objects.get(owner=cast.rival_org)
    with pytest.raises(IllegalMove):
        approved_call(cast, need_id=need.pk)
    alone, other = published_need(cast), published_need(cast, "supplier")
    approved_call(cast, need_id=alone.pk)
    with pytest.raises(Invalid):
        demands.draft_demand(
            actor=cast.actor("manager"),
            need_ids=[alone.pk, other.pk],
            core=demands.suggested_core([alone, other]),
        )
    assert MergedDemand.objects.get() == demand


@pytest.mark.parametrize("visibility", ["verified", "staff", "parties"])
def test_what_is_not_public_does_not_become_a_public_call(cast: Cast, visibility: str) -> None:
    need = published_need(cast, visibility=visibility)
    with pytest.raises(IllegalMove):
        approved_call(cast, need_id=need.pk)


def test_a_call_without_approver_cannot_stand_in_the_database(cast: Cast) -> None:
    call = approved_call(cast, need_id=published_need(cast).pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(status="open", opens_at=timezone.now(), approved_by=None)


def test_whoever_wrote_last_does_not_review(cast: Cast) -> None:
    need = published_need(cast)
    fields: Any = {**CALL, "closes_at": timezone.now() + SOON}
    call = calls.draft_call(actor=cast.actor("manager"), need_id=need.pk, fields=fields)
    cast.moderator.staff_roles.create(role="manager")
    calls.save_call(actor=cast.actor("moderator"), call_id=call.pk, version=call.version, fields={"summary": "x"})
    with pytest.raises(NotPermitted):
        calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)


# Thresholds, deadlines, consents


def test_a_pool_below_its_scale_is_not_frozen(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(99))
    with pytest.raises(IllegalMove):
        demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)


def test_one_owner_is_no_pool_whatever_its_quantity(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(5), deadline=timezone.now() + SOON)
    leave(demand, 4)
    assert demand.status == "consenting"
    reach_deadline(demand)
    sweep_clock()
    kinds = Event.objects.about("demand", demand.pk).values_list("kind", flat=True)
    assert "demand.miss_threshold" in kinds
    assert "demand.deadline_met" not in kinds


def test_an_extension_forms_no_pool_that_nobody_consented_to(cast: Cast) -> None:
    demand = invited(cast, threshold_quantity=Decimal(99), deadline=timezone.now() + SOON)
    reach_deadline(demand)
    sweep_clock()
    demand.refresh_from_db()
    assert (demand.status, demand.formed_at, demand.deadline_generation) == ("consenting", None, 2)


def test_consent_after_the_deadline_does_not_change_its_verdict(cast: Cast) -> None:
    demand = invited(cast, threshold_quantity=Decimal(8), deadline=timezone.now() + SOON)
    reach_deadline(demand)
    accept(cast, "enterprise", demand)
    accept(cast, "rival", demand)
    kinds = Event.objects.about("demand", demand.pk).filter(generation__isnull=False).values_list("kind", flat=True)
    assert set(kinds) == {"demand.miss_threshold", "demand.extend_invitation"}


def test_an_extension_after_an_outage_counts_from_now(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(99), deadline=timezone.now() + SOON)
    MergedDemand.objects.update(deadline=timezone.now() - timedelta(days=15))
    sweep_clock()
    sweep_clock()
    demand.refresh_from_db()
    assert demand.status == "formed"
    assert (demand.deadline - timezone.now()).days == 13


def test_who_leaves_after_the_met_deadline_makes_it_missed(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6, 3], threshold_quantity=Decimal(13), deadline=timezone.now() + SOON)
    reach_deadline(demand)
    sweep_clock()
    leave(demand, 6)
    assert demand.status == "threshold_missed"


def test_a_deadline_needs_a_threshold(cast: Cast) -> None:
    with pytest.raises(Invalid):
        invited(cast, deadline=timezone.now() + SOON)
    demand = formed(cast)
    with pytest.raises(Invalid):
        set_terms(
            actor=cast.actor("manager"),
            demand_id=demand.pk,
            version=demand.version,
            terms={"deadline": timezone.now() + SOON},
        )


def test_a_lapsed_invitation_is_not_accepted_any_more(cast: Cast) -> None:
    demand = invited(cast)
    Consent.objects.update(answer_by=timezone.now() - timedelta(days=2))
    with pytest.raises(IllegalMove):
        accept(cast, "enterprise", demand)


def test_an_owner_counts_whatever_its_unit_and_its_quantity_only_in_the_pools(cast: Cast) -> None:
    one, other = published_need(cast), published_need(cast, "rival", quantity_unit="device", quantity=Decimal(3))
    demand = demands.draft_demand(
        actor=cast.actor("manager"),
        need_ids=[one.pk, other.pk],
        core=demands.suggested_core([one, other]),
        resolutions={"quantity_unit": "module"},
    )
    demands.invite_owners(actor=cast.actor("manager"), demand_id=demand.pk)
    accept(cast, "enterprise", demand)
    accept(cast, "rival", demand)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.status, scale.owners, scale.pooled_quantity) == ("formed", 2, Decimal(4))


# Growing


def test_a_need_is_added_to_a_formed_pool_by_its_owners_consent(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6], threshold_quantity=Decimal(12))
    third = published_need(cast, "enterprise", quantity=Decimal(3))
    members.add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=third.pk)
    assert MergedDemand.objects.with_scale().get().pooled_quantity == Decimal(10)
    accept(cast, "enterprise", demand)
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.pooled_quantity, scale.owners, scale.status) == (Decimal(13), 3, "threshold_met")


def test_a_conflicting_need_is_not_added(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6])
    cloud = published_need(cast, "enterprise", deploy="cloud_cn")
    with pytest.raises(Invalid) as refusal:
        members.add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=cloud.pk)
    assert set(refusal.value.fields) == {"deploy"}
    assert demand.members.count() == 2


# Who learns what


def test_followers_of_a_need_do_not_learn_that_it_is_pooled(cast: Cast) -> None:
    demand = invited(cast)
    drain_outbox()
    need = Need.objects.get(owner=cast.rival_org)
    following.follow(actor=cast.actor("stranger"), subject_type="need", subject_id=need.pk)
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣"})
    drain_outbox()
    assert not Notification.objects.filter(account=cast.stranger).exists()


def test_who_declined_neither_reads_nor_hears_on(cast: Cast) -> None:
    demand = invited(cast)
    accept(cast, "rival", demand, state="declined")
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣"})
    drain_outbox()
    assert not MergedDemand.objects.visible_to(cast.actor("rival")).exists()
    assert not Notification.objects.filter(account=cast.rival, event__kind="demand.core_changed").exists()


def test_a_follower_is_not_told_of_what_it_may_no_longer_read(cast: Cast) -> None:
    need, actor = published_need(cast), cast.actor("enterprise")
    following.follow(actor=cast.actor("stranger"), subject_type="need", subject_id=need.pk)
    needs.withdraw_need(actor=actor, need_id=need.pk)
    drain_outbox()
    needs.reopen_need(actor=actor, need_id=need.pk)
    need.refresh_from_db()
    needs.save_need(actor=actor, need_id=need.pk, version=need.version, fields={"visibility": "staff"})
    needs.submit_need(actor=actor, need_id=need.pk)
    moderation.check_need(need_id=need.pk)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    moderation.publish_need(actor=cast.actor("publisher"), need_id=need.pk)
    drain_outbox()
    kinds = Notification.objects.filter(account=cast.stranger).values_list("event__kind", flat=True)
    assert list(kinds) == ["need.withdrawn"]


def test_a_formed_pool_keeps_its_public_address(cast: Cast) -> None:
    demand, stranger = formed(cast), cast.actor("stranger")
    demands.edit_core(actor=cast.actor("manager"), demand_id=demand.pk, version=1, core={"boundary_out": "不含分拣"})
    assert MergedDemand.objects.visible_to(stranger).exists()
    demands.dissolve_demand(actor=cast.actor("publisher"), demand_id=demand.pk, reason="规模不足")
    assert MergedDemand.objects.visible_to(stranger).exists()
    drain_outbox()
    told = Notification.objects.filter(event__kind="demand.dissolve").values_list("account", flat=True)
    assert {cast.enterprise.pk, cast.rival.pk} <= set(told)


def test_a_draft_that_was_never_submitted_stays_its_owners(cast: Cast) -> None:
    need = draft_need(cast)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    for part in ("auditor", "moderator", "manager"):
        assert not Need.objects.visible_to(cast.actor(part)).exists()


def test_a_block_parts_a_living_pool(cast: Cast) -> None:
    formed(cast)
    draft = draft_need(cast)
    needs.save_need(
        actor=cast.actor("enterprise"),
        need_id=draft.pk,
        version=draft.version,
        fields={},
        blocked_ids=[cast.rival_org.pk],
    )
    assert MergedDemand.objects.with_scale().get().owners == 1


def test_suspended_organisations_count_and_offer_nothing(cast: Cast) -> None:
    from marketplace.actions.organisations import suspend_organisation

    formed(cast)
    suspend_organisation(actor=cast.actor("moderator"), organisation_id=cast.rival_org.pk, reason="欺诈")
    assert MergedDemand.objects.with_scale().get().owners == 1
    assert not Need.objects.published().filter(owner=cast.rival_org).exists()


def test_the_split_is_signed_by_who_made_it(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6, 3, 5])
    ids = list(demand.members.values_list("need_id", flat=True))
    foreign = published_need(cast)
    with pytest.raises(Invalid):
        demands.split_demand(
            actor=cast.actor("publisher"), demand_id=demand.pk, reason="x", groups=[[ids[0], foreign.pk]]
        )
    demands.split_demand(actor=cast.actor("publisher"), demand_id=demand.pk, reason="x", groups=[ids[:2], ids[2:]])
    drafted = Event.objects.filter(kind="demand.drafted").exclude(subject_id=demand.pk)
    assert set(drafted.values_list("actor_id", flat=True)) == {cast.publisher.pk}
    assert MergedDemand.objects.living().filter(manager=cast.manager).count() == 2


def test_an_import_that_is_reopened_goes_the_way_of_every_need(cast: Cast) -> None:
    from scenarios.actor import SYSTEM

    need, actor = draft_need(cast), cast.actor("enterprise")
    needs.publish_imported(actor=SYSTEM, need_id=need.pk)
    needs.withdraw_need(actor=actor, need_id=need.pk)
    assert needs.reopen_need(actor=actor, need_id=need.pk).imported is False


def test_long_keys_that_differ_at_the_end_are_different(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    made = {
        needs.draft_need(actor=actor, owner_id=cast.enterprise_org.pk, fields={}, key="k" * 64 + end).pk
        for end in ("1", "2")
    }
    assert len(made) == 2


def test_the_key_of_a_deleted_draft_is_free_again(cast: Cast) -> None:
    actor = cast.actor("enterprise")
    first = needs.draft_need(actor=actor, owner_id=cast.enterprise_org.pk, fields={}, key="k")
    needs.delete_draft(actor=actor, need_id=first.pk)
    assert needs.draft_need(actor=actor, owner_id=cast.enterprise_org.pk, fields={}, key="k").pk != first.pk


def test_an_expired_need_can_be_taken_back_and_edited(cast: Cast) -> None:
    need, actor = published_need(cast), cast.actor("enterprise")
    Need.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    sweep_clock()
    needs.withdraw_need(actor=actor, need_id=need.pk)
    assert needs.reopen_need(actor=actor, need_id=need.pk).status == "draft"


def test_an_unverified_organisation_declares_no_interest(cast: Cast) -> None:
    call = opened(cast)
    type(cast.supplier_org).objects.filter(pk=cast.supplier_org.pk).update(verification="unverified")
    with pytest.raises(DomainError):
        interests.declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    assert call.interests.count() == 0
