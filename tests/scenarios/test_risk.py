"""The risk tier follows from the answers; what a tier demands stands before the step that needs it."""

import pytest

from scenarios.risk import (
    OPEN_CALL,
    PUBLISH_NEED,
    QUESTIONS,
    RULES,
    START_PILOT,
    RiskAnswers,
    UnknownAnswer,
    answers_from,
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
    result = derive_tier(RiskAnswers(**answers))
    assert (result.tier, result.reasons) == (tier, reasons)


def test_another_yes_never_lowers_the_tier() -> None:
    for first in QUESTIONS:
        alone = derive_tier(answers_from({first: True})).tier
        assert all(derive_tier(answers_from({first: True, second: True})).tier >= alone for second in QUESTIONS)


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
        ("R3", START_PILOT, ["sandbox_plan"]),
    ],
)
def test_what_a_tier_demands(tier: str, before: str, items: list[str]) -> None:
    assert [row.item for row in demands(tier, before=before)] == items


def test_r4_is_not_published_without_an_ethics_number() -> None:
    assert [row.item for row in unmet("R4", before=PUBLISH_NEED, held={"supervisor_approval"})] == ["ethics_number"]
    assert unmet("R4", before=PUBLISH_NEED, held={"supervisor_approval", "ethics_number"}) == ()


def test_the_filing_number_is_for_what_generates_in_public() -> None:
    assert [row.item for row in demands("R2", before=START_PILOT, reasons=("generative_public",))] == ["filing_number"]


def test_an_answer_without_a_question_is_refused() -> None:
    with pytest.raises(UnknownAnswer, match="safety_critical;"):
        answers_from({"safety_critical": True})
