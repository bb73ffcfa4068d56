"""Story 8: three teams, PoC cap 5 万元 each: pass, iterate, stop without fault; overspending refused, nobody marked."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from marketplace.models import Account, Cost, Engagement, Gate, GateDecision, Lesson, Response, Selection
from scenarios.models import Event
from tests.calls import answers, award, close, make_supplier, sealed_call
from tests.engagements import GATE, closed_call
from tests.factories import Cast
from tests.selections import Review, end_notice
from tests.stories.test_story_7_seven_sealed_responses import by_lead, respond, scored
from tests.stories.town import heard, post, signed_in

LESSON = {"lesson_title": "低对比度裂纹需要偏振光", "lesson": "现有光源下裂纹与背景相差不到两级灰度；换偏振光后再试。"}
CAP = Decimal(5)


class Team:
    """A supplier that won the race, and its engagement."""

    def __init__(self, cast: Cast, response: Response, account: Account) -> None:
        self.cast, self.account, self.client = cast, account, signed_in(account)
        post(cast.client("manager"), "engagement_open", response.pk)
        self.engagement = Engagement.objects.get(response=response)
        plan = {**GATE, "version": 0}
        post(cast.client("enterprise"), "gate_plan", self.engagement.pk, "poc", **plan)
        post(cast.client("manager"), "engagement_move", self.engagement.pk, "start")
        post(cast.client("enterprise"), "gate_start", self.gate.pk)

    @property
    def gate(self) -> Gate:
        gate: Gate = self.engagement.gates.get(stage="poc")
        return gate

    @property
    def status(self) -> str:
        self.engagement.refresh_from_db()
        return self.engagement.status

    def book(self, amount: str) -> Any:
        payer = self.engagement.parties.get(role="lead").pk
        cost = {"payer": str(payer), "amount": amount, "what": "相机与光源租用", "spent_on": "2026-01-15"}
        return self.client.post(reverse("cost_book", args=[self.gate.pk]), cost)

    def attempt(self, what: str) -> Any:
        tried = {"tried_on": "2026-01-20", "what": what, "outcome": "记录见试验日志"}
        return self.client.post(reverse("trial_record", args=[self.gate.pk]), tried)

    def measure(self, value: str) -> None:
        indicator = self.engagement.indicators.get(essential=True)
        form = {
            "indicator": str(indicator.pk),
            "value": value,
            "test_method": "连续 5 个班次，人工复核全部判合格件",
            "measured_by": "某第三方检测机构",
            "measured_on": "2026-01-31",
        }
        post(self.client, "gate_measure", self.gate.pk, **form)

    def decide(self, verdict: str, **more: str) -> None:
        """The owner proposes; the manager reads it on its page and confirms."""
        reason = {"verdict": verdict, "reason": "三次试验的记录见附件", **more}
        post(self.cast.client("enterprise"), "decision_propose", self.gate.pk, **reason)
        decision = GateDecision.objects.get(gate=self.gate, state="proposed")
        manager = self.cast.client("manager")
        page = manager.get(reverse("decision_detail", args=[decision.pk]))
        assert page.context["may_confirm"]
        post(manager, "decision_confirm", decision.pk)


SCORES = (["90", "80"], ["85", "85"], ["80", "90"])


@pytest.fixture
def teams(cast: Cast) -> list[Team]:
    """Three winners of one race, who responded, were reviewed and awarded after the notice over the pages."""
    ready, suppliers = sealed_call(cast, kind="race", winners=3), [make_supplier(number)[1] for number in range(3)]
    for number, account in enumerate(suppliers):
        respond(ready, account, f"第{number}家")
    close(ready.call)
    for opener, code in zip(ready.openers[:2], ready.codes[:2], strict=True):
        post(signed_in(opener), "open_responses", ready.call.pk, code=code)
    panel = [signed_in(account) for account in ready.reviewers]
    post(panel[0], "selection_open", ready.call.pk)
    for reviewer in panel:
        post(reviewer, "review_declare", ready.call.pk, conflict="no")
    scored(ready, panel, SCORES)
    publisher, selection = cast.client("publisher"), Selection.objects.get(call=ready.call)
    post(publisher, "selection_publish", ready.call.pk, version=selection.version)
    end_notice(Review(ready, suppliers, selection))
    selection.refresh_from_db()
    post(publisher, "selection_award", ready.call.pk, version=selection.version)
    won = zip(by_lead(ready), suppliers, strict=True)
    return [Team(cast, response, account) for response, account in won]


def test_story_8_three_teams_pass_iterate_and_stop_without_fault(cast: Cast, teams: list[Team]) -> None:
    passing, iterating, stopping = teams
    assert {team.gate.cost_cap for team in teams} == {CAP}
    assert len({team.engagement.code for team in teams}) == 3

    # Each spends up to its own cap, and not a cent beyond it.
    for team in teams:
        assert team.book("4.20").status_code == 302
        refused = team.book("0.81")
        assert (refused.status_code, "of 5 only 0.8" in refused.content.decode()) == (422, True)
        assert team.book("0.80").status_code == 302
        assert team.book("0.01").status_code == 422
        assert team.gate.spent == CAP
    # Three trials each were planned; a fourth is refused and leaves nothing behind.
    for team in teams:
        for number in range(GATE["trials"]):
            assert team.attempt(f"第{number + 1}次").status_code == 302
        refused = team.attempt("第4次")
        assert (refused.status_code, "All 3 trials that were planned" in refused.content.decode()) == (422, True)
        assert list(team.gate.trial_records.values_list("what", flat=True)) == ["第1次", "第2次", "第3次"]
    assert sum(Cost.objects.values_list("amount", flat=True)) == 3 * CAP

    passing.measure("0.4")
    passing.decide("pass")
    assert (passing.gate.state, passing.status) == ("passed", "running")

    iterating.measure("0.9")
    iterating.decide("iterate")
    assert (iterating.gate.state, iterating.gate.iterations, iterating.status) == ("running", 1, "running")
    assert iterating.book("0.01").status_code == 422  # another round, the same cap
    assert iterating.attempt("第4次").status_code == 422  # and the same number of trials

    stopping.measure("2.1")
    before = Event.objects.filter(subject_type="organisation").count()
    stopping.decide("stop_no_fault", **LESSON)
    assert (stopping.gate.state, stopping.status) == ("stopped", "stopped_no_fault")
    assert (passing.status, iterating.status) == ("running", "running")  # the others go on

    # The lesson is public, and says that nobody is to blame.
    lesson = Lesson.objects.get()
    public = cast.client(None)
    assert LESSON["lesson_title"] in public.get(reverse("lesson_list")).content.decode()
    page = public.get(reverse("lesson_detail", args=[lesson.pk])).content.decode()
    assert LESSON["lesson"] in page
    assert "leaves no mark on the supplier" in page
    project = public.get(reverse("engagement_detail", args=[stopping.engagement.pk])).content.decode()
    assert "does not count against anyone" in project
    assert str(CAP) + ".00" not in project
    assert "CNY 50,000" not in project  # caps and costs are not the public's

    # No penalty: the supplier is as it was, and may propose, respond and be awarded as before.
    lead = stopping.engagement.lead
    assert (lead.verification, Event.objects.filter(subject_type="organisation").count()) == ("verified", before)
    shown = public.get(reverse("organisation_detail", args=[lead.pk])).content.decode()
    assert "Stopped" not in shown
    again = award(closed_call(cast), lead, author=stopping.account, content=answers(stopping.engagement.response.call))  # type: ignore[union-attr]
    post(cast.client("manager"), "engagement_open", again.pk)
    assert heard(stopping.account, "engagement.stop_no_fault") == 1
