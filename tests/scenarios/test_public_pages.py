"""What the public, a rival, an owner and staff read of needs and calls; lists, search, following, health."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from scenarios.actions import calls, interests, moderation, needs
from scenarios.models import Call, Delivery, Event, Follow, Interest, Need
from tests.factories import INDICATORS, Cast, checked_need, draft_need, published_need

BUDGET, CONTACT = Decimal("98765.43"), "秘密联系人 0510-55551111"


def open_call(cast: Cast, need: Need) -> Call:
    fields: Any = {
        "kind": "open_list",
        "closes_at": timezone.now() + timedelta(days=20),
        "budget_cap": Decimal("300"),
        "criteria": [{"name": "技术方案", "weight": 60, "minimum": 36}, {"name": "价格", "weight": 40}],
        "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
    }
    call = calls.draft_call(actor=cast.actor("manager"), need_id=need.pk, fields=fields)
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=cast.actor("publisher"), call_id=call.pk)
    return calls.open_call(actor=cast.actor("publisher"), call_id=call.pk)


def test_home_shows_the_figures_and_the_newest(cast: Cast, django_assert_max_num_queries: Any) -> None:
    need = published_need(cast)
    call = open_call(cast, published_need(cast, "rival", title_en="Falls on wards"))
    draft_need(cast, title_en="A secret draft")
    client = cast.client()
    with django_assert_max_num_queries(10):
        answer = client.get("/")
    assert (answer.context["need_count"], answer.context["call_count"], answer.context["pool_count"]) == (2, 1, 0)
    page = answer.content.decode()
    assert need.title_en in page
    assert call.code in page
    assert "A secret draft" not in page


def test_how_it_works_names_the_steps_in_order(cast: Cast) -> None:
    page = cast.client().get("/how-it-works/").content.decode()
    places = [page.index(text) for text in ("1. Post a precise need", "4. Owners consent", "9. Landed with room")]
    assert places == sorted(places)


def test_the_list_is_searched_by_chinese_and_by_latin_words(cast: Cast) -> None:
    one = published_need(cast)
    other = published_need(
        cast, "rival", title_zh="住院病区跌倒识别", title_en="Falls on wards", problem="夜间 60 张床位。"
    )
    client = cast.client()
    assert [row.pk for row in client.get("/needs/", {"q": "跌倒"}).context["page"]] == [other.pk]
    assert [row.pk for row in client.get("/needs/", {"q": "casting"}).context["page"]] == [one.pk]
    assert [row.pk for row in client.get("/needs/", {"q": one.code}).context["page"]] == [one.pk]
    empty = client.get("/needs/", {"q": "量子"})
    assert list(empty.context["page"]) == []
    assert "No need fits" in empty.content.decode()


def test_facets_count_under_the_other_choices(cast: Cast) -> None:
    published_need(cast, domain="health", quantity_unit="bed")
    published_need(cast, domain="health", quantity_unit="line")
    published_need(cast, domain="city", quantity_unit="line")
    answer = cast.client().get("/needs/", {"domain": "health"})
    facets = {facet.name: {o.value: (o.count, o.selected) for o in facet.options} for facet in answer.context["facets"]}
    assert facets["domain"] == {"health": (2, True), "city": (1, False)}
    assert facets["quantity_unit"] == {"line": (1, False), "bed": (1, False)}
    assert len(answer.context["page"]) == 2
    assert [chip.url for chip in answer.context["chips"]] == ["?"]


def test_the_list_is_sorted_and_unknown_values_are_passed_over(cast: Cast) -> None:
    small = published_need(cast, quantity=Decimal("2"))
    large = published_need(cast, quantity=Decimal("9"))
    client = cast.client()
    by_quantity = client.get("/needs/", {"sort": "large", "domain": "nonsense"})
    assert [row.pk for row in by_quantity.context["page"]] == [large.pk, small.pk]
    assert by_quantity.context["chips"] == []


def test_the_list_costs_the_same_for_one_and_for_many(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client()
    published_need(cast)
    with django_assert_num_queries(6):
        client.get("/needs/")
    for _ in range(4):
        published_need(cast, "rival")
    with django_assert_num_queries(6):
        client.get("/needs/")


def test_a_page_shows_each_reader_its_fields(cast: Cast) -> None:
    need = published_need(cast, budget_max=BUDGET, contact=CONTACT, value_basis="估算依据甲乙丙")
    pages = {part: _page(cast, part, need) for part in (None, "rival", "supplier", "manager", "enterprise")}
    assert [part for part, page in pages.items() if "98765.43" in page.replace(",", "")] == ["manager", "enterprise"]
    assert [part for part, page in pages.items() if CONTACT in page] == ["enterprise"]
    assert [part for part, page in pages.items() if "估算依据甲乙丙" in page] == [
        "rival",
        "supplier",
        "manager",
        "enterprise",
    ]
    assert [part for part, page in pages.items() if "What happened" in page] == ["manager", "enterprise"]
    assert all("≤ 0.5 %" in page and "不含内部缺陷探伤" in page for page in pages.values())


def _page(cast: Cast, part: str | None, need: Need) -> str:
    answer = cast.client(part).get(f"/needs/{need.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("part", [None, "rival", "supplier", "stranger", "manager"])
def test_a_draft_does_not_exist_for_others(cast: Cast, part: str | None) -> None:
    need = draft_need(cast)
    assert cast.client(part).get(f"/needs/{need.pk}/").status_code == 404
    assert cast.client("enterprise").get(f"/needs/{need.pk}/").status_code == 200


def test_a_need_under_moderation_is_read_by_staff_and_owner_only(cast: Cast) -> None:
    need = checked_need(cast)
    statuses = [
        cast.client(part).get(f"/needs/{need.pk}/").status_code for part in (None, "rival", "moderator", "enterprise")
    ]
    assert statuses == [404, 404, 200, 200]


def test_a_withdrawn_need_says_so_at_its_old_address(cast: Cast) -> None:
    need = published_need(cast)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    answer = cast.client().get(f"/needs/{need.pk}/")
    assert answer.status_code == 410
    page = answer.content.decode()
    assert "This need was withdrawn" in page
    assert need.problem not in page
    assert "Reopen as a draft" in _page(cast, "enterprise", need)


def test_an_expired_need_says_so(cast: Cast) -> None:
    need = published_need(cast)
    Need.objects.filter(pk=need.pk).update(status="expired")
    assert "This need has expired" in _page(cast, None, need)
    assert "Renew for 180 days" in _page(cast, "enterprise", need)
    assert "Renew for 180 days" not in _page(cast, "rival", need)


def test_the_reasons_of_a_return_are_shown_to_the_owner_by_field(cast: Cast) -> None:
    need = checked_need(cast)
    moderation.return_need(
        actor=cast.actor("moderator"), need_id=need.pk, reasons={"quantity": "请写明每条产线的节拍。"}
    )
    page = _page(cast, "enterprise", need)
    assert "<strong>Quantity</strong>: 请写明每条产线的节拍。" in page
    form = cast.client("enterprise").get(f"/workspace/needs/{need.pk}/edit/").content.decode()
    assert form.count("请写明每条产线的节拍。") == 2  # above the form and at the field


def test_published_versions_tell_what_changed(cast: Cast) -> None:
    need = published_need(cast)
    needs.withdraw_need(actor=cast.actor("enterprise"), need_id=need.pk)
    again = needs.reopen_need(actor=cast.actor("enterprise"), need_id=need.pk)
    saved = needs.save_need(
        actor=cast.actor("enterprise"),
        need_id=need.pk,
        version=again.version,
        fields={"quantity": Decimal("12000"), "problem": need.problem.replace(" 6 名", "")},
        indicators=[{**INDICATORS[0], "target": Decimal("0.3")}, INDICATORS[1]],
    )
    needs.submit_need(actor=cast.actor("enterprise"), need_id=saved.pk)
    moderation.check_need(need_id=need.pk)
    moderation.approve_need(actor=cast.actor("moderator"), need_id=need.pk)
    moderation.publish_need(actor=cast.actor("publisher"), need_id=need.pk)
    versions = cast.client().get(f"/needs/{need.pk}/").context["versions"]
    assert [row["changed"] for row in versions] == [["Problem", "Indicators", "Quantity"], []]
    page = _page(cast, None, need)
    assert "<del>4</del><ins>12,000</ins>" in page
    assert "漏检率 ≤ <del>0.5</del><ins>0.3</ins> % (3 %)" in page
    assert "6 名工人" not in page  # a text may have been changed because it told too much
    for part in ("enterprise", "moderator"):
        assert "铸件下线后靠<del> 6 名</del>工人目视检查" in _page(cast, part, need)
    assert "6 名工人" not in _page(cast, "rival", need)


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("public", (None, "rival", "moderator")),
        ("verified", ("rival", "moderator")),
        ("parties", ("moderator",)),
        ("", ("moderator",)),
    ],
)
def test_what_an_earlier_version_said_is_told_to_those_who_could_read_it(
    cast: Cast, then: str, told: tuple[str | None, ...]
) -> None:
    need = published_need(cast)
    first = need.versions.get()
    assert first.visibility == "public"
    kept, gone = first.content["indicators"]
    need.versions.update(visibility=then)
    content = {**first.content, "quantity": "12000", "indicators": [{**kept, "target": "0.3"}]}
    need.versions.create(version=need.version + 1, visibility="public", content=content)
    for part in (None, "rival", "moderator"):
        (version, _first) = cast.client(part).get(f"/needs/{need.pk}/").context["versions"]
        assert version["changed"] == ["Indicators", "Quantity"]
        said = {change.label: change.before for change in version["changes"]}
        assert (said.get("Quantity") == "4") == (part in told)
        assert (gone["metric"] in said.get("Indicators", "")) == (part == "moderator")


def test_following_and_stopping(cast: Cast) -> None:
    need = published_need(cast)
    client = cast.client("supplier")
    answer = client.post(f"/follow/need/{need.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/needs/{need.pk}/")
    assert Follow.objects.get().account_id == cast.supplier.pk
    assert need.code in client.get("/workspace/following/").content.decode()
    fragment = client.post(f"/follow/need/{need.pk}/", {"stop": "1"}, headers={"HX-Request": "true"})
    assert "Follow" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert Follow.objects.count() == 0


def test_a_draft_of_another_cannot_be_followed_and_visitors_sign_in_first(cast: Cast) -> None:
    need = draft_need(cast)
    assert cast.client("rival").post(f"/follow/need/{need.pk}/").status_code == 404
    assert cast.client("rival").post(f"/follow/chain/{need.pk}/").status_code == 404
    assert cast.client().post(f"/follow/need/{need.pk}/")["Location"].startswith("/accounts/login/?next=")
    assert Follow.objects.count() == 0


def test_calls_open_ones_first_by_the_database_clock(cast: Cast, django_assert_max_num_queries: Any) -> None:
    past = open_call(cast, published_need(cast, title_en="First"))
    present = open_call(cast, published_need(cast, "rival", title_en="Second"))
    Call.objects.filter(pk=past.pk).update(
        opens_at=timezone.now() - timedelta(days=9), closes_at=timezone.now() - timedelta(days=1)
    )
    client = cast.client()
    with django_assert_max_num_queries(8):
        answer = client.get("/calls/")
    assert [row.pk for row in answer.context["page"]] == [present.pk, past.pk]
    closed = client.get("/calls/", {"public_state": "closed"})
    assert [row.pk for row in closed.context["page"]] == [past.pk]
    assert "Interest can no longer be declared" in client.get(f"/calls/{past.pk}/").content.decode()


def test_a_call_shows_what_is_frozen_and_when_it_closes(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    page = cast.client().get(f"/calls/{call.pk}/").content.decode()
    closes = timezone.localtime(call.closes_at)
    assert f'<time datetime="{closes.isoformat()}">{closes:%Y-%m-%d %H:%M}</time>' in page
    assert "≤ 0.5 %" in page
    assert "技术方案" in page
    assert "No supplier is preferred for where it is registered." in page
    assert "Sign in as a member" in page
    # What a reader on a phone looks for first stands before the text.
    top, _rest = page.split('id="summary"')
    assert f"{closes:%Y-%m-%d %H:%M}" in top
    assert 'href="#declare"' in top
    assert page.count('id="declare"') == 1


def test_a_cancelled_call_gives_its_reason(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    calls.cancel_call(actor=cast.actor("publisher"), call_id=call.pk, reason="预算调整，择期重发。")
    assert "预算调整，择期重发。" in cast.client().get(f"/calls/{call.pk}/").content.decode()


def test_a_supplier_declares_interest_and_takes_it_back(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    client = cast.client("supplier")
    assert "Declare interest" in client.get(f"/calls/{call.pk}/").content.decode()
    data = {"organisation": str(cast.supplier_org.pk), "message": "有 12 家工厂的案例"}
    assert client.post(f"/calls/{call.pk}/interest/", data).status_code == 302
    assert Interest.objects.get().state == "declared"
    readers = ("enterprise", "manager", "rival", "supplier", None)
    seen = {
        part: "有 12 家工厂的案例" in cast.client(part).get(f"/calls/{call.pk}/").content.decode() for part in readers
    }
    assert seen == {"enterprise": True, "manager": True, "rival": False, "supplier": True, None: False}
    client.post(f"/calls/{call.pk}/interest/{cast.supplier_org.pk}/withdraw/")
    assert Interest.objects.get().state == "withdrawn"


def test_interest_cannot_be_declared_for_another_nor_by_the_owner(cast: Cast) -> None:
    call = open_call(cast, published_need(cast))
    foreign = cast.client("supplier").post(f"/calls/{call.pk}/interest/", {"organisation": str(cast.rival_org.pk)})
    own = cast.client("enterprise").post(f"/calls/{call.pk}/interest/", {"organisation": str(cast.enterprise_org.pk)})
    assert (foreign.status_code, own.status_code) == (422, 422)
    assert Interest.objects.count() == 0
    assert "interest_form" in own.context
    interests.declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    assert Interest.objects.count() == 1


def test_health_answers_without_and_with_the_database(
    cast: Cast, django_assert_num_queries: Any, monkeypatch: Any
) -> None:
    client = cast.client()
    with django_assert_num_queries(0):
        assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"ready": True, "database": True, "migrations": True}
    monkeypatch.setattr("scenarios.views.health._known_migrations", lambda: frozenset({("scenarios", "9999_later")}))
    late = client.get("/readyz")
    assert (late.status_code, late.json()["migrations"]) == (503, False)


def test_status_is_for_staff_and_quarantine_can_be_retried(cast: Cast) -> None:
    delivery = Delivery.objects.create(
        topic="need.published",
        task="scenarios.index_needs",
        queue="batch",
        state="quarantined",
        attempts=3,
        error="Boom: disk full",
    )
    assert cast.client("enterprise").get("/status").status_code == 403
    page = cast.client("auditor").get("/status").content.decode()
    assert "Boom: disk full" in page
    assert "Try again" not in page
    assert cast.client("auditor").post(f"/status/retry/{delivery.pk}/").status_code == 403
    assert "Try again" in cast.client("manager").get("/status").content.decode()
    assert cast.client("manager").post(f"/status/retry/{delivery.pk}/").status_code == 302
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)
    event = Event.objects.get(kind="delivery.retried")
    assert (event.actor_id, event.subject_type, event.subject_id.int) == (cast.manager.pk, "delivery", delivery.pk)
    assert cast.client("manager").post(f"/status/retry/{delivery.pk}/").status_code == 409


def test_metrics_are_for_staff_and_for_the_token(cast: Cast, settings: Any) -> None:
    Delivery.objects.all().delete()
    Delivery.objects.create(topic="t", task="t", queue="batch", state="quarantined")
    settings.METRICS_TOKEN = "s3cret"
    assert cast.client().get("/metrics").status_code == 403
    assert cast.client().get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    answer = cast.client().get("/metrics", headers={"Authorization": "Bearer s3cret"})
    assert 'marketplace_deliveries{state="quarantined"} 1.0' in answer.content.decode()
    assert (
        'marketplace_heartbeat_age_seconds{name="relay"} +Inf'
        in cast.client("auditor").get("/metrics").content.decode()
    )
    settings.METRICS_TOKEN = ""
    assert cast.client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403


def test_chinese_passages_are_marked_on_an_english_page_only(cast: Cast) -> None:
    need = published_need(cast)
    note = "The text is in Chinese, as its author wrote it."
    shown = cast.client().get(f"/needs/{need.pk}/").content.decode()
    for text in (need.problem, need.boundary_out, "漏检率"):
        assert f'<span lang="zh-Hans">{text}</span>' in shown
    assert shown.count(note) == 1
    chinese = cast.client(language="zh-hans").get(f"/needs/{need.pk}/").content.decode()
    assert need.problem in chinese
    assert '<span lang="zh-Hans">' not in chinese
    call = open_call(cast, need)
    assert f'<span lang="zh-Hans">{call.summary}</span>' in cast.client().get(f"/calls/{call.pk}/").content.decode()


def test_an_english_need_carries_no_note(cast: Cast) -> None:
    need = published_need(cast)
    Need.objects.filter(pk=need.pk).update(problem="Castings are inspected by eye.", boundary_out="No X-ray.")
    assert "The text is in Chinese" not in cast.client().get(f"/needs/{need.pk}/").content.decode()
