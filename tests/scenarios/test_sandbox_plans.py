"""The sandbox plan of a call: written by the supervisor before it opens, read by everyone afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from scenarios.actions import sandbox_plans
from scenarios.errors import NotPermitted
from scenarios.models import Call, Event, Need, SandboxPlan
from tests.drain import drain_outbox
from tests.factories import STAFF, Cast
from tests.sandboxes import CRITERIA, LIMITS, SCOPE, plan, typed
from tests.scenarios.test_call_pages import drafted, page
from tests.stories.town import heard


def graver(cast: Cast, call: Call) -> None:
    Need.objects.filter(pk=call.need_id).update(risk_tier="R4", ethics_number="E-1", supervised_by=cast.supervisor)


def test_only_the_supervisor_writes_it_and_the_manager_is_told(cast: Cast) -> None:
    call = drafted(cast)
    save = reverse("save_sandbox_plan", args=[call.pk])
    assert {part: cast.client(part).post(save, typed()).status_code for part in STAFF if part != "supervisor"} == {
        part: 403 for part in STAFF if part != "supervisor"
    }
    assert not SandboxPlan.objects.exists()
    written = plan(cast.client("supervisor"), call)
    assert (written.scope, written.limits, written.exit_criteria) == (SCOPE, LIMITS, CRITERIA)
    assert (written.supervisor, written.version) == (cast.supervisor, 1)
    assert Event.objects.get(kind="call.sandbox_planned").data == {"limits": 2, "criteria": 2}
    drain_outbox()
    assert [heard(cast.manager, "call.sandbox_planned"), heard(cast.publisher, "call.sandbox_planned")] == [1, 1]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": " "}, "scope"),
        ({"limits-0-value": "-1"}, "limits"),
        ({"limits-0-value": "much"}, "limits"),
        ({"limits-0-unit": ""}, "limits"),
        ({"criteria-TOTAL_FORMS": 0, "criteria-0-text": None, "criteria-1-text": None}, "exit_criteria"),
        ({"limits-TOTAL_FORMS": 0}, "limits"),
    ],
)
def test_terms_without_scope_number_unit_or_criterion_are_refused(cast: Cast, changes: Any, field: str) -> None:
    call = drafted(cast)
    answer = cast.client("supervisor").post(reverse("save_sandbox_plan", args=[call.pk]), typed(**changes))
    assert answer.status_code == 422
    editor = answer.context["editor"]
    parts = {"scope": editor.main.errors, "limits": editor.limits.errors, "exit_criteria": editor.criteria.errors}
    assert any(parts[field]) or editor.main.non_field_errors()
    assert not SandboxPlan.objects.exists()


def test_an_older_version_does_not_overwrite_a_newer_one(cast: Cast) -> None:
    call = drafted(cast)
    plan(cast.client("supervisor"), call)
    stale = cast.client("supervisor").post(reverse("save_sandbox_plan", args=[call.pk]), typed(scope="另一范围"))
    assert (stale.status_code, SandboxPlan.objects.get().scope) == (409, SCOPE)
    saved = cast.client("supervisor").post(reverse("save_sandbox_plan", args=[call.pk]), typed(1, scope="另一范围"))
    assert (saved.status_code, SandboxPlan.objects.get().scope) == (302, "另一范围")


def test_the_supervisor_finds_the_calls_that_wait_for_it(cast: Cast) -> None:
    call = drafted(cast)
    queue = f"{reverse('supervision_queue')}?queue=sandbox-plans"
    client = cast.client("supervisor")
    assert client.get(queue).context["items"] == []
    graver(cast, call)
    (item,) = client.get(queue).context["items"]
    assert (item.line.code, item.line.url) == (call.code, reverse("sandbox_plan", args=[call.pk]))
    waiting = {str(row["label"]): row["count"] for row in client.get("/staff/").context["rows"]}
    assert waiting["Sandbox plans to write"] == 1
    plan(client, call)
    assert client.get(queue).context["items"] == []


def test_the_plan_is_fixed_and_public_once_the_call_is_open(cast: Cast) -> None:
    call = drafted(cast)
    plan(cast.client("supervisor"), call)
    assert cast.client().get(f"/api/v1/calls/{call.pk}/sandbox-plan/").status_code == 404
    cast.client("moderator").post(page(call, "review"))
    cast.client("publisher").post(page(call, "approve"))
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    late = cast.client("supervisor").post(reverse("save_sandbox_plan", args=[call.pk]), typed(1, scope="更大"))
    assert (late.status_code, SandboxPlan.objects.get().scope) == (409, SCOPE)
    shown = cast.client().get(f"/api/v1/calls/{call.pk}/sandbox-plan/").json()
    assert shown == {"scope": SCOPE, "limits": LIMITS, "exit_criteria": CRITERIA}
    text = cast.client().get(reverse("call_detail", args=[call.pk])).content.decode()
    assert all(words in text for words in (SCOPE, "2.5", "km/h", *CRITERIA))
    assert str(cast.supervisor) not in text


def test_the_api_takes_the_same_plan(cast: Cast) -> None:
    call = drafted(cast)
    address = f"/api/v1/calls/{call.pk}/sandbox-plan/"
    body = {"version": 0, "scope": SCOPE, "limits": [{**LIMITS[1], "value": "2.50"}], "exit_criteria": CRITERIA}

    def put(part: str, values: dict[str, Any]) -> Any:
        return cast.client(part).put(address, values, content_type="application/json")

    assert put("manager", body).status_code == 403
    assert put("supervisor", {**body, "limits": []}).json()["errors"].keys() == {"limits"}
    assert put("supervisor", body).json()["limits"] == [LIMITS[1]]
    assert Decimal(SandboxPlan.objects.get().limits[0]["value"]) == Decimal("2.5")
    assert put("supervisor", body).status_code == 409


def test_nobody_plans_for_their_own_organisation(cast: Cast) -> None:
    call = drafted(cast)
    actor = replace(cast.actor("supervisor"), organisation_ids=frozenset({cast.enterprise_org.pk}))
    with pytest.raises(NotPermitted):
        sandbox_plans.plan_sandbox(
            actor=actor,
            call_id=call.pk,
            version=0,
            fields={"scope": SCOPE, "limits": LIMITS, "exit_criteria": CRITERIA},  # type: ignore[typeddict-item]
        )
    assert not SandboxPlan.objects.exists()
