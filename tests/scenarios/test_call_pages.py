"""Calls and the event log through the HTTP edge."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from scenarios.actions import calls
from scenarios.actions.call_lots import lot
from scenarios.actions.calls import FAIR_COMPETITION
from scenarios.actions.interests import declare_interest
from scenarios.errors import NotPermitted
from scenarios.facts import lot_labels
from scenarios.models import Call, Event, Need
from tests.drain import seal_all
from tests.factories import STAFF, Cast, published_need
from tests.sandboxes import plan


def written(**changes: Any) -> dict[str, Any]:
    """Return what a browser posts of a complete call; None leaves a field out."""
    closes = timezone.localtime(timezone.now() + timedelta(days=40)).strftime("%Y-%m-%dT%H:%M")
    rows = {
        "criteria-TOTAL_FORMS": "2",
        "criteria-INITIAL_FORMS": "0",
        "criteria-0-name": "指标承诺",
        "criteria-0-weight": "60",
        "criteria-0-minimum": "36",
        "criteria-1-name": "价格",
        "criteria-1-weight": "40",
        "criteria-1-minimum": "",
        "clauses-TOTAL_FORMS": "1",
        "clauses-INITIAL_FORMS": "0",
        "clauses-0-name": "运行记录",
        "clauses-0-text": "一条产线连续运行三个月以上",
    }
    words = {"kind": "open_list", "title_zh": "铸件表面缺陷检测揭榜", "title_en": "", "summary": "四条产线在线检测。"}
    data = words | {"budget_cap": "120", "closes_at": closes, "publicity_days": "5"}
    data |= {"question_deadline": "", "fair_competition": list(FAIR_COMPETITION), **rows, **changes}
    return {name: value for name, value in data.items() if value is not None}


def drafted(cast: Cast, **changes: Any) -> Call:
    need = published_need(cast, contact="CANARY-CONTACT")
    answer = cast.client("manager").post(f"{reverse('staff_call_new')}?need={need.pk}", written(**changes))
    call = Call.objects.get()
    assert answer["Location"] == page(call)
    return call


def page(call: Call, step: str = "") -> str:
    return reverse(f"staff_call_{step}" if step else "staff_call", args=[call.pk])


def opened(cast: Cast) -> Call:
    call = drafted(cast)
    cast.client("moderator").post(page(call, "review"))
    cast.client("publisher").post(page(call, "approve"))
    cast.client("publisher").post(page(call, "open"))
    return Call.objects.get()


@pytest.mark.parametrize(
    ("address", "roles"),
    [
        ("/staff/calls/", {"manager", "moderator", "publisher", "auditor"}),
        ("/staff/events/", set(STAFF)),
    ],
)
def test_each_page_opens_for_its_roles_only(cast: Cast, address: str, roles: set[str]) -> None:
    answers = {part: cast.client(part).get(address).status_code for part in (*STAFF, "supplier")}
    assert answers == {part: 200 if part in roles else 403 for part in answers}
    assert cast.client().get(address)["Location"].startswith("/accounts/login/?next=")


def test_a_call_starts_with_the_words_of_its_source(cast: Cast) -> None:
    need = published_need(cast)
    answer = cast.client("manager").get(f"{reverse('staff_call_new')}?need={need.pk}")
    assert answer.context["form"].initial["title_zh"] == "铸件表面缺陷在线检测"
    assert answer.context["source_indicators"] == ["漏检率 ≤ 0.5 % (3 %)", "节拍 ≤ 10 s/件 (12 s/件)"]
    assert cast.client("manager").get(reverse("staff_call_new")).status_code == 404


def test_a_need_is_named_by_its_code(cast: Cast) -> None:
    need = published_need(cast)
    client, new = cast.client("manager"), reverse("staff_call_new")
    assert client.get(new, {"code": f" {need.code.lower()} "})["Location"] == f"{new}?need={need.pk}"
    missing = client.get(new, {"code": "XQ-2020-9999"}, follow=True)
    assert "There is no published need XQ-2020-9999." in missing.content.decode()


def test_no_two_facts_of_a_call_bear_one_label(cast: Cast) -> None:
    facts = cast.client("manager").get(reverse("staff_call", args=[drafted(cast).pk])).context["facts"]
    labels = [str(fact.label) for fact in facts]
    assert sorted(set(labels)) == sorted(labels)


def test_who_wrote_a_call_does_not_approve_it(cast: Cast) -> None:
    from marketplace.models import StaffRole

    call = drafted(cast)
    StaffRole.objects.create(account=cast.manager, role="publisher")
    cast.client("moderator").post(page(call, "review"))
    client = cast.client("manager")
    assert client.get(page(call)).context["four_eyes"] == {"review": True, "approve": True}
    assert client.post(page(call, "approve")).status_code == 403
    assert Call.objects.get().status == "reviewed"


def test_drafting_keeps_criteria_checklist_and_indicators(cast: Cast) -> None:
    call = drafted(cast)
    assert call.criteria == [
        {"name": "指标承诺", "weight": "60", "minimum": "36"},
        {"name": "价格", "weight": "40"},
    ]
    assert call.eligibility == [{"name": "运行记录", "text": "一条产线连续运行三个月以上"}]
    assert call.fair_competition == dict.fromkeys(FAIR_COMPETITION, True)
    assert ([row["metric"] for row in call.indicators], call.quantity) == (["漏检率", "节拍"], 4)
    assert (call.status, call.author, call.consortium_allowed) == ("draft", cast.manager, False)


def test_refusals_stand_at_their_fields(cast: Cast) -> None:
    need = published_need(cast)
    client, address = cast.client("manager"), f"{reverse('staff_call_new')}?need={need.pk}"
    past = client.post(address, written(closes_at="2020-01-01T12:00", publicity_days="3"))
    assert past.status_code == 422
    assert past.context["form"].errors == {
        "closes_at": ["The closing time must lie in the future."],
        "publicity_days": ["The public notice lasts at least 5 working days."],
    }
    uneven = client.post(address, written(**{"criteria-1-weight": "30"}))
    assert uneven.context["form"].non_field_errors() == ["The weights of the criteria must add up to 100."]
    assert uneven.context["weights_sum"] == "90"
    assert client.post(address, written(kind="no-kind")).context["form"].errors.keys() == {"kind"}
    more = client.post(address, written(add_criteria="1"))
    assert (more.status_code, len(more.context["criteria"].forms)) == (200, 3)
    another = client.post(address, written(add_clauses="1"))
    assert (another.status_code, len(another.context["clauses"].forms)) == (200, 2)
    twice = {"clauses-TOTAL_FORMS": "2", "clauses-1-name": "运行记录 ", "clauses-1-text": "另有一条"}
    assert client.post(address, written(**twice)).context["form"].non_field_errors() == [
        "Two clauses have the same name; a refusal has to name exactly one."
    ]
    nameless = client.post(address, written(**{"clauses-0-name": ""}))
    assert (nameless.status_code, nameless.context["clauses"].forms[0].errors.keys()) == (422, {"name"})
    assert Call.objects.count() == 0


def test_a_second_call_from_the_same_source_is_refused(cast: Cast) -> None:
    call = drafted(cast)
    answer = cast.client("manager").post(f"{reverse('staff_call_new')}?need={call.need_id}", written())
    assert answer.context["form"].non_field_errors() == ["A call from this source is already under way."]
    assert Call.objects.count() == 1


def test_editing_an_old_version_shows_the_difference(cast: Cast) -> None:
    call = drafted(cast)
    client, address = cast.client("manager"), page(call, "edit")
    assert client.get(address).context["form"].initial["kind"] == "open_list"
    assert client.post(address, written(version=call.version, summary="新的摘要")).status_code == 302
    stale = client.post(address, written(version=call.version, summary="另一个摘要"))
    assert stale.status_code == 409
    row = next(row for row in stale.context["compared"] if row["label"] == "Summary")
    assert row["values"] == ["另一个摘要", "新的摘要"]
    assert Call.objects.get().summary == "新的摘要"


def test_four_eyes_from_draft_to_open(cast: Cast) -> None:
    from marketplace.models import StaffRole

    call = drafted(cast)
    StaffRole.objects.create(account=cast.manager, role="moderator")
    StaffRole.objects.create(account=cast.moderator, role="publisher")
    assert cast.client("manager").post(page(call, "review")).status_code == 403
    assert cast.client("moderator").post(page(call, "review")).status_code == 302
    assert cast.client("moderator").post(page(call, "approve")).status_code == 403
    assert "another person has to approve it" in cast.client("moderator").get(page(call)).content.decode()
    assert Call.objects.get().status == "reviewed"
    assert cast.client("publisher").post(page(call, "approve")).status_code == 302
    preview = cast.client("publisher").get(page(call, "open"))
    assert "CANARY-CONTACT" not in preview.content.decode()
    assert {"budget_cap", "closes_at", "summary"} <= {fact.name for fact in preview.context["facts"]}
    assert (preview.context["criteria"][0]["weight"], Call.objects.get().status) == ("60", "approved")
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    call = Call.objects.get()
    assert (call.status, call.reviewed_by, call.approved_by) == ("open", cast.moderator, cast.publisher)


def test_an_incomplete_checklist_holds_the_approval_back(cast: Cast) -> None:
    call = drafted(cast, fair_competition=["no_named_brand"])
    cast.client("moderator").post(page(call, "review"))
    answer = cast.client("publisher").post(page(call, "approve"))
    assert answer.status_code == 422
    ((_label, texts),) = answer.context["refused"]
    assert len(texts) == 4
    assert Call.objects.get().status == "reviewed"


def test_a_call_without_a_closing_time_is_not_found_sound(cast: Cast) -> None:
    call = drafted(cast, closes_at="")
    answer = cast.client("moderator").post(page(call, "review"))
    assert (answer.status_code, answer.context["refused"][0][0]) == (422, "Closes")
    assert Call.objects.get().status == "draft"


def test_sending_back_needs_a_reason_which_the_author_reads(cast: Cast) -> None:
    call = drafted(cast)
    cast.client("moderator").post(page(call, "review"))
    client = cast.client("publisher")
    assert client.post(page(call, "rework"), {"rework-reason": ""}).status_code == 422
    assert client.post(page(call, "rework"), {"rework-reason": "写明开放时间"}).status_code == 302
    assert Call.objects.get().status == "draft"
    assert "写明开放时间" in cast.client("manager").get(page(call)).content.decode()


def test_cancelling_needs_a_reason(cast: Cast) -> None:
    call = opened(cast)
    assert cast.client("manager").post(page(call, "cancel"), {"cancel-reason": "预算取消"}).status_code == 403
    assert cast.client("publisher").post(page(call, "cancel"), {"cancel-reason": ""}).status_code == 422
    assert cast.client("publisher").post(page(call, "cancel"), {"cancel-reason": "预算取消"}).status_code == 302
    assert (Call.objects.get().status, Call.objects.get().cancelled_reason) == ("cancelled", "预算取消")


def test_staff_see_who_is_interested(cast: Cast) -> None:
    call = opened(cast)
    supplier = cast.actor("supplier")
    declare_interest(actor=supplier, call_id=call.pk, organisation_id=cast.supplier_org.pk, message="可在 30 天内试点")
    text = cast.client("manager").get(page(call)).content.decode()
    assert "丙视觉科技" in text
    assert "可在 30 天内试点" in text


def test_the_list_by_state_takes_constant_queries(cast: Cast) -> None:
    client, counts = cast.client("publisher"), []
    for _ in range(2):
        need = published_need(cast)
        cast.client("manager").post(f"{reverse('staff_call_new')}?need={need.pk}", written())
        with CaptureQueriesContext(connection) as captured:
            shown = len(client.get("/staff/calls/?state=draft").context["page"])
        counts.append((shown, len(captured)))
    assert [shown for shown, _queries in counts] == [1, 2]
    assert counts[0][1] == counts[1][1]
    assert len(client.get("/staff/calls/?state=open").context["page"]) == 0


def test_the_event_log_filters_and_keeps_confidential_values_out(cast: Cast) -> None:
    call = drafted(cast)
    client = cast.client("auditor")

    def kinds(query: str) -> list[str]:
        return [row["event"].kind for row in client.get(f"/staff/events/?{query}").context["rows"]]

    assert kinds("kind=call.drafted") == ["call.drafted"]
    assert kinds("kind=call") == ["call.drafted"]
    assert kinds(f"code={call.code.lower()}") == ["call.drafted"]
    assert kinds("account=publisher@example.org") == ["need.published"]
    assert kinds(f"account={cast.moderator.pk}") == ["need.approved"]
    assert kinds("since=2020-01-01&until=2020-12-31") == []
    assert client.get("/staff/events/?since=nonsense").context["form"].errors.keys() == {"since"}
    assert "CANARY-CONTACT" not in client.get("/staff/events/").content.decode()


def test_the_event_log_tells_how_much_is_sealed_in_constant_queries(cast: Cast) -> None:
    client, counts = cast.client("auditor"), []
    for _ in range(2):
        published_need(cast)
        with CaptureQueriesContext(connection) as captured:
            context = client.get("/staff/events/").context
        counts.append(len(captured))
    assert counts[0] == counts[1]
    assert (context["sealed"], context["total"]) == (0, Event.objects.count())


@pytest.mark.django_db(transaction=True)
def test_sealed_events_are_shown_as_sealed(live_cast: Cast) -> None:
    published_need(live_cast)
    seal_all()
    context = live_cast.client("auditor").get("/staff/events/").context
    assert context["sealed"] == context["total"] == Event.objects.count()
    assert all(row["sealed"] for row in context["rows"])


# What a risk tier demands before a call


def test_a_r3_need_is_not_called_without_its_ethics_number(cast: Cast) -> None:
    call = drafted(cast)
    Need.objects.update(risk_tier="R3", risk_answers={"biometric_identification": True}, supervised_by=cast.supervisor)
    cast.client("moderator").post(page(call, "review"))
    cast.client("publisher").post(page(call, "approve"))
    refused = cast.client("publisher").post(page(call, "open"))
    assert refused.status_code == 422
    wanted = f"{call.need.code}, before its call opens. Missing: The number of the ethics document."
    assert wanted in refused.content.decode()
    assert Call.objects.get().status == "approved"
    Need.objects.update(ethics_number="伦审2026-7")
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    assert Call.objects.get().status == "open"


def test_a_r4_need_waits_for_its_sandbox_plan(cast: Cast) -> None:
    call = drafted(cast)
    answers = {"opinion_mobilisation": True}
    Need.objects.update(risk_tier="R4", risk_answers=answers, supervised_by=cast.supervisor, ethics_number="伦审2026-7")
    cast.client("moderator").post(page(call, "review"))
    cast.client("publisher").post(page(call, "approve"))
    refused = cast.client("publisher").post(page(call, "open"))
    assert "before its call opens. Missing: The sandbox plan." in refused.content.decode()
    assert Call.objects.get().status == "approved"
    plan(cast.client("supervisor"), call)
    assert cast.client("publisher").post(page(call, "open")).status_code == 302
    assert Call.objects.get().status == "open"


@pytest.mark.parametrize(("part", "act"), [("moderator", calls.review_call), ("publisher", calls.approve_call)])
def test_nobody_decides_on_a_call_for_their_own_organisation(cast: Cast, part: str, act: Any) -> None:
    call = drafted(cast)
    if part == "publisher":
        cast.client("moderator").post(page(call, "review"))
    call.refresh_from_db()
    actor = replace(cast.actor(part), organisation_ids=frozenset({cast.enterprise_org.pk}))
    with pytest.raises(NotPermitted):
        act(actor=actor, call_id=call.pk)
    assert Call.objects.get().status == call.status


def test_a_lot_names_the_district_and_the_metric_that_it_is_about(db: None) -> None:
    lots = [
        {**lot(), "id": "a"},
        {**lot("district", "huishan"), "id": "b"},
        {**lot("indicators", "漏检率 ≤ 0.5 %"), "id": "c"},
    ]
    with translation.override("zh-hans"):
        assert lot_labels(lots)["b"].endswith("= 惠山区")
        assert lot_labels(lots)["c"].endswith("= 漏检率 ≤ 0.5 %")
    with CaptureQueriesContext(connection) as queries:
        lot_labels(lots)
    assert len(queries) == 1
