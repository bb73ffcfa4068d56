"""Notes between the parties of a project: who reads them, who writes them, who is told, and what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.actions import engagement_landing as landing
from marketplace.actions import engagement_standing as standing
from marketplace.actions.engagement_notes import MOST_NOTES, write_note
from marketplace.models import Engagement, EngagementNote, Member, Notification, Organisation
from scenarios.models import Event, MergedDemand
from tests.drain import drain_outbox
from tests.engagements import landed_pool, opened_engagement, running_engagement
from tests.factories import Cast, make_member, make_organisation, published_capability, published_need
from tests.marketplace.test_engagement_pages import page, text
from tests.stories.town import heard, post

WORDS = "周三上午九点可进厂，请带绝缘鞋。"
KIND = "engagement.note_written"


def write(cast: Cast, part: str, engagement: Engagement, said: str = WORDS, **more: Any) -> Any:
    return cast.client(part).post(reverse("engagement_notes", args=[engagement.pk]), {"text": said, **more})


def noted(cast: Cast, engagement: Engagement, count: int, part: str = "supplier") -> None:
    for number in range(1, count + 1):
        write_note(actor=cast.actor(part), engagement_id=engagement.pk, text=f"第 {number} 条")


def texts() -> list[str]:
    return list(EngagementNote.objects.values_list("text", flat=True))


def test_parties_and_the_manager_write_to_each_other(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    assert "No note is written yet" in text(cast, "enterprise", "engagement_detail", engagement.pk)
    written = write(cast, "supplier", engagement)
    assert (written.status_code, written.headers["Location"]) == (302, f"/engagements/{engagement.pk}/#notes")
    write(cast, "enterprise", engagement, "收到。\n<b>门岗</b>已登记。")
    write(cast, "manager", engagement, "进厂前请先完成安全交底。")
    rows = EngagementNote.objects.values_list("organisation", "written_by", "text")
    assert list(rows) == [
        (cast.supplier_org.pk, cast.supplier.pk, WORDS),
        (cast.enterprise_org.pk, cast.enterprise.pk, "收到。\n<b>门岗</b>已登记。"),
        (None, cast.manager.pk, "进厂前请先完成安全交底。"),
    ]
    shown = page(cast, "enterprise", "engagement_detail", engagement.pk)
    assert [(note.author, note.role) for note in shown.context["notes"]] == [
        ("丙视觉科技", "Lead"),
        ("甲精密铸造厂", "Owner of the need"),
        ("Scenario manager", ""),
    ]
    body = shown.content.decode()
    assert f'<p class="preserve"><span lang="zh-Hans">{WORDS}</span></p>' in " ".join(body.split()).replace("> <", "><")
    assert "&lt;b&gt;门岗&lt;/b&gt;" in body
    assert body.index(WORDS) < body.index("收到。") < body.index("进厂前")


@pytest.mark.parametrize(
    ("part", "reads", "may_write"),
    [
        (None, False, False),
        ("rival", False, False),
        ("stranger", False, False),
        ("auditor", True, False),
        ("supervisor", True, False),
        ("manager", True, True),
        ("enterprise", True, True),
        ("supplier", True, True),
    ],
)
def test_nobody_outside_learns_that_there_are_notes(cast: Cast, part: str | None, reads: bool, may_write: bool) -> None:
    engagement = running_engagement(cast)
    write(cast, "supplier", engagement)
    shown = text(cast, part, "engagement_detail", engagement.pk)
    assert (WORDS in shown, 'id="notes"' in shown) == (reads, reads)
    assert (reverse("engagement_notes", args=[engagement.pk]) in shown) is may_write
    listed = page(cast, part, "engagement_notes", engagement.pk)
    assert listed.status_code == {None: 302, "rival": 404, "stranger": 403}.get(part, 200)
    assert (WORDS in listed.content.decode(), ("Write a note" in listed.content.decode())) == (reads, may_write)
    if part:
        answer = write(cast, part, engagement, "又一条")
        assert answer.status_code == (302 if may_write else 403 if reads or part == "stranger" else 404)
    assert len(texts()) == 1 + may_write
    history = page(cast, "manager", "engagement_detail", engagement.pk).context["events"]
    assert KIND not in [row["event"].kind for row in history]


def test_a_viewer_reads_and_does_not_write(cast: Cast) -> None:
    engagement = running_engagement(cast)
    write(cast, "supplier", engagement)
    Member.objects.filter(account=cast.enterprise).update(role="viewer")
    shown = text(cast, "enterprise", "engagement_detail", engagement.pk)
    assert (WORDS in shown, "Write the note" in shown) == (True, False)
    assert write(cast, "enterprise", engagement).status_code == 403
    assert texts() == [WORDS]


def test_a_suspended_organisation_is_outside(cast: Cast) -> None:
    engagement = running_engagement(cast)
    write(cast, "supplier", engagement)
    Organisation.objects.filter(pk=cast.enterprise_org.pk).update(verification="suspended")
    assert WORDS not in text(cast, "enterprise", "engagement_detail", engagement.pk)
    assert write(cast, "enterprise", engagement).status_code == 403
    assert write(cast, "supplier", engagement, "还在吗？").status_code == 302
    drain_outbox()
    assert heard(cast.enterprise, KIND) == 0


def test_the_others_are_told_and_not_the_writer(cast: Cast) -> None:
    engagement = running_engagement(cast)
    colleague = make_member(cast.supplier_org)
    post(cast.client("stranger"), "follow", "engagement", engagement.pk)
    write(cast, "supplier", engagement)
    drain_outbox()
    told = (colleague, cast.enterprise, cast.manager)
    others = (cast.supplier, cast.rival, cast.stranger, cast.auditor)
    assert [heard(account, KIND) for account in (*told, *others)] == [1, 1, 1, 0, 0, 0, 0]
    row = Notification.objects.get(account=cast.enterprise, event__kind=KIND)
    assert row.path == f"/engagements/{engagement.pk}/#notes"
    inbox = text(cast, "enterprise", "notification_list")
    assert (f"A note was written in the project {engagement.code}" in inbox, WORDS in inbox) == (True, False)
    assert Event.objects.get(kind=KIND).data == {"note": str(EngagementNote.objects.get().pk)}


def test_a_form_sent_twice_writes_one_note(cast: Cast) -> None:
    engagement = running_engagement(cast)
    for _ in range(2):
        assert write(cast, "supplier", engagement, key="once").status_code == 302
    assert (texts(), Event.objects.filter(kind=KIND).count()) == ([WORDS], 1)
    write(cast, "enterprise", engagement, key="once")
    assert len(texts()) == 2


@pytest.mark.parametrize(("said", "complaint"), [("", "required"), (" \n ", "required"), ("长" * 2001, "2000")])
def test_a_text_that_is_missing_or_too_long_is_refused_in_its_place(cast: Cast, said: str, complaint: str) -> None:
    engagement = running_engagement(cast)
    refused = write(cast, "supplier", engagement, said)
    body = refused.content.decode()
    assert (refused.status_code, said.strip() in body) == (422, True)
    assert complaint in refused.context["note_form"].errors["text"][0]
    assert (texts(), Event.objects.filter(kind=KIND).exists()) == ([], False)


def test_a_project_takes_so_many_notes_and_no_more(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_NOTES == 500
    monkeypatch.setattr("marketplace.actions.engagement_notes.MOST_NOTES", 2)
    engagement = running_engagement(cast)
    noted(cast, engagement, 2)
    refused = write(cast, "enterprise", engagement)
    assert (refused.status_code, WORDS in refused.content.decode()) == (422, True)
    assert "at most 2 notes" in refused.context["note_form"].errors["text"][0]
    assert texts() == ["第 1 条", "第 2 条"]


def test_notes_are_written_until_the_close(cast: Cast) -> None:
    engagement = landed_pool(cast)
    assert write(cast, "supplier", engagement).status_code == 302
    engagement.rollouts.update(state="declined", reason="无此工位")
    landing.write_lesson(actor=cast.actor("manager"), engagement_id=engagement.pk, title="光源", text="先做光源试验。")
    landing.close_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk)
    assert write(cast, "supplier", engagement, "补充").status_code == 409
    shown = text(cast, "supplier", "engagement_detail", engagement.pk)
    assert (WORDS in shown, "Write the note" in shown) == (True, False)
    assert texts() == [WORDS]


def test_notes_are_written_while_it_is_suspended(cast: Cast) -> None:
    engagement = running_engagement(cast)
    standing.suspend_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk, reason="设备检修")
    assert write(cast, "supplier", engagement).status_code == 302


def test_no_note_is_written_in_what_was_called_off(cast: Cast) -> None:
    engagement = opened_engagement(cast)
    standing.call_off_engagement(actor=cast.actor("manager"), engagement_id=engagement.pk, reason="需求已撤回")
    for part in ("enterprise", "supplier", "manager"):
        assert write(cast, part, engagement).status_code == 409
        assert "Write the note" not in text(cast, part, "engagement_detail", engagement.pk)
    assert texts() == []


def test_no_note_is_written_before_both_sides_agreed_nor_after_a_no(cast: Cast) -> None:
    sides = {"capability": str(published_capability(cast).pk), "organisation": str(cast.enterprise_org.pk)}
    post(cast.client("enterprise"), "engagement_propose", published_need(cast).pk, **sides)
    engagement = Engagement.objects.get()
    assert write(cast, "enterprise", engagement).status_code == 409
    post(cast.client("supplier"), "engagement_move", engagement.pk, "decline", reason="产能不足")
    assert write(cast, "enterprise", engagement).status_code == 409
    assert texts() == []


def test_peers_in_an_anonymous_pool_are_numbered(cast: Cast) -> None:
    engagement = landed_pool(cast)
    assert engagement.demand is not None
    MergedDemand.objects.filter(pk=engagement.demand_id).update(disclosure="anonymous")
    write(cast, "enterprise", engagement)
    authors = {
        part: page(cast, part, "engagement_detail", engagement.pk).context["notes"][0].author
        for part in ("rival", "enterprise", "supplier", "manager")
    }
    named = cast.enterprise_org.name_zh
    assert authors.pop("rival").startswith("Owner ")
    assert set(authors.values()) == {named}
    assert named not in text(cast, "rival", "engagement_notes", engagement.pk)


def test_whoever_acts_for_two_parties_says_in_whose_name(cast: Cast) -> None:
    engagement = running_engagement(cast)
    Member.objects.create(organisation=cast.enterprise_org, account=cast.supplier, role="editor")
    refused = write(cast, "supplier", engagement)
    assert (refused.status_code, list(refused.context["note_form"].errors)) == (422, ["organisation"])
    other = make_organisation("丁机械")
    Member.objects.create(organisation=other, account=cast.supplier, role="editor")
    assert write(cast, "supplier", engagement, organisation=str(other.pk)).status_code == 422
    assert write(cast, "supplier", engagement, organisation=str(cast.enterprise_org.pk)).status_code == 302
    assert EngagementNote.objects.get().organisation == cast.enterprise_org


def test_the_page_shows_the_last_twenty_and_leads_to_the_earlier_ones(cast: Cast) -> None:
    engagement = running_engagement(cast)
    noted(cast, engagement, 20)
    assert not page(cast, "manager", "engagement_detail", engagement.pk).context["has_earlier_notes"]
    noted(cast, engagement, 1, part="enterprise")
    manager, address = cast.client("manager"), reverse("engagement_detail", args=[engagement.pk])
    with CaptureQueriesContext(connection) as many:
        shown = manager.get(address)
    expected = [*(f"第 {number} 条" for number in range(2, 21)), "第 1 条"]
    assert [note.text for note in shown.context["notes"]] == expected
    assert "Earlier notes" in shown.content.decode()
    first, second = (
        page(cast, "enterprise", "engagement_notes", engagement.pk).context["notes"],
        cast.client("enterprise").get(reverse("engagement_notes", args=[engagement.pk]), {"page": 2}).context["notes"],
    )
    assert ([note.text for note in first][:2], len(first)) == (["第 1 条", "第 20 条"], 20)
    assert [note.text for note in second] == ["第 1 条"]
    EngagementNote.objects.all().delete()
    with CaptureQueriesContext(connection) as none:
        manager.get(address)
    assert len(many) == len(none) <= 12


def test_a_paged_list_takes_as_many_queries_for_one_note_as_for_twenty(cast: Cast) -> None:
    engagement = running_engagement(cast)
    client, address = cast.client("enterprise"), reverse("engagement_notes", args=[engagement.pk])
    taken = []
    for more in (1, 19):
        noted(cast, engagement, more)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 8
