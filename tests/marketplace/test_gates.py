"""The typed gates, and the words they are told in."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from marketplace.explanations import explain
from marketplace.gates import Asked, FieldVerdict, Offered, passes, verdicts

LINES_4 = Asked(data_class="internal", deploy="onprem", district="huishan", quantity=Decimal("4.00"), unit="line")
DISTRICTS = {"huishan": "Huishan", "binhu": "Binhu"}


def test_what_one_side_leaves_open_is_no_gate() -> None:
    assert verdicts(LINES_4, Offered()) == []
    assert verdicts(Asked(), Offered(("public",), ("edge",), ("binhu",), Decimal(12), "line")) == []


@pytest.mark.parametrize(
    ("offered", "verdict"),
    [
        (Offered(data_classes=("public",)), FieldVerdict("data_class", False, "internal", "public")),
        (
            Offered(data_classes=("public", "internal")),
            FieldVerdict("data_class", True, "internal", "internal, public"),
        ),
        (Offered(deploy=("edge", "cloud_cn")), FieldVerdict("deploy", False, "onprem", "cloud_cn, edge")),
        (Offered(deploy=("any",)), FieldVerdict("deploy", True, "onprem", "any")),
        (Offered(districts=("binhu",)), FieldVerdict("district", False, "huishan", "binhu")),
        (Offered(min_scale_quantity=Decimal(12), min_scale_unit="bed"), FieldVerdict("unit", False, "line", "bed")),
        (
            Offered(min_scale_quantity=Decimal("12.00"), min_scale_unit="line"),
            FieldVerdict("min_scale", False, "4", "12", gap="8", unit="line"),
        ),
        (
            Offered(min_scale_quantity=Decimal("4"), min_scale_unit="line"),
            FieldVerdict("min_scale", True, "4", "4", unit="line"),
        ),
        (
            Offered(min_scale_quantity=Decimal("4.5"), min_scale_unit="line"),
            FieldVerdict("min_scale", False, "4", "4.5", gap="0.5", unit="line"),
        ),
    ],
)
def test_a_gate_says_what_was_asked_and_offered(offered: Offered, verdict: FieldVerdict) -> None:
    assert verdicts(LINES_4, offered) == [verdict]


def test_any_deployment_suits_every_offer() -> None:
    (verdict,) = verdicts(Asked(deploy="any"), Offered(deploy=("cloud_cn",)))
    assert verdict.met


def _some(*values: str) -> Any:
    return st.lists(st.sampled_from(values), unique=True)


QUANTITIES = st.none() | st.sampled_from([Decimal(2), Decimal(4), Decimal(12)])
UNITS = st.sampled_from(["", "line", "bed"])
ASKED = st.builds(
    Asked,
    data_class=st.sampled_from(["", "public", "internal"]),
    deploy=st.sampled_from(["", "any", "onprem", "edge"]),
    district=st.sampled_from(["", "huishan", "binhu"]),
    quantity=QUANTITIES,
    unit=UNITS,
)
OFFERED = st.builds(
    Offered, _some("public", "internal"), _some("any", "onprem", "edge"), _some("huishan", "binhu"), QUANTITIES, UNITS
)


@given(ASKED, OFFERED)
def test_what_passes_has_no_verdict_that_fails(asked: Asked, offered: Offered) -> None:
    assert passes(asked, offered) == all(verdict.met for verdict in verdicts(asked, offered))


def _words(verdict: FieldVerdict, **options: Any) -> tuple[str, str]:
    with translation.override("en"):
        (row,) = explain([verdict.as_json()], districts=DISTRICTS, **options)
        return row.text, row.remedy


@pytest.mark.parametrize(
    ("verdict", "text", "remedy"),
    [
        (
            FieldVerdict("min_scale", False, "4", "12", gap="8", unit="line"),
            "4 of 12 lines: 8 more are needed.",
            "Passes in a larger pool: follow it to hear when a pool reaches the scale.",
        ),
        (FieldVerdict("min_scale", True, "18", "12", unit="line"), "18 lines; worth it from 12 lines.", ""),
        (
            FieldVerdict("min_scale", False, "6–10", "12", unit="line"),
            "6–10 lines; the minimum of 12 lines is not reached yet.",
            "Passes in a larger pool: follow it to hear when a pool reaches the scale.",
        ),
        (
            FieldVerdict("data_class", False, "personal", "internal, public"),
            "It is about Personal information; the capability may touch Internal data, Public data.",
            "Passes when the capability may touch Personal information.",
        ),
        (
            FieldVerdict("deploy", False, "onprem", "cloud_cn"),
            "It has to run On premises; the capability runs Cloud within mainland China.",
            "Passes when the capability can run On premises.",
        ),
        (
            FieldVerdict("district", False, "huishan", "binhu"),
            "It is in Huishan; the capability serves Binhu.",
            "Passes when the capability serves Huishan.",
        ),
        (
            FieldVerdict("unit", False, "line", "bed"),
            "It is counted in lines, the minimum scale in beds.",
            "Passes when the capability states its minimum scale in lines.",
        ),
    ],
)
def test_a_gate_is_told_in_words(verdict: FieldVerdict, text: str, remedy: str) -> None:
    assert _words(verdict) == (text, remedy)


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (
            FieldVerdict("min_scale", False, "7", "12", gap="5", unit="line"),
            "The minimum of 12 lines is not reached yet.",
        ),
        (FieldVerdict("min_scale", True, "11–20", "12", unit="line"), "11–20 lines; worth it from 12 lines."),
    ],
)
def test_the_quantity_of_a_small_pool_is_not_told(verdict: FieldVerdict, text: str) -> None:
    assert _words(verdict, exact=False)[0] == text


def test_what_fails_is_told_first() -> None:
    rows = [
        FieldVerdict("deploy", True, "onprem", "onprem").as_json(),
        FieldVerdict("min_scale", False, "4", "12", gap="8", unit="line").as_json(),
    ]
    assert [row.gate for row in explain(rows, districts={})] == ["min_scale", "deploy"]
