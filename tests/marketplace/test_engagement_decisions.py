"""How gates are decided: by two sides, at most two further rounds, without fault or, once heard, for breach."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from marketplace.actions import engagement_decisions as decisions
from marketplace.actors import actor_for
from marketplace.models import Engagement, Gate, GateDecision, Lesson
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.models import Event
from tests.engagements import decide, measure, propose, running_gate
from tests.factories import Cast, make_account

LESSON = {"lesson_title": "低对比度裂纹需要偏振光", "lesson": "现有光源下裂纹与背景差小于两级灰度，换偏振光后再试。"}
BREACH = {"evidence": "三封催告函与签收记录"}


def breach(cast: Cast, gate: Gate, role: str = "lead", part: str = "enterprise") -> GateDecision:
    accused = gate.engagement.parties.get(role=role)
    return propose(cast, gate, "stop_breach", part=part, accused_id=accused.pk, **BREACH)


def test_one_side_proposes_and_the_other_confirms(cast: Cast) -> None:
    gate = running_gate(cast)
    measure(cast, gate)
    decision = propose(cast, gate, "pass")
    second = actor_for(make_account("manager2@example.org", roles=("manager",)))
    for part in ("enterprise", "supplier", "publisher"):
        with pytest.raises(NotPermitted):
            decisions.confirm_decision(actor=cast.actor(part), decision_id=decision.pk)
    decisions.confirm_decision(actor=second, decision_id=decision.pk)
    gate.refresh_from_db()
    assert (gate.state, GateDecision.objects.get().state) == ("passed", "made")
    with pytest.raises(IllegalMove):
        decisions.confirm_decision(actor=cast.actor("manager"), decision_id=decision.pk)


def test_what_the_manager_proposed_an_owner_confirms(cast: Cast) -> None:
    gate = running_gate(cast)
    decision = propose(cast, gate, "iterate", part="manager")
    with pytest.raises(NotPermitted):
        decisions.confirm_decision(actor=cast.actor("manager"), decision_id=decision.pk)
    with pytest.raises(NotPermitted):
        decisions.take_decision_back(actor=cast.actor("enterprise"), decision_id=decision.pk)
    decisions.confirm_decision(actor=cast.actor("enterprise"), decision_id=decision.pk)
    gate.refresh_from_db()
    assert (gate.state, gate.iterations) == ("running", 1)


def test_the_supplier_decides_nothing(cast: Cast) -> None:
    gate = running_gate(cast)
    with pytest.raises(NotPermitted):
        propose(cast, gate, "iterate", part="supplier")
    assert not GateDecision.objects.exists()


def test_a_round_passes_only_when_its_essential_indicators_were_measured(cast: Cast) -> None:
    gate = running_gate(cast)
    with pytest.raises(Invalid) as refusal:
        propose(cast, gate, "pass")
    assert "漏检率" in str(refusal.value.fields["verdict"][0])
    measure(cast, gate)
    decide(cast, gate, "iterate")
    with pytest.raises(Invalid):  # what the earlier round measured does not count for this one
        propose(cast, gate, "pass")


def test_there_are_two_further_rounds_and_no_third(cast: Cast) -> None:
    gate = running_gate(cast)
    for expected in (1, 2):
        decide(cast, gate, "iterate")
        gate.refresh_from_db()
        assert gate.iterations == expected
    with pytest.raises(IllegalMove):
        propose(cast, gate, "iterate")
    gate.refresh_from_db()
    assert (gate.iterations, gate.state) == (2, "running")


def test_only_one_decision_waits_at_a_time_and_it_can_be_taken_back(cast: Cast) -> None:
    gate = running_gate(cast)
    first = propose(cast, gate, "iterate")
    with pytest.raises(IllegalMove):
        propose(cast, gate, "stop_no_fault", part="manager", **LESSON)
    decisions.take_decision_back(actor=cast.actor("enterprise"), decision_id=first.pk)
    assert propose(cast, gate, "stop_no_fault", part="manager", **LESSON).state == "proposed"
    gate.refresh_from_db()
    assert gate.iterations == 0


@pytest.mark.parametrize("missing", ["lesson_title", "lesson"])
def test_a_stop_without_fault_needs_its_lesson(cast: Cast, missing: str) -> None:
    gate = running_gate(cast)
    with pytest.raises(Invalid) as refusal:
        propose(cast, gate, "stop_no_fault", **{**LESSON, missing: " "})
    assert set(refusal.value.fields) == {missing}


def test_a_stop_without_fault_publishes_the_lesson_and_marks_nobody(cast: Cast) -> None:
    gate = running_gate(cast)
    before = {name: getattr(cast.supplier_org, name) for name in ("verification", "version", "about")}
    decide(cast, gate, "stop_no_fault", **LESSON)
    engagement, lesson = Engagement.objects.get(), Lesson.objects.get()
    assert (engagement.status, engagement.reason) == ("stopped_no_fault", "")
    assert (lesson.title, lesson.text, lesson.gate) == (LESSON["lesson_title"], LESSON["lesson"], gate)
    cast.supplier_org.refresh_from_db()
    assert {name: getattr(cast.supplier_org, name) for name in before} == before
    assert not Event.objects.filter(subject_type="organisation", subject_id=cast.supplier_org.pk).exists()
    with pytest.raises(IllegalMove):
        propose(cast, gate, "iterate")


def test_a_stop_for_breach_waits_until_the_other_party_was_heard(cast: Cast) -> None:
    gate = running_gate(cast)
    decision = breach(cast, gate)
    manager = cast.actor("manager")
    with pytest.raises(IllegalMove):
        decisions.confirm_decision(actor=manager, decision_id=decision.pk)
    with pytest.raises(NotPermitted):
        decisions.make_statement(actor=cast.actor("enterprise"), decision_id=decision.pk, statement="代为陈述")
    decisions.make_statement(actor=cast.actor("supplier"), decision_id=decision.pk, statement="设备供应中断")
    decisions.confirm_decision(actor=manager, decision_id=decision.pk)
    engagement = Engagement.objects.get()
    assert (engagement.status, engagement.reason) == ("stopped_breach", "三次试验的记录见附件")
    assert not Lesson.objects.exists()


def test_silence_is_heard_after_ten_days_by_the_database_clock(cast: Cast) -> None:
    gate = running_gate(cast)
    decision = breach(cast, gate)
    left = decision.heard_by - timezone.now()  # type: ignore[operator]
    assert timedelta(days=9, hours=23) < left <= timedelta(days=10)
    GateDecision.objects.update(heard_by=timezone.now() - timedelta(seconds=1))
    decisions.confirm_decision(actor=cast.actor("manager"), decision_id=decision.pk)
    assert Engagement.objects.get().status == "stopped_breach"


def test_against_an_owner_the_lead_decides_beside_the_manager(cast: Cast) -> None:
    gate = running_gate(cast)
    with pytest.raises(NotPermitted):
        breach(cast, gate, role="owner", part="enterprise")
    decision = breach(cast, gate, role="owner", part="supplier")
    decisions.make_statement(actor=cast.actor("enterprise"), decision_id=decision.pk, statement="产线检修")
    decisions.confirm_decision(actor=cast.actor("manager"), decision_id=decision.pk)
    assert Engagement.objects.get().status == "stopped_breach"


@pytest.mark.parametrize("wrong", [{"evidence": ""}, {"accused_id": None}, {"reason": ""}, {"verdict": "fail"}])
def test_a_breach_needs_reason_evidence_and_a_party(cast: Cast, wrong: dict[str, Any]) -> None:
    gate = running_gate(cast)
    accused = gate.engagement.parties.get(role="lead").pk
    fields = {"verdict": "stop_breach", "reason": "逾期", "accused_id": accused, **BREACH, **wrong}
    with pytest.raises(Invalid):
        decisions.propose_decision(actor=cast.actor("enterprise"), gate_id=gate.pk, fields=fields)  # type: ignore[arg-type]
    assert (GateDecision.objects.count(), Gate.objects.get().spent) == (0, Decimal(0))
