"""The risk tier follows from the answers; what a tier demands stands before the step that needs it."""

import pytest

from marketplace.choices import Filing
from scenarios.risk import (
    DEMANDS,
    OPEN_CALL,
    PUBLISH_NEED,
    QUESTIONS,
    RULES,
    START_PILOT,
    UnknownAnswer,
    demands,
    derive_tier,
    reason_labels,
    unmet,
)


@pytest.mark.parametrize(
    ("answers", "tier", "reasons"),
    [
        ({}, "R1", ()),
        ({"data_class": "internal"}, "R1", ()),
        (dict.fromkeys(QUESTIONS, False), "R1", ()),
        ({"personal_data": True}, "R2", ("personal_data",)),
        ({"data_class": "personal"}, "R2", ("personal_data",)),
        ({"generative_public": True}, "R2", ("generative_public",)),
        ({"autonomous_decision": True}, "R2", ("autonomous_decision",)),
        ({"minors_or_patients": True}, "R2", ("minors_or_patients",)),
        ({"affects_personal_rights": True}, "R2", ("affects_personal_rights",)),
        ({"data_class": "sensitive"}, "R3", ("sensitive_data", "personal_data")),
        ({"sensitive_data": True}, "R3", ("sensitive_data", "personal_data")),
        ({"data_class": "important"}, "R3", ("important_data",)),
        ({"important_data": True}, "R3", ("important_data",)),
        ({"biometric_identification": True}, "R3", ("biometric_identification",)),
        ({"safety_critical_control": True}, "R3", ("safety_critical_control",)),
        (
            {"minors_or_patients": True, "data_class": "personal"},
            "R3",
            ("data_of_the_vulnerable", "personal_data", "minors_or_patients"),
        ),
        (
            {"autonomous_decision": True, "affects_personal_rights": True},
            "R3",
            ("autonomous_on_rights", "autonomous_decision", "affects_personal_rights"),
        ),
        (
            {"autonomous_decision": True, "safety_critical_control": True},
            "R4",
            ("autonomous_and_critical", "safety_critical_control", "autonomous_decision"),
        ),
        (
            {"autonomous_decision": True, "minors_or_patients": True},
            "R4",
            ("autonomous_on_the_vulnerable", "autonomous_decision", "minors_or_patients"),
        ),
        ({"opinion_mobilisation": True}, "R4", ("opinion_mobilisation",)),
        ({"human_machine_fusion": True}, "R4", ("human_machine_fusion",)),
    ],
)
def test_the_tier_is_derived(answers: dict[str, object], tier: str, reasons: tuple[str, ...]) -> None:
    data_class = str(answers.get("data_class", ""))
    result = derive_tier({name: yes for name, yes in answers.items() if name != "data_class"}, data_class=data_class)
    assert (result.tier, result.reasons) == (tier, reasons)


def test_another_yes_never_lowers_the_tier() -> None:
    for first in QUESTIONS:
        alone = derive_tier({first: True}).tier
        assert all(derive_tier({first: True, second: True}).tier >= alone for second in QUESTIONS)


def test_every_question_alone_or_with_another_moves_the_tier() -> None:
    assert {name for rule in RULES for name in rule.when} == set(QUESTIONS)


def test_rules_stand_gravest_first_and_have_labels() -> None:
    assert [rule.tier for rule in RULES] == sorted((rule.tier for rule in RULES), reverse=True)
    assert len(reason_labels(rule.code for rule in RULES)) == len(RULES)


@pytest.mark.parametrize(
    ("tier", "before", "items"),
    [
        ("R1", PUBLISH_NEED, []),
        ("R2", PUBLISH_NEED, []),
        ("R3", PUBLISH_NEED, ["supervisor_approval"]),
        ("R4", PUBLISH_NEED, ["supervisor_approval", "ethics_number"]),
        ("R2", OPEN_CALL, []),
        ("R3", OPEN_CALL, ["ethics_number"]),
        ("R4", OPEN_CALL, ["ethics_number", "sandbox_plan"]),
        ("R2", START_PILOT, []),
        ("R3", START_PILOT, ["ethics_number", "sandbox_plan"]),
    ],
)
def test_what_a_tier_demands(tier: str, before: str, items: list[str]) -> None:
    assert [row.item for row in demands(tier, before=before)] == items


def test_r4_is_not_published_without_an_ethics_number() -> None:
    assert [row.item for row in unmet("R4", before=PUBLISH_NEED, held={"supervisor_approval"})] == ["ethics_number"]
    assert unmet("R4", before=PUBLISH_NEED, held={"supervisor_approval", "ethics_number"}) == ()


@pytest.mark.parametrize(
    ("answer", "filings"),
    [
        ("generative_public", ("genai_file", "genai_reg")),
        ("opinion_mobilisation", ("algo",)),
        ("important_data", ("mlps",)),
    ],
)
def test_a_filing_is_demanded_where_its_rule_applies(answer: str, filings: tuple[str, ...]) -> None:
    result = derive_tier({answer: True})
    wanted = demands(result.tier, before=START_PILOT, reasons=result.reasons)
    assert [row.filings for row in wanted if row.filings] == [filings]
    assert not any(row.filings for row in demands("R4", before=START_PILOT))


def test_every_filing_that_is_demanded_can_be_entered() -> None:
    assert {name for row in DEMANDS for name in row.filings} <= set(Filing.values) - {"none"}


def test_an_answer_without_a_question_is_refused() -> None:
    with pytest.raises(UnknownAnswer, match="safety_critical;"):
        derive_tier({"safety_critical": True})
