"""The main job from end to end, from two posted needs to a rollout with lessons: each step through HTTP by whose it is,
everything between by a real worker.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.models import (
    Account,
    Capability,
    Engagement,
    GateDecision,
    Notification,
    Response,
    Selection,
    Suggestion,
)
from marketplace.working_days import after
from scenarios.models import Call, Event, MergedDemand, MergeProposal, Need
from tests.calls import SealedCall, close, make_supplier
from tests.engagements import GATE
from tests.factories import NEED, Cast, make_account, picked
from tests.marketplace.test_capability_pages import form_data
from tests.processes import drained, relay, wait_until, worker
from tests.scenarios.test_call_pages import written
from tests.scenarios.test_drafting_pages import whole
from tests.scenarios.test_merge_desk_pages import posted_core
from tests.stories.test_story_7_seven_sealed_responses import remarks, respond, sheet
from tests.stories.town import signed_in, version_on

pytestmark = [pytest.mark.worker, pytest.mark.slow]
LIKE = "车身压铸件外观缺陷视觉检测"


def post(client: Client, name: str, *args: Any, **data: Any) -> Any:
    """Post to the page `name` and follow to where it leads; anything but a page is a failure."""
    answer = client.post(reverse(name, args=args), data, follow=True)
    assert answer.status_code == 200, (name, answer.status_code)
    return answer


def post_need(cast: Cast, part: str, **changes: Any) -> Need:
    """Post a need, have it moderated and published by three people, and wait for nobody."""
    post(cast.client(part), "need_create", **whole(then="check", **changes))
    need = Need.objects.get(title_zh=changes.get("title_zh", NEED["title_zh"]))
    post(cast.client(part), "need_submit", need.pk, version=need.version)
    wait_until(lambda: Need.objects.get(pk=need.pk).status == "checked", "the check")
    post(cast.client("moderator"), "moderate_need", need.pk, verdict="approve")
    post(cast.client("publisher"), "batch", "publish-needs", **picked(need))
    need.refresh_from_db()
    assert need.status == "published"
    return need


def post_capability(cast: Cast) -> Capability:
    post(cast.client("supplier"), "capability_create", **form_data(action="submit"))
    capability = Capability.objects.get()
    post(cast.client("moderator"), "moderate_capability", capability.pk, decision="verify")
    post(cast.client("publisher"), "batch", "publish-capabilities", **picked(capability))
    capability.refresh_from_db()
    assert capability.status == "published"
    return capability


def answer_invitation(cast: Cast, part: str, pool: MergedDemand) -> None:
    (organisation,) = cast.actor(part).organisation_ids
    data = {"organisation": str(organisation), "core_version": pool.core_version, "state": "accepted"}
    post(cast.client(part), "pool_answer", pool.pk, **data)


MEASURED = {"test_method": "连续 5 个班次，人工复核", "measured_by": "某检测所", "measured_on": "2026-01-31"}
LESSON = {"title": "先清砂再检测", "text": "未清砂的铸件误报高；把清砂写进进入条件。"}


class Officials(NamedTuple):
    """Who opens the responses, in the order of their naming, with the code of each, and who reviews; one chairs."""

    openers: list[Account]
    codes: list[str]
    reviewers: list[Account]


def name_officials(cast: Cast, call: Call) -> Officials:
    """Have the manager name panel and openers, and each opener take a code from the page that shows it once."""
    reviewers = [make_account(f"reviewer{n}@example.org", roles=("reviewer",)) for n in range(3)]
    openers = [make_account(f"opener{n}@example.org", roles=("auditor",)) for n in range(3)]
    seats = {"panel": [one.pk for one in reviewers], "chair": reviewers[0].pk, "openers": [one.pk for one in openers]}
    post(cast.client("manager"), "call_seats", call.pk, **seats)
    codes = [post(signed_in(one), "opener_code", call.pk).context["code"] for one in openers]
    return Officials(openers, codes, reviewers)


def take_responses(cast: Cast, call: Call, named: Officials) -> tuple[Response, Response]:
    """Have the supplier and another one respond over the pages; return both responses, opened by two of three."""
    ready = SealedCall(call, named.openers, named.codes, named.reviewers)
    mine, other = (respond(ready, one, mark) for one, mark in ((cast.supplier, "甲"), (make_supplier(0)[1], "乙")))
    close(call)
    for opener, code in zip(named.openers[:2], named.codes, strict=False):
        post(signed_in(opener), "open_responses", call.pk, code=code)
    mine.refresh_from_db()
    other.refresh_from_db()
    assert {mine.number, other.number} == {1, 2}
    return mine, other


def review(call: Call, named: Officials, mine: Response, other: Response) -> None:
    """Have the panel declare, find both eligible, score them without their names, and agree."""
    panel, scores = [signed_in(one) for one in named.reviewers], ((mine, ("90", "80")), (other, ("70", "70")))
    chair = panel[0]
    post(chair, "selection_open", call.pk)
    for reviewer in panel:
        post(reviewer, "review_declare", call.pk, conflict="no")
    for row, _values in scores:
        post(chair, "review_admit", call.pk, row.number)
    for reviewer in panel:
        for row, values in scores:
            shown = reviewer.get(reverse("review_response", args=[call.pk, row.number])).content.decode()
            assert row.lead.name_zh not in shown
            post(reviewer, "review_scores", call.pk, row.number, version=0, **sheet(values, "comment", "依据第三节"))
        post(reviewer, "review_submit", call.pk)
    for row, values in scores:
        version = version_on(chair, "review_response", call.pk, row.number)
        post(chair, "review_agree", call.pk, row.number, version=version, **sheet(values, "reason", ""))


def award(cast: Cast, call: Call, named: Officials, other: Response) -> None:
    """Have the result published, the loser told what was weak, and the call awarded when the notice is over."""
    publisher, selection = cast.client("publisher"), Selection.objects.get(call=call)
    post(publisher, "selection_publish", call.pk, version=selection.version)
    selection.refresh_from_db()
    assert selection.notice_ends_at == after(selection.published_at, 5).ends_at
    chair = signed_in(named.reviewers[0])
    version = version_on(chair, "review_response", call.pk, other.number)
    post(chair, "review_feedback", call.pk, other.number, version=version, **remarks())
    past = timedelta(days=60)
    Selection.objects.filter(call=call).update(
        published_at=selection.published_at - past, notice_ends_at=selection.notice_ends_at - past
    )
    selection.refresh_from_db()
    post(publisher, "selection_award", call.pk, version=selection.version)
    assert Selection.objects.get(call=call).status == "awarded"


def project_of(cast: Cast, response: Response) -> Engagement:
    """Have the manager open the project where the award stands, the owner plan its gates, and the manager start it."""
    manager, opening = cast.client("manager"), reverse("engagement_open", args=[response.pk])
    assert opening in manager.get(reverse("selection", args=[response.call_id])).content.decode()
    assert manager.post(opening).status_code == 302
    project = Engagement.objects.get(response=response)
    for stage in ("poc", "scale"):
        post(cast.client("enterprise"), "gate_plan", project.pk, stage, **GATE, version=0)
    post(cast.client("manager"), "engagement_move", project.pk, "start")
    return project


def pass_gate(cast: Cast, project: Engagement, stage: str) -> None:
    """Have the supplier spend and measure, an owner propose to pass the gate, and the manager confirm."""
    gate = project.gates.get(stage=stage)
    post(cast.client("manager"), "gate_start", gate.pk)
    payer = project.parties.get(role="lead").pk
    cost = {"payer": str(payer), "amount": "4.80", "what": "相机与光源租用", "spent_on": "2026-01-15"}
    post(cast.client("supplier"), "cost_book", gate.pk, **cost)
    line = project.indicators.get(essential=True).pk
    post(cast.client("supplier"), "gate_measure", gate.pk, indicator=str(line), value="0.4", **MEASURED)
    post(cast.client("enterprise"), "decision_propose", gate.pk, verdict="pass", reason="三次试验均达标")
    decision = GateDecision.objects.get(gate=gate)
    post(cast.client("manager"), "decision_confirm", decision.pk)
    gate.refresh_from_db()
    assert (gate.state, str(gate.spent)) == ("passed", "4.80")


def accept_project(cast: Cast, project: Engagement) -> None:
    line = project.indicators.get(essential=True).pk
    form = {"indicator": str(line), "value": "0.45", **MEASURED}
    post(cast.client("supplier"), "engagement_acceptance", project.pk, **form)
    project.refresh_from_db()
    post(cast.client("enterprise"), "engagement_accept", project.pk, version=project.version)
    project.refresh_from_db()
    assert project.status == "landed"


def roll_out(cast: Cast, project: Engagement) -> None:
    """One member takes it over with a deviation, the other one declines; a lesson is written and the project closed."""
    own, other = (project.rollouts.get(need__owner=one) for one in (cast.enterprise_org, cast.rival_org))
    post(cast.client("enterprise"), "rollout_move", own.pk, "accept")
    deviation = {"part": "boundary_in", "value": "含内腔口部", "reason": "本厂缺陷多在口部"}
    post(cast.client("enterprise"), "rollout_detail", own.pk, **deviation)
    post(cast.client("enterprise"), "rollout_move", own.pk, "plan", day="2026-02-01")
    post(cast.client("enterprise"), "rollout_move", own.pk, "finish", day="2026-02-10")
    post(cast.client("rival"), "rollout_move", other.pk, "decline", reason="产线搬迁，明年再议")
    post(cast.client("supplier"), "lesson_write", project.pk, **LESSON)
    post(cast.client("manager"), "engagement_move", project.pk, "close")


def test_from_two_posted_needs_to_a_rollout_with_lessons(live_cast: Cast, own_broker: Any) -> None:
    cast = live_cast
    with worker(), relay():
        capability = post_capability(cast)
        need = post_need(cast, "enterprise")
        other = post_need(cast, "rival", title_zh=LIKE, quantity="9")
        proposal = wait_until(MergeProposal.objects.first, "a proposal")
        wait_until(drained, "the suggestions")

        # The supplier sees that one need alone is too small for it, and why the pool would do.
        suggested = Suggestion.objects.get(need=need, capability=capability)
        assert suggested.failed_gates == ["min_scale"]
        page = cast.client("supplier").get(reverse("my_suggestions")).content.decode()
        assert need.code in page

        # The manager makes a pool of the proposal; the owners consent to its core.
        manager = cast.client("manager")
        form = posted_core(manager.get(reverse("merge_proposal", args=[proposal.pk])))
        post(manager, "accept_proposal", proposal.pk, **form)
        pool = MergedDemand.objects.get()
        post(manager, "staff_pool_invite", pool.pk)
        for part in ("enterprise", "rival"):
            answer_invitation(cast, part, pool)
        assert MergedDemand.objects.with_scale().get().pooled_quantity == need.quantity + other.quantity

        # A call is opened from it under four eyes.
        post(cast.client("publisher"), "staff_pool_freeze", pool.pk)
        address = f"{reverse('staff_call_new')}?demand={pool.pk}"
        asked = written(title_zh="铸件外观在线检测揭榜", kind="bounty", consortium_allowed="on")
        assert manager.post(address, asked).status_code == 302
        call = Call.objects.get()
        named = name_officials(cast, call)
        post(cast.client("moderator"), "staff_call_review", call.pk)
        post(cast.client("publisher"), "staff_call_approve", call.pk)
        post(cast.client("publisher"), "staff_call_open", call.pk)
        wait_until(drained, "the news of the call")

        # The supplier hears of it, since it fits now, and declares its interest.
        fitting = Suggestion.objects.get(call=call, capability=capability)
        assert fitting.failed_gates == []
        assert Notification.objects.filter(account=cast.supplier, event__kind="call.suggested").count() == 1
        supplier = cast.client("supplier")
        assert call.title_zh in supplier.get(reverse("call_detail", args=[call.pk])).content.decode()
        post(supplier, "interest_declare", call.pk, organisation=str(cast.supplier_org.pk), message="有同类案例")
        wait_until(drained, "the news of the interest")

        # It responds, sealed until two of three open; the panel reviews without names; the result stands under notice.
        call.refresh_from_db()
        mine, other_response = take_responses(cast, call, named)
        review(call, named, mine, other_response)
        award(cast, call, named, other_response)
        wait_until(drained, "the news of the award")

        # The award becomes a project: gates within their caps, acceptance, landing, rollout, lessons.
        project = project_of(cast, mine)
        for stage in ("poc", "scale"):
            pass_gate(cast, project, stage)
        accept_project(cast, project)
        pool.refresh_from_db()
        assert pool.status == "landed"
        roll_out(cast, project)
        wait_until(drained, "the news of the project")

    project.refresh_from_db()
    assert project.status == "closed"
    assert [Need.objects.get(pk=one.pk).status for one in (need, other)] == ["closed", "published"]
    assert LESSON["title"] in cast.client(None).get(reverse("lesson_list")).content.decode()
    change = pool.core_changes.get()
    assert (change.part, change.value, change.state) == ("boundary_in", "含内腔口部", "open")
    heard_of = Notification.objects.filter(account=cast.supplier, event__kind__startswith="selection.")
    assert sorted(heard_of.values_list("event__kind", flat=True)) == ["selection.awarded", "selection.published"]
    told = Notification.objects.filter(account=cast.rival, event__kind__startswith="engagement.")
    assert {"engagement.opened", "engagement.land", "engagement.rollout_asked", "engagement.close"} <= set(
        told.values_list("event__kind", flat=True)
    )

    heard = Notification.objects.filter(event__kind="call.interest_declared").values_list("account", flat=True)
    assert set(heard) == {cast.manager.pk, cast.enterprise.pk, cast.rival.pk}
    for part, seen in (("enterprise", True), ("manager", True), ("stranger", False), (None, False)):
        page = cast.client(part).get(reverse("call_detail", args=[call.pk])).content.decode()
        assert (cast.supplier_org.name_zh in page) is seen, part
    assert not Notification.objects.filter(mailed_at__isnull=True).exists()
    assert Event.objects.filter(kind="call.interest_declared").count() == 1
