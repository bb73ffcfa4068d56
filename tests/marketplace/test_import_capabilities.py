"""Capabilities from a file."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from marketplace.models import Capability
from tests.marketplace.test_imports import CAPABILITY, as_csv, outcomes, run


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


def test_capability_becomes_a_typed_draft_and_is_safe_to_repeat(db: None) -> None:
    data = as_csv([CAPABILITY])
    assert outcomes(run(data, kind="capabilities")) == ["created"]
    one = Capability.objects.get()
    assert (one.status, one.layer, one.techniques, one.maturity) == ("draft", "app", ["cv", "ml"], "scaled")
    assert (one.min_scale_quantity, one.min_scale_unit) == (Decimal(12), "line")
    assert (one.deploy, one.data_classes, one.filings) == (["onprem", "edge"], ["public", "internal"], ["none"])
    assert sorted(one.districts.values_list("pk", flat=True)) == ["huishan", "xinwu"]
    assert list(one.price_tiers.values_list("from_quantity", "price")) == [
        (Decimal(1), Decimal(38)),
        (Decimal(12), Decimal(21)),
    ]
    assert list(one.evidence.values_list("case", "site")) == [("压铸线", "五条产线"), ("喷涂线", "")]
    assert outcomes(run(data, kind="capabilities")) == ["unchanged"]
    changed = as_csv([{**CAPABILITY, "price_tiers": "1|30"}])
    assert outcomes(run(changed, kind="capabilities")) == ["updated"]
    assert list(one.price_tiers.values_list("price", flat=True)) == [Decimal(30)]


def test_capability_with_a_contradiction_is_refused(db: None) -> None:
    report = run(as_csv([{**CAPABILITY, "price_tiers": "1|38\n1|21"}]), kind="capabilities")
    assert outcomes(report) == ["refused"]
    assert Capability.objects.count() == 0
