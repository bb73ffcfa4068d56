"""Projects over the API: the same steps as the pages, each field to its circle."""

from typing import Any

from marketplace.models import Engagement
from scenarios.audiences import ENGAGEMENT_FIELDS, Audience, visible_fields
from tests.api.conftest import Send
from tests.engagements import GATE, awarded_response, landed_pool, running_engagement, running_gate
from tests.factories import Cast, published_capability, published_need
from tests.marketplace.test_engagement_gates import booked

TRIED = {"tried_on": "2026-01-20", "what": "一百件标定铸件", "outcome": "漏检率 2.1 %"}
MEASURED = {"test_method": "人工复核", "measured_by": "某检测所", "measured_on": "2026-01-31"}


def test_from_the_award_to_the_landing(api: Send, cast: Cast) -> None:
    response = awarded_response(cast)
    assert api("enterprise", "post", "engagements/", {"response": str(response.pk)}).status_code == 403
    opened = api("manager", "post", "engagements/", {"response": str(response.pk)})
    assert (opened.status_code, opened.json()["status"]) == (201, "preparing")
    own = f"engagements/{opened.json()['id']}/"
    for stage in ("poc", "scale"):
        plan = {**GATE, "stage": stage, "cost_cap": "5"}
        planned = api("enterprise", "post", f"{own}gates/", plan).json()
    poc, scale = (f"gates/{gate['id']}/" for gate in planned["gates"])
    parties = {party["role"]: party["id"] for party in planned["parties"]}
    api("manager", "post", f"{own}start/")
    for gate in (poc, scale):
        assert api("enterprise", "post", f"{gate}start/").status_code == 200
        cost: Any = {"payer": parties["lead"], "amount": "5.01", "what": "相机", "spent_on": "2026-01-15"}
        assert api("supplier", "post", f"{gate}costs/", cost).status_code == 422
        for _ in range(2):
            booked = api("supplier", "post", f"{gate}costs/", {**cost, "amount": "5"}, Idempotency_Key=f"once-{gate}")
            assert booked.status_code == 200
        line = booked.json()["indicators"][0]["id"]
        api("supplier", "post", f"{gate}measure/", {"indicator": line, "value": "0.4", **MEASURED})
        proposed = api("enterprise", "post", f"{gate}decide/", {"verdict": "pass", "reason": "三次均达标"}).json()
        waiting = next(row for one in proposed["gates"] for row in one["decisions"] if row["state"] == "proposed")
        decision = f"gate-decisions/{waiting['id']}/"
        assert api("enterprise", "post", f"{decision}confirm/").status_code == 403
        assert api("manager", "post", f"{decision}confirm/").status_code == 200
    ready = api("supplier", "post", f"{own}measure/", {"indicator": line, "value": "0.45", **MEASURED}).json()
    assert api("enterprise", "post", f"{own}accept/", {"version": ready["version"] - 1}).status_code == 409
    landed = api("enterprise", "post", f"{own}accept/", {"version": ready["version"]}).json()
    assert (landed["status"], landed["indicators"][0]["met"]) == ("landed", True)
    assert [gate["spent"] for gate in landed["gates"]] == ["5.00", "5.00"]
    assert api("manager", "post", f"{own}close/").status_code == 422
    words = {"title": "先清砂", "text": "未清砂的铸件误报高。"}
    assert api("supplier", "post", f"{own}lessons/", words).status_code == 201
    assert api("manager", "post", f"{own}close/").json()["status"] == "closed"
    assert api(None, "get", "lessons/").json()["results"][0]["title"] == "先清砂"


def test_trials_over_the_api(api: Send, cast: Cast) -> None:
    gate = running_gate(cast)
    cost = booked(cast, gate, "1.5")
    path, asked = f"gates/{gate.pk}/trials/", {**TRIED, "cost": str(cost.pk)}
    for _ in range(2):
        answer = api("supplier", "post", path, asked, Idempotency_Key="once")
        assert answer.status_code == 200
    for _ in range(2):
        answer = api("supplier", "post", path, TRIED)
    (shown,) = answer.json()["gates"]
    assert (shown["trials"], shown["trials_made"]) == (3, 3)
    first = next(row for row in shown["trial_records"] if row["cost"])
    assert (first["round"], first["tried_on"], first["outcome"]) == (0, "2026-01-20", "漏检率 2.1 %")
    beyond = api("supplier", "post", path, TRIED)
    assert (beyond.status_code, list(beyond.json()["errors"])) == (422, ["trials"])
    assert api("enterprise", "post", path, TRIED).status_code == 403
    struck = api("supplier", "post", f"gate-trials/{first['id']}/strike/", {"reason": "记错"}).json()
    assert struck["gates"][0]["trials_made"] == 2
    (public,) = api(None, "get", f"engagements/{gate.engagement_id}/").json()["gates"]
    assert set(public) == {"id", "stage", "state", "iterations", "verdict"}


def test_each_circle_reads_its_fields(api: Send, cast: Cast) -> None:
    engagement = running_engagement(cast)
    path = f"engagements/{engagement.pk}/"
    circles = {
        None: Audience.PUBLIC,
        "rival": Audience.VERIFIED,
        "auditor": Audience.STAFF,
        "enterprise": Audience.OWNER,
    }
    inside = {
        "contact",
        "call",
        "costs",
        "trials",
        "decisions",
        "notes",
        "created_at",
    }  # parts of parties and gates, an address of their own, or of no answer
    for part, audience in circles.items():
        shown = api(part, "get", path).json()
        table = {name for name in visible_fields(ENGAGEMENT_FIELDS, audience) if "." not in name}
        assert set(shown) == table - inside, part
        gate, line, contacts = shown["gates"][0], shown["indicators"][0], [row["contact"] for row in shown["parties"]]
        assert ("cost_cap" in gate, "promised" in line) == (audience >= Audience.STAFF,) * 2, part
        assert any(contacts) is (audience is Audience.OWNER), part
    assert [row["code"] for row in api(None, "get", "engagements/").json()["results"]] == [engagement.code]
    assert api(None, "get", "engagements/", {"status": "landed"}).json()["count"] == 0


def test_a_direct_agreement_and_the_ledger(api: Send, cast: Cast) -> None:
    sides = {"need": str(published_need(cast).pk), "capability": str(published_capability(cast).pk)}
    asked = {**sides, "organisation": str(cast.supplier_org.pk)}
    proposed = api("supplier", "post", "engagements/propose/", asked).json()
    own = f"engagements/{proposed['id']}/"
    assert api(None, "get", own).status_code == 404
    assert api("supplier", "post", f"{own}confirm/").status_code == 403
    assert api("enterprise", "post", f"{own}confirm/").json()["status"] == "preparing"
    parties = {party["role"]: party["id"] for party in proposed["parties"]}
    words = {"element": "data", "what": "缺陷图像", "quantity": "10000", "unit": "张", "due_on": "2026-01-15"}
    promise = {"giver": parties["owner"], "receiver": parties["lead"], **words}
    (entry,) = api("enterprise", "post", f"{own}elements/", promise, Idempotency_Key="once").json()["elements"]
    assert (entry["quantity"], entry["is_late"], entry["state"]) == ("10000.00", True, "promised")
    element = f"elements/{entry['id']}/"
    assert api("enterprise", "post", f"{element}deliver/", {"note": "硬盘"}).status_code == 200
    assert api("supplier", "post", f"{element}refuse/", {"reason": "只有八千张"}).status_code == 200
    (done,) = api("supplier", "post", f"{element}confirm/").json()["elements"]
    assert (done["state"], done["is_late"], done["note"]) == ("confirmed", False, "只有八千张")
    assert api("manager", "post", f"{own}call-off/", {"reason": "业主停产"}).json()["status"] == "called_off"


def test_a_member_answers_for_its_own_rollout(api: Send, cast: Cast) -> None:
    engagement = landed_pool(cast)
    path = f"engagements/{engagement.pk}/"
    (own,) = api("enterprise", "get", path).json()["rollouts"]
    assert len(api("supplier", "get", path).json()["rollouts"]) == 2
    rollout = f"rollouts/{own['id']}/"
    assert api("rival", "post", f"{rollout}accept/").status_code == 404
    api("enterprise", "post", f"{rollout}accept/")
    api("enterprise", "post", f"{rollout}plan/", {"day": "2026-01-15"})
    deviation = {"part": "boundary_in", "value": "含内腔口部", "reason": "缺陷多在口部"}
    api("enterprise", "post", f"{rollout}deviate/", deviation)
    done = api("enterprise", "post", f"{rollout}finish/", {"day": "2026-01-20"}).json()["rollouts"]
    assert [(row["state"], row["done_on"], len(row["deviations"])) for row in done] == [("done", "2026-01-20", 1)]


def test_it_is_suspended_and_goes_on(api: Send, cast: Cast) -> None:
    engagement = running_engagement(cast)
    path = f"engagements/{engagement.pk}/"
    assert api("publisher", "post", f"{path}suspend/", {"reason": "检查"}).status_code == 403
    assert api("supervisor", "post", f"{path}suspend/", {"reason": "检查"}).json()["status"] == "suspended"
    gate = engagement.gates.get()
    assert api("manager", "post", f"gates/{gate.pk}/start/").status_code == 409
    assert "reason" not in api(None, "get", path).json()
    assert api("supervisor", "post", f"{path}resume/").json()["status"] == "running"
    assert Engagement.objects.get().reason == ""
