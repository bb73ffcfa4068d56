"""Story 1: a wish without indicator, quantity and boundary does not pass; with them it does."""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from scenarios.models import Need
from tests.factories import Cast
from tests.scenarios.test_drafting_pages import form

WISH = "打造世界一流智能工厂"
TOLD: dict[str, Any] = {
    "title_zh": WISH,
    "problem": "我厂产线的外观检测靠人工目检，漏检率约3%，每班需12名检验员，客户每月退货约20件。",
    "risk": ["none"],
    "then": "check",
}
MISSED = {"metric": "漏检率", "unit": "%", "comparator": "le", "baseline": "3", "target": "0.5", "essential": "on"}


def test_story_1_a_wish_is_refused_with_three_blockers_and_passes_with_what_it_lacked(cast: Cast) -> None:
    client = cast.client("enterprise")
    client.post(reverse("need_create"), form(**TOLD))
    need = Need.objects.get()
    refused = client.post(reverse("need_submit", args=[need.pk]))
    need.refresh_from_db()
    assert (refused.status_code, need.status) == (422, "draft")
    assert need.precision_score < 60
    blockers = [row for row in need.precision_report["findings"] if row["severity"] == "blocker"]
    assert sorted(row["field"] for row in blockers) == ["boundary_out", "indicators", "quantity"]
    page = refused.content.decode()
    for field in ("boundary_out", "indicators", "quantity"):
        assert f'href="#id_{field}"' in page, field

    missing = {"quantity": "4", "quantity_unit": "line", "boundary_out": "不含ERP改造和产线搬迁"}
    address = reverse("need_edit", args=[need.pk])
    answer = client.post(address, form([MISSED], **{**TOLD, **missing, "version": need.version}))
    assert answer["Location"] == reverse("need_check", args=[need.pk])
    client.post(reverse("need_submit", args=[need.pk]))
    need.refresh_from_db()
    assert (need.status, need.quantity, need.quantity_unit) == ("submitted", Decimal(4), "line")
    assert need.precision_score >= 60
    assert not [row for row in need.precision_report["findings"] if row["severity"] == "blocker"]
