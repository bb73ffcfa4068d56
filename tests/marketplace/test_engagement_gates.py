"""Gates: planned with a cap, run in order, costs within the cap whoever books, measured in rounds."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from marketplace.actions import engagement_costs as costs
from marketplace.actions import engagement_gates as gates
from marketplace.actions import engagement_standing as standing
from marketplace.actors import actor_for
from marketplace.models import Cost, Gate
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound, NotPermitted
from tests.calls import make_supplier
from tests.engagements import (
    GATE,
    measure,
    opened_engagement,
    passed_gate,
    planned_gate,
    propose,
    running_engagement,
    running_gate,
)
from tests.factories import Cast
from tests.scenarios.test_races import at_once, refusals


def booked(cast: Cast, gate: Gate, amount: str, *, part: str = "supplier", role: str = "lead", key: str = "") -> Cost:
    fields: Any = {"amount": Decimal(amount), "what": "相机与光源租用", "spent_on": date(2026, 1, 15)}
    payer = gate.engagement.parties.get(role=role)
    return costs.book_cost(actor=cast.actor(part), gate_id=gate.pk, payer_id=payer.pk, fields=fields, key=key)


def test_a_gate_is_planned_by_owner_or_manager_and_changed_until_it_starts(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    plan: Any = {"engagement_id": engagement.pk, "stage": "poc"}
    gate = gates.plan_gate(actor=cast.actor("enterprise"), **plan, fields=GATE)  # type: ignore[typeddict-item]
    assert (gate.version, gate.cost_cap, gate.spent, gate.position) == (1, Decimal(5), Decimal(0), 0)
    again = gates.plan_gate(actor=cast.actor("manager"), **plan, version=1, fields={"cost_cap": Decimal(6)})
    assert (again.version, again.cost_cap, again.entry) == (2, Decimal(6), GATE["entry"])
    with pytest.raises(Conflict):
        gates.plan_gate(actor=cast.actor("manager"), **plan, version=1, fields={"cost_cap": Decimal(9)})
    for part, refused in (("supplier", NotPermitted), ("rival", NotFound), ("publisher", NotPermitted)):
        with pytest.raises(refused):
            gates.plan_gate(actor=cast.actor(part), **plan, version=2, fields={"cost_cap": Decimal(9)})
    assert Gate.objects.get().cost_cap == Decimal(6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"entry": " "},
        {"stop_loss": ""},
        {"cost_cap": Decimal(0)},
        {"trials": 0},
        {"starts_on": date(2026, 2, 2), "ends_on": date(2026, 2, 1)},
        {"spent": Decimal(1)},
    ],
)
def test_a_gate_without_a_whole_plan_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        planned_gate(cast, opened_engagement(cast), **wrong)
    assert set(refusal.value.fields) <= set(wrong)
    assert not Gate.objects.exists()


def test_gates_run_one_after_the_other(cast: Cast) -> None:
    engagement, manager = running_engagement(cast), cast.actor("manager")
    small = planned_gate(cast, engagement, "small")
    with pytest.raises(IllegalMove):
        gates.start_gate(actor=manager, gate_id=small.pk)
    with pytest.raises(NotPermitted):
        gates.start_gate(actor=cast.actor("supplier"), gate_id=engagement.gates.get(stage="poc").pk)
    passed_gate(cast, engagement, "poc")
    assert gates.start_gate(actor=cast.actor("enterprise"), gate_id=small.pk).state == "running"
    for stage in ("poc", "small"):
        with pytest.raises(IllegalMove):
            gates.plan_gate(
                actor=manager,
                engagement_id=engagement.pk,
                stage=stage,
                version=engagement.gates.get(stage=stage).version,
                fields={"cost_cap": Decimal(99)},
            )
    assert set(Gate.objects.values_list("cost_cap", flat=True)) == {Decimal(5)}


def test_costs_are_booked_up_to_the_cap_and_not_beyond(cast: Cast) -> None:
    gate = running_gate(cast)
    booked(cast, gate, "3.20")
    booked(cast, gate, "1.80", part="manager", role="owner")
    with translation.override("en"), pytest.raises(Invalid) as refusal:
        booked(cast, gate, "0.01")
    assert "of 5 only 0" in str(refusal.value.fields["amount"][0])
    assert (Cost.objects.count(), Gate.objects.get().spent) == (2, Decimal("5.00"))


def test_a_party_books_for_itself_only_and_strangers_not_at_all(cast: Cast) -> None:
    gate = running_gate(cast)
    for part, role in (("supplier", "owner"), ("enterprise", "lead"), ("rival", "lead"), ("publisher", "lead")):
        with pytest.raises(NotPermitted):
            booked(cast, gate, "1", part=part, role=role)
    assert not Cost.objects.exists()


def test_a_form_sent_twice_books_once(cast: Cast) -> None:
    gate = running_gate(cast)
    first, second = (booked(cast, gate, "3", key="one-key") for _ in range(2))
    assert (first.pk == second.pk, Gate.objects.get().spent) == (True, Decimal(3))


def test_what_was_booked_by_mistake_is_struck_out_and_leaves_room(cast: Cast) -> None:
    gate = running_gate(cast)
    cost = booked(cast, gate, "4.5")
    with pytest.raises(NotPermitted):
        costs.strike_cost(actor=cast.actor("enterprise"), cost_id=cost.pk, reason="记错")
    with pytest.raises(Invalid):
        costs.strike_cost(actor=cast.actor("supplier"), cost_id=cost.pk, reason="")
    struck = costs.strike_cost(actor=cast.actor("supplier"), cost_id=cost.pk, reason="重复开票")
    assert (struck.struck_reason, Gate.objects.get().spent) == ("重复开票", Decimal(0))
    with pytest.raises(IllegalMove):
        costs.strike_cost(actor=cast.actor("supplier"), cost_id=cost.pk, reason="再来一次")
    booked(cast, gate, "5")


@pytest.mark.slow
def test_bookings_at_the_same_moment_do_not_pass_the_cap_together(live_cast: Cast) -> None:
    gate = running_gate(live_cast)
    results = at_once(*[lambda: booked(live_cast, gate, "1.50") for _ in range(6)])
    assert refusals(results) == 3
    assert (Cost.objects.count(), Gate.objects.get().spent) == (3, Decimal("4.50"))


def test_nothing_is_booked_or_measured_while_it_is_suspended(cast: Cast) -> None:
    gate = running_gate(cast)
    standing.suspend_engagement(actor=cast.actor("supervisor"), engagement_id=gate.engagement_id, reason="检查安全措施")
    for act in (lambda: booked(cast, gate, "1"), lambda: measure(cast, gate), lambda: propose(cast, gate, "iterate")):
        with pytest.raises(IllegalMove):
            act()
    assert not Cost.objects.exists()


def test_a_round_is_measured_anew_until_a_decision_waits(cast: Cast) -> None:
    gate = running_gate(cast)
    measure(cast, gate, "0.9")
    measure(cast, gate, "0.4", part="enterprise")
    indicator = gate.engagement.indicators.get(essential=True)
    assert [row.value for row in indicator.measurements.all()] == [Decimal("0.4")]
    propose(cast, gate, "pass")
    with pytest.raises(IllegalMove):
        measure(cast, gate, "0.1")
    assert indicator.measurements.get().value == Decimal("0.4")


def test_a_gate_of_others_is_not_found_before_the_project_is_public(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    gate = planned_gate(cast, engagement)
    for actor in (cast.actor("rival"), actor_for(make_supplier(3)[1])):
        with pytest.raises(NotFound):
            gates.start_gate(actor=actor, gate_id=gate.pk)
