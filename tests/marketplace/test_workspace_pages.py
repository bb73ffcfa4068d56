"""The workspace: what waits for whom; notifications; settings and tokens."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries

from marketplace.actions import responses
from marketplace.models import Account, Capability, Gate, Member, Notification, Objection, Organisation, Selection
from marketplace.outcomes import last_day_of
from scenarios.actions import demands, moderation
from scenarios.models import Call, Event, Need
from tests.calls import close, drafted, sealed_call
from tests.engagements import decide, measure, running_gate
from tests.factories import (
    Cast,
    checked_need,
    draft_capability,
    draft_need,
    published_capability,
    published_need,
)
from tests.marketplace.test_suggestion_pages import suggest
from tests.selections import end_notice, published
from tests.stories.town import signed_in

WORKSPACE = "/workspace/"
NOTES = "/workspace/notifications/"
SETTINGS = "/workspace/settings/"


def waiting(client: Client) -> dict[str, list[str]]:
    tasks = client.get(WORKSPACE).context["tasks"]
    return {task.name: [row.url for row in task.rows] for task in tasks}


def test_an_enterprise_reads_what_waits_by_the_day_it_is_due(cast: Cast) -> None:
    draft = draft_need(cast)
    returned = checked_need(cast)
    moderation.return_need(
        actor=cast.actor("moderator"), need_id=returned.pk, reasons={"problem": "请写明漏检率的统计方法"}
    )
    ending = published_need(cast)
    Need.objects.filter(pk=ending.pk).update(expires_at=timezone.now() + timedelta(days=13))
    published_need(cast)
    assert list(waiting(cast.client("enterprise")).items()) == [
        ("ending-needs", [f"/needs/{ending.pk}/"]),
        ("returned-needs", [f"/workspace/needs/{returned.pk}/edit/"]),
        ("draft-needs", [f"/workspace/needs/{draft.pk}/edit/"]),
    ]
    assert waiting(cast.client("rival")) == {}


def test_an_invitation_to_consent_waits_until_it_is_answered(cast: Cast) -> None:
    members = [published_need(cast), published_need(cast, "rival")]
    manager = cast.actor("manager")
    demand = demands.draft_demand(
        actor=manager,
        need_ids=[need.pk for need in members],
        core=demands.suggested_core(members),
        threshold_quantity=None,
    )
    demands.invite_owners(actor=manager, demand_id=demand.pk)
    assert waiting(cast.client("enterprise")) == {"invitations": [f"/pools/{demand.pk}/"]}
    demand.consents.filter(organisation=cast.enterprise_org).update(
        state="declined", decided_at=timezone.now(), decided_by=cast.enterprise
    )
    assert waiting(cast.client("enterprise")) == {}
    assert waiting(cast.client("rival")) == {"invitations": [f"/pools/{demand.pk}/"]}


def test_a_supplier_reads_what_waits(cast: Cast) -> None:
    need, capability, draft = published_need(cast), published_capability(cast), draft_capability(cast)
    other = published_capability(cast)
    for one in (capability, other):
        suggest(need, one)
    suggest(published_need(cast, "rival"), capability, failed_gates=["min_scale"])
    assert waiting(cast.client("enterprise")) == {"fitting-capabilities": [f"/needs/{need.pk}/suggestions/"]}
    assert waiting(cast.client("rival")) == {}
    assert waiting(cast.client("supplier")) == {
        "suggested": [f"/needs/{need.pk}/"],
        "draft-capabilities": [f"/workspace/capabilities/{draft.pk}/edit/"],
    }
    Capability.objects.filter(pk=capability.pk).update(valid_until=timezone.now() + timedelta(days=3))
    assert waiting(cast.client("supplier"))["ending-capabilities"] == [f"/capabilities/{capability.pk}/"]


def test_a_respondent_reads_what_to_seal_and_what_to_confirm(cast: Cast) -> None:
    call = sealed_call(cast).call
    draft = drafted(call, cast.supplier)
    assert waiting(cast.client("supplier")) == {"draft-responses": [f"/workspace/responses/{draft.pk}/edit/"]}
    responses.seal_response(actor=cast.actor("supplier"), response_id=draft.pk, version=draft.version)
    assert waiting(cast.client("supplier")) == {}
    Call.objects.update(terms_version=F("terms_version") + 1)
    assert waiting(cast.client("supplier")) == {"responses-to-confirm": [f"/workspace/responses/{draft.pk}/"]}
    close(Call.objects.get())
    assert waiting(cast.client("supplier")) == {}


def test_what_is_due_first_stands_first_and_all_of_it_is_counted(cast: Cast) -> None:
    first, last = (published_need(cast, "rival") for _ in range(2))
    for need, days in ((first, 3), (last, 9)):
        Need.objects.filter(pk=need.pk).update(expires_at=timezone.now() + timedelta(days=days))
    call = sealed_call(cast).call
    Call.objects.filter(pk=call.pk).update(question_deadline=None, closes_at=timezone.now() + timedelta(days=1))
    drafted(call, cast.rival)
    for _ in range(6):
        draft_need(cast, "rival")
    shown = cast.client("rival").get(WORKSPACE)
    assert [(task.name, task.number, len(task.rows), task.more) for task in shown.context["tasks"]] == [
        ("draft-responses", 1, 1, False),
        ("ending-needs", 2, 2, False),
        ("draft-needs", 6, 5, True),
    ]
    assert shown.context["total"] == 9
    assert "Drafts of needs (6)" in shown.content.decode()


def test_needs_and_pools_with_several_capabilities_are_counted_once(cast: Cast) -> None:
    need, other = published_need(cast), published_need(cast)
    for asking in (need, other):
        for _ in range(2):
            suggest(asking, published_capability(cast))
    counts = {task.name: task.number for task in cast.client("supplier").get(WORKSPACE).context["tasks"]}
    assert counts == {"suggested": 2}
    assert cast.client("enterprise").get(WORKSPACE).context["total"] == 2


def test_a_notice_waits_for_those_who_may_object_until_they_have(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["35", "100"])
    page, loser = f"/calls/{review.ready.call.pk}/result/", signed_in(review.suppliers[1])
    assert waiting(loser)["notices"] == waiting(cast.client("enterprise"))["notices"] == [page]
    assert "notices" not in waiting(cast.client("rival"))
    last = last_day_of(review.fresh())
    assert f"until {last}" in loser.get(WORKSPACE).content.decode()
    loser.post(f"{page}object/", {"organisation": review.responses()[1].lead_id, "reasons": "评分与承诺不符"})
    assert ("notices" in waiting(loser), "notices" in waiting(cast.client("enterprise"))) == (False, True)
    assert last_day_of(review.fresh()) is None  # it is suspended: how long it goes on is known when it resumes
    Objection.objects.all().delete()
    Selection.objects.update(status="publicity", suspended_at=None)
    end_notice(review)
    assert "notices" not in waiting(loser)


def test_a_notice_waits_for_whoever_can_object_alone(cast: Cast) -> None:
    review = published(cast, ["90", "80"], ["35", "100"])
    loser, page = review.suppliers[1], f"/calls/{review.ready.call.pk}/result/"
    (own,) = Organisation.objects.filter(members__account=loser)
    Member.objects.filter(account=loser).update(role="viewer")
    assert "notices" not in waiting(signed_in(loser))
    Member.objects.filter(account=loser).update(role="editor")
    Organisation.objects.filter(pk=own.pk).update(verification="unverified")
    Member.objects.create(organisation=cast.rival_org, account=loser, role="editor")
    assert "notices" not in waiting(signed_in(loser))  # the verified one has no part in it
    Organisation.objects.filter(pk=own.pk).update(verification="verified")
    Member.objects.create(organisation=cast.enterprise_org, account=loser, role="editor")
    signed_in(loser).post(f"{page}object/", {"organisation": own.pk, "reasons": "评分与承诺不符"})
    assert waiting(signed_in(loser))["notices"] == [page]  # the other one can object too


def test_a_gate_waits_in_its_last_fortnight_and_the_acceptance_once_all_are_passed(cast: Cast) -> None:
    gate = running_gate(cast)
    client, page = cast.client("enterprise"), f"/engagements/gates/{gate.pk}/"
    assert "gates-ending" not in waiting(client)
    days = timezone.localdate()
    Gate.objects.filter(pk=gate.pk).update(ends_on=days + timedelta(days=15))
    assert "gates-ending" not in waiting(client)
    Gate.objects.filter(pk=gate.pk).update(ends_on=days + timedelta(days=13))
    assert waiting(client)["gates-ending"] == waiting(cast.client("supplier"))["gates-ending"] == [page]
    assert "gates-ending" not in waiting(cast.client("rival"))
    measure(cast, gate)
    decide(cast, gate, "pass")
    own = waiting(client)
    assert ("gates-ending" in own, own["acceptances"]) == (False, [f"/engagements/{gate.engagement_id}/acceptance/"])
    assert "acceptances" not in waiting(cast.client("supplier"))


def test_the_menu_counts_what_waits_on_each_of_its_pages(cast: Cast) -> None:
    for _ in range(2):
        draft_need(cast)
    checked_need(cast, "rival")
    draft_capability(cast, "enterprise")

    def counted(part: str) -> dict[str, int]:
        counts = cast.client(part).get("/workspace/counts/").context["nav_counts"]
        return {name: number for name, number in counts.items() if number}

    assert counted("enterprise") == {"my_needs": 2, "my_capabilities": 1, "workspace": 3}
    assert counted("moderator") == {"moderation_queue": 1, "workspace": 1}
    assert counted("stranger") == {}
    shown = cast.client("enterprise").get("/workspace/counts/").content.decode()
    assert '<span id="waiting-my_needs" class="count" hx-swap-oob="true">2<' in shown
    assert '<span id="waiting-my_needs"></span>' in cast.client("enterprise").get("/needs/").content.decode()


def test_the_menu_is_counted_in_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    Member.objects.create(organisation=cast.enterprise_org, account=cast.manager, role="viewer")
    client = cast.client("manager")
    with django_assert_max_num_queries(4):
        client.get("/workspace/counts/")


def test_nothing_waiting_says_what_to_do_next(cast: Cast) -> None:
    assert "Offer a capability: needs, pools and calls" in cast.client("supplier").get(WORKSPACE).content.decode()
    assert "Post a need: the form checks it" in cast.client("enterprise").get(WORKSPACE).content.decode()


def test_the_others_are_led_on(cast: Cast) -> None:
    assert cast.client("moderator").get(WORKSPACE).headers["Location"] == "/staff/"
    shown = cast.client("stranger").get(WORKSPACE).content.decode()
    assert "/workspace/organisation/new/" in shown
    assert "stranger@example.org" in shown
    assert cast.client().get(WORKSPACE).headers["Location"] == "/accounts/login/?next=%2Fworkspace%2F"


def test_staff_who_are_members_too_keep_their_workspace(cast: Cast) -> None:
    Member.objects.create(organisation=cast.enterprise_org, account=cast.manager, role="viewer")
    assert cast.client("manager").get(WORKSPACE).status_code == 200


def test_the_workspace_takes_the_same_queries_however_much_waits(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client, counts = cast.client("enterprise"), []
    for _ in range(2):
        draft_need(cast)
        draft_capability(cast, "enterprise")
        with django_assert_num_queries(5) as queries:
            client.get(WORKSPACE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Notifications


def told(account: Account, need: Need, **values: Any) -> Notification:
    event = Event.objects.filter(kind="need.published", subject_id=need.pk).get()
    path = f"/needs/{need.pk}/"
    return Notification.objects.create(
        account=account, event=event, path=path, title_zh=need.title_zh, title_en=need.title_en, **values
    )


def test_unread_comes_first_and_opening_one_reads_it(cast: Cast) -> None:
    need, other = published_need(cast), published_need(cast)
    older = told(cast.enterprise, need)
    read = told(cast.enterprise, other, read_at=timezone.now())
    client = cast.client("enterprise")
    assert [row.pk for row, _ in client.get(NOTES).context["rows"]] == [older.pk, read.pk]
    sentence = f"{need.code} is published: In-line inspection of casting surfaces"
    assert sentence in client.get(NOTES).content.decode()
    assert client.get(f"{NOTES}{older.pk}/").headers["Location"] == f"/needs/{need.pk}/"
    older.refresh_from_db()
    assert older.read_at is not None


def test_the_header_counts_what_is_unread(cast: Cast) -> None:
    told(cast.enterprise, published_need(cast))
    told(cast.enterprise, published_need(cast))
    shown = cast.client("enterprise").get("/capabilities/").content.decode()
    assert '<span class="count">2<' in shown
    assert '<span class="count">' not in cast.client("rival").get("/capabilities/").content.decode()


def test_one_or_all_are_marked_as_read(cast: Cast) -> None:
    first, second = (told(cast.enterprise, published_need(cast)) for _ in range(2))
    others = told(cast.rival, published_need(cast))
    client = cast.client("enterprise")
    client.post(f"{NOTES}read/", {"notification": first.pk})
    assert set(Notification.objects.unread()) == {second, others}
    client.post(f"{NOTES}read/", {"notification": others.pk})
    assert set(Notification.objects.unread()) == {second, others}
    client.post(f"{NOTES}read/")
    assert set(Notification.objects.unread()) == {others}
    assert client.get(f"{NOTES}{others.pk}/").status_code == 404


def test_the_list_takes_the_same_queries_however_long(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = cast.client("enterprise")
    for _ in range(2):
        told(cast.enterprise, published_need(cast))
        with django_assert_num_queries(5):
            client.get(NOTES)


def test_mails_are_switched(cast: Cast) -> None:
    client = cast.client("enterprise")
    for sent, kept in (("off", "off"), ("hourly", "off"), ("daily", "daily")):
        client.post(f"{NOTES}mail/", {"mail_pace": sent})
        cast.enterprise.refresh_from_db()
        assert cast.enterprise.mail_pace == kept


# Settings and tokens


def test_settings_are_kept_and_the_pages_follow(cast: Cast) -> None:
    client = cast.client("enterprise", language="zh-hans")
    data = {"name": "设备科", "language": "en", "mail_pace": "daily"}
    response = client.post(SETTINGS, data, follow=True)
    cast.enterprise.refresh_from_db()
    assert (cast.enterprise.name, cast.enterprise.language, cast.enterprise.mail_pace) == ("设备科", "en", "daily")
    assert "Your settings are saved." in response.content.decode()
    assert client.post(SETTINGS, {**data, "language": "tlh"}).status_code == 422


def test_a_token_is_shown_once_and_works_until_it_is_revoked(cast: Cast) -> None:
    client = cast.client("enterprise")
    response = client.post(f"{SETTINGS}tokens/")
    token = response.context["token"]
    assert token in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    again = client.get(SETTINGS).content.decode()
    stored = AuthToken.objects.get()
    assert token not in again
    assert stored.token_key in token
    assert stored.digest != token
    assert cast.client("rival").post(f"{SETTINGS}tokens/{stored.token_key}/revoke/").status_code == 404
    assert AuthToken.objects.count() == 1
    client.post(f"{SETTINGS}tokens/{stored.token_key}/revoke/")
    assert AuthToken.objects.count() == 0


def test_the_log_of_a_token_does_not_give_it_away(cast: Cast) -> None:
    token = cast.client("enterprise").post(f"{SETTINGS}tokens/").context["token"]
    event = Event.objects.get(kind="account.token_created")
    assert token[:8] not in str(event.data)


def test_ten_tokens_are_enough(cast: Cast) -> None:
    client = cast.client("enterprise")
    for _ in range(10):
        client.post(f"{SETTINGS}tokens/")
    assert client.post(f"{SETTINGS}tokens/").headers["Location"] == SETTINGS
    assert AuthToken.objects.count() == 10


@pytest.mark.parametrize("path", [SETTINGS, NOTES, "/workspace/organisation/"])
def test_the_public_signs_in_first(cast: Cast, path: str) -> None:
    assert cast.client().get(path).headers["Location"].startswith("/accounts/login/?next=")
