"""A world in which every page shows most: the demonstration, a selection under notice, projects, a sandbox, a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.actions import objections
from marketplace.actions.engagement_notes import write_note
from marketplace.actions.word_previews import preview_stop_word
from marketplace.actors import actor_for
from marketplace.demonstration.carrying_on import carry_on
from marketplace.models import Account, Capability, ImportJob, Notification, Response
from marketplace.pipeline import mine_synonyms
from scenarios.actions import calls, moderation
from scenarios.actions.printed_lists import order_list
from scenarios.models import (
    Batch,
    BlockTask,
    Call,
    Concept,
    Delivery,
    MergedDemand,
    MergeProposal,
    Need,
    PrintedList,
    SimilarityRun,
)
from scenarios.querysets import DatabaseClock
from tests.calls import drafted, sealed_call
from tests.drain import drain_outbox
from tests.engagements import (
    accept,
    awarded_response,
    decide,
    landed_pool,
    measure,
    passed_gate,
    planned_gate,
    propose,
    running_engagement,
    running_gate,
)
from tests.factories import (
    Cast,
    checked_need,
    draft_need,
    make_account,
    make_organisation,
    picked,
    published_need,
    submitted_capability,
    verified_capability,
)
from tests.marketplace.test_engagement_decisions import LESSON
from tests.marketplace.test_engagement_elements import promised
from tests.marketplace.test_import_pages import MIXED, upload
from tests.sandboxes import report, set_up
from tests.selections import published

R3 = {"biometric_identification": True, "personal_data": True, "safety_critical_control": False}
DONE = {"digest": "0" * 64, "worker": "batch-1:212"}


@dataclass(frozen=True)
class World:
    """Who walks, by part (None is the public), and the ids in the addresses, by name."""

    accounts: Mapping[str, Account | None]
    ids: Mapping[str, Any]

    def cookies(self, part: str) -> dict[str, str]:
        """Return the cookie of a signed-in session, or none for the public."""
        account = self.accounts[part]
        if account is None:
            return {}
        client = Client()
        client.force_login(account)
        return {settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value}


def load_demonstration() -> None:
    """Load the demonstration and do all the work that it asks for."""
    call_command("demo")
    drain_outbox(limit=5000)
    assert carry_on() == []
    mine_synonyms(finish=lambda: None)
    drain_outbox(limit=5000)


def make_world(cast: Cast) -> World:
    """Load and make everything. It takes about half a minute."""
    load_demonstration()
    ids, accounts = demonstrated()
    ids |= drafts(cast) | selected(cast, accounts) | projects(cast) | sandboxed(cast)
    ids["made_list"] = printed_list(accounts["member"]).pk
    drain_outbox(limit=5000)
    ids |= staffed(cast)
    ids["printed_list"] = printed_list(accounts["owner"]).pk
    ids["notification"] = Notification.objects.filter(account=accounts["owner"]).latest("pk").pk
    parts = ("enterprise", "rival", "supplier", "manager", "moderator", "publisher", "reviewer", "supervisor")
    cast_accounts = {part: getattr(cast, part) for part in (*parts, "auditor", "stranger")}
    return World({"public": None, **cast_accounts, **accounts, "newcomer": make_account("newcomer@example.org")}, ids)


def demonstrated() -> tuple[dict[str, Any], dict[str, Account | None]]:
    """Name what the demonstration brings: objects, and an owner and a vendor with much to do."""
    draft = Need.objects.get(external_id="textile-vague")
    capability = Capability.objects.get(external_id="vision-surface-lines")
    call = Call.objects.open().get()
    accounts = {"owner": draft.owner.members.get().account, "vendor": capability.owner.members.get().account}
    accounts["member"] = Account.objects.get(email="huishan-casting@demo.example")
    return {
        "need": Need.objects.published().get(external_id="casting-surface").pk,
        "members_need": Need.objects.published().filter(owner__members__account=accounts["member"]).first().pk,
        "vague": draft.pk,
        "vague_owner": draft.owner_id,
        "waiting": Need.objects.filter(status="checked").order_by("code").first().pk,
        "approved": Need.objects.awaiting_publication().first().pk,
        "pool": MergedDemand.objects.get(status="formed").pk,
        "called_pool": call.demand_id,
        "call": call.pk,
        "capability": capability.pk,
        "proposal": MergeProposal.objects.filter(conflicts=[]).order_by("-score", "pk").first().pk,
        "conflict": MergeProposal.objects.exclude(conflicts=[]).get().pk,
        "concept": Concept.objects.in_use().first().pk,
    }, accounts


def drafts(cast: Cast) -> dict[str, Any]:
    """Make what is not yet public: returned, suspended and supervised needs, capabilities in the queues, a call."""
    returned = checked_need(cast, title_zh="已退回的需求")
    reasons = {"problem": "请写明现在的漏检率", "indicators": "缺少测试方法"}
    moderation.return_need(actor=cast.actor("moderator"), need_id=returned.pk, reasons=reasons)
    gone = published_need(cast, title_zh="已暂停的需求")
    moderation.suspend_need(actor=cast.actor("moderator"), need_id=gone.pk, reason="权属有争议")
    risky = checked_need(cast, title_zh="进厂人脸识别", risk_answers=R3)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=risky.pk)
    source = published_need(cast, title_zh="压铸件尺寸在线测量")
    return {
        "draft": draft_need(cast, title_zh="草稿中的需求").pk,
        "returned": returned.pk,
        "gone": gone.pk,
        "risky": risky.pk,
        "submitted_capability": submitted_capability(cast, title_zh="待核验的检测系统").pk,
        "verified_capability": verified_capability(cast, title_zh="待发布的检测系统").pk,
        "source": source.pk,
        "draft_call": drafted_call(cast, source).pk,
        "approved_call": approved_call(cast).pk,
    }


def drafted_call(cast: Cast, need: Need) -> Call:
    """Return the draft of a call from a need."""
    fields: Any = {
        "kind": "open_list",
        "closes_at": timezone.now() + timedelta(days=20),
        "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
    }
    return calls.draft_call(actor=cast.actor("manager"), fields=fields, need_id=need.pk)


def approved_call(cast: Cast) -> Call:
    """Return a call that waits for its opening."""
    call = drafted_call(cast, published_need(cast, title_zh="压铸件飞边检测"))
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    return calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)


def selected(cast: Cast, accounts: dict[str, Account | None]) -> dict[str, Any]:
    """Make a selection under public notice with an objection; its chair, a respondent and an opener walk too."""
    review = published(cast, ["90", "80"], ["70.5", "95"], ["35", "100"])
    accounts["chair"], accounts["opener"] = review.ready.reviewers[0], review.ready.openers[0]
    accounts["respondent"] = review.suppliers[1]
    actor = actor_for(review.suppliers[1])
    (own,) = actor.organisation_ids
    objections.object_to(
        actor=actor, selection_id=review.selection.pk, organisation_id=own, reasons="第二项评分与承诺不符。"
    )
    sealed = Response.objects.get(call=review.ready.call, lead_id=own)
    answered = sealed_call(cast).call
    return {
        "selected": review.ready.call.pk,
        "sealed": sealed.pk,
        "number": sealed.number,
        "answered": answered.pk,
        "draft_response": drafted(answered, cast.supplier).pk,
    }


def projects(cast: Cast) -> dict[str, Any]:
    """Make a landed pool, a project with a decision that waits, one stopped without fault, and one accepted."""
    pooled = landed_pool(cast)
    busy = running_engagement(cast)
    promised(cast, busy, due_on="2026-01-15")
    for part in ("supplier", "enterprise", "manager"):
        write_note(actor=cast.actor(part), engagement_id=busy.pk, text="周三上午进厂安装，请安排停线两小时。")
    gate = running_gate(cast, busy)
    measure(cast, gate, "0.9")
    decide(cast, gate, "iterate")
    measure(cast, gate, "0.45")
    decision = propose(cast, gate, "pass")
    stopped = running_engagement(cast)
    decide(cast, running_gate(cast, stopped), "stop_no_fault", **LESSON)
    accepted = running_engagement(cast)
    passed_gate(cast, accepted, "poc")
    planned_gate(cast, accepted, "scale")
    accept(cast, accepted, "0.45", "9.5")
    awarded_response(cast)
    return {
        "landed": pooled.pk,
        "rollout": pooled.rollouts.get(need__owner=cast.enterprise_org).pk,
        "busy": busy.pk,
        "gate": gate.pk,
        "decision": decision.pk,
        "stopped": stopped.pk,
        "lesson": stopped.lessons.get().pk,
        "accepted": accepted.pk,
    }


def sandboxed(cast: Cast) -> dict[str, Any]:
    """Make a project in a sandbox with an incident, and one whose gate is open for a decision."""
    project = running_engagement(cast)
    gate = running_gate(cast, project)
    measure(cast, gate, "0.45")
    set_up(cast.client("supervisor"), project)
    assert report(cast.client("supplier"), project, 3).status_code == 302
    return {"sandboxed": project.pk, "open_gate": gate.pk, "unboxed": running_engagement(cast).pk}


def staffed(cast: Cast) -> dict[str, Any]:
    """Make an upload with a refused row, a bulk action, a failing run, a preview, an organisation to verify, codes."""
    previewed = preview_stop_word(actor=cast.actor("manager"), text="系统")
    drain_outbox(limit=5000)
    upload(cast.client("manager"), MIXED)
    make_organisation("待核验的铸造厂", verified=False)
    running_similarity()
    RecoveryCodes.activate(cast.auditor)
    approved = picked(checked_need(cast, title_zh="成批通过的需求"))
    cast.client("moderator").post(reverse("batch", args=["approve-needs"]), approved)
    ids = {"import": ImportJob.objects.get().pk, "batch": Batch.objects.get().pk}
    return ids | {"word_preview": previewed.pk}


def printed_list(account: Any) -> PrintedList:
    """Return a list of all published needs that an account ordered, to be made by the workers."""
    ids = list(Need.objects.published().values_list("pk", flat=True))
    return order_list(actor=actor_for(account), kind="need", format="pdf", query="", ids=ids, narrowed=["智慧医疗"])


def finish_tasks(tasks: Any) -> None:
    """Mark tasks of a run as done."""
    tasks.update(**DONE, pairs=15_420, seconds=8.4, finished_at=DatabaseClock())


def running_similarity() -> SimilarityRun:
    """Return a run with six of ten tasks done and one that has failed three times; an earlier run stands behind it."""
    for state in ("done", "superseded"):
        ended = SimilarityRun.objects.create(
            kind="merge", state=state, min_similarity=0.2, documents=524_288, finished_at=DatabaseClock()
        )
        finish_tasks(BlockTask.objects.filter(pk=BlockTask.objects.create(run=ended, block=0, other=0).pk))
    run = SimilarityRun.objects.create(kind="suggest", state="running", limit=200, documents=524_288)
    BlockTask.objects.bulk_create(
        BlockTask(run=run, block=block, other=other) for block in range(4) for other in range(block + 1)
    )
    finish_tasks(BlockTask.objects.filter(run=run, block__lt=3))
    failed = Delivery.objects.create(
        topic="run.blocks_due",
        task="scenarios.compare_blocks",
        queue="blocks",
        state="quarantined",
        attempts=3,
        error="OSError: [Errno 28] No space left on device: 'runs/3/3-1.npy'",
    )
    run.tasks.filter(block=3, other=1).update(delivery=failed)
    return run


def address(world: World, name: str, *args: str, query: str = "") -> str:
    """Return the address of a page; what the world knows by name becomes its id, everything else stays."""
    return reverse(name, args=[world.ids.get(arg, arg) for arg in args]) + query.format(**world.ids)
