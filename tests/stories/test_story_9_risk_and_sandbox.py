"""Story 9: an R4 need cannot be published without an ethics number; a severity-1 incident suspends the engagement."""

from typing import Any

from django.urls import reverse

from marketplace.models import Engagement
from scenarios.models import Call, Event, Need
from tests.engagements import GATE
from tests.factories import Cast, checked_need, make_member, picked
from tests.sandboxes import evaluator, last_incident, plan, report, set_up
from tests.scenarios.test_call_pages import written
from tests.stories.town import heard, post, signed_in
from tests.test_flow import Officials, award, name_officials, review, take_responses

ANSWERS = {"autonomous_decision": True, "safety_critical_control": True}


def published(cast: Cast) -> Need:
    """Have an R4 need handed in without an ethics number brought to publication over the pages."""
    need = checked_need(cast, risk_answers=ANSWERS, title_zh="无人接驳车开放道路试运行")
    assert need.risk_tier == "R4"
    post(cast.client("moderator"), "moderate_need", need.pk, verdict="approve", version=need.version)
    return need


def status(need: Need) -> str:
    return Need.objects.get(pk=need.pk).status


def refused_to_publish(cast: Cast, need: Need) -> str:
    """Try to publish; return what the publisher reads."""
    report: Any = cast.client("publisher").post(reverse("batch", args=["publish-needs"]), picked(need), follow=True)
    assert status(need) == "approved"
    return report.content.decode()


def test_story_9_a_r4_need_cannot_be_published_without_an_ethics_number(cast: Cast) -> None:
    need = published(cast)
    said = refused_to_publish(cast, need)
    assert "Missing: The number of the ethics document." in said
    assert "enters the number of the review on the page of the need" in said
    cleared = cast.client("supervisor").post(reverse("supervise_need", args=[need.pk]), {"note": ""})
    assert (cleared.status_code, Need.objects.get().supervised_by) == (422, None)
    assert not Event.objects.filter(kind__in=["need.supervised", "need.published"]).exists()
    api = cast.client("publisher").post(f"/api/v1/needs/{need.pk}/publish/")
    assert (api.status_code, set(api.json()["errors"])) == (422, {"ethics_number", "supervisor_approval"})

    post(cast.client("enterprise"), "need_ethics_number", need.pk, ethics_number="锡伦审〔2026〕第 7 号")
    assert heard(cast.supervisor, "need.ethics_number_entered") == 1
    assert "Missing: The supervisor&#x27;s approval." in refused_to_publish(cast, need)
    post(cast.client("supervisor"), "supervise_need", need.pk, note="限速 20 km/h，安全员随车")
    cast.client("publisher").post(reverse("batch", args=["publish-needs"]), picked(need))
    assert status(need) == "published"
    assert (heard(cast.enterprise, "need.published"), Need.objects.get().ethics_number) == (1, "锡伦审〔2026〕第 7 号")


def called(cast: Cast, need: Need) -> tuple[Call, Officials]:
    """Have the call from an R4 need written, planned for a sandbox, checked by four eyes and opened over the pages."""
    address = f"{reverse('staff_call_new')}?need={need.pk}"
    asked = written(title_zh="无人接驳车试运行揭榜", kind="bounty", consortium_allowed="on")
    assert cast.client("manager").post(address, asked).status_code == 302
    call = Call.objects.get(need=need)
    named = name_officials(cast, call)
    post(cast.client("moderator"), "staff_call_review", call.pk)
    post(cast.client("publisher"), "staff_call_approve", call.pk)
    cast.client("publisher").post(reverse("staff_call_open", args=[call.pk]))
    assert Call.objects.get(pk=call.pk).status == "approved"  # the sandbox plan is missing
    plan(cast.client("supervisor"), call)
    post(cast.client("publisher"), "staff_call_open", call.pk)
    return Call.objects.get(pk=call.pk), named


def awarded(cast: Cast) -> Engagement:
    """Bring an R4 need over every page to the award and the project of it, with its first gate planned."""
    need = published(cast)
    post(cast.client("enterprise"), "need_ethics_number", need.pk, ethics_number="锡伦审〔2026〕第 7 号")
    post(cast.client("supervisor"), "supervise_need", need.pk, note="限速 20 km/h，安全员随车")
    post(cast.client("publisher"), "batch", "publish-needs", **picked(need))
    call, named = called(cast, need)
    mine, other = take_responses(cast, call, named)
    review(call, named, mine, other)
    award(cast, call, named, other)
    mine.refresh_from_db()
    assert mine.status == "awarded"
    post(cast.client("manager"), "engagement_open", mine.pk)
    engagement = Engagement.objects.get(response=mine)
    post(cast.client("enterprise"), "gate_plan", engagement.pk, "poc", **GATE, version=0)
    return engagement


def stands(engagement: Engagement) -> str:
    return Engagement.objects.get(pk=engagement.pk).status


def test_story_9_a_severity_1_incident_suspends_the_engagement_and_everybody_is_told_once(cast: Cast) -> None:
    engagement = awarded(cast)
    manager, supervisor = cast.client("manager"), cast.client("supervisor")

    # Without a sandbox the R4 pilot does not start.
    start = reverse("engagement_move", args=[engagement.pk, "start"])
    refused = manager.post(start, follow=True)
    assert "before its pilot starts. Missing: The sandbox plan." in refused.content.decode()
    assert "sets the sandbox up on the page of the project" in refused.content.decode()
    assert stands(engagement) == "preparing"
    third = evaluator()
    watching = make_member(third)
    set_up(supervisor, engagement, third)
    assert manager.post(start).status_code == 302
    assert stands(engagement) == "running"
    (gate,) = engagement.gates.all()
    post(cast.client("enterprise"), "gate_start", gate.pk)

    # The supplier reports it; everything halts in the same transaction, and each hears of it once.
    assert report(cast.client("supplier"), engagement, 1).status_code == 302
    incident = last_incident(engagement)
    assert (stands(engagement), incident.suspends, incident.reporter) == ("suspended", True, cast.supplier_org)
    kinds = ["engagement.grave_incident", "engagement.suspend"]
    events = Event.objects.filter(kind__in=kinds).order_by("id")
    assert [(row.kind, row.actor_id) for row in events] == [(kind, cast.supplier.pk) for kind in kinds]
    assert len(set(events.values_list("transaction", flat=True))) == 1
    told = [cast.enterprise, cast.manager, cast.supervisor, watching]
    assert [heard(one, "engagement.suspend") for one in told] == [1, 1, 1, 1]
    assert [one.notifications.filter(event__kind__contains="incident").count() for one in told] == [0, 0, 0, 0]
    assert cast.client("enterprise").post(reverse("cost_book", args=[gate.pk]), {}).status_code in (409, 422)

    # Neither the manager nor another supervisor lets it go on; the supervisor only with the measures recorded.
    resume = reverse("engagement_move", args=[engagement.pk, "resume"])
    assert [client.post(resume).status_code for client in (manager, supervisor)] == [409, 409]
    close = reverse("incident_close", args=[incident.pk])
    assert [cast.client(part).post(close, {"remedy": "x"}).status_code for part in ("manager", "supplier")] == [
        403,
        403,
    ]
    supervisor.post(close, {"remedy": " "})
    assert stands(engagement) == "suspended"
    post(supervisor, "incident_close", incident.pk, remedy="更换感知模型并经封闭场地复测 200 次无漏检")
    assert stands(engagement) == "running"
    incident.refresh_from_db()
    assert (incident.closed_by, incident.remedy) == (cast.supervisor, "更换感知模型并经封闭场地复测 200 次无漏检")
    assert [heard(one, "engagement.resume") for one in (cast.enterprise, cast.supplier, cast.manager, watching)] == [
        1
    ] * 4

    # With every criterion met it is left.
    ended = {"version": 1, "met": ["0", "1"], "findings": "第三方评估报告第 12 页：限值均未超出。"}
    post(supervisor, "sandbox_end", engagement.pk, **ended)
    page = signed_in(watching).get(reverse("sandbox_detail", args=[engagement.pk]))
    assert [met for _criterion, met in page.context["results"]] == [True, True]
    assert heard(cast.enterprise, "engagement.sandbox_left") == 1
