"""Typed conflicts: which values can share one solution."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from scenarios.conflicts import blocked_pairs, conflicts_between


@dataclass
class Values:
    code: str
    data_class: str = "internal"
    deploy: str = "onprem"
    risk_tier: str = "R1"
    quantity_unit: str = "line"


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"deploy": "any"}, []),
        ({"deploy": ""}, []),
        ({"deploy": "cloud_cn"}, ["deploy"]),
        ({"data_class": "public"}, []),
        ({"data_class": "personal"}, ["data_class"]),
        ({"data_class": "important"}, ["data_class"]),
        ({"risk_tier": "R2"}, []),
        ({"risk_tier": "R3"}, ["risk_tier"]),
        ({"quantity_unit": "device"}, ["quantity_unit"]),
        ({"deploy": "edge", "quantity_unit": "site"}, ["deploy", "quantity_unit"]),
    ],
)
def test_conflicts(changes: dict[str, str], fields: list[str]) -> None:
    found = conflicts_between([Values("A"), Values("B", **changes)])
    assert [conflict.field for conflict in found] == fields


def test_a_conflict_names_each_value_with_its_needs() -> None:
    (conflict,) = conflicts_between([Values("A"), Values("B", deploy="edge"), Values("C")])
    assert conflict.as_json() == {"field": "deploy", "values": {"edge": ["B"], "onprem": ["A", "C"]}}


def test_a_block_holds_for_every_need_of_both_organisations() -> None:
    need_1, need_2, need_3, one, two = (UUID(int=number) for number in range(5))
    owners = {need_1: one, need_2: one, need_3: two}
    assert blocked_pairs(owners, [(one, two)]) == {(need_1, need_3), (need_2, need_3)}
