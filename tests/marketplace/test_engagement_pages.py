"""The pages of projects: who reads what, what is refused beside its field, and what waits for whom."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Cost, Engagement, Gate, LedgerEntry, Measurement
from marketplace.project_waiting import project_side
from marketplace.waiting_rows import tasks_of
from scenarios.waiting import waiting_for
from tests.calls import make_supplier
from tests.engagements import (
    awarded_response,
    landed_pool,
    measure,
    opened_engagement,
    passed_gate,
    planned_gate,
    propose,
    running_engagement,
    running_gate,
)
from tests.factories import Cast, published_capability, published_need
from tests.stories.town import heard, post


def page(cast: Cast, part: str | None, name: str, *args: Any) -> Any:
    return cast.client(part).get(reverse(name, args=args))


def text(cast: Cast, part: str | None, name: str, *args: Any) -> str:
    answer = page(cast, part, name, *args)
    assert answer.status_code == 200, (part, name, answer.status_code)
    content: str = answer.content.decode()
    return content


def waits(cast: Cast, part: str) -> list[str]:
    return [task.name for task in tasks_of(project_side(cast.actor(part)))]


def test_a_project_is_public_from_its_start(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    seen = {
        part: page(cast, part, "engagement_detail", engagement.pk).status_code for part in (None, "rival", "supplier")
    }
    assert seen == {None: 404, "rival": 404, "supplier": 200}
    assert engagement.code not in text(cast, None, "engagement_list")
    planned_gate(cast, engagement)
    post(cast.client("manager"), "engagement_move", engagement.pk, "start")
    assert engagement.code in text(cast, None, "engagement_list")
    public = text(cast, None, "engagement_detail", engagement.pk)
    assert "漏检率" in public
    assert "Proof of concept" in public
    assert heard(cast.enterprise, "engagement.start") == 1


@pytest.mark.parametrize(
    ("part", "cap", "promised", "contact"),
    [
        (None, False, False, False),
        ("rival", False, False, False),
        ("auditor", True, True, False),
        ("manager", True, True, False),
        ("enterprise", True, True, True),
        ("supplier", True, True, True),
    ],
)
def test_money_promises_and_contacts_are_told_by_circle(
    cast: Cast, part: str | None, cap: bool, promised: bool, contact: bool
) -> None:
    engagement = running_engagement(cast)
    shown = text(cast, part, "engagement_detail", engagement.pk)
    told = ("CNY 50,000" in shown, 'class="promised"' in shown, "设备科 0510-00000001" in shown)
    assert told == (cap, promised, contact)


@pytest.mark.parametrize("name", ["engagement_elements", "engagement_acceptance"])
def test_the_pages_of_the_parties_are_closed_to_others(cast: Cast, name: str) -> None:
    engagement = running_engagement(cast)
    seen = {
        part: page(cast, part, name, engagement.pk).status_code for part in ("rival", "supplier", "auditor", "stranger")
    }
    assert seen == {"rival": 404, "supplier": 200, "auditor": 200, "stranger": 403}
    gate = engagement.gates.get()
    assert page(cast, "rival", "gate_detail", gate.pk).status_code == 404
    assert page(cast, "enterprise", "gate_detail", gate.pk).status_code == 200


def test_the_manager_opens_what_was_awarded(cast: Cast) -> None:
    response = awarded_response(cast)
    assert response.call.code in text(cast, "manager", "staff_engagements")
    assert response.call.code not in text(cast, "auditor", "staff_engagements")
    assert cast.client("publisher").post(reverse("engagement_open", args=[response.pk])).status_code == 403
    post(cast.client("manager"), "engagement_open", response.pk)
    engagement = Engagement.objects.get()
    assert engagement.code in text(cast, "supplier", "my_engagements")
    assert heard(cast.supplier, "engagement.opened") == 1
    assert heard(cast.rival, "engagement.opened") == 0


def test_a_refused_plan_keeps_what_was_typed(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    address = reverse("gate_plan", args=[engagement.pk, "poc"])
    form = {"version": 0, "entry": "样本齐备", "stop_loss": "", "trials": 3, "cost_cap": "5"}
    refused = cast.client("enterprise").post(address, form)
    assert (refused.status_code, "样本齐备" in refused.content.decode()) == (422, True)
    assert not Gate.objects.exists()
    post(cast.client("enterprise"), "gate_plan", engagement.pk, "poc", **{**form, "stop_loss": "两轮不达标即停"})
    stale = cast.client("manager").post(address, {**form, "stop_loss": "另一条件", "cost_cap": "9"})
    body = stale.content.decode()
    assert (stale.status_code, "两轮不达标即停" in body, "另一条件" in body) == (409, True, True)
    assert [row.name for row in stale.context["differences"]] == ["cost_cap", "stop_loss"]
    assert str(Gate.objects.get().cost_cap) == "5.00"
    chosen = {**form, "stop_loss": "另一条件", "cost_cap": "9", "version": 1, "keep-stop_loss": "saved"}
    post(cast.client("manager"), "gate_plan", engagement.pk, "poc", **chosen)
    gate = Gate.objects.get()
    assert (str(gate.cost_cap), gate.stop_loss, gate.version) == ("9.00", "两轮不达标即停", 2)


def test_a_gate_is_measured_decided_and_explained_over_its_pages(cast: Cast) -> None:
    engagement = running_engagement(cast)
    gate = engagement.gates.get()
    post(cast.client("manager"), "gate_start", gate.pk)
    early = cast.client("enterprise").post(
        reverse("decision_propose", args=[gate.pk]), {"verdict": "pass", "reason": "看起来不错"}
    )
    assert (early.status_code, "漏检率" in early.content.decode()) == (422, True)
    measure(cast, gate)
    assert "0.4" in text(cast, "supplier", "gate_detail", gate.pk)
    decision = propose(cast, gate, "pass", part="manager")
    assert page(cast, "enterprise", "decision_detail", decision.pk).context["may_confirm"]
    assert not page(cast, "supplier", "decision_detail", decision.pk).context["may_confirm"]
    assert page(cast, "manager", "decision_detail", decision.pk).context["may_take_back"]
    post(cast.client("manager"), "decision_take_back", decision.pk)
    gate.refresh_from_db()
    assert gate.state == "running"


def test_the_accused_party_states_its_side_on_the_page(cast: Cast) -> None:
    gate = running_gate(cast)
    lead = gate.engagement.parties.get(role="lead")
    decision = propose(cast, gate, "stop_breach", accused_id=lead.pk, evidence="催告函")
    assert heard(cast.supplier, "engagement.decision_proposed") == 1
    names = waits(cast, "supplier")
    assert names == ["statements"]
    early = cast.client("manager").post(reverse("decision_confirm", args=[decision.pk]))
    assert early.status_code == 409
    assert Engagement.objects.get().status == "running"
    post(cast.client("supplier"), "decision_statement", decision.pk, statement="设备供应中断")
    assert "设备供应中断" in text(cast, "manager", "decision_detail", decision.pk)
    post(cast.client("manager"), "decision_confirm", decision.pk)
    assert "party did not keep its word" in text(cast, None, "engagement_detail", gate.engagement_id)
    assert "三次试验的记录见附件" not in text(cast, None, "engagement_detail", gate.engagement_id)


def test_the_evidence_of_a_measurement_is_called_so_in_chinese_too(cast: Cast) -> None:
    """The references of a capability share the English word."""
    where = reverse("gate_detail", args=[running_gate(cast).pk])
    shown = cast.client("supplier", language="zh-hans").get(where).content.decode()
    assert ("证明材料" in shown, "应用案例" in shown) == (True, False)


def test_costs_are_struck_out_on_the_page(cast: Cast) -> None:
    gate = running_gate(cast)
    payer = str(gate.engagement.parties.get(role="lead").pk)
    form = {"payer": payer, "amount": "2.5", "what": "相机租用", "spent_on": "2026-01-15", "key": "once"}
    for _ in range(2):  # a double click
        post(cast.client("supplier"), "cost_book", gate.pk, **form)
    cost = Cost.objects.get()
    post(cast.client("supplier"), "cost_strike", cost.pk, reason="重复开票")
    gate.refresh_from_db()
    assert (gate.spent, "重复开票" in text(cast, "enterprise", "gate_detail", gate.pk)) == (0, True)
    assert cast.client("rival").post(reverse("cost_strike", args=[cost.pk]), {"reason": "x"}).status_code == 404


def test_the_ledger_from_promise_to_receipt_over_its_page(cast: Cast) -> None:
    engagement = running_engagement(cast)
    owner, lead = (str(engagement.parties.get(role=role).pk) for role in ("owner", "lead"))
    form = {"giver": owner, "receiver": lead, "element": "data", "what": "缺陷图像", "due_on": "2026-01-15"}
    wrong = cast.client("enterprise").post(
        reverse("engagement_elements", args=[engagement.pk]), {**form, "quantity": "5"}
    )
    assert (wrong.status_code, "needs its unit" in wrong.content.decode()) == (422, True)
    assert not LedgerEntry.objects.exists()
    post(cast.client("enterprise"), "engagement_elements", engagement.pk, **form)
    entry = LedgerEntry.objects.get()
    assert "Late" in text(cast, "supplier", "engagement_elements", engagement.pk)
    assert waits(cast, "enterprise") == ["promises-due"]
    post(cast.client("enterprise"), "element_move", entry.pk, "deliver")
    assert waits(cast, "supplier") == ["deliveries-to-confirm"]
    assert cast.client("enterprise").post(reverse("element_move", args=[entry.pk, "confirm"])).status_code == 403
    post(cast.client("supplier"), "element_move", entry.pk, "confirm")
    assert "Late" not in text(cast, "supplier", "engagement_elements", engagement.pk)
    assert heard(cast.enterprise, "engagement.element_confirmed") == 1


def test_the_acceptance_shows_what_is_missing_and_is_confirmed_by_an_owner(cast: Cast) -> None:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    before = text(cast, "enterprise", "engagement_acceptance", engagement.pk)
    assert "missing its target" in before
    row = engagement.indicators.get(essential=True)
    form = {
        "indicator": str(row.pk),
        "value": "0.45",
        "test_method": "人工复核",
        "measured_by": "某检测所",
        "measured_on": "2026-01-31",
    }
    refused = cast.client("supplier").post(
        reverse("engagement_acceptance", args=[engagement.pk]), {**form, "measured_on": "2999-01-31"}
    )
    assert (refused.status_code, "still to come" in refused.content.decode()) == (422, True)
    post(cast.client("supplier"), "engagement_acceptance", engagement.pk, **form)
    assert Measurement.objects.filter(gate=None).count() == 1
    engagement.refresh_from_db()
    assert "Do you accept?" not in text(cast, "supplier", "engagement_acceptance", engagement.pk)
    stale = cast.client("enterprise").post(
        reverse("engagement_accept", args=[engagement.pk]), {"version": engagement.version - 1}, follow=True
    )
    assert "Read the values again" in stale.content.decode()
    post(cast.client("enterprise"), "engagement_accept", engagement.pk, version=engagement.version)
    shown = text(cast, None, "engagement_detail", engagement.pk)
    assert ("0.45 %" in shown, "Target met" in shown, "某检测所" in shown) == (True, True, True)


def test_members_take_it_over_each_for_itself(cast: Cast) -> None:
    engagement = landed_pool(cast)
    own = engagement.rollouts.get(need__owner=cast.enterprise_org)
    assert heard(cast.enterprise, "engagement.rollout_asked") == 1
    assert waits(cast, "enterprise") == ["rollouts"]
    assert page(cast, "rival", "rollout_detail", own.pk).status_code == 404
    post(cast.client("enterprise"), "rollout_move", own.pk, "accept")
    undated = cast.client("enterprise").post(reverse("rollout_move", args=[own.pk, "plan"]), {})
    assert undated.status_code == 422
    post(cast.client("enterprise"), "rollout_move", own.pk, "plan", day="2026-01-15")
    words = {"part": "boundary_in", "value": "含内腔口部", "reason": "本厂缺陷多在口部"}
    post(cast.client("enterprise"), "rollout_detail", own.pk, **words)
    assert "含内腔口部" in text(cast, "manager", "staff_pool", engagement.demand_id)
    post(cast.client("enterprise"), "rollout_move", own.pk, "finish", day="2026-01-20")
    own.refresh_from_db()
    assert (own.state, own.need.status) == ("done", "landed")


def test_rivals_in_a_pool_are_not_named_to_each_other(cast: Cast) -> None:
    engagement = landed_pool(cast)
    names = {part: text(cast, part, "engagement_detail", engagement.pk) for part in ("enterprise", "supplier", None)}
    assert ("甲精密铸造厂" in names["enterprise"], "乙精密铸造厂" in names["enterprise"]) == (True, False)
    assert ("甲精密铸造厂" in names["supplier"], "乙精密铸造厂" in names["supplier"]) == (True, True)
    assert ("甲精密铸造厂" in names[None], "乙精密铸造厂" in names[None]) == (False, False)


def test_owner_and_supplier_agree_without_a_call(cast: Cast) -> None:
    need, capability = published_need(cast), published_capability(cast)
    address = f"{reverse('engagement_propose', args=[need.pk])}?capability={capability.pk}"
    assert cast.client("rival").get(address).status_code == 403
    assert cast.client("enterprise").get(address).status_code == 200
    form = {"capability": str(capability.pk), "organisation": str(cast.enterprise_org.pk)}
    post(cast.client("enterprise"), "engagement_propose", need.pk, **form)
    engagement = Engagement.objects.get()
    assert heard(cast.supplier, "engagement.proposed") == 1
    assert waits(cast, "supplier") == ["agreements"]
    assert "Do you agree?" not in text(cast, "enterprise", "engagement_detail", engagement.pk)
    assert "Do you agree?" in text(cast, "supplier", "engagement_detail", engagement.pk)
    assert page(cast, None, "engagement_detail", engagement.pk).status_code == 404
    post(cast.client("supplier"), "engagement_move", engagement.pk, "confirm")
    assert heard(cast.manager, "engagement.confirm") == 1
    again = cast.client("enterprise").post(reverse("engagement_propose", args=[need.pk]), form)
    assert again.status_code == 422


def test_a_step_without_its_reason_is_refused_in_words(cast: Cast) -> None:
    engagement = running_engagement(cast)
    address = reverse("engagement_move", args=[engagement.pk, "suspend"])
    refused = cast.client("supervisor").post(address, {"reason": " "}, follow=True)
    assert "Say why" in refused.content.decode()
    assert Engagement.objects.get().status == "running"
    assert cast.client("supervisor").post(address, {"reason": "停工核查"}).status_code == 302
    assert "停工核查" in text(cast, "supplier", "engagement_detail", engagement.pk)
    assert "停工核查" not in text(cast, None, "engagement_detail", engagement.pk)
    assert cast.client("supplier").post(reverse("engagement_move", args=[engagement.pk, "resume"])).status_code == 403
    unknown = reverse("engagement_move", args=[engagement.pk, "destroy"])
    assert cast.client("manager").post(unknown).status_code == 404


def test_what_waits_for_the_manager_is_counted(cast: Cast) -> None:
    awarded_response(cast)
    opened_engagement(cast, lead=make_supplier(5)[0])
    gate = running_gate(cast)
    propose(cast, gate, "iterate")
    rows = [row for row in waiting_for(cast.actor("manager")) if row.queue.page == "staff_engagements"]
    assert [(row.queue.since, row.count) for row in rows] == [("updated_at", 1), ("updated_at", 1), ("proposed_at", 1)]


@pytest.mark.parametrize("name", ["engagement_list", "lesson_list", "my_engagements", "staff_engagements"])
def test_lists_take_the_same_queries_however_long(cast: Cast, name: str) -> None:
    counts = []
    for number in range(2):
        for step in range(1 + 3 * number):
            engagement = running_engagement(cast, lead=make_supplier(10 * number + step)[0])
            engagement.lessons.create(title="先清砂", text="未清砂误报高", written_by=cast.manager)
        client = cast.client("manager" if name == "staff_engagements" else "enterprise")
        client.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_only_the_gate_that_comes_next_can_be_begun(cast: Cast) -> None:
    engagement = running_engagement(cast)
    poc, scale = engagement.gates.get(stage="poc"), planned_gate(cast, engagement, "scale")
    begin = {gate.stage: reverse("gate_start", args=[gate.pk]) for gate in (poc, scale)}
    shown = text(cast, "enterprise", "engagement_detail", engagement.pk)
    assert (begin["poc"] in shown, begin["scale"] in shown) == (True, False)
    passed_gate(cast, engagement, "poc")
    assert begin["scale"] in text(cast, "enterprise", "engagement_detail", engagement.pk)
