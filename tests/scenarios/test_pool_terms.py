"""Thresholds, deadlines and consents of a pool, and how it grows."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from scenarios.actions import demands, members
from scenarios.actions.terms import set_terms
from scenarios.errors import IllegalMove, Invalid
from scenarios.models import Consent, Event, MergedDemand, Need
from scenarios.pipeline import sweep_clock
from tests.factories import Cast, published_need
from tests.scenarios.test_deadlines import SOON, answer, make_pool, reach_deadline
from tests.scenarios.test_merging import accept, formed
from tests.scenarios.test_pool_rules import invited, leave
from tests.stories.town import heard, post

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


def test_who_is_to_be_named_is_asked_again(cast: Cast) -> None:
    demand = formed(cast)
    terms = {"on_fail": "extend", "after_extension": "split"}
    for disclosure, states in (("named", ["invited"] * 2), ("anonymous", ["accepted"] * 2)):
        post(
            cast.client("manager"),
            "staff_pool_terms",
            demand.pk,
            **terms,
            version=demand.version,
            disclosure=disclosure,
        )
        demand.refresh_from_db()
        assert (demand.disclosure, demand.core_version) == (disclosure, 2)
        assert list(demand.consents.filter(core_version=2).values_list("state", flat=True)) == states
        page = cast.client("enterprise").get(reverse("pool_detail", args=[demand.pk])).content.decode()
        assert ("everyone reads whose needs are in this pool" in page) is (disclosure == "named")
        for part in ("enterprise", "rival"):
            (organisation,) = cast.actor(part).organisation_ids
            post(
                cast.client(part), "pool_answer", demand.pk, organisation=organisation, core_version=2, state="accepted"
            )
        demand.refresh_from_db()
        assert demand.status == "formed"


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


def test_an_owner_is_asked_about_another_need_of_its_own(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6, 3])
    first = Need.objects.get(quantity=4)
    account = first.owner.members.get().account
    second = published_need(cast, account, quantity=Decimal("2.5"))
    members.add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=second.pk)
    asked = Consent.objects.get(organisation=first.owner)
    scale = MergedDemand.objects.with_scale().get()
    assert (asked.state, asked.decided_at, scale.pooled_quantity, scale.owners) == ("invited", None, Decimal(9), 2)
    assert heard(account, "demand.member_added") == 1
    with pytest.raises(IllegalMove):
        demands.freeze_demand(actor=cast.actor("publisher"), demand_id=demand.pk)
    answer(demand, first.owner, account, "accepted")
    scale = MergedDemand.objects.with_scale().get()
    assert (scale.pooled_quantity, scale.owners) == (Decimal("15.5"), 3)


def test_what_the_machine_proposes_on_a_hard_field_is_no_decision_on_a_conflict(cast: Cast) -> None:
    needs = [published_need(cast), published_need(cast, "rival", deploy="any")]
    manager, core = cast.actor("manager"), demands.suggested_core(needs)
    demand = demands.draft_demand(actor=manager, need_ids=[need.pk for need in needs], core=core)
    assert list(demand.differences.values_list("field", "value", "decided_by")) == [("deploy", "any", None)]
    cloud = published_need(cast, "supplier", deploy="cloud_cn")
    with pytest.raises(Invalid) as refusal:
        members.add_member(actor=manager, demand_id=demand.pk, need_id=cloud.pk)
    assert set(refusal.value.fields) == {"deploy"}
    page = cast.client("manager").get(reverse("staff_pool", args=[demand.pk])).content.decode()
    assert [f'name="treatment" value="{one}"' in " ".join(page.split()) for one in ("module", "excluded")] == [True] * 2
    post(cast.client("manager"), "staff_pool_decide", demand.pk, field="deploy", metric="", treatment="module")
    members.add_member(actor=manager, demand_id=demand.pk, need_id=cloud.pk)
    assert demand.members.count() == 3


def test_a_conflicting_need_is_not_added(cast: Cast) -> None:
    demand = make_pool(cast, [4, 6])
    cloud = published_need(cast, "enterprise", deploy="cloud_cn")
    with pytest.raises(Invalid) as refusal:
        members.add_member(actor=cast.actor("manager"), demand_id=demand.pk, need_id=cloud.pk)
    assert set(refusal.value.fields) == {"deploy"}
    assert demand.members.count() == 2
