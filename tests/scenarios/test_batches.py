"""One move on several objects through the HTTP edge: preview, confirmation, report, the way back."""

from typing import Any

import pytest
from django.urls import reverse

from marketplace.actors import actor_for
from marketplace.models import Capability, Member, Notification, StaffRole
from scenarios.actions import batches as actions
from scenarios.actions import moderation
from scenarios.actions.needs import save_need
from scenarios.batch_kinds import all_kinds, kind_of
from scenarios.errors import NotPermitted
from scenarios.lifecycle import way_back
from scenarios.models import Batch, BatchRow, Event, MergeProposal, ModerationDecision, Need
from tests.drain import drain_outbox
from tests.factories import (
    PARTS,
    Cast,
    checked_need,
    make_account,
    picked,
    published_need,
    submitted_capability,
    verified_capability,
)
from tests.scenarios.test_merge_desk_pages import proposed


def address(kind: str) -> str:
    return reverse("batch", args=[kind])


def previewed(cast: Cast, part: str, kind: str, *rows: Any) -> Any:
    return cast.client(part).get(address(kind), {"row": [str(row.pk) for row in rows]})


def decided(cast: Cast, part: str, kind: str, *rows: Any, **data: str) -> Any:
    return cast.client(part).post(address(kind), {**picked(*rows), **data}, follow=True)


def states(report: Any) -> list[tuple[str, str]]:
    return [(one["row"].state, one["row"].note) for one in report.context["rows"]]


def approved(cast: Cast) -> Need:
    return moderation.approve_need(actor=cast.actor("moderator"), need_id=checked_need(cast).pk)


def suspended(cast: Cast) -> Need:
    need = published_need(cast)
    return moderation.suspend_need(actor=cast.actor("moderator"), need_id=need.pk, reason="来源不实")


def status(row: Any) -> str:
    return str(type(row).objects.get(pk=row.pk).status)


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_each_kind_is_open_to_its_role_and_goes_back_where_the_table_does(cast: Cast, kind: Any) -> None:
    for part in PARTS[1:]:
        answer = cast.client(part).get(address(kind.name))
        assert answer.status_code == (302 if part == kind.role else 403), part
        assert cast.client(part).post(address(kind.name)).status_code == (302 if part == kind.role else 403)
    assert (kind.undo is not None) == (way_back(kind.table, kind.move) is not None) == bool(kind.undo_note)


def test_the_preview_says_what_would_happen_and_changes_nothing(cast: Cast) -> None:
    good, own, moved = checked_need(cast), checked_need(cast, "rival"), checked_need(cast, "supplier")
    Member.objects.create(organisation=cast.rival_org, account=cast.moderator, role="viewer")
    cast.client("moderator").post(reverse("moderate_need", args=[moved.pk]), {"verdict": "approve"})
    events = Event.objects.count()
    page = previewed(cast, "moderator", "approve-needs", good, own, moved)
    assert [(one["one"].row.code, one["one"].row.status, one["one"].refusal) for one in page.context["forecasts"]] == [
        (good.code, "Checked, waits for moderation", ""),
        (
            own.code,
            "Checked, waits for moderation",
            "This comes from your own organisation. Someone else has to decide.",
        ),
        (
            moved.code,
            "Approved",
            "This step is not possible in the present state. Reload the page to see how it stands.",
        ),
    ]
    assert [row.pk for row in page.context["ready"]] == [good.pk]
    assert f'value="{good.pk} {good.version}"' in page.content.decode()
    assert (status(good), Event.objects.count(), Batch.objects.count()) == ("checked", events, 0)


def test_what_is_refused_keeps_none_of_the_others_back(cast: Cast) -> None:
    good, stale = checked_need(cast), checked_need(cast, "rival")
    rows = picked(good, stale)
    Need.objects.filter(pk=stale.pk).update(version=stale.version + 1)
    client = cast.client("moderator")
    report = client.post(address("approve-needs"), {**rows, "key": "k1"}, follow=True)
    assert states(report) == [
        ("done", ""),
        ("refused", "It changed after you read it. Open it, read it again and decide on it alone."),
    ]
    assert (status(good), status(stale)) == ("approved", "checked")
    assert "Of 2: done 1, refused 1, taken back 0, not reached 0." in report.content.decode()
    made = Event.objects.get(kind="batch.made")
    assert (made.actor_id, made.data) == (cast.moderator.pk, {"batch": "approve-needs", "rows": 2})
    again = client.post(address("approve-needs"), {**rows, "key": "k1"}, follow=True)
    assert again.context["batch"] == report.context["batch"]
    assert (Batch.objects.count(), Event.objects.filter(kind="need.approved").count()) == (1, 1)


def test_the_second_sending_goes_on_where_the_first_was_cut_off(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = checked_need(cast), checked_need(cast, "rival")
    client, carry_out = cast.client("moderator"), actions._carry_out
    client.raise_request_exception = False

    def cut_off(row_id: int, *rest: Any) -> None:
        if BatchRow.objects.get(pk=row_id).position == 2:
            raise RuntimeError("the machine fails")
        carry_out(row_id, *rest)

    sent = {**picked(one, other), "key": "k2"}
    with monkeypatch.context() as patch:
        patch.setattr(actions, "_carry_out", cut_off)
        assert client.post(address("approve-needs"), sent).status_code == 500
    assert (status(one), status(other)) == ("approved", "checked")
    assert states(client.post(address("approve-needs"), sent, follow=True)) == [("done", ""), ("done", "")]


def test_returning_several_asks_for_one_reason(cast: Cast) -> None:
    one, other = checked_need(cast), checked_need(cast, "rival")
    refused = decided(cast, "moderator", "return-needs", one, other, reason=" ")
    assert (refused.status_code, status(one), Batch.objects.count()) == (422, "checked", 0)
    assert "Say why; those whom it concerns read it." in refused.content.decode()
    report = decided(cast, "moderator", "return-needs", one, other, reason="写明缺陷类型")
    assert states(report) == [("done", ""), ("done", "")]
    assert {row.reasons["general"] for row in ModerationDecision.objects.all()} == {"写明缺陷类型"}
    assert report.context["can_undo"]


CHANGED = "It changed after you read it. Open it, read it again and decide on it alone."


def undone(cast: Cast, part: str, report: Any) -> Any:
    return cast.client(part).post(reverse("batch_undo", args=[report.context["batch"].pk]), follow=True)


def test_approvals_are_taken_back_while_nobody_has_gone_on(cast: Cast) -> None:
    one, other = checked_need(cast), checked_need(cast, "rival")
    assert "They wait for moderation again" in previewed(cast, "moderator", "approve-needs", one).content.decode()
    report = decided(cast, "moderator", "approve-needs", one, other)
    moderation.publish_need(actor=cast.actor("publisher"), need_id=other.pk)
    assert states(undone(cast, "moderator", report)) == [("undone", ""), ("done", CHANGED)]
    assert (status(one), Need.objects.get(pk=one.pk).approved_by, status(other)) == ("checked", None, "published")
    assert list(ModerationDecision.objects.values_list("subject_id", "verdict")) == [(other.pk, "approve")]
    assert Event.objects.filter(kind="need.approval_taken_back", subject_id=one.pk).count() == 1
    drain_outbox()
    told = Notification.objects.filter(event__kind="need.approval_taken_back")
    assert set(told.values_list("account", flat=True)) == {cast.enterprise.pk, cast.publisher.pk}
    assert [row.pk for row in cast.client("moderator").get("/staff/moderation/").context["page"]] == [one.pk]


def test_an_approval_that_was_cleared_since_stays(cast: Cast) -> None:
    need = checked_need(cast, risk_answers={"safety_critical_control": True})
    report = decided(cast, "moderator", "approve-needs", need)
    moderation.supervise_need(actor=cast.actor("supervisor"), need_id=need.pk)
    assert (states(undone(cast, "moderator", report)), status(need)) == ([("done", CHANGED)], "approved")


def test_returns_are_taken_back_while_their_owners_have_not_written(cast: Cast) -> None:
    one, other = checked_need(cast), checked_need(cast, "rival")
    report = decided(cast, "moderator", "return-needs", one, other, reason="写明缺陷类型")
    written = Need.objects.get(pk=other.pk)
    save_need(
        actor=cast.actor("rival"), need_id=other.pk, version=written.version, fields={"problem": "划痕与气孔难以分辨"}
    )
    assert states(undone(cast, "moderator", report)) == [("undone", ""), ("done", CHANGED)]
    assert (status(one), status(other)) == ("checked", "returned")
    assert [row.subject_id for row in ModerationDecision.objects.all()] == [other.pk]
    drain_outbox()
    told = Notification.objects.filter(event__kind="need.return_taken_back")
    assert [row.account for row in told] == [cast.enterprise]


def test_only_who_decided_takes_the_decision_back(cast: Cast) -> None:
    need = approved(cast)
    colleague = actor_for(make_account("colleague@example.org", roles=("moderator",)))
    with pytest.raises(NotPermitted):
        moderation.take_back_approval(actor=colleague, need_id=need.pk, version=need.version)
    assert (status(need), ModerationDecision.objects.count()) == ("approved", 1)


def test_verified_and_returned_capabilities_are_taken_back(cast: Cast) -> None:
    one, other = submitted_capability(cast), submitted_capability(cast, title_zh="另一套检测系统")
    verified = decided(cast, "moderator", "verify-capabilities", one)
    returned = decided(cast, "moderator", "return-capabilities", other, reason="补充案例")
    assert [states(undone(cast, "moderator", report)) for report in (verified, returned)] == [[("undone", "")]] * 2
    assert (status(one), status(other)) == ("submitted", "submitted")
    assert not ModerationDecision.objects.exists()
    assert Capability.objects.get(pk=one.pk).verified_by is None


@pytest.mark.parametrize(("kind", "make"), [("publish-needs", approved), ("publish-capabilities", verified_capability)])
def test_the_preview_of_a_publication_says_that_it_is_for_good(cast: Cast, kind: str, make: Any) -> None:
    row = make(cast)
    page = previewed(cast, "publisher", kind, row).content.decode()
    assert ("A publication cannot be undone" in page, "You can take it back" in page) == (True, False)
    report = decided(cast, "publisher", kind, row)
    assert (states(report), report.context["can_undo"]) == ([("done", "")], False)
    assert undone(cast, "publisher", report).status_code == 409
    assert status(row) == "published"


def test_a_suspension_of_several_is_taken_back_as_far_as_they_stand(cast: Cast) -> None:
    one, other = published_need(cast), published_need(cast, "rival")
    report = decided(cast, "moderator", "suspend-needs", one, other, reason="来源不实")
    assert (status(one), status(other), report.context["can_undo"]) == ("suspended", "suspended", True)
    cast.client("moderator").post(reverse("reinstate_need", args=[other.pk]))
    undo = reverse("batch_undo", args=[report.context["batch"].pk])
    assert cast.client("publisher").post(undo).status_code == 404
    back = cast.client("moderator").post(undo, follow=True)
    assert states(back) == [
        ("undone", ""),
        ("done", "It changed after you read it. Open it, read it again and decide on it alone."),
    ]
    assert (status(one), Need.objects.get(pk=one.pk).suspended_reason) == ("published", "")
    assert Event.objects.filter(kind="batch.undone").count() == 1


def test_a_suspension_that_was_made_anew_since_is_not_taken_back(cast: Cast) -> None:
    need = published_need(cast)
    report = decided(cast, "moderator", "suspend-needs", need, reason="来源不实")
    own: Any = {"actor": cast.actor("moderator"), "need_id": need.pk}
    moderation.reinstate_need(**own)
    moderation.suspend_need(**own, reason="另有投诉")
    undo = reverse("batch_undo", args=[report.context["batch"].pk])
    back = cast.client("moderator").post(undo, follow=True)
    told = "It changed after you read it. Open it, read it again and decide on it alone."
    assert (states(back), status(need)) == ([("done", told)], "suspended")


def test_proposals_are_dismissed_together_and_proposed_again(cast: Cast) -> None:
    proposal = proposed(cast)
    desk = cast.client("manager").get("/staff/merge/")
    assert f'value="{proposal.pk}"' in desk.content.decode()
    page = previewed(cast, "manager", "dismiss-proposals", proposal)
    assert "They are proposed again." in page.content.decode()
    report = decided(cast, "manager", "dismiss-proposals", proposal, reason="工艺不同")
    assert (status(proposal), MergeProposal.objects.get().reason) == ("dismissed", "工艺不同")
    cast.client("manager").post(reverse("batch_undo", args=[report.context["batch"].pk]))
    assert status(proposal) == "open"
    decided(cast, "manager", "dismiss-proposals", proposal, reason="工艺不同")
    assert states(decided(cast, "manager", "reconsider-proposals", proposal)) == [("done", "")]
    assert status(proposal) == "open"


@pytest.mark.parametrize(
    ("kind", "part", "make"),
    [
        ("approve-needs", "moderator", checked_need),
        ("return-needs", "moderator", checked_need),
        ("publish-needs", "publisher", approved),
        ("suspend-needs", "moderator", published_need),
        ("reinstate-needs", "moderator", suspended),
        ("verify-capabilities", "moderator", submitted_capability),
        ("return-capabilities", "moderator", submitted_capability),
        ("publish-capabilities", "publisher", verified_capability),
    ],
)
def test_what_changed_since_the_preview_is_refused_and_named(cast: Cast, kind: str, part: str, make: Any) -> None:
    row = make(cast)
    page = previewed(cast, part, kind, row)
    assert [one.pk for one in page.context["ready"]] == [row.pk]
    read = f"{row.pk} {row.version}"
    assert f'value="{read}"' in page.content.decode()
    type(row).objects.filter(pk=row.pk).update(version=row.version + 1)
    before = status(row)
    report = cast.client(part).post(address(kind), {"row": read, "reason": "来源不实"}, follow=True)
    (line,) = [one["row"] for one in report.context["rows"]]
    told = "It changed after you read it. Open it, read it again and decide on it alone."
    assert (line.code, line.state, line.note) == (row.code, "refused", told)
    assert (told in report.content.decode(), row.code in report.content.decode(), status(row)) == (True, True, before)


def test_a_proposal_whose_members_changed_is_not_taken_up_unseen(cast: Cast) -> None:
    proposal = proposed(cast)
    decided(cast, "manager", "dismiss-proposals", proposal, reason="工艺不同")
    report = cast.client("manager").post(address("reconsider-proposals"), {"row": f"{proposal.pk} other"}, follow=True)
    assert (states(report)[0][0], status(proposal)) == ("refused", "dismissed")


def test_a_proposal_whose_members_changed_is_not_dismissed_unseen(cast: Cast) -> None:
    proposal = proposed(cast)
    sent = {"row": f"{proposal.pk} other", "reason": "工艺不同"}
    report = cast.client("manager").post(address("dismiss-proposals"), sent, follow=True)
    assert (states(report)[0][0], status(proposal)) == ("refused", "open")


def test_capabilities_are_verified_returned_and_published_together(cast: Cast) -> None:
    one, other = submitted_capability(cast), submitted_capability(cast, title_zh="另一套检测系统")
    queue = cast.client("moderator").get("/staff/moderation/capabilities/?sort=newest&level=in_time")
    assert [(row.pk, str(wait.word)) for row, wait in queue.context["rows"]] == [
        (other.pk, "In time"),
        (one.pk, "In time"),
    ]
    decided(cast, "moderator", "verify-capabilities", one)
    decided(cast, "moderator", "return-capabilities", other, reason="补充案例")
    assert (status(one), status(other)) == ("verified", "returned")
    assert [row.pk for row in cast.client("publisher").get("/staff/publication/capabilities/").context["page"]] == [
        one.pk
    ]
    assert states(decided(cast, "publisher", "publish-capabilities", one)) == [("done", "")]
    drain_outbox()
    assert Capability.objects.get(pk=one.pk).published_by == cast.publisher


def test_who_verified_does_not_publish_among_several_either(cast: Cast) -> None:
    StaffRole.objects.create(account=cast.moderator, role="publisher")
    report = decided(cast, "moderator", "publish-capabilities", verified_capability(cast))
    assert states(report) == [("refused", "You verified this capability; another person has to publish it.")]


def test_a_report_is_its_authors_own(cast: Cast) -> None:
    report = decided(cast, "moderator", "approve-needs", checked_need(cast))
    page = reverse("batch_report", args=[report.context["batch"].pk])
    assert [cast.client(part).get(page).status_code for part in ("moderator", "manager", "publisher")] == [
        200,
        404,
        404,
    ]
    listed = cast.client("moderator").get("/staff/batches/").context["rows"]
    assert [(str(row["label"]), row["done"], row["refused"]) for row in listed] == [("Approve needs", 1, 0)]
    assert cast.client("manager").get("/staff/batches/").context["rows"] == []


def test_a_kind_that_is_none_and_rows_that_are_none(cast: Cast) -> None:
    client = cast.client("moderator")
    assert client.get(address("approve-all")).status_code == 404
    answer = client.post(address("approve-needs"), {"row": ["no-id", f"{cast.enterprise_org.pk} 1"]})
    assert (answer.status_code, answer["Location"]) == (302, "/staff/moderation/")
    assert kind_of("approve-needs").role == "moderator"
