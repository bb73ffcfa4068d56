"""Who hears of which event, in which words, and where the news leads."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import transaction
from django.utils import timezone, translation

from marketplace import telling
from marketplace.actions import capabilities
from marketplace.actions.notifications import set_mail
from marketplace.models import Account, Notification
from marketplace.notice_paths import PATHS, PATHS_BY_KIND, PATHS_OF_OWNERS, path_of
from marketplace.notices import NOTICES, SUBJECTS, recipients, sentence_of, subject_of
from scenarios import topics
from scenarios.actions import call_talk, moderation
from scenarios.actions.following import follow
from scenarios.actor import SYSTEM
from scenarios.journal import log_event
from scenarios.models import Event, Need
from scenarios.outbox import emit
from tests.drain import drain_outbox
from tests.factories import (
    Cast,
    checked_need,
    make_account,
    published_capability,
    published_need,
    submitted_capability,
)
from tests.scenarios.test_public_pages import open_call

SITE = settings.SITE_URL.rstrip("/")


def heard(kind: str) -> set[str]:
    """Return who hears of the last event of this kind, by the part before the @."""
    event = Event.objects.filter(kind=kind).latest("id")
    accounts = Account.objects.filter(pk__in=recipients(event, subject_of(event)))
    return {account.email.partition("@")[0] for account in accounts}


def test_moderators_hear_of_what_waits_for_them(cast: Cast) -> None:
    checked_need(cast)
    submitted_capability(cast)
    assert (heard("need.checked"), heard("capability.submitted")) == ({"moderator"}, {"moderator"})


def test_owner_and_publisher_hear_of_an_approval(cast: Cast) -> None:
    need = checked_need(cast)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    assert heard("need.approved") == {"enterprise", "publisher"}


def test_nobody_hears_of_their_own_doing(cast: Cast) -> None:
    need = published_need(cast)
    follow(actor=cast.actor("publisher"), subject_type="need", subject_id=need.pk)
    follow(actor=cast.actor("rival"), subject_type="need", subject_id=need.pk)
    assert heard("need.published") == {"enterprise", "rival"}


def test_colleagues_hear_inactive_accounts_do_not(cast: Cast) -> None:
    for email, active in (("colleague@example.org", True), ("gone@example.org", False)):
        account = make_account(email)
        cast.supplier_org.members.create(account=account, role="viewer")
        Account.objects.filter(pk=account.pk).update(is_active=active)
    capability = published_capability(cast)
    capabilities.suspend_capability(actor=cast.actor("moderator"), capability_id=capability.pk, reason="证书过期")
    assert heard("capability.suspended") == {"supplier", "colleague"}


def test_the_suppliers_that_an_event_names_hear_of_it(cast: Cast) -> None:
    need = published_need(cast)
    log_event(
        "demand.suggested",
        need,
        actor=SYSTEM,
        subject_type="need",
        organisations=[str(cast.supplier_org.pk)],
    )
    event = Event.objects.get(kind="demand.suggested")
    assert recipients(event, need) == {cast.supplier.pk}


def test_what_is_in_no_table_is_told_to_nobody(cast: Cast) -> None:
    need = published_need(cast)
    event = log_event("need.saved", need, actor=cast.actor("enterprise"))
    assert event is not None
    assert recipients(event, need) == set()


@pytest.mark.parametrize("kind", sorted(NOTICES))
def test_every_kind_has_a_subject_and_leads_somewhere(kind: str) -> None:
    # What a selection does is told about its call, which is what people follow.
    subject = kind.partition(".")[0].replace("selection", "call")
    assert subject in SUBJECTS
    assert subject in PATHS
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert "T" in str(NOTICES[kind].sentence) % {"code": "C", "title": "T"}


@pytest.mark.parametrize("path", sorted({*PATHS.values(), *PATHS_BY_KIND.values(), *PATHS_OF_OWNERS.values()}))
def test_every_path_is_an_address_of_the_site(path: str) -> None:
    from django.urls import resolve

    assert resolve(path.format("7c1d2f5e-4f0c-4a5e-9f0a-8d2b7f1c3a10").partition("#")[0]).func


def test_news_that_asks_for_a_decision_leads_to_it(cast: Cast) -> None:
    capability = submitted_capability(cast)
    event = Event.objects.get(kind="capability.submitted")
    assert path_of(event) == f"/staff/moderation/capabilities/{capability.pk}/"


def test_each_is_told_once_and_in_their_own_language(cast: Cast) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(language="en")
    need = published_need(cast)
    drain_outbox()
    event = Event.objects.get(kind="need.published")
    telling.notify(event_ids=[event.pk], finish=lambda: None)
    drain_outbox()
    notification = Notification.objects.get(account=cast.enterprise, event=event)
    sentences = {}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            sentences[language] = sentence_of(notification)
    assert sentences["en"] == f"{need.code} is published: In-line inspection of casting surfaces"
    assert "铸件表面缺陷在线检测" in sentences["zh-hans"]
    sent: list[Any] = [one for one in mail.outbox if one.to == ["enterprise@example.org"]]
    assert [one.subject for one in sent].count(sentences["en"]) == 1


def bodies(account: Account) -> dict[str, str]:
    """Return kind of event → the last e-mail that told this account of it."""
    drain_outbox()
    told = Notification.objects.filter(account=account).select_related("event").order_by("pk")
    sent: dict[Any, Any] = {one.subject: one.body for one in mail.outbox if one.to == [account.email]}
    with translation.override(account.language):
        return {row.event.kind: sent[sentence_of(row)] for row in told if sentence_of(row) in sent}


def test_a_mail_says_what_changed_since_the_last_publication(cast: Cast) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(language="en")
    need = published_need(cast)
    assert "Changed" not in bodies(Account.objects.get(pk=cast.enterprise.pk))["need.published"]
    for version, changes in ((need.version + 1, {"quantity": 9, "problem": "另一种说法"}), (need.version + 2, {})):
        content = {**need.versions.latest("version").content, **changes}
        need.versions.create(version=version, content=content)
        with transaction.atomic():
            log_event("need.published", need, actor=SYSTEM, version=version)
        told = bodies(Account.objects.get(pk=cast.enterprise.pk))["need.published"]
        assert ("Changed: Problem, Quantity\n" in told, "另一种说法" in told) == (bool(changes), False)


def test_a_mail_holds_the_addendum_and_the_answer(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    follow(actor=cast.actor("rival"), subject_type="call", subject_id=call.pk)
    call_talk.publish_addendum(actor=cast.actor("publisher"), call_id=call.pk, text="样本可到现场采集。" + "长" * 600)
    asked = call_talk.ask_question(actor=cast.actor("supplier"), call_id=call.pk, text="能否分批交付？")
    assert "call.question_answered" not in bodies(cast.rival)
    call_talk.answer_question(actor=cast.actor("manager"), question_id=asked.pk, text="可以，分三批。")
    told = bodies(cast.rival)
    assert "样本可到现场采集。" + "长" * 590 + "…\n" in told["call.addendum"]
    assert "能否分批交付？\n\n可以，分三批。\n" in told["call.question_answered"]
    assert "call.question_answered" not in bodies(cast.enterprise)


def digest() -> list[Any]:
    before = len(mail.outbox)
    with transaction.atomic():
        emit(topics.NIGHT_CAME)
    drain_outbox()
    return [one for one in mail.outbox[before:] if one.to == ["enterprise@example.org"]]


def test_who_wants_one_mail_a_day_gets_what_is_unread_in_one(cast: Cast) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(mail_pace="daily", language="en")
    needs = [published_need(cast, title_en=f"Casting {number}") for number in range(3)]
    drain_outbox()
    assert [one for one in mail.outbox if one.to == ["enterprise@example.org"]] == []
    mine = Notification.objects.filter(account=cast.enterprise, event__kind="need.published")
    read = mine.get(event__subject_id=needs[0].pk)
    Notification.objects.filter(account=cast.enterprise).exclude(pk__in=mine).update(read_at=timezone.now())
    Notification.objects.filter(pk=read.pk).update(read_at=timezone.now())
    (sent,) = digest()
    assert sent.subject == "2 unread notifications"
    assert f"{needs[0].code}" not in sent.body
    told = [f"{need.code} is published: {need.title_en}\n{SITE}/needs/{need.pk}/" for need in needs[1:]]
    assert [line in sent.body for line in told] == [True, True]
    assert f"{SITE}/workspace/settings/" in sent.body
    assert digest() == []


def test_what_is_older_than_a_week_stands_in_no_digest_and_a_long_one_is_cut(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(mail_pace="daily", language="en")
    monkeypatch.setattr(telling, "MOST_IN_DIGEST", 1)
    for number in range(3):
        published_need(cast, title_en=f"Casting {number}")
    drain_outbox()
    mine = Notification.objects.filter(account=cast.enterprise)
    oldest = mine.earliest("created_at")
    Notification.objects.filter(pk=oldest.pk).update(created_at=timezone.now() - timedelta(days=8))
    (sent,) = digest()
    rest = mine.count() - 1
    assert sent.subject == f"{rest} unread notifications"
    assert f"{rest - 1} more are listed here: {SITE}/workspace/notifications/" in sent.body


def test_who_turns_to_mails_at_once_is_sent_what_waited_for_the_end_of_the_day(cast: Cast) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(mail_pace="daily", language="en")
    published_need(cast, title_en="Casting 1")
    drain_outbox()
    assert [one for one in mail.outbox if one.to == ["enterprise@example.org"]] == []
    set_mail(actor=cast.actor("enterprise"), mail_pace="at_once")
    drain_outbox()
    (sent,) = (one for one in mail.outbox if one.to == ["enterprise@example.org"])
    assert "Casting 1" in str(sent.body)


@pytest.mark.parametrize("change", [{"mail_pace": "off"}, {"is_active": False}])
def test_who_wants_no_mail_any_more_is_sent_none_that_was_due(cast: Cast, change: dict[str, Any]) -> None:
    published_need(cast)
    telling.notify(event_ids=[Event.objects.get(kind="need.published").pk], finish=lambda: None)
    Account.objects.filter(pk=cast.enterprise.pk).update(**change)
    drain_outbox()
    assert [one for one in mail.outbox if one.to == ["enterprise@example.org"]] == []
    assert Notification.objects.get(account=cast.enterprise, event__kind="need.published").mailed_at is not None


def test_a_digest_leaves_out_what_its_reader_may_not_open_any_more(cast: Cast) -> None:
    Account.objects.filter(pk=cast.rival.pk).update(mail_pace="daily", language="en")
    kept, gone = published_need(cast, title_en="Kept"), published_need(cast, title_en="Hidden")
    for need in (kept, gone):
        follow(actor=cast.actor("rival"), subject_type="need", subject_id=need.pk)
        with transaction.atomic():
            log_event("need.published", need, actor=SYSTEM, version=need.version)
    drain_outbox()
    Need.objects.filter(pk=gone.pk).update(visibility="parties")
    with transaction.atomic():
        emit(topics.NIGHT_CAME)
    drain_outbox()
    (sent,) = (one for one in mail.outbox if one.to == ["rival@example.org"])
    assert ("Kept" in str(sent.body), "Hidden" in str(sent.body)) == (True, False)


def test_who_wants_no_mail_gets_none_but_is_told(cast: Cast) -> None:
    Account.objects.filter(pk=cast.enterprise.pk).update(mail_pace="off")
    published_need(cast)
    drain_outbox()
    assert Notification.objects.filter(account=cast.enterprise, event__kind="need.published").count() == 1
    assert [one for one in mail.outbox if one.to == ["enterprise@example.org"]] == []
