"""Who learns what of a pool, and what becomes of needs and organisations beside it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from marketplace.models import Notification
from scenarios.actions import demands, following, interests, moderation, needs
from scenarios.errors import DomainError, Invalid
from scenarios.models import Event, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.drain import drain_outbox
from tests.factories import Cast, draft_need, published_need
from tests.scenarios.test_deadlines import make_pool
from tests.scenarios.test_merging import accept, formed, opened
from tests.scenarios.test_pool_rules import invited

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
