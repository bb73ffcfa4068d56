"""Two tabs in a project: measurements, contact, statement, days and sandbox are not overwritten unseen."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from marketplace.models import GateDecision, Measurement, Party, Rollout, Sandbox
from scenarios.models import SandboxPlan
from tests.calls import drafted_call
from tests.engagements import landed_pool, passed_gate, propose, running_engagement, running_gate
from tests.factories import Cast
from tests.marketplace.test_two_tabs import held
from tests.sandboxes import LIMITS, SCOPE, evaluator, plan, set_up, setting, typed
from tests.stories.town import post, version_on

METHOD = "连续 5 个班次，人工复核全部判合格件"


def told(answer: Any) -> dict[str, tuple[str, str]]:
    """Return what the page of a conflict shows beside each other: name → (mine, saved)."""
    assert answer.status_code == 409
    return {row.name: (row.mine, row.saved) for row in answer.context["differences"]}


def reading(indicator: Any, value: str, **more: Any) -> dict[str, Any]:
    words = {"test_method": METHOD, "measured_by": "某第三方检测机构", "measured_on": "2026-01-31"}
    return {"indicator": str(indicator.pk), "value": value, **words, **more}


def through_api(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_a_measurement_at_a_gate_in_two_tabs(cast: Cast) -> None:
    gate = running_gate(cast)
    essential, other = gate.engagement.indicators.order_by("-essential")
    client, where = cast.client("supplier"), reverse("gate_measure", args=[gate.pk])
    version = version_on(client, "gate_detail", gate.pk)
    post(client, "gate_measure", gate.pk, **reading(essential, "0.4", version=version))
    # Another indicator is measured meanwhile: that is no conflict.
    post(cast.client("manager"), "gate_measure", gate.pk, **reading(other, "12", version=version))
    second = reading(essential, "0.3", measured_by="某研究院", version=version)
    late = client.post(where, second)
    assert told(late) == {"value": ("0.3", "0.4"), "measured_by": ("某研究院", "某第三方检测机构")}
    assert [pk for pk, _label in late.context["measurement_form"].fields["indicator"].choices] == [str(essential.pk)]
    assert Measurement.objects.get(indicator=essential).value == Decimal("0.4")
    kept = {**second, "keep-value": "mine", "keep-measured_by": "saved", "version": held(late)}
    wrong = client.post(where, {**kept, "measured_on": "2999-01-01"})
    assert (wrong.status_code, held(wrong)) == (422, "0")  # the choice is asked for once more
    assert client.post(where, kept).status_code == 302
    saved = Measurement.objects.get(indicator=essential)
    assert (saved.value, saved.measured_by, saved.test_method) == (Decimal("0.3"), "某第三方检测机构", METHOD)
    assert (
        client.post(where, {**reading(essential, "0.3"), "version": version}).status_code == 302
    )  # the same: not asked


def test_a_measurement_for_the_acceptance_in_two_tabs_and_over_the_api(cast: Cast) -> None:
    engagement = running_engagement(cast)
    passed_gate(cast, engagement, "poc")
    line = engagement.indicators.get(essential=True)
    client, own = cast.client("supplier"), f"engagements/{engagement.pk}/"
    made = through_api(client, f"{own}measure/", reading(line, "0.45"))
    assert made.status_code == 200
    stale = through_api(client, f"{own}measure/", reading(line, "0.2"))
    assert (stale.status_code, stale.json()["differences"]) == (409, {"value": {"yours": "0.2", "theirs": "0.45"}})
    late = client.post(reverse("engagement_acceptance", args=[engagement.pk]), reading(line, "0.2", version=1))
    assert told(late) == {"value": ("0.2", "0.45")}
    seen = through_api(client, f"{own}measure/", reading(line, "0.2", version=made.json()["version"]))
    assert seen.status_code == 200
    assert Measurement.objects.get(gate=None).value == Decimal("0.2")


def test_a_contact_in_two_tabs(cast: Cast) -> None:
    engagement, client = running_engagement(cast), cast.client("supplier")
    where = reverse("engagement_contact", args=[engagement.pk])
    version = version_on(client, "engagement_detail", engagement.pk)
    post(client, "engagement_contact", engagement.pk, contact="热线一", version=version)
    late = client.post(where, {"contact": "热线二", "version": version})
    assert told(late) == {"contact": ("热线二", "热线一")}
    assert ('<details class="panel " open' in late.content.decode(), held(late)) == (True, "1")
    stale = through_api(client, f"engagements/{engagement.pk}/contact/", {"contact": "热线三"})
    assert (stale.status_code, stale.json()["differences"]) == (
        409,
        {"contact": {"yours": "热线三", "theirs": "热线一"}},
    )
    assert Party.objects.get(role="lead").contact == "热线一"
    kept = {"contact": "热线二", "version": held(late), "keep-contact": "saved"}
    assert client.post(where, kept).status_code == 302
    assert Party.objects.get(role="lead").contact == "热线一"
    shown = through_api(client, f"engagements/{engagement.pk}/contact/", {"contact": "热线三", "version": 2}).json()
    assert {row["role"]: row["version"] for row in shown["parties"]} == {"owner": 0, "lead": 3, "integrator": 0}


def test_a_statement_of_two_colleagues(cast: Cast) -> None:
    gate = running_gate(cast)
    lead = gate.engagement.parties.get(role="lead")
    decision = propose(cast, gate, "stop_breach", accused_id=lead.pk, evidence="催告函")
    client, where = cast.client("supplier"), reverse("decision_statement", args=[decision.pk])
    version = version_on(client, "decision_detail", decision.pk)
    post(client, "decision_statement", decision.pk, statement="设备供应中断", version=version)
    late = client.post(where, {"statement": "产线停电", "version": version})
    assert told(late) == {"statement": ("产线停电", "设备供应中断")}
    stale = through_api(client, f"gate-decisions/{decision.pk}/statement/", {"statement": "产线停电"})
    assert stale.status_code == 409
    assert stale.json()["differences"] == {"statement": {"yours": "产线停电", "theirs": "设备供应中断"}}
    assert GateDecision.objects.get().statement == "设备供应中断"
    assert client.post(where, {"statement": "两者皆有", "version": held(late)}).status_code == 302
    assert (GateDecision.objects.get().statement, GateDecision.objects.get().version) == ("两者皆有", 2)


def test_the_day_of_a_rollout_in_two_tabs(cast: Cast) -> None:
    own = landed_pool(cast).rollouts.get(need__owner=cast.enterprise_org)
    client, where = cast.client("enterprise"), reverse("rollout_move", args=[own.pk, "plan"])
    post(client, "rollout_move", own.pk, "accept")
    version = version_on(client, "rollout_detail", own.pk)
    post(client, "rollout_move", own.pk, "plan", day="2026-01-15", version=version)
    late = client.post(where, {"day": "2026-03-01", "version": version})
    assert told(late) == {"day": ("2026-03-01", "2026-01-15")}
    stale = through_api(client, f"rollouts/{own.pk}/plan/", {"day": "2026-03-01"})
    assert stale.status_code == 409
    assert stale.json()["differences"] == {"planned_on": {"yours": "2026-03-01", "theirs": "2026-01-15"}}
    assert Rollout.objects.get(pk=own.pk).planned_on == date(2026, 1, 15)
    assert client.post(where, {"day": "2026-03-01", "version": held(late)}).status_code == 302
    moved = through_api(client, f"rollouts/{own.pk}/plan/", {"day": "2026-04-01", "version": 2}).json()["rollouts"]
    assert [(row["planned_on"], row["version"]) for row in moved if row["id"] == str(own.pk)] == [("2026-04-01", 3)]


def test_the_sandbox_of_a_project_in_two_tabs(cast: Cast) -> None:
    engagement, client, third = running_engagement(cast), cast.client("supervisor"), evaluator()
    set_up(client, engagement, third)
    where, more = reverse("sandbox_set_up", args=[engagement.pk]), "某标准院"
    other = evaluator()
    type(other).objects.filter(pk=other.pk).update(name_zh=more)
    second = setting(other, scope="另一范围", ends_on="2026-07-31", **{"limits-0-value": "300"})
    late = client.post(where, second)
    lines = [f"每日处理件数 ≤ {value} 件\n最高车速 ≤ 2.5 km/h" for value in ("300", "200")]
    assert told(late) == {
        "scope": ("另一范围", SCOPE),
        "limits": tuple(lines),
        "third_party": (more, "某检测研究院"),
        "ends_on": ("2026-07-31", "2026-06-30"),
    }
    assert (held(late), Sandbox.objects.get().scope) == ("1", SCOPE)
    kept = {"keep-scope": "saved", "keep-limits": "mine", "keep-third_party": "saved", "keep-ends_on": "mine"}
    assert client.post(where, {**second, **kept, "version": held(late)}).status_code == 302
    saved = Sandbox.objects.get()
    assert (saved.scope, saved.third_party, saved.ends_on) == (SCOPE, third, date(2026, 7, 31))
    assert [row["value"] for row in saved.limits] == ["300", "2.5"]


def test_a_sandbox_plan_in_two_tabs(cast: Cast) -> None:
    call, client = drafted_call(cast), cast.client("supervisor")
    plan(client, call)
    where = reverse("save_sandbox_plan", args=[call.pk])
    second = typed(scope="另一范围", **{"criteria-1-text": "无投诉"})
    late = client.post(where, second)
    criteria = ["连续 30 日无 2 级以上事件\n无投诉", "连续 30 日无 2 级以上事件\n第三方评估报告通过"]
    assert told(late) == {"scope": ("另一范围", SCOPE), "exit_criteria": tuple(criteria)}
    assert "另一范围" in late.content.decode()
    longer = {**second, "keep-scope": "saved", "version": held(late), "add_limits": ""}
    assert held(client.post(where, longer)) == "0"  # with another row the choice is asked for once more
    kept = {"keep-scope": "mine", "keep-exit_criteria": "saved", "version": held(late)}
    assert client.post(where, {**second, **kept}).status_code == 302
    saved = SandboxPlan.objects.get()
    assert (saved.scope, saved.exit_criteria[1], saved.limits) == ("另一范围", "第三方评估报告通过", LIMITS)
    body = {"version": 1, "scope": SCOPE, "limits": LIMITS, "exit_criteria": saved.exit_criteria}
    stale = client.put(f"/api/v1/calls/{call.pk}/sandbox-plan/", json.dumps(body), content_type="application/json")
    assert (stale.status_code, stale.json()["differences"]) == (409, {"scope": {"yours": SCOPE, "theirs": "另一范围"}})
