"""Moderation, supervision and publication through the HTTP edge."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from scenarios.actions import moderation, needs
from scenarios.actions.moderation import approve_need, supervise_need
from scenarios.models import Event, ModerationDecision, Need
from tests.drain import drain_outbox
from tests.factories import NEED, STAFF, Cast, checked_need, picked, published_need, submitted_capability

PAGES = {
    "/staff/": set(STAFF),
    "/staff/moderation/": {"moderator"},
    "/staff/supervision/": {"supervisor"},
    "/staff/publication/": {"publisher"},
    "/staff/batches/": {"moderator", "publisher", "manager"},
}
PUBLISH = "/staff/batches/publish-needs/"
RISKY = {"risk_answers": {"safety_critical_control": True}}
GRAVE = {"risk_answers": {"safety_critical_control": True, "autonomous_decision": True}}


def desk(need: Need) -> str:
    return reverse("moderate_need", args=[need.pk])


def status(need: Need) -> str:
    return Need.objects.get(pk=need.pk).status


def texts(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_each_page_opens_for_its_roles_only(cast: Cast, page: str) -> None:
    answers = {part: cast.client(part).get(page).status_code for part in (*STAFF, "enterprise", "stranger")}
    assert answers == {part: 200 if part in PAGES[page] else 403 for part in answers}


@pytest.mark.parametrize("page", PAGES)
def test_the_public_is_sent_to_sign_in(cast: Cast, page: str) -> None:
    answer = cast.client().get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={page.replace('/', '%2F')}")


def test_staff_without_a_second_factor_are_sent_to_set_it_up(cast: Cast) -> None:
    Authenticator.objects.filter(user=cast.moderator).delete()
    answer = cast.client("moderator").get("/staff/moderation/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")


def test_the_home_page_counts_what_waits(cast: Cast) -> None:
    checked_need(cast)
    rows = cast.client("moderator").get("/staff/").context["rows"]
    assert [(str(row["label"]), row["count"], str(row["word"])) for row in rows][:2] == [
        ("Needs to check", 1, "In time"),
        ("Capabilities to verify", 0, "Nothing waits"),
    ]
    Need.objects.update(submitted_at="2026-01-01T00:00:00Z")
    assert str(cast.client("moderator").get("/staff/").context["rows"][0]["word"]) == "Overdue"


def test_every_tab_of_the_moderation_queue_is_counted(cast: Cast) -> None:
    checked_need(cast)
    for _ in range(2):
        published_need(cast)
    for address in ("/staff/moderation/", "/staff/moderation/?tab=published", "/staff/moderation/?domain=health"):
        tabs = cast.client("moderator").get(address).context["tabs"]
        assert [(name, count) for name, _label, count in tabs] == [("waiting", 1), ("published", 2), ("suspended", 0)]


def test_supervision_shows_age_and_level_and_is_narrowed_by_them(cast: Cast) -> None:
    old, new = (approve_need(actor=cast.actor("moderator"), need_id=checked_need(cast, **RISKY).pk) for _ in range(2))
    ModerationDecision.objects.filter(subject_id=old.pk).update(created_at=F("created_at") - timedelta(days=6))

    def shown(query: str) -> list[tuple[str, str]]:
        rows = cast.client("supervisor").get(f"/staff/supervision/{query}").context["rows"]
        return [(row["need"].code, row["wait"].level) for row in rows]

    assert shown("") == [(old.code, "overdue"), (new.code, "in_time")]
    assert shown("?sort=newest") == [(new.code, "in_time"), (old.code, "overdue")]
    assert shown("?level=overdue") == [(old.code, "overdue")]
    assert shown("?risk_tier=R1") == []
    sheet = cast.client("supervisor").get("/staff/supervision/?as=xlsx&level=overdue")
    head, row = load_workbook(io.BytesIO(sheet.content)).worksheets[0].values
    found = dict(zip(head, row, strict=True))
    assert (found["Code"], found["Days waiting"], found["Service level"]) == (old.code, 6, "Overdue")


def test_the_home_page_puts_the_queues_in_which_nothing_waits_last(cast: Cast) -> None:
    submitted_capability(cast)
    rows = cast.client("moderator").get("/staff/").context["rows"]
    assert [(str(row["label"]), row["count"]) for row in rows][:2] == [
        ("Capabilities to verify", 1),
        ("Needs to check", 0),
    ]


def test_the_queue_lists_oldest_first_and_filters(cast: Cast) -> None:
    first = checked_need(cast)
    second = checked_need(cast, "rival", domain="city", district_id="binhu", **RISKY)
    client = cast.client("moderator")

    def found(query: str = "") -> list[str]:
        return [need.code for need in client.get(f"/staff/moderation/{query}").context["page"]]

    assert found() == [first.code, second.code]
    assert found("?domain=city") == [second.code]
    assert found("?district=huishan") == [first.code]
    assert found("?risk_tier=R3") == [second.code]
    assert found("?domain=nonsense") == [first.code, second.code]
    assert found("?tab=published") == []
    assert found("?sort=newest") == found("?sort=risk") == [second.code, first.code]
    assert found(f"?q={second.code.lower()}") == [second.code]
    assert found("?q=缺陷&level=in_time") == [first.code, second.code]
    assert found("?level=overdue") == []
    Need.objects.filter(pk=first.pk).update(submitted_at=F("submitted_at") - timedelta(days=2))
    rows = client.get("/staff/moderation/?level=soon").context["rows"]
    assert [(need.code, str(wait.word), str(wait.age)) for need, wait in rows] == [
        (first.code, "Soon overdue", "2 days")
    ]
    levels = client.get("/staff/moderation/").context["facets"][0]
    assert [(one.value, one.count) for one in levels.options] == [("soon", 1), ("in_time", 1)]


def test_the_queue_takes_the_same_number_of_queries_for_few_and_for_many(cast: Cast) -> None:
    client = cast.client("moderator")
    counts = []
    for _ in range(2):
        checked_need(cast)
        checked_need(cast, "rival")
        with CaptureQueriesContext(connection) as captured:
            client.get("/staff/moderation/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_the_desk_shows_no_contact(cast: Cast) -> None:
    need = checked_need(cast, contact="CANARY-CONTACT")
    page = texts(cast.client("moderator"), desk(need))
    assert "不含内部缺陷探伤" in page
    assert "CANARY-CONTACT" not in page


def test_approving_leads_to_the_next_need(cast: Cast) -> None:
    first, second = checked_need(cast), checked_need(cast, "rival")
    client = cast.client("moderator")
    answer = client.post(desk(first), {"verdict": "approve"})
    assert (answer.status_code, answer["Location"]) == (302, desk(second))
    assert (status(first), status(second)) == ("approved", "checked")
    answer = client.post(desk(second), {"verdict": "approve"})
    assert answer["Location"] == "/staff/moderation/"
    assert Event.objects.filter(kind="need.approved").count() == 2


def test_returning_keeps_the_reason_of_each_field(cast: Cast) -> None:
    need = checked_need(cast)
    data = {
        "verdict": "return",
        "reason-problem": "写明缺陷类型",
        "reason-indicators": "补充误报率",
        "reason-general": "",
    }
    assert cast.client("moderator").post(desk(need), data).status_code == 302
    assert status(need) == "returned"
    assert ModerationDecision.objects.get().reasons == {"problem": "写明缺陷类型", "indicators": "补充误报率"}
    assert "写明缺陷类型" in texts(cast.client("moderator"), desk(need))


def test_returning_without_a_reason_is_refused(cast: Cast) -> None:
    need = checked_need(cast)
    answer = cast.client("moderator").post(desk(need), {"verdict": "return"})
    assert answer.status_code == 422
    assert "Give at least one reason" in answer.content.decode()
    assert (status(need), ModerationDecision.objects.count()) == ("checked", 0)


def test_approving_with_typed_reasons_asks_first(cast: Cast) -> None:
    need = checked_need(cast)
    client = cast.client("moderator")
    answer = client.post(desk(need), {"verdict": "approve", "reason-problem": "写明缺陷类型"})
    assert answer.status_code == 422
    assert "approve_anyway" in answer.content.decode()
    assert status(need) == "checked"
    assert client.post(desk(need), {"verdict": "approve_anyway", "reason-problem": "写明"}).status_code == 302
    assert (status(need), ModerationDecision.objects.get().verdict) == ("approved", "approve")


def test_a_decision_on_what_has_moved_on_is_refused(cast: Cast) -> None:
    need = checked_need(cast)
    client = cast.client("moderator")
    client.post(desk(need), {"verdict": "approve"})
    assert client.post(desk(need), {"verdict": "approve"}).status_code == 409
    assert ModerationDecision.objects.count() == 1


def test_like_published_needs_stand_beside(cast: Cast) -> None:
    other = published_need(cast, "rival")
    drain_outbox()
    rows = cast.client("moderator").get(desk(checked_need(cast))).context["like"]
    assert [(row.need, row.similarity > 0.9) for row in rows] == [(other, True)]
    assert "铸件" in rows[0].words


def test_suspending_and_reinstating(cast: Cast) -> None:
    need = published_need(cast)
    client = cast.client("moderator")
    address = reverse("suspend_need", args=[need.pk])
    assert client.post(address, {"reason": " "}).status_code == 422
    assert status(need) == "published"
    assert client.post(address, {"reason": "来源不实"}).status_code == 302
    assert (status(need), Need.objects.get().suspended_reason) == ("suspended", "来源不实")
    assert client.post(reverse("reinstate_need", args=[need.pk])).status_code == 302
    assert status(need) == "published"
    assert cast.client("publisher").post(address, {"reason": "来源不实"}).status_code == 403


def test_the_supervisor_clears_a_need_of_high_risk(cast: Cast) -> None:
    need = checked_need(cast, **RISKY)
    approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    client = cast.client("supervisor")
    assert [row["need"] for row in client.get("/staff/supervision/").context["rows"]] == [need]
    assert "Controls what can injure people" in texts(client, reverse("supervise_need", args=[need.pk]))
    answer = client.post(reverse("supervise_need", args=[need.pk]), {"note": "限速运行"})
    assert answer["Location"] == "/staff/supervision/"
    assert Need.objects.get().supervised_by == cast.supervisor
    assert ModerationDecision.objects.get(verdict="supervise").note == "限速运行"


def test_tier_r4_without_an_ethics_number_is_explained_and_refused(cast: Cast) -> None:
    need = checked_need(cast, **GRAVE)
    approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    client, address = cast.client("supervisor"), reverse("supervise_need", args=[need.pk])
    assert "The number of the ethics review is missing" in texts(client, address)
    answer = client.post(address, {"note": ""})
    assert answer.status_code == 422
    assert "Missing: The number of the ethics document." in answer.content.decode()
    assert Need.objects.get().supervised_by is None
    blocked = cast.client("publisher").get("/staff/publication/").context["blocked"]
    assert [(row.need, len(row.held_back)) for row in blocked] == [(need, 2)]


def approved(cast: Cast, part: str = "enterprise", **changes: object) -> Need:
    need = checked_need(cast, part, **changes)
    return approve_need(actor=cast.actor("moderator"), need_id=need.pk)


def test_several_needs_are_published_after_a_preview(cast: Cast) -> None:
    one, other = approved(cast, contact="CANARY-CONTACT"), approved(cast, "rival")
    held = approved(cast, **RISKY)
    client = cast.client("publisher")
    queue = client.get("/staff/publication/").context
    assert [row.need for row in queue["ready"]] == [one, other]
    assert [row.need for row in queue["blocked"]] == [held]
    preview = client.get("/staff/publication/preview/", {"row": [str(one.pk), str(other.pk), "no-id"]})
    assert "CANARY-CONTACT" not in preview.content.decode()
    assert "60" not in [fact.text for fact in preview.context["rows"][0]["facts"]]
    assert (status(one), len(preview.context["ready"])) == ("approved", 2)
    report = client.post(PUBLISH, picked(one, other, held), follow=True)
    assert (status(one), status(other), status(held)) == ("published", "published", "approved")
    assert [(row["row"].code, row["row"].state) for row in report.context["rows"]] == [
        (one.code, "done"),
        (other.code, "done"),
        (held.code, "refused"),
    ]
    assert "Missing: The supervisor&#x27;s approval. A need of tier R3 or R4 waits" in report.content.decode()


def test_nobody_publishes_what_they_approved(cast: Cast) -> None:
    from marketplace.models import StaffRole

    StaffRole.objects.create(account=cast.moderator, role="publisher")
    need = approved(cast)
    client = cast.client("moderator")
    blocked = client.get("/staff/publication/").context["blocked"]
    assert [str(reason) for reason in blocked[0].held_back] == [
        "You approved it yourself; another publisher has to publish it."
    ]
    client.post(PUBLISH, picked(need))
    assert status(need) == "approved"
    supervised = checked_need(cast, quantity=Decimal("5"), **RISKY)
    approve_need(actor=cast.actor("moderator"), need_id=supervised.pk)
    supervise_need(actor=cast.actor("supervisor"), need_id=supervised.pk)
    assert cast.client("publisher").post(PUBLISH, picked(need, supervised)).status_code == 302
    assert (status(need), status(supervised)) == ("published", "published")


def test_choosing_nothing_leads_back(cast: Cast) -> None:
    answer = cast.client("publisher").get("/staff/publication/preview/")
    assert (answer.status_code, answer["Location"]) == (302, "/staff/publication/")


def test_a_need_that_changed_while_it_was_read_is_not_decided_unseen(cast: Cast) -> None:
    need = checked_need(cast)
    client = cast.client("moderator")
    assert f'name="version" value="{need.version}"' in client.get(desk(need)).content.decode()
    answer = client.post(desk(need), {"verdict": "approve", "version": str(need.version - 1)})
    need.refresh_from_db()
    assert (answer.status_code, need.status) == (409, "checked")


def test_the_next_need_is_the_following_one_of_the_queue_as_it_is_narrowed(cast: Cast) -> None:
    city, other, last = (checked_need(cast, domain=domain) for domain in ("city", "manufacturing", "city"))
    own, query = checked_need(cast, domain="city"), "?domain=city&sort=newest"
    client = cast.client("moderator")
    queue = client.get(f"/staff/moderation/{query}&page=1").content.decode()
    assert f'href="{desk(last)}?domain=city&amp;sort=newest"' in queue
    place = client.get(desk(last) + query).context["place"]
    assert place == (f"{desk(own)}{query}", f"{desk(city)}{query}")
    answer = client.post(desk(last) + query, {"verdict": "approve"})
    assert answer["Location"] == f"{desk(city)}{query}"
    answer = client.post(desk(city) + query, {"verdict": "return", "reason-problem": "写明缺陷类型"})
    assert answer["Location"] == f"{desk(own)}{query}"  # the last row is followed by the first that still waits
    answer = client.post(desk(own) + query, {"verdict": "approve"})
    assert answer["Location"] == f"/staff/moderation/{query}"
    assert status(other) == "checked"
    assert client.get(desk(other) + query).context["place"] == ("", "")


def test_nothing_is_chosen_for_publication_before_the_publisher_chooses(cast: Cast) -> None:
    need, held = approved(cast), approved(cast, **RISKY)
    page = cast.client("publisher").get("/staff/publication/").content.decode()
    assert page.count('name="row"') == 1
    assert f'<input type="checkbox" name="row" value="{need.pk}">' in page
    for one in (need, held):
        assert f'href="/staff/publication/preview/?row={one.pk}"' in page
    assert "A need of tier R3 or R4 waits for the supervisor" in page


def test_what_changed_since_the_publication_reads_in_words(cast: Cast) -> None:
    need = published_need(cast)
    actor = cast.actor("enterprise")
    needs.withdraw_need(actor=actor, need_id=need.pk)
    again = needs.reopen_need(actor=actor, need_id=need.pk)
    fields = {"deploy": "edge", "district_id": "binhu", "boundary_out": "不含内部缺陷探伤，不含分拣。"}
    needs.save_need(actor=actor, need_id=need.pk, version=again.version, fields=fields)
    needs.submit_need(actor=actor, need_id=need.pk)
    moderation.check_need(need_id=need.pk)
    changes = cast.client("moderator").get(desk(need)).context["changes"]
    assert [(row.label, row.before, row.after) for row in changes] == [
        ("Out of scope", NEED["boundary_out"], "不含内部缺陷探伤，不含分拣。"),
        ("District", "Huishan", "Binhu"),
        ("Deployment", "On premises", "At the edge"),
    ]
    page = texts(cast.client("moderator"), desk(need))
    assert "不含内部缺陷探伤，不含<del>机械手分拣，不含 MES 改造</del><ins>分拣</ins>。" in page
