"""What the stories need from the files: like needs, near-likes, minimum scales, tiers and vague drafts."""

from __future__ import annotations

import pytest

from marketplace.demonstration import stories
from scenarios.precision import check
from scenarios.risk import QUESTIONS
from tests.marketplace.demo_rows import (
    CAPABILITIES,
    NEEDS,
    NEGATIVES,
    TODAY,
    draft_of,
    four_grams,
    groups,
    read,
    tier_of,
)

ANSWERS = {
    "G01": "vision-surface-lines",
    "G02": "vibration-bearing",
    "G03": "compressor-group",
    "G04": "ward-radar",
    "G05": "front-page-coding",
    "G06": "drawing-quote",
    "G07": "driver-monitor",
    "G08": "charge-scheduling",
    "G09": "lift-ebike-box",
    "G10": "flood-gauge",
}


def test_vague_drafts_are_found_out() -> None:
    blockers = {
        key: {finding.code for finding in check(draft_of(NEEDS[key]), today=TODAY).blockers}
        for key in ("textile-vague", "hospital-smart-vague")
    }
    wanting = {"no_essential_indicator", "no_quantity", "no_boundary_out"}
    assert blockers == {"textile-vague": wanting, "hospital-smart-vague": wanting}


def test_needs_to_return_can_be_submitted_but_quote_vague_words() -> None:
    for need in (row for row in NEEDS.values() if row["intent"] == "returned"):
        report = check(draft_of(need), today=TODAY)
        assert report.blockers == ()
        assert any(finding.code == "vague" for finding in report.findings)


def test_ten_groups_of_like_needs() -> None:
    found = groups()
    assert {name: len(rows) for name, rows in found.items()} == {
        "G01": 5,
        "G02": 3,
        "G03": 3,
        "G04": 3,
        "G05": 2,
        "G06": 2,
        "G07": 3,
        "G08": 3,
        "G09": 3,
        "G10": 3,
    }
    for rows in found.values():
        assert len({row["organisation"] for row in rows}) == len(rows)
        assert {row["intent"] for row in rows} == {"publish"}
        assert "no" not in {row["merge_pref"] for row in rows}
        assert len({row["quantity_unit"] for row in rows}) == 1
        assert len({tier_of(row) for row in rows}) == 1


def test_groups_have_no_conflict_in_hard_values() -> None:
    mixed = {
        name: values
        for name, rows in groups().items()
        for column in ("data_class", "deploy")
        if len(values := {row[column] for row in rows} - {"any"}) > 1
    }
    assert mixed == {}


def test_story_of_the_twenty_lines() -> None:
    lines = {row["organisation"]: int(row["quantity"]) for row in groups()["G01"]}
    assert sorted(lines.values()) == [2, 3, 4, 5, 6]
    assert lines["yixing-cable"] == 2
    assert sum(lines.values()) - 2 == 18
    scales = ("vision-surface-lines", "robot-inspection-cell", "edge-inspection-board")
    assert [CAPABILITIES[key]["min_scale_quantity"] for key in scales] == ["12", "18", "30"]
    assert {CAPABILITIES[key]["min_scale_unit"] for key in scales} == {"line"}
    assert len({CAPABILITIES[key]["organisation"] for key in scales}) == 3


def test_story_of_the_near_identical_pair() -> None:
    hospital, care = NEEDS["hospital-followup"], NEEDS["care-followup"]
    assert (hospital["deploy"], hospital["data_class"]) == ("onprem", "personal")
    assert (care["deploy"], care["data_class"]) == ("cloud_cn", "internal")
    one, other = four_grams(hospital), four_grams(care)
    assert len(one & other) > 0.3 * min(len(one), len(other))


def test_hard_negatives_are_pairs_of_no_common_group() -> None:
    grouped = {row["external_id"]: name for name, rows in groups().items() for row in rows}
    assert len(NEGATIVES) == 24
    assert len({frozenset((row["a"], row["b"])) for row in NEGATIVES}) == 24
    for row in NEGATIVES:
        assert NEEDS[row["a"]]["intent"] == NEEDS[row["b"]]["intent"] == "publish"
        assert grouped.get(row["a"], "a") != grouped.get(row["b"], "b")
        assert len(row["why"]) >= 15


def test_only_the_minibus_needs_an_ethics_number_and_it_is_not_published() -> None:
    for need in NEEDS.values():
        assert set(filter(None, need["risk_answers"].split(","))) <= set(QUESTIONS)
    assert [key for key, need in NEEDS.items() if tier_of(need) == "R4"] == ["transit-minibus"]
    assert NEEDS["transit-minibus"]["intent"] == "submitted"


@pytest.mark.parametrize("name", [f"G{number:02}" for number in range(1, 11)])
def test_every_group_has_a_capability_that_its_pool_reaches(name: str) -> None:
    rows = groups()[name]
    pool = sum(int(row["quantity"]) for row in rows)
    able = [
        row["external_id"]
        for row in CAPABILITIES.values()
        if row["min_scale_unit"] == rows[0]["quantity_unit"]
        and int(row["min_scale_quantity"]) <= pool
        and rows[0]["deploy"] in row["deploy"].split(",")
        and rows[0]["data_class"] in row["data_classes"].split(",")
    ]
    assert ANSWERS[name] in able


def test_needs_that_wait_for_the_supervisor() -> None:
    assert sum(tier_of(need) == "R3" for need in NEEDS.values() if need["intent"] == "publish") == 22
    assert [key for key, need in NEEDS.items() if need["intent"] == "approved"] == ["hospital-antibiotic"]
    assert tier_of(NEEDS["hospital-antibiotic"]) == "R3"


def test_pools_begin_with_a_group_of_at_least_three_owners() -> None:
    for row in read("pools.csv"):
        (group,) = (rows for rows in groups().values() if NEEDS[row["need"]] in rows)
        assert len({need["organisation"] for need in group}) >= 3
        quantity = sum(int(need["quantity"]) for need in group)
        called = stories.story_of_pool(row["pool"]) is not None
        assert (quantity >= int(row["threshold_quantity"])) == called
        assert len(row["title_zh"]) <= 40
        assert sum(int(line.split("|")[8]) for line in row["indicators"].splitlines()) == 100
        assert all(row[name] for name in ("title_en", "problem", "boundary_in", "boundary_out"))


@pytest.mark.parametrize("story", stories.stories(), ids=lambda story: story["name"])
def test_the_calls_of_the_stories_are_complete(story: stories.Story) -> None:
    begins = story.get("need") or next(row["need"] for row in read("pools.csv") if row["pool"] == story["pool"])
    assert begins in NEEDS
    call = story.get("call")
    if call is None:
        assert CAPABILITIES[story["agreement"]["capability"]]["min_scale_unit"] == NEEDS[begins]["quantity_unit"]
        return
    assert sum(int(row["weight"]) for row in call["criteria"]) == 100
    assert 0 < call["questions_in_days"] < call["closes_in_days"]
    behind = {need["organisation"] for rows in groups().values() if NEEDS[begins] in rows for need in rows}
    behind = behind if "pool" in story else {NEEDS[begins]["organisation"]}
    leads = [row["lead"] for row in story.get("responses", [])]
    assert not behind & set(leads)
    assert len(leads) == len(set(leads))


def test_the_interest_is_in_one_of_its_own_capabilities() -> None:
    (interest,) = (row for story in stories.stories() for row in story.get("interests", []))
    assert CAPABILITIES[interest["capability"]]["organisation"] == interest["organisation"]
