"""The rule table on its page and in the API, which rule applied to a need and why, and the number that is missing."""

from typing import Any

import pytest
from django.urls import reverse

from scenarios.actions.moderation import approve_need
from scenarios.models import Event, Need
from scenarios.risk import DEMANDS, QUESTIONS, RULES
from tests.drain import drain_outbox
from tests.factories import Cast, checked_need
from tests.stories.town import heard

GRAVE = {"risk_answers": {"autonomous_decision": True, "safety_critical_control": True}}


def applied(page: Any) -> list[tuple[str, list[str]]]:
    return [(row.rule.code, row.because) for row in page.context["rules"] if row.applies]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_whole_table_is_public_in_both_languages(cast: Cast, language: str) -> None:
    page = cast.client(language=language).get(reverse("risk_rules"))
    assert [row.rule for row in page.context["rules"]] == list(RULES)
    assert applied(page) == []
    shown = [demand for tier in page.context["tiers"] for demands in tier.demands for demand in demands]
    assert set(shown) == set(DEMANDS)
    text = page.content.decode()
    assert (
        "高度自主、人机融合" if language == "zh-hans" else "Measures for Science and Technology Ethics Review"
    ) in text


def test_a_need_shows_the_rules_that_applied_and_because_of_what(cast: Cast) -> None:
    need = checked_need(cast, data_class="sensitive", risk_answers={"minors_or_patients": True})
    sensitive, personal, vulnerable = (
        str(QUESTIONS[name]) for name in ("sensitive_data", "personal_data", "minors_or_patients")
    )
    page = cast.client("enterprise", language="zh-hans").get(reverse("need_risk", args=[need.pk]))
    by_class, by_answer = f"{sensitive}由数据类别得出：敏感个人信息。", f"{personal}由另一项回答得出。"
    assert applied(page) == [
        ("sensitive_data", [by_class]),
        ("data_of_the_vulnerable", [f"{vulnerable}回答“是”。", by_answer]),
        ("personal_data", [by_answer]),
        ("minors_or_patients", [f"{vulnerable}回答“是”。"]),
    ]


def test_only_the_owner_and_staff_read_why(cast: Cast) -> None:
    need = checked_need(cast, **GRAVE)
    Need.objects.filter(pk=need.pk).update(status="approved")
    address = reverse("need_risk", args=[need.pk])
    seen = {part: cast.client(part).get(address).status_code for part in ("enterprise", "supervisor", "rival", None)}
    assert seen == {"enterprise": 200, "supervisor": 200, "rival": 404, None: 302}
    seen = {
        part: cast.client(part).get(f"/api/v1/needs/{need.pk}/risk/").status_code for part in ("enterprise", "rival")
    }
    assert seen == {"enterprise": 200, "rival": 404}


def test_the_api_shows_the_same_table_and_reasons(cast: Cast) -> None:
    table = cast.client().get("/api/v1/risk-rules/").json()
    assert [(row["code"], row["tier"], row["when"]) for row in table["rules"]] == [
        (rule.code, rule.tier, list(rule.when)) for rule in RULES
    ]
    assert [(row["item"], row["before"]) for row in table["demands"]] == [(row.item, row.before) for row in DEMANDS]
    need = checked_need(cast, **GRAVE)
    found = cast.client("enterprise").get(f"/api/v1/needs/{need.pk}/risk/").json()
    assert (found["risk_tier"], [row["rule"]["code"] for row in found["rules"]]) == (
        "R4",
        ["autonomous_and_critical", "safety_critical_control", "autonomous_decision"],
    )
    assert [(row["item"], row["before"]) for row in found["lacking"]] == [
        ("supervisor_approval", "publish"),
        ("ethics_number", "publish"),
        ("ethics_number", "open"),
        ("ethics_number", "start_pilot"),
    ]


def test_the_owner_enters_the_missing_number_without_taking_the_need_back(cast: Cast) -> None:
    need = approve_need(actor=cast.actor("moderator"), need_id=checked_need(cast, **GRAVE).pk)
    client, enter = cast.client("enterprise"), reverse("need_ethics_number", args=[need.pk])
    assert (
        "The number of the ethics review is missing"
        in client.get(reverse("need_detail", args=[need.pk])).content.decode()
    )
    client.post(enter, {"ethics_number": " "})
    assert Need.objects.get().ethics_number == ""
    assert cast.client("rival").post(enter, {"ethics_number": "伦审2026-7"}).status_code == 404
    assert client.post(enter, {"ethics_number": " 伦审2026-7 "}).status_code == 302
    need.refresh_from_db()
    assert (need.ethics_number, need.status) == ("伦审2026-7", "approved")
    assert client.post(enter, {"ethics_number": "伦审2026-8"}).status_code == 409
    event = Event.objects.get(kind="need.ethics_number_entered")
    assert (event.changed, event.data) == (["ethics_number"], {})
    drain_outbox()
    assert heard(cast.supervisor, "need.ethics_number_entered") == 1


def test_the_api_takes_the_number_from_the_owner_only(cast: Cast) -> None:
    need = checked_need(cast, **GRAVE)
    address = f"/api/v1/needs/{need.pk}/ethics-number/"

    def send(part: str) -> int:
        return cast.client(part).post(address, {"ethics_number": "E-1"}, content_type="application/json").status_code

    assert [send(part) for part in ("rival", "moderator", "enterprise")] == [404, 403, 200]
    assert Need.objects.get().ethics_number == "E-1"


def test_a_need_that_needs_no_number_takes_none(cast: Cast) -> None:
    need = checked_need(cast)
    answer = cast.client("enterprise").post(reverse("need_ethics_number", args=[need.pk]), {"ethics_number": "E-1"})
    assert (answer.status_code, Need.objects.get().ethics_number) == (409, "")
