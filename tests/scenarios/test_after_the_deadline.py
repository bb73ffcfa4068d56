"""Pools below their minimum scale after a deadline that was met: owners are asked, and nothing is judged twice."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from scenarios.actions import demands
from scenarios.actions.members import add_member
from scenarios.actions.terms import set_terms
from scenarios.models import Consent, MergedDemand, Need
from tests.factories import Cast, make_member, make_organisation, published_need
from tests.scenarios.test_deadlines import PAST, SOON, answer, kinds, make_pool, reach_deadline, sweep
from tests.scenarios.test_pool_rules import leave


def judged(cast: Cast) -> MergedDemand:
    """Return a pool of 4, 6 and 3 lines that met its scale of 13 by its deadline."""
    pool = make_pool(cast, [4, 6, 3], threshold_quantity=Decimal(13), deadline=timezone.now() + SOON)
    reach_deadline(pool)
    sweep()
    return pool


def fallen(cast: Cast) -> MergedDemand:
    """Return such a pool after the owner of 6 lines has left it."""
    pool = judged(cast)
    leave(pool, 6)
    pool.refresh_from_db()
    assert pool.status == "threshold_missed"
    return pool


def say_yes(pool: MergedDemand) -> None:
    """Have every owner that is asked about the present core accept it."""
    pool.refresh_from_db()
    for consent in Consent.objects.open().filter(demand=pool).select_related("organisation"):
        account = consent.organisation.members.get().account
        answer(pool, consent.organisation, account, "accepted")
    pool.refresh_from_db()


def another(cast: Cast, quantity: int) -> Need:
    """Return a need of so many lines of an owner that is in no pool."""
    return published_need(cast, make_member(make_organisation("后来的铸造厂")), quantity=Decimal(quantity))


def days_left(consent: Consent) -> float:
    return (consent.answer_by - timezone.now()) / timedelta(days=1)


def test_a_core_changed_after_the_fall_asks_every_owner_again_for_14_days(cast: Cast) -> None:
    pool, manager = fallen(cast), cast.actor("manager")
    demands.edit_core(actor=manager, demand_id=pool.pk, version=1, core={"boundary_out": "不做内部缺陷探伤。"})
    pool.refresh_from_db()
    asked = list(Consent.objects.open().filter(demand=pool))
    assert (pool.status, pool.core_version, len(asked)) == ("consenting", 2, 2)
    assert all(13.9 < days_left(consent) <= 14 for consent in asked)
    sweep()
    say_yes(pool)
    assert pool.status == "formed"  # 7 lines of 13, on a core of its own again
    add_member(actor=manager, demand_id=pool.pk, need_id=another(cast, 6).pk)
    say_yes(pool)
    assert pool.status == "threshold_met"
    sweep()
    pool.refresh_from_db()
    assert (pool.status, pool.deadline_generation) == ("threshold_met", 1)
    assert [kind for kind in kinds(pool) if kind != "demand.consent_due"] == ["demand.deadline_met"]


def test_a_new_member_that_says_yes_brings_a_fallen_pool_back(cast: Cast) -> None:
    pool = fallen(cast)
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=another(cast, 5).pk)
    say_yes(pool)
    assert pool.status == "threshold_missed"  # 12 lines of 13
    more = published_need(cast, "rival", quantity=Decimal(1))
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=more.pk)
    say_yes(pool)
    assert (pool.status, kinds(pool)) == ("threshold_met", ["demand.deadline_met"])


def test_an_owner_asked_about_another_need_after_the_deadline_finds_the_way_back(cast: Cast) -> None:
    pool = judged(cast)
    owner = Need.objects.get(quantity=6).owner
    more = published_need(cast, owner.members.get().account, quantity=Decimal(2))
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=more.pk)
    pool.refresh_from_db()
    (asked,) = Consent.objects.open().filter(demand=pool)
    assert (pool.status, asked.organisation) == ("threshold_missed", owner)
    assert 13.9 < days_left(asked) <= 14
    say_yes(pool)
    assert MergedDemand.objects.with_scale().get(pk=pool.pk).pooled_quantity == Decimal(15)
    sweep()
    assert (pool.status, kinds(pool)) == ("threshold_met", ["demand.deadline_met"])


def test_an_invitation_to_a_fallen_pool_lapses_as_any_other(cast: Cast) -> None:
    pool = fallen(cast)
    need = another(cast, 6)
    add_member(actor=cast.actor("manager"), demand_id=pool.pk, need_id=need.pk)
    Consent.objects.open().filter(demand=pool).update(answer_by=timezone.now() - PAST)
    sweep()
    pool.refresh_from_db()
    assert (pool.status, need.memberships.get().left_at is None) == ("threshold_missed", False)


def test_a_lower_scale_counts_at_once_for_a_fallen_pool(cast: Cast) -> None:
    pool = fallen(cast)
    terms = {"actor": cast.actor("manager"), "demand_id": pool.pk}
    set_terms(**terms, version=pool.version, terms={"threshold_quantity": Decimal(8)})
    pool.refresh_from_db()
    assert pool.status == "threshold_missed"
    set_terms(**terms, version=pool.version, terms={"threshold_quantity": Decimal(7)})
    pool.refresh_from_db()
    assert (pool.status, kinds(pool)) == ("threshold_met", ["demand.deadline_met"])
