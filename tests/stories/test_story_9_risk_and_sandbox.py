"""Story 9: an R4 need cannot be published without an ethics number; a severity-1 incident suspends the engagement."""

from typing import Any

from django.urls import reverse

from scenarios.models import Event, Need
from tests.factories import Cast, checked_need
from tests.stories.town import heard, post

ANSWERS = {"autonomous_decision": True, "safety_critical_control": True}


def published(cast: Cast) -> Need:
    """Have an R4 need handed in without an ethics number brought to publication over the pages."""
    need = checked_need(cast, risk_answers=ANSWERS, title_zh="无人接驳车开放道路试运行")
    assert need.risk_tier == "R4"
    post(cast.client("moderator"), "moderate_need", need.pk, verdict="approve", version=need.version)
    return need


def status(need: Need) -> str:
    return Need.objects.get(pk=need.pk).status


def refused_to_publish(cast: Cast, need: Need) -> str:
    """Try to publish; return what the publisher reads."""
    client = cast.client("publisher")
    client.post(reverse("publish_needs"), {"need": str(need.pk)})
    assert status(need) == "approved"
    page: Any = client.get(reverse("publication_queue"))
    return page.content.decode()


def test_a_r4_need_cannot_be_published_without_an_ethics_number(cast: Cast) -> None:
    need = published(cast)
    said = refused_to_publish(cast, need)
    assert "Missing: The number of the ethics document." in said
    assert "enters the number of the review on the page of the need" in said
    cleared = cast.client("supervisor").post(reverse("supervise_need", args=[need.pk]), {"note": ""})
    assert (cleared.status_code, Need.objects.get().supervised_by) == (422, None)
    assert not Event.objects.filter(kind__in=["need.supervised", "need.published"]).exists()
    api = cast.client("publisher").post(f"/api/v1/needs/{need.pk}/publish/")
    assert (api.status_code, set(api.json()["errors"])) == (422, {"ethics_number", "supervisor_approval"})

    post(cast.client("enterprise"), "need_ethics_number", need.pk, ethics_number="锡伦审〔2026〕第 7 号")
    assert heard(cast.supervisor, "need.ethics_number_entered") == 1
    assert "Missing: The supervisor&#x27;s approval." in refused_to_publish(cast, need)
    post(cast.client("supervisor"), "supervise_need", need.pk, note="限速 20 km/h，安全员随车")
    cast.client("publisher").post(reverse("publish_needs"), {"need": str(need.pk)})
    assert status(need) == "published"
    assert (heard(cast.enterprise, "need.published"), Need.objects.get().ethics_number) == (1, "锡伦审〔2026〕第 7 号")
