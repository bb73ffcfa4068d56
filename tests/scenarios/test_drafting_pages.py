"""Writing a need through the pages: with and without JavaScript, twice at once."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse

from scenarios.actions.interests import declare_interest, withdraw_interest
from scenarios.models import Consent, Event, Need
from tests.calls import sealed_call
from tests.engagements import frozen_pool
from tests.factories import INDICATORS, NEED, Cast, draft_need, published_capability, published_need
from tests.marketplace.test_suggestion_pages import suggest

NEW, AUTOSAVE = "/workspace/needs/new/", "/workspace/needs/autosave/"
VAGUE = {"title_zh": "打造世界一流智能工厂", "problem": "全面赋能高质量发展，解决 4 条产线漏检的难题。"}


def form(indicators: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """Return what a browser posts."""
    rows = indicators or []
    data: dict[str, Any] = {"indicators-TOTAL_FORMS": len(rows), "indicators-INITIAL_FORMS": 0}
    for number, row in enumerate(rows):
        data |= {f"indicators-{number}-{name}": value for name, value in row.items() if value not in (None, False)}
    return data | {name: value for name, value in fields.items() if value is not None}


def whole(**changes: Any) -> dict[str, Any]:
    """Return a complete need as posted."""
    plain = {name: value for name, value in NEED.items() if name not in ("district_id", "risk_answers")}
    return form(INDICATORS, **{**plain, "district": "huishan", "risk": ["none"], **changes})


def hidden(answer: HttpResponse, name: str) -> str:
    found = re.search(rf'name="{name}"\s+value="([^"]*)"', answer.content.decode())
    assert found, name
    return found.group(1)


def test_each_free_text_shows_an_example_before_anything_is_typed(cast: Cast) -> None:
    page = cast.client("enterprise").get(NEW).content.decode()
    for name in ("title_zh", "problem", "users_and_site", "current_process", "boundary_in", "boundary_out"):
        (hint,) = re.findall(rf'id="id_{name}_helptext">([^<]+)</div>', page)
        assert re.search("“[^”]+”", hint), name
        assert f'aria-describedby="id_{name}_helptext' in page


def test_a_draft_is_posted_without_javascript_and_found_again(cast: Cast) -> None:
    client = cast.client("enterprise")
    page = client.get(NEW)
    answer = client.post(NEW, whole(key=hidden(page, "key"), then="save"))
    need = Need.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/workspace/needs/{need.pk}/edit/")
    assert (need.status, need.quantity, need.district_id, need.contact) == (
        "draft",
        Decimal("4"),
        "huishan",
        NEED["contact"],
    )
    assert need.risk_tier == "R1"
    assert set(need.risk_answers.values()) == {False}
    assert [(row.metric, row.target, row.essential) for row in need.indicators.all()] == [
        ("漏检率", Decimal("0.5000"), True),
        ("节拍", Decimal("10.0000"), False),
    ]
    again = client.get(answer["Location"]).content.decode()
    assert 'value="0.5"' in again
    assert NEED["contact"] in again


def test_a_complete_need_is_looked_over_and_submitted(cast: Cast) -> None:
    client = cast.client("enterprise")
    answer = client.post(NEW, whole(then="check"))
    need = Need.objects.get()
    assert (need.status, answer["Location"]) == ("draft", f"/workspace/needs/{need.pk}/check/")
    version = hidden(client.get(answer["Location"]), "version")
    answer = client.post(f"/workspace/needs/{need.pk}/submit/", {"version": version})
    need.refresh_from_db()
    assert (need.status, answer["Location"]) == ("submitted", f"/needs/{need.pk}/")
    assert list(Event.objects.order_by("id").values_list("kind", flat=True)) == ["need.drafted", "need.submitted"]


def test_a_vague_need_is_kept_as_a_draft_and_its_blockers_are_at_the_fields(cast: Cast) -> None:
    client = cast.client("enterprise")
    client.post(NEW, form(**VAGUE, then="save"))
    need = Need.objects.get()
    answer = client.post(f"/workspace/needs/{need.pk}/submit/")
    need.refresh_from_db()
    assert (answer.status_code, need.status) == (422, "draft")
    drafting = answer.context["drafting"]
    assert set(drafting.form.errors) == {"quantity", "boundary_out", "risk"}
    assert len(drafting.indicators.non_form_errors()) >= 1
    page = answer.content.decode()
    assert 'href="#id_indicators"' in page
    assert "Nothing is excluded, so the need has no edge." in page
    assert hidden(answer, "version") == str(need.version)


def test_the_same_page_sent_twice_makes_one_draft_and_keeps_the_later_words(cast: Cast) -> None:
    client = cast.client("enterprise")
    key = hidden(client.get(NEW), "key")
    client.post(NEW, whole(key=key, then="save"))
    client.post(NEW, whole(key=key, then="save", title_en="Second words"))
    need = Need.objects.get()
    assert (need.title_en, need.indicators.count()) == ("Second words", 2)


def test_wrong_types_are_told_and_nothing_is_saved(cast: Cast) -> None:
    answer = cast.client("enterprise").post(NEW, whole(quantity="four", finish_by="soon", then="save"))
    assert answer.status_code == 422
    assert set(answer.context["drafting"].form.errors) == {"quantity", "finish_by"}
    assert 'value="four"' in answer.content.decode()
    assert Need.objects.count() == 0


def test_a_contradiction_is_shown_at_its_field(cast: Cast) -> None:
    answer = cast.client("enterprise").post(NEW, whole(budget_min="200", budget_max="100", then="save"))
    assert (answer.status_code, set(answer.context["drafting"].form.errors)) == (422, {"budget_max"})
    assert Need.objects.count() == 0


def test_none_applies_cannot_stand_beside_one_that_does(cast: Cast) -> None:
    answer = cast.client("enterprise").post(NEW, whole(risk=["none", "personal_data"], then="save"))
    assert set(answer.context["drafting"].form.errors) == {"risk"}


def test_a_row_is_added_and_removed_without_javascript(cast: Cast) -> None:
    client = cast.client("enterprise")
    more = client.post(NEW, form([INDICATORS[0]], title_zh="检测", add_indicators="1"))
    assert (more.status_code, len(more.context["drafting"].indicators.forms)) == (200, 2)
    assert "漏检率" in more.content.decode()
    assert Need.objects.count() == 0
    rows = [dict(INDICATORS[0]), {**INDICATORS[1], "DELETE": "on"}]
    client.post(NEW, form(rows, title_zh="检测", then="save"))
    assert [row.metric for row in Need.objects.get().indicators.all()] == ["漏检率"]


def test_indicators_keep_their_identity_through_an_edit(cast: Cast) -> None:
    need = draft_need(cast)
    first = need.indicators.all()[0]
    rows = [{**INDICATORS[0], "id": str(first.pk), "target": "0.4"}]
    cast.client("enterprise").post(
        f"/workspace/needs/{need.pk}/edit/",
        {**form(rows), "title_zh": need.title_zh, "version": need.version, "then": "save"},
    )
    assert [(row.pk, row.target) for row in need.indicators.all()] == [(first.pk, Decimal("0.4000"))]


def test_who_saves_later_sees_both_versions_and_keeps_what_was_typed(cast: Cast) -> None:
    need = draft_need(cast)
    client = cast.client("enterprise")
    url = f"/workspace/needs/{need.pk}/edit/"
    assert client.post(url, whole(version=1, title_en="The first to save", then="save")).status_code == 302
    late = client.post(url, whole(version=1, title_en="The later one", then="save"))
    assert late.status_code == 409
    assert [row[1:] for row in late.context["differences"]] == [("English title", "The later one", "The first to save")]
    assert hidden(late, "version") == "2"
    assert Need.objects.get().title_en == "The first to save"
    assert client.post(url, whole(version=2, title_en="The later one", then="save")).status_code == 302
    assert Need.objects.get().title_en == "The later one"


def test_of_two_tabs_the_author_keeps_for_each_field_the_one_or_the_other(cast: Cast) -> None:
    """Both values stand on the page, and autosave rests until it is chosen: nothing of either tab is lost."""
    need, client = draft_need(cast), cast.client("enterprise")
    url, rows = f"/workspace/needs/{need.pk}/edit/", [{**INDICATORS[0], "target": "0.3"}]
    first = whole(version=1, title_en="From the first tab", problem="第一页所写的问题")
    assert client.post(url, first | form(rows)).status_code == 302
    second = whole(version=1, title_en="From the second tab", problem="第二页所写的问题")
    late = client.post(url, second)
    told = {row.name: (row.mine, row.saved) for row in late.context["differences"]}
    method, pace = (row["test_method"] for row in INDICATORS)
    assert told == {
        "title_en": ("From the second tab", "From the first tab"),
        "problem": ("第二页所写的问题", "第一页所写的问题"),
        "indicators": (
            f"漏检率 ≤ 0.5 % (3 %) · {method} · Essential · 60\n节拍 ≤ 10 s/件 (12 s/件) · {pace} · 40",
            f"漏检率 ≤ 0.3 % (3 %) · {method} · Essential · 60",
        ),
    }
    page = late.content.decode()
    assert all(line in page for pair in told.values() for text in pair for line in text.split("\n"))
    assert 'hx-trigger="none"' in page
    kept = {"keep-title_en": "mine", "keep-problem": "saved", "keep-indicators": "saved"}
    refused = client.post(url, second | kept | {"version": "2", "quantity": "oops"})
    assert (refused.status_code, hidden(refused, "version")) == (422, "0")
    assert client.post(url, second | kept | {"version": "0"}).status_code == 409
    assert client.post(url, second | kept | {"version": "2"}).status_code == 302
    need.refresh_from_db()
    assert (need.title_en, need.problem) == ("From the second tab", "第一页所写的问题")
    assert [row.target for row in need.indicators.all()] == [Decimal("0.3000")]


def test_autosave_makes_one_draft_and_goes_on_with_it(cast: Cast) -> None:
    client = cast.client("enterprise")
    assert client.post(AUTOSAVE, form(key="k1")).status_code == 204
    first = client.post(AUTOSAVE, form(title_zh="检测", key="k1"))
    need = Need.objects.get()
    assert first["HX-Replace-Url"] == f"/workspace/needs/{need.pk}/edit/"
    assert (hidden(first, "need"), hidden(first, "version")) == (str(need.pk), "1")
    second = client.post(AUTOSAVE, form(title_zh="检测线", quantity="oops", need=str(need.pk), version="1", key="k1"))
    assert hidden(second, "version") == "2"
    need.refresh_from_db()
    assert (need.title_zh, need.quantity) == ("检测线", None)
    assert client.post(AUTOSAVE, form(title_zh="迟到", need=str(need.pk), version="1")).status_code == 409
    assert list(Event.objects.values_list("kind", flat=True)) == ["need.drafted"]


@pytest.mark.parametrize("part", ["rival", "supplier", "manager"])
def test_others_cannot_open_save_submit_or_delete_a_draft(cast: Cast, part: str) -> None:
    need = draft_need(cast)
    client = cast.client(part)
    expected = 403 if part == "manager" else 404
    assert client.get(f"/workspace/needs/{need.pk}/edit/").status_code == expected
    for step in ("edit", "submit", "withdraw", "delete"):
        assert (
            client.post(f"/workspace/needs/{need.pk}/{step}/", whole(version=1, title_en="Taken over")).status_code
            == expected
        )
    assert client.post(AUTOSAVE, whole(need=str(need.pk), version=1)).status_code == expected
    need.refresh_from_db()
    assert (need.title_en, need.version, need.status) == (NEED["title_en"], 1, "draft")


def test_a_visitor_is_sent_to_sign_in(cast: Cast) -> None:
    assert cast.client().get(NEW)["Location"] == "/accounts/login/?next=%2Fworkspace%2Fneeds%2Fnew%2F"


def test_a_published_need_is_not_edited_in_place(cast: Cast) -> None:
    need = published_need(cast)
    answer = cast.client("enterprise").get(f"/workspace/needs/{need.pk}/edit/")
    assert (answer.status_code, answer["Location"]) == (302, f"/needs/{need.pk}/")


def test_my_needs_sorts_by_whose_turn_it_is(cast: Cast, django_assert_num_queries: Any) -> None:
    client = cast.client("enterprise")
    assert "You have not posted a need yet" in client.get("/workspace/needs/").content.decode()
    published_need(cast)
    draft = draft_need(cast)
    draft_need(cast, "rival", title_en="Of the rival")
    with django_assert_num_queries(5):
        answer = client.get("/workspace/needs/")
    assert [(tab["name"], tab["count"]) for tab in answer.context["tabs"]] == [
        ("todo", 1),
        ("staff", 0),
        ("offer", 1),
        ("ended", 0),
    ]
    assert [row["need"].pk for row in answer.context["needs"]] == [draft.pk]
    draft_need(cast)
    with django_assert_num_queries(5):
        assert "Of the rival" not in client.get("/workspace/needs/").content.decode()


def test_a_need_on_offer_tells_its_pool_with_scale_its_call_who_is_interested_and_what_fits(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    alone, capability = published_need(cast), published_capability(cast)
    suggest(alone, capability)
    suggest(alone, published_capability(cast), failed_gates=["min_scale"])
    pool = frozen_pool(cast)
    call = sealed_call(cast, demand_id=pool.pk).call
    declare_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    client = cast.client("enterprise")
    with django_assert_max_num_queries(10):
        answer = client.get("/workspace/needs/", {"tab": "offer"})
    standings = {row["need"].pk: row["standing"] for row in answer.context["needs"]}
    own = standings[alone.pk]
    assert (own.pool, own.call, own.fits) == (None, None, 1)
    (pooled,) = [one for pk, one in standings.items() if pk != alone.pk]
    assert (pooled.pool, pooled.call, pooled.call.interested, pooled.fits) == (pool, call, 1, 0)
    # With two owners the exact sum would tell what the other brings.
    assert (pooled.scale["band"], pooled.scale["unit"]) == ("6–10", "lines")
    text = " ".join(answer.content.decode().split())
    told = ("6–10 lines", "1 supplier interested", "1 capability fits")
    for part in (f"/pools/{pool.pk}/", f"/calls/{call.pk}/", *told):
        assert part in text, part
    assert f"/needs/{alone.pk}/suggestions/" in text
    withdraw_interest(actor=cast.actor("supplier"), call_id=call.pk, organisation_id=cast.supplier_org.pk)
    assert "0 suppliers interested" in client.get("/workspace/needs/", {"tab": "offer"}).content.decode()


def test_who_has_not_consented_to_a_pool_reads_nothing_of_the_interest_in_its_call(cast: Cast) -> None:
    pool = frozen_pool(cast)
    call = sealed_call(cast, demand_id=pool.pk).call
    Consent.objects.filter(demand=pool, organisation=cast.rival_org).update(state="declined")
    (row,) = cast.client("rival").get("/workspace/needs/", {"tab": "offer"}).context["needs"]
    assert (row["standing"].pool, row["standing"].call) == (pool, None)
    (row,) = cast.client("enterprise").get("/workspace/needs/", {"tab": "offer"}).context["needs"]
    assert row["standing"].call == call


def test_submitting_from_the_page_shows_blockers_in_the_form(cast: Cast) -> None:
    need = draft_need(cast, quantity=None)
    answer = cast.client("enterprise").post(f"/workspace/needs/{need.pk}/submit/")
    assert answer.status_code == 422
    assert set(answer.context["drafting"].form.errors) == {"quantity"}
    assert f'action="/workspace/needs/{need.pk}/edit/"' in answer.content.decode()


def test_withdraw_reopen_renew_and_delete(cast: Cast) -> None:
    need = published_need(cast)
    client = cast.client("enterprise")
    version = need.version
    client.post(f"/workspace/needs/{need.pk}/renew/")
    client.post(f"/workspace/needs/{need.pk}/withdraw/")
    need.refresh_from_db()
    assert (need.status, need.version) == ("withdrawn", version + 2)
    client.post(f"/workspace/needs/{need.pk}/reopen/")
    need.refresh_from_db()
    assert need.status == "draft"
    assert client.post(f"/workspace/needs/{need.pk}/delete/").status_code == 409
    draft = draft_need(cast)
    assert client.post(f"/workspace/needs/{draft.pk}/delete/")["Location"] == "/workspace/needs/"
    assert list(Need.objects.values_list("pk", flat=True)) == [need.pk]


def test_a_viewer_reads_but_does_not_write(cast: Cast) -> None:
    need = draft_need(cast)
    cast.enterprise.memberships.update(role="viewer")
    client = cast.client("enterprise")
    assert client.get(f"/needs/{need.pk}/").status_code == 200
    assert client.get(NEW).status_code == 403
    assert client.get(f"/workspace/needs/{need.pk}/edit/").status_code == 403
    assert client.post(AUTOSAVE, whole()).status_code == 403
    assert Need.objects.count() == 1


def test_a_form_that_is_submitted_twice_leads_to_its_need(cast: Cast) -> None:
    client = cast.client("enterprise")
    data = whole(key=hidden(client.get(NEW), "key"), then="check")
    first, second = client.post(NEW, data), client.post(NEW, data)
    need = Need.objects.get()
    check = f"/workspace/needs/{need.pk}/check/"
    assert [(one.status_code, one["Location"]) for one in (first, second)] == [(302, check)] * 2
    client.post(f"/workspace/needs/{need.pk}/submit/")
    assert client.post(NEW, data)["Location"] == f"/needs/{need.pk}/"
    need.refresh_from_db()
    assert need.status == "submitted"
    assert Event.objects.filter(kind="need.submitted").count() == 1
