"""The demonstration files read as plain rows, for the tests that look at them without a database."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from scenarios.precision import IndicatorDraft, NeedDraft
from scenarios.risk import derive_tier

DEMO = Path(__file__).resolve().parents[2] / "marketplace" / "demo"
TODAY = date(2026, 1, 5)
TEXTS = ("problem", "users_and_site", "current_process", "boundary_in", "boundary_out", "value_basis")
Row = dict[str, str]


def read(name: str) -> list[Row]:
    with (DEMO / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


NEEDS = {row["external_id"]: row for row in read("needs.csv")}
CAPABILITIES = {row["external_id"]: row for row in read("capabilities.csv")}
ORGANISATIONS = {row["key"]: row for row in read("organisations.csv")}
NEGATIVES = read("merge_negatives.csv")
READY = [row for row in NEEDS.values() if row["intent"] in {"publish", "approved", "submitted"}]


def groups() -> dict[str, list[Row]]:
    found = defaultdict(list)
    for row in read("merge_groups.csv"):
        found[row["group"]].append(NEEDS[row["external_id"]])
    return found


def indicators(need: Row) -> list[list[str]]:
    return [line.split("|") for line in need["indicators"].splitlines()]


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def draft_of(need: Row) -> NeedDraft:
    rows = tuple(
        IndicatorDraft(
            metric=metric,
            unit=unit,
            comparator=comparator,
            baseline=number(baseline),
            target=number(target),
            target_max=number(target_max),
            test_method=method,
            essential=essential == "1",
            weight=number(weight),
        )
        for metric, unit, comparator, baseline, target, target_max, method, essential, weight in indicators(need)
    )
    return NeedDraft(
        title=need["title_zh"],
        problem=need["problem"],
        users_and_site=need["users_and_site"],
        current_process=need["current_process"],
        boundary_in=need["boundary_in"],
        boundary_out=need["boundary_out"],
        value_basis=need["value_basis"],
        quantity_unit=need["quantity_unit"],
        district=need["district"],
        domain=need["domain"],
        data_state=need["data_state"],
        data_class=need["data_class"],
        deploy=need["deploy"],
        funding=need["funding"],
        cooperation=need["cooperation"],
        adoption=need["adoption"],
        value_amount=number(need["value_amount"]),
        quantity=number(need["quantity"]),
        budget_min=number(need["budget_min"]),
        budget_max=number(need["budget_max"]),
        start_by=TODAY + timedelta(days=int(need["start_in_days"])),
        finish_by=TODAY + timedelta(days=int(need["finish_in_days"])),
        has_contact=bool(need["contact_phone"]),
        risk_answered=True,
        indicators=rows,
    )


def four_grams(need: Row) -> set[str]:
    text = "".join(need[name] for name in TEXTS)
    return {text[i : i + 4] for i in range(len(text) - 3)}


def tier_of(need: Row) -> str:
    answers = dict.fromkeys(filter(None, need["risk_answers"].split(",")), True)
    return derive_tier(answers, data_class=need["data_class"]).tier
