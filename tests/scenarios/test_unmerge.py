"""A merge and its undo leave the database as it was but for the log, whatever happened in between."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketplace.actors import actor_for
from marketplace.models import Account
from scenarios.actions import consents, demands, members
from scenarios.actions.following import follow
from scenarios.actor import PUBLIC
from scenarios.errors import DomainError
from scenarios.models import DemandMember, Event, MergedDemand, Need
from tests.factories import Cast, make_member, make_organisation, published_need

# What a pool leaves behind: its own record, and the log with the news that it causes.
RECORD = {"MergedDemand", "CoreVersion", "CoreIndicator", "DemandMember", "Consent", "Difference", "ScaleMark"}
LOG = {"Event", "EventSeal", "Delivery", "Notification"}
STATES = ("accepted", "accepted_with_reservation", "declined")


@dataclass
class Town:
    """Five owners, one of them with two needs, and a pool that they join, answer, leave, split and dissolve."""

    cast: Cast
    owners: list[Account]
    needs: list[Need]
    done: Counter[str] = field(default_factory=Counter)

    def step(self, name: str, number: int) -> None:
        """Do one thing that somebody could do; a refusal is one of the outcomes and changes nothing."""
        before = snapshot(everything=True)
        try:
            with transaction.atomic():
                STEPS[name](self, number)
        except DomainError:
            assert snapshot(everything=True) == before
        else:
            self.done[name] += snapshot(everything=True) != before

    def pool(self, number: int) -> MergedDemand | None:
        pools = living_pools()
        return pools[number % len(pools)] if pools else None

    def need(self, number: int) -> Need:
        return self.needs[number % len(self.needs)]

    def actor_of(self, need: Need) -> Any:
        return actor_for(next(one for one in self.owners if actor_for(one).owns(need.owner_id)))


def living_pools() -> list[MergedDemand]:
    return list(MergedDemand.objects.living().order_by("created_at", "pk"))


def merge(town: Town, number: int) -> None:
    picked = [town.need(number), town.need(number + 1 + number // 7)]
    core = demands.suggested_core(picked)
    demand = demands.draft_demand(actor=town.cast.actor("manager"), need_ids=[one.pk for one in picked], core=core)
    demands.invite_owners(actor=town.cast.actor("manager"), demand_id=demand.pk)


def join(town: Town, number: int) -> None:
    if pool := town.pool(number):
        members.add_member(actor=town.cast.actor("manager"), demand_id=pool.pk, need_id=town.need(number).pk)


def consent(town: Town, number: int) -> None:
    pool, need = town.pool(number), town.need(number)
    if pool is None:
        return
    consents.answer_invitation(
        actor=town.actor_of(need),
        demand_id=pool.pk,
        organisation_id=need.owner_id,
        core_version=pool.core_version,
        state=STATES[number % 5 // 2],
        reservation="节拍 8 s/件",
    )


def withdraw(town: Town, number: int) -> None:
    need = town.need(number)
    membership = need.memberships.filter(left_at__isnull=True).first()
    if membership:
        consents.withdraw_from_pool(actor=town.actor_of(need), demand_id=membership.demand_id, need_id=need.pk)


def reword(town: Town, number: int) -> None:
    if pool := town.pool(number):
        demands.edit_core(
            actor=town.cast.actor("manager"),
            demand_id=pool.pk,
            version=pool.core_version,
            core={"boundary_out": f"不含第 {number} 项改造。"},
        )


def split(town: Town, number: int) -> None:
    if pool := town.pool(number):
        present = list(pool.members.filter(left_at__isnull=True).order_by("pk").values_list("need", flat=True))
        group = present[: 2 + number % 2] if number % 3 else []
        groups = [group] if len(group) > 1 else []
        demands.split_demand(actor=town.cast.actor("publisher"), demand_id=pool.pk, reason="各自推进", groups=groups)


def dissolve(town: Town, number: int) -> None:
    if pool := town.pool(number):
        demands.dissolve_demand(actor=town.cast.actor("publisher"), demand_id=pool.pk, reason="规模不足")


STEPS: dict[str, Callable[[Town, int], None]] = {
    step.__name__: step for step in (merge, join, consent, withdraw, reword, split, dissolve)
}


def snapshot(*, everything: bool = False) -> dict[str, list[Any]]:
    """Return every row of every table of ours; without the record of pools and the log unless `everything`."""
    left_out = set() if everything else RECORD | LOG
    models = [*apps.get_app_config("scenarios").get_models(), *apps.get_app_config("marketplace").get_models()]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in models
        if model.__name__ not in left_out
    }


@pytest.fixture
def town(cast: Cast) -> Town:
    owners = [make_member(make_organisation(f"第{number}精密铸造厂")) for number in range(5)]
    needs = [published_need(cast, owner, quantity=Decimal(n)) for owner, n in zip(owners, (4, 6, 3, 5, 2), strict=True)]
    needs.append(published_need(cast, owners[0], quantity=Decimal("7.25")))
    for need in needs:
        follow(actor=cast.actor("stranger"), subject_type="need", subject_id=need.pk)
    return Town(cast, owners, needs)


def check_invariants() -> None:
    """What holds after every step: one pool per need, and only who consented to the present core counts."""
    living = DemandMember.objects.filter(left_at__isnull=True)
    assert living.count() == living.values("need").distinct().count()
    assert not living.filter(demand__status__in=["split", "dissolved"]).exists()
    for pool in MergedDemand.objects.with_scale():
        agreed = pool.consents.filter(core_version=pool.core_version, state__in=STATES[:2])
        owners = set(agreed.values_list("organisation", flat=True))
        counted = [one.need for one in living.filter(demand=pool).select_related("need") if one.need.owner_id in owners]
        assert pool.pooled_quantity == sum((need.quantity for need in counted), Decimal(0))
        assert pool.owners == len({need.owner_id for need in counted})
        assert pool.status != "formed" or pool.owners >= 2


# Most of what happens to a pool are answers.
SEQUENCES = st.lists(
    st.tuples(st.sampled_from([*STEPS, *["consent"] * 6]), st.integers(0, 41)), min_size=6, max_size=16
)


@pytest.mark.slow
def test_merging_and_its_undo_leave_no_trace_but_the_log(town: Town) -> None:
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],  # each step talks to the database: to shrink a failure would take minutes
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(steps=SEQUENCES)
    def run(steps: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            merge_and_undo(town, steps)
            transaction.set_rollback(True)

    run()
    # A run in which nothing ever happened would prove nothing.
    assert {name for name, times in town.done.items() if times >= 3} == {*STEPS}, town.done


def merge_and_undo(town: Town, steps: list[tuple[str, int]]) -> None:
    before, offered = snapshot(), set(Need.objects.poolable().values_list("pk", flat=True))
    events = Event.objects.count()
    for name, number in [("merge", 0), *steps]:
        town.step(name, number)
        check_invariants()
    for pool in living_pools():
        demands.dissolve_demand(actor=town.cast.actor("publisher"), demand_id=pool.pk, reason="恢复原状")
    check_invariants()
    assert snapshot() == before
    assert set(Need.objects.poolable().values_list("pk", flat=True)) == offered
    assert Event.objects.count() > events
    # Links live on: a pool that was public stays readable, and its needs are, of course.
    assert set(MergedDemand.objects.visible_to(PUBLIC)) == set(MergedDemand.objects.filter(formed_at__isnull=False))
    assert Need.objects.visible_to(PUBLIC).count() == len(town.needs)
