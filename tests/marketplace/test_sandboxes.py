"""The sandbox of an engagement: who sets it up, what is reported in it, and what it opens and shuts."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.models import Account, Engagement, Incident, Member, Sandbox
from scenarios.models import Event, Need
from tests.engagements import opened_engagement, planned_gate, running_engagement
from tests.factories import STAFF, Cast, make_account, make_member, make_organisation, published_capability
from tests.marketplace.test_two_tabs import held
from tests.sandboxes import CRITERIA, LIMITS, SCOPE, evaluator, last_incident, plan, report, set_up, setting
from tests.stories.town import heard, signed_in


@pytest.fixture
def piloted(cast: Cast) -> Engagement:
    """An engagement under way in a sandbox."""
    engagement = running_engagement(cast)
    set_up(cast.client("supervisor"), engagement)
    return engagement


def stands(engagement: Engagement) -> str:
    return Engagement.objects.get(pk=engagement.pk).status


def end(cast: Cast, engagement: Engagement, *met: str, version: int = 1) -> Any:
    form = {"version": version, "met": list(met), "findings": "评估报告第 12 页"}
    return cast.client("supervisor").post(reverse("sandbox_end", args=[engagement.pk]), form)


# Setting it up


def test_only_a_supervisor_who_is_no_party_sets_it_up(cast: Cast) -> None:
    engagement = running_engagement(cast)
    address = reverse("sandbox_set_up", args=[engagement.pk])
    form = setting(evaluator())
    others = [part for part in (*STAFF, "enterprise", "supplier") if part != "supervisor"]
    assert {cast.client(part).post(address, form).status_code for part in others} == {403}
    Member.objects.create(organisation=cast.supplier_org, account=cast.supervisor, role="viewer")
    assert cast.client("supervisor").post(address, form).status_code == 403
    assert not Sandbox.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ends_on": "2026-01-04"}, "The end lies before the start."),
        ({"scope": " "}, "This field is required."),
        ({"limits-0-unit": ""}, "This field is required."),
        ({"third_party": ""}, "This field is required."),
    ],
)
def test_a_sandbox_without_its_terms_is_refused(cast: Cast, changes: Any, said: str) -> None:
    engagement = running_engagement(cast)
    form = setting(evaluator(), **changes)
    answer = cast.client("supervisor").post(reverse("sandbox_set_up", args=[engagement.pk]), form)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert not Sandbox.objects.exists()


def test_who_evaluates_is_found_by_name(cast: Cast) -> None:
    engagement = running_engagement(cast)
    third, address = evaluator(), reverse("sandbox_set_up", args=[engagement.pk])
    make_organisation("未认证检测研究院", verified=False)
    client = cast.client("supervisor")
    page = client.get(address).content.decode()
    assert ("Find it by its name first." in page, third.name_zh in page) == (True, False)
    form = setting(third, third_party="", third_party_name="检测研究", find_third_party="1")
    found = client.post(address, form)
    assert found.context["editor"].setting.fields["third_party"].widget.choices == [(str(third.pk), third.name_zh)]
    assert SCOPE in found.content.decode()
    assert not Sandbox.objects.exists()
    # A party of the project and a word that nobody bears find nobody.
    for name in (cast.supplier_org.name_zh, "无此机构"):
        nobody = client.post(address, {**form, "third_party_name": name}).content.decode()
        assert "No verified organisation has this in its name." in nobody
    assert client.post(address, setting(third)).status_code == 302
    again = client.get(address).context["editor"].setting.fields["third_party"].widget.choices
    assert again == [(str(third.pk), third.name_zh)]


def test_whoever_takes_part_does_not_evaluate(cast: Cast) -> None:
    engagement = running_engagement(cast)
    body = {
        "version": 0,
        "scope": SCOPE,
        "limits": LIMITS,
        "exit_criteria": CRITERIA,
        "third_party": str(cast.supplier_org.pk),
        "starts_on": "2026-01-05",
        "ends_on": "2026-06-30",
    }
    address = f"/api/v1/engagements/{engagement.pk}/sandbox/"
    client = cast.client("supervisor")
    refused = client.put(address, body, content_type="application/json")
    assert (refused.status_code, set(refused.json()["errors"])) == (422, {"third_party"})
    third = evaluator()
    made = client.put(address, {**body, "third_party": str(third.pk)}, content_type="application/json")
    assert (made.status_code, made.json()["limits"], made.json()["third_party"]["id"]) == (200, LIMITS, str(third.pk))
    stale = client.put(address, {**body, "third_party": str(third.pk)}, content_type="application/json")
    assert (stale.status_code, Sandbox.objects.get().version) == (409, 1)


def test_a_new_sandbox_begins_with_the_plan_of_the_call(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    call = engagement.response.call  # type: ignore[union-attr]
    call.status = "approved"
    call.save()
    plan(cast.client("supervisor"), call)
    page = cast.client("supervisor").get(reverse("sandbox_set_up", args=[engagement.pk]))
    editor = page.context["editor"]
    assert editor.main.initial["scope"] == SCOPE
    assert [form.initial["value"] for form in editor.limits.forms] == ["200", "2.5"]
    assert [form.initial["text"] for form in editor.criteria.forms] == CRITERIA


# What it opens


@pytest.mark.parametrize(
    ("answers", "tier", "filings", "said"),
    [
        ({"generative_public": True}, "R2", "genai_reg", "The filing or registration of the generative model."),
        ({"important_data": True}, "R3", "mlps", "The filing of the protection level of the system."),
        ({"opinion_mobilisation": True}, "R4", "algo", "The filing of the algorithm."),
    ],
)
def test_a_pilot_waits_for_the_filing_of_the_chosen_capability(
    cast: Cast, answers: dict[str, bool], tier: str, filings: str, said: str
) -> None:
    engagement = opened_engagement(cast)
    planned_gate(cast, engagement)
    papers = {"ethics_number": "E-1", "supervised_by": cast.supervisor}
    Need.objects.filter(pk=engagement.need_id).update(risk_answers=answers, risk_tier=tier, **papers)
    set_up(cast.client("supervisor"), engagement)
    published_capability(cast, filings=["none"])
    manager, start = cast.client("manager"), reverse("engagement_move", args=[engagement.pk, "start"])
    refused = manager.post(start, follow=True).content.decode()
    assert f"Missing: {said} The supplier files it with the authority" in refused
    assert stands(engagement) == "preparing"
    published_capability(cast, title_zh="另一项能力", filings=[filings])
    manager.post(start)
    assert stands(engagement) == "running"


def test_a_low_tier_starts_without_sandbox_and_filing(cast: Cast) -> None:
    assert running_engagement(cast).status == "running"
    assert not Sandbox.objects.exists()


def test_no_gate_starts_after_a_failed_sandbox(cast: Cast, piloted: Engagement) -> None:
    assert end(cast, piloted, "0").status_code == 302
    sandbox = Sandbox.objects.get()
    assert (sandbox.status, sandbox.results) == ("failed", [True, False])
    gate = piloted.gates.get(stage="poc")
    assert cast.client("enterprise").post(reverse("gate_start", args=[gate.pk])).status_code == 409
    gate.refresh_from_db()
    assert gate.state == "planned"
    assert heard(cast.supplier, "engagement.sandbox_failed") == 1


def test_a_sandbox_ends_once_and_not_before_grave_incidents_are_closed(cast: Cast, piloted: Engagement) -> None:
    report(cast.client("supplier"), piloted, 2)
    assert end(cast, piloted, "0", "1").status_code == 409
    incident = last_incident(piloted)
    cast.client("supervisor").post(reverse("incident_close", args=[incident.pk]), {"remedy": "调整限速"})
    assert end(cast, piloted, "0", "1", version=9).status_code == 409
    assert end(cast, piloted, "0", "1").status_code == 302
    assert end(cast, piloted, "0", "1", version=2).status_code in (403, 409)
    assert report(cast.client("supplier"), piloted, 3).status_code == 409
    assert (Sandbox.objects.get().status, Incident.objects.count()) == ("left", 1)


def test_a_sandbox_is_not_ended_on_terms_that_changed_unread(cast: Cast, piloted: Engagement) -> None:
    other = setting(Sandbox.objects.get().third_party, 1, **{"criteria-1-text": "无投诉"})
    assert cast.client("supervisor").post(reverse("sandbox_set_up", args=[piloted.pk]), other).status_code == 302
    late = end(cast, piloted, "0", "1")
    form = late.context["end_form"]
    assert (late.status_code, Sandbox.objects.get().status) == (409, "active")
    assert "The terms were changed in the meantime. Read them again, then say what is met." in late.content.decode()
    assert (form["findings"].value(), form["met"].value(), held(late)) == ("评估报告第 12 页", [], "2")
    assert end(cast, piloted, "0", "1", version=2).status_code == 302


# Incidents


@pytest.mark.parametrize("severity", [2, 3, 4])
def test_a_lesser_incident_is_told_once_and_halts_nothing(cast: Cast, piloted: Engagement, severity: int) -> None:
    assert report(cast.client("enterprise"), piloted, severity).status_code == 302
    assert (stands(piloted), last_incident(piloted).suspends) == ("running", False)
    told = [cast.supplier, cast.manager, cast.supervisor, cast.enterprise]
    assert [heard(one, "engagement.incident") for one in told] == [1, 1, 1, 0]


def test_every_side_reports_and_strangers_do_not(cast: Cast, piloted: Engagement) -> None:
    watching = make_member(Sandbox.objects.get().third_party)
    clients = {part: cast.client(part) for part in ("enterprise", "supplier", "manager", "supervisor")}
    answers = {part: report(client, piloted, 4).status_code for part, client in clients.items()}
    assert (set(answers.values()), report(signed_in(watching), piloted, 4).status_code) == ({302}, 302)
    refused = {part: report(cast.client(part), piloted, 4).status_code for part in ("rival", "moderator", "auditor")}
    assert refused == {"rival": 403, "moderator": 403, "auditor": 403}
    assert list(Incident.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]


def test_a_report_that_is_sent_twice_is_one_incident(cast: Cast, piloted: Engagement) -> None:
    for _ in range(2):
        assert report(cast.client("supplier"), piloted, 1, key="k-1").status_code == 302
    assert (Incident.objects.count(), Event.objects.filter(kind="engagement.suspend").count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"severity": "0"}, "severity"),
        ({"severity": "5"}, "severity"),
        ({"what": " "}, "what"),
        ({"measures": ""}, "measures"),
        ({"happened_at": "2099-01-01T00:00"}, "happened_at"),
    ],
)
def test_an_incomplete_report_is_refused_and_halts_nothing(
    cast: Cast, piloted: Engagement, changes: dict[str, str], field: str
) -> None:
    answer = report(cast.client("supplier"), piloted, 1, **changes)
    assert (answer.status_code, set(answer.context["incident_form"].errors)) == (422, {field})
    assert (Incident.objects.count(), stands(piloted)) == (0, "running")


def test_two_grave_incidents_hold_until_both_are_closed_and_each_is_told_once(cast: Cast, piloted: Engagement) -> None:
    supervisor = cast.client("supervisor")
    for part in ("supplier", "enterprise"):
        report(cast.client(part), piloted, 1)
    assert Event.objects.filter(kind="engagement.suspend").count() == 1
    assert heard(cast.manager, "engagement.incident") == 1
    first, second = Incident.objects.order_by("number")
    supervisor.post(reverse("incident_close", args=[second.pk]), {"remedy": "已整改"})
    assert stands(piloted) == "suspended"
    supervisor.post(reverse("incident_close", args=[first.pk]), {"remedy": "已整改"})
    assert stands(piloted) == "running"
    assert Event.objects.filter(kind="engagement.resume").count() == 1
    assert supervisor.post(reverse("incident_close", args=[first.pk]), {"remedy": "再次"}).status_code == 409


def test_what_the_manager_suspended_stays_suspended_when_an_incident_is_closed(cast: Cast, piloted: Engagement) -> None:
    manager, supervisor = cast.client("manager"), cast.client("supervisor")
    resume = reverse("engagement_move", args=[piloted.pk, "resume"])
    manager.post(reverse("engagement_move", args=[piloted.pk, "suspend"]), {"reason": "场地检修"})
    report(cast.client("supplier"), piloted, 1)
    assert manager.post(resume).status_code == 409
    supervisor.post(reverse("incident_close", args=[last_incident(piloted).pk]), {"remedy": "已整改"})
    assert stands(piloted) == "suspended"
    assert manager.post(resume).status_code == 302
    assert stands(piloted) == "running"


def test_another_supervisor_closes_an_incident_only_after_taking_the_sandbox_over(
    cast: Cast, piloted: Engagement
) -> None:
    other: Account = make_account("supervisor2@example.org", roles=("supervisor",))
    report(cast.client("supplier"), piloted, 1)
    close = reverse("incident_close", args=[last_incident(piloted).pk])
    assert signed_in(other).post(close, {"remedy": "已整改"}).status_code == 403
    form = setting(Sandbox.objects.get().third_party, 1)
    assert signed_in(other).post(reverse("sandbox_set_up", args=[piloted.pk]), form).status_code == 302
    assert signed_in(other).post(close, {"remedy": "已整改"}).status_code == 302
    assert (stands(piloted), Sandbox.objects.get().supervisor) == ("running", other)


def test_the_public_reads_the_terms_and_not_the_incidents(cast: Cast, piloted: Engagement) -> None:
    report(cast.client("supplier"), piloted, 3, what="仅当事方可读的经过")
    address, page = f"/api/v1/engagements/{piloted.pk}/sandbox/", reverse("sandbox_detail", args=[piloted.pk])
    public = cast.client().get(address).json()
    assert (public["scope"], "incidents" in public, "supervisor" in public) == (SCOPE, False, False)
    for part, reads in ((None, False), ("rival", False), ("enterprise", True), ("supplier", True), ("auditor", True)):
        client = cast.client(part)
        assert ("仅当事方可读的经过" in client.get(page).content.decode()) is reads, part
        assert ("incidents" in client.get(address).json()) is reads, part


def test_the_api_reports_closes_and_ends(cast: Cast, piloted: Engagement) -> None:
    body = {
        "severity": 1,
        "what": "越界",
        "measures": "停运",
        "happened_at": (timezone.now() - timedelta(minutes=5)).isoformat(),
    }
    base = f"/api/v1/engagements/{piloted.pk}/sandbox/"
    sent = cast.client("supplier").post(f"{base}report/", body, content_type="application/json")
    assert (sent.status_code, sent.json()["suspends"], stands(piloted)) == (201, True, "suspended")
    supervisor = cast.client("supervisor")
    closing = f"/api/v1/incidents/{sent.json()['id']}/close/"
    assert supervisor.post(closing, {"remedy": "已整改"}, content_type="application/json").status_code == 200
    assert stands(piloted) == "running"
    ending = {"version": 1, "results": [True], "findings": "评估报告"}
    assert supervisor.post(f"{base}end/", ending, content_type="application/json").status_code == 422
    ended = supervisor.post(f"{base}end/", {**ending, "results": [True, True]}, content_type="application/json")
    assert (ended.status_code, ended.json()["status"]) == (200, "left")
