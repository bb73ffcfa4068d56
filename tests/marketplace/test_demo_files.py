"""The shape of the demonstration files: columns, choices, counts, lengths, invented names."""

from __future__ import annotations

import csv
import re
from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import openpyxl
import pytest
from stdnum.cn import uscc

from scenarios.precision import check
from tests.marketplace.demo_rows import (
    CAPABILITIES,
    DEMO,
    NEEDS,
    ORGANISATIONS,
    READY,
    TEXTS,
    TODAY,
    Row,
    draft_of,
    four_grams,
    groups,
    indicators,
    read,
)

DISTRICTS = {"liangxi", "xishan", "huishan", "binhu", "xinwu", "jingkai", "jiangyin", "yixing"}
UNITS = {"site", "line", "vehicle", "device", "bed", "km", "seat"}
TECHNIQUES = {
    "ml",
    "kg",
    "nlp",
    "cv",
    "biometrics",
    "planning",
    "speech",
    "robotics",
    "iot",
    "simulation",
    "optimisation",
    "llm",
}
DEPLOYS = {"onprem", "edge", "cloud_cn", "any"}
DATA_CLASSES = {"public", "internal", "personal", "sensitive", "important"}
ALLOWED = {
    "domain": {"transport", "manufacturing", "health", "home", "city"},
    "track": {"sensing", "iov", "iiot"},
    "quantity_unit": UNITS | {""},
    "district": DISTRICTS,
    "data_state": {"none", "sample", "partial", "full"},
    "data_class": DATA_CLASSES,
    "deploy": DEPLOYS,
    "funding": {"self", "fiscal", "fund", "mixed", "invest_later"},
    "cooperation": {"purchase", "pilot_buy", "joint_build", "joint_rnd"},
    "adoption": {"buy_if_met", "budgeted", "explore"},
    "merge_pref": {"open", "ask", "no"},
    "intent": {"publish", "approved", "submitted", "returned", "draft"},
}
NEED_COLUMNS = (
    "external_id,organisation,title_zh,title_en,domain,track,problem,users_and_site,current_process,boundary_in,"
    "boundary_out,value_amount,value_basis,quantity,quantity_unit,district,data_state,data_class,deploy,budget_min,"
    "budget_max,funding,cooperation,adoption,start_in_days,finish_in_days,merge_pref,contact_name,contact_phone,"
    "contact_email,risk_answers,indicators,intent"
)
CAPABILITY_COLUMNS = (
    "external_id,organisation,title_zh,title_en,layer,techniques,solves,limits,maturity,evidence,min_scale_quantity,"
    "min_scale_unit,min_scale_basis,price_tiers,deploy,data_classes,districts,filings"
)


@pytest.mark.parametrize("path", sorted(DEMO.rglob("*.csv")), ids=lambda path: path.name)
def test_file_is_plain_utf8_with_whole_rows(path: Path) -> None:
    raw = path.read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    assert "\ufffd" not in raw.decode("utf-8")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def test_columns_are_those_of_the_full_form() -> None:
    assert ",".join(next(iter(NEEDS.values()))) == NEED_COLUMNS
    assert ",".join(next(iter(CAPABILITIES.values()))) == CAPABILITY_COLUMNS


def test_counts() -> None:
    assert (len(NEEDS), len(CAPABILITIES), len(ORGANISATIONS)) == (126, 100, 24)
    assert len(read("needs.csv")) == 126
    assert len(read("capabilities.csv")) == 100
    assert Counter(row["intent"] for row in NEEDS.values()) == {
        "publish": 114,
        "approved": 1,
        "submitted": 2,
        "returned": 4,
        "draft": 5,
    }
    assert Counter(row["roles"] for row in ORGANISATIONS.values()) == {"demand": 12, "supply": 12}


def test_every_domain_district_and_organisation_is_there() -> None:
    domains = Counter(row["domain"] for row in NEEDS.values())
    districts = Counter(row["district"] for row in NEEDS.values())
    assert set(domains) == ALLOWED["domain"]
    assert min(domains.values()) >= 12
    assert set(districts) == DISTRICTS
    assert min(districts.values()) >= 10
    assert {row["organisation"] for row in NEEDS.values()} == {
        key for key, row in ORGANISATIONS.items() if row["roles"] == "demand"
    }
    offered = Counter(row["organisation"] for row in CAPABILITIES.values())
    assert set(offered) == {key for key, row in ORGANISATIONS.items() if row["roles"] == "supply"}
    assert min(offered.values()) >= 7


def test_titles_are_short_and_unique() -> None:
    rows = [*NEEDS.values(), *CAPABILITIES.values()]
    for language, maximum in (("title_zh", 40), ("title_en", 80)):
        titles = [row[language] for row in rows]
        assert [title for title in titles if not 4 <= len(title) <= maximum] == []
        assert [title for title, times in Counter(titles).items() if times > 1] == []


@pytest.mark.parametrize("column", ALLOWED)
def test_need_choices(column: str) -> None:
    assert {row[column] for row in NEEDS.values()} <= ALLOWED[column]


def test_social_credit_codes_are_valid_unique_and_of_no_real_division() -> None:
    codes = [row["uscc"] for row in ORGANISATIONS.values()]
    assert [uscc.validate(code) for code in codes] == codes
    assert {code[2:8] for code in codes} == {"000000"}
    assert len(set(codes)) == 24


def test_names_and_contacts_are_plainly_invented() -> None:
    for row in ORGANISATIONS.values():
        assert row["name_zh"].startswith("示范·")
        assert row["name_en"].startswith("Demo ")
    for row in NEEDS.values():
        assert re.fullmatch(r"0510-0000\d{4}", row["contact_phone"])
        assert row["contact_email"].endswith("@example.org")
    for row in read("accounts.csv"):
        assert row["email"].endswith("@demo.example")


def test_an_account_per_role_and_organisation_and_the_rest_of_a_panel_and_of_its_openers() -> None:
    accounts = read("accounts.csv")
    assert Counter(row["staff_role"] for row in accounts if row["staff_role"]) == dict.fromkeys(
        ("manager", "moderator", "publisher", "supervisor"), 1
    ) | {"reviewer": 3, "auditor": 2}
    assert [row["organisation"] for row in accounts if row["organisation"]] == list(ORGANISATIONS)
    assert len({row["email"] for row in accounts}) == 33


@pytest.mark.parametrize("need", READY, ids=lambda need: need["external_id"])
def test_ready_need_is_concrete(need: Row) -> None:
    assert {name: len(need[name]) for name in TEXTS if not 40 <= len(need[name]) <= 160} == {}
    rows = indicators(need)
    assert 2 <= len(rows) <= 4
    assert sum(int(row[8]) for row in rows) == 100
    assert any(row[7] == "1" for row in rows)
    assert 0 < int(need["start_in_days"]) < int(need["finish_in_days"])
    assert 0 < int(need["budget_min"]) < int(need["budget_max"])
    report = check(draft_of(need), today=TODAY)
    assert report.blockers == ()
    assert report.score >= 80


def test_no_two_needs_are_written_from_one_template() -> None:
    grouped = {row["external_id"]: name for name, rows in groups().items() for row in rows}
    grams = {key: four_grams(row) for key, row in NEEDS.items()}
    alike = [
        (one, other)
        for one, other in combinations(NEEDS, 2)
        if len(grams[one] & grams[other]) > 0.6 * min(len(grams[one]), len(grams[other]))
        and grouped.get(one, one) != grouped.get(other, other)
    ]
    assert alike == []


@pytest.mark.parametrize("capability", CAPABILITIES.values(), ids=lambda row: row["external_id"])
def test_capability_is_concrete(capability: Row) -> None:
    assert capability["layer"] in {"base", "tech", "app"}
    assert capability["maturity"] in {"lab", "prototype", "pilot", "scaled"}
    assert set(capability["techniques"].split(",")) <= TECHNIQUES
    assert set(capability["deploy"].split(",")) <= DEPLOYS - {"any"}
    assert set(capability["data_classes"].split(",")) <= DATA_CLASSES
    assert set(filter(None, capability["districts"].split(","))) <= DISTRICTS | {"other"}
    assert set(capability["filings"].split(",")) <= {"algo", "genai_file", "genai_reg", "mlps", "none"}
    assert capability["min_scale_unit"] in UNITS
    assert int(capability["min_scale_quantity"]) > 0
    assert min(len(capability[name]) for name in ("solves", "limits")) >= 26
    assert len(capability["min_scale_basis"]) >= 14
    assert all(line.count("|") == 2 for line in capability["evidence"].splitlines())


@pytest.mark.parametrize("capability", CAPABILITIES.values(), ids=lambda row: row["external_id"])
def test_price_falls_with_the_quantity(capability: Row) -> None:
    tiers = [tuple(map(Decimal, line.split("|"))) for line in capability["price_tiers"].splitlines()]
    assert len(tiers) >= 2
    assert tiers == sorted(tiers)
    assert len({start for start, _ in tiers}) == len(tiers)
    assert [price for _, price in tiers] == sorted((price for _, price in tiers), reverse=True)
    assert Decimal(capability["min_scale_quantity"]) in {start for start, _ in tiers}


def test_the_six_column_example_is_the_same_in_both_formats() -> None:
    with (DEMO / "examples" / "six_columns.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    sheet = openpyxl.load_workbook(DEMO / "examples" / "six_columns.xlsx", read_only=True)["场景机会清单"]
    assert [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)] == rows
    assert rows[0] == ["场景类型", "序号", "场景机会名称", "单位名称", "合作需求", "联系方式"]
    assert len(rows) == 13
