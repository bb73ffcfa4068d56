"""The risk tier of a need, derived from answers and never chosen, and what each tier demands before which step.

The rules follow what Chinese law treats apart: sensitive personal information (Personal Information Protection Law,
art. 28), decisions by machine (art. 24), important data (Data Security Law, art. 21), generative services to the public
(Interim Measures of 2023), and the activities whose ethics review experts have to repeat (Measures for Science and
Technology Ethics Review of 2023, annex: human-machine fusion, opinion mobilisation, highly autonomous decisions where
life is at risk).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Tier = Literal["R1", "R2", "R3", "R4"]
TIERS: tuple[Tier, ...] = ("R1", "R2", "R3", "R4")

# One question per answer, in the order in which a form asks them.
QUESTIONS: dict[str, StrPromise] = {
    "personal_data": _("Does it use personal information?"),
    "sensitive_data": _("Does it use sensitive personal information, such as health, location or finances?"),
    "important_data": _("Does it use data that is listed as important data?"),
    "biometric_identification": _("Does it recognise people by face, voice, gait or another bodily feature?"),
    "minors_or_patients": _("Are minors, patients or others who need protection affected?"),
    "affects_personal_rights": _("Can its result change what a person gets, pays or may do?"),
    "autonomous_decision": _("Does it decide or act without a person who confirms each step?"),
    "safety_critical_control": _("Does it control something whose failure can injure people or stop a public service?"),
    "generative_public": _("Does it show generated text, pictures or sound to the public?"),
    "opinion_mobilisation": _("Can it shape or mobilise public opinion?"),
    "human_machine_fusion": _("Does it act strongly on a person's behaviour, mood or health, as implants do?"),
}


# What the class of a need's data answers by itself, and what one answer says besides.
ANSWERED_BY_DATA_CLASS: dict[str, str] = {
    "personal": "personal_data",
    "sensitive": "sensitive_data",
    "important": "important_data",
}
ANSWERED_TOO: dict[str, str] = {"sensitive_data": "personal_data"}


@dataclass(frozen=True)
class Rule:
    """A row of the table: a yes to all questions in `when` puts a need at least into `tier`, because of `basis`."""

    code: str
    tier: Tier
    when: tuple[str, ...]
    label: StrPromise
    basis: StrPromise

    @property
    def questions(self) -> list[StrPromise]:
        """The questions that have to be answered with yes, all of them."""
        return [QUESTIONS[name] for name in self.when]


_EXPERTS = _("Measures for Science and Technology Ethics Review, annex: experts repeat the review")
_SENSITIVE = _("Personal Information Protection Law, art. 28: sensitive personal information")
_BY_MACHINE = _("Personal Information Protection Law, art. 24: decisions made by machine")
_PERSONAL = _("Personal Information Protection Law, art. 13: personal information")
_IMPORTANT = _("Data Security Law, art. 21: important data")
_GENERATED = _("Interim Measures for Generative AI Services: services to the public")
_SAFETY = _("A failure can injure people or stop a public service")
_CARE = _("Who is affected can defend themselves less than others")

# The whole rule, gravest first. A need that no row meets is R1.
RULES: tuple[Rule, ...] = (
    Rule(
        "autonomous_and_critical",
        "R4",
        ("autonomous_decision", "safety_critical_control"),
        _("Decides without a person where a failure can injure people"),
        _EXPERTS,
    ),
    Rule(
        "autonomous_on_the_vulnerable",
        "R4",
        ("autonomous_decision", "minors_or_patients"),
        _("Decides without a person about minors or patients"),
        _EXPERTS,
    ),
    Rule("opinion_mobilisation", "R4", ("opinion_mobilisation",), _("Can mobilise public opinion"), _EXPERTS),
    Rule(
        "human_machine_fusion",
        "R4",
        ("human_machine_fusion",),
        _("Acts strongly on behaviour, mood or health"),
        _EXPERTS,
    ),
    Rule("safety_critical_control", "R3", ("safety_critical_control",), _("Controls what can injure people"), _SAFETY),
    Rule(
        "biometric_identification",
        "R3",
        ("biometric_identification",),
        _("Recognises people by their body"),
        _SENSITIVE,
    ),
    Rule("sensitive_data", "R3", ("sensitive_data",), _("Uses sensitive personal information"), _SENSITIVE),
    Rule("important_data", "R3", ("important_data",), _("Uses important data"), _IMPORTANT),
    Rule(
        "data_of_the_vulnerable",
        "R3",
        ("minors_or_patients", "personal_data"),
        _("Uses personal information of minors or patients"),
        _SENSITIVE,
    ),
    Rule(
        "autonomous_on_rights",
        "R3",
        ("autonomous_decision", "affects_personal_rights"),
        _("Decides without a person about what someone gets, pays or may do"),
        _BY_MACHINE,
    ),
    Rule("personal_data", "R2", ("personal_data",), _("Uses personal information"), _PERSONAL),
    Rule("generative_public", "R2", ("generative_public",), _("Shows generated content to the public"), _GENERATED),
    Rule("autonomous_decision", "R2", ("autonomous_decision",), _("Decides without a person"), _BY_MACHINE),
    Rule(
        "affects_personal_rights",
        "R2",
        ("affects_personal_rights",),
        _("Prepares decisions about people"),
        _BY_MACHINE,
    ),
    Rule("minors_or_patients", "R2", ("minors_or_patients",), _("Affects minors or patients"), _CARE),
)
_LABELS = {rule.code: rule.label for rule in RULES}


@dataclass(frozen=True)
class RiskResult:
    """The tier and the codes of every rule that applies, the gravest first; a need without any is R1."""

    tier: Tier
    reasons: tuple[str, ...] = ()


def facts_of(answers: Mapping[str, object], data_class: str = "") -> frozenset[str]:
    """Return the questions that count as answered with yes: by the owner, by the data class, or by another answer.

    answers : question → truth; a question that is not in it was answered with no. Raises UnknownAnswer for a name that
    is no question.
    """
    if unknown := set(answers) - set(QUESTIONS):
        raise UnknownAnswer(unknown)
    yes = {name for name, value in answers.items() if value}
    yes |= {ANSWERED_BY_DATA_CLASS[data_class]} if data_class in ANSWERED_BY_DATA_CLASS else set()
    return frozenset(yes | {ANSWERED_TOO[name] for name in yes if name in ANSWERED_TOO})


def derive_tier(answers: Mapping[str, object], *, data_class: str = "") -> RiskResult:
    """Return the highest tier of all rules that apply, with every rule that does. Raises as `facts_of` does."""
    facts = facts_of(answers, data_class)
    applying = [rule for rule in RULES if facts.issuperset(rule.when)]
    tier: Tier = max((rule.tier for rule in applying), default="R1")
    return RiskResult(tier, tuple(rule.code for rule in applying))


def reason_labels(reasons: Iterable[str]) -> list[StrPromise]:
    """Return the labels of rule codes; a code of an earlier version is left out."""
    return [_LABELS[code] for code in reasons if code in _LABELS]


# Steps before which something is demanded: a move of the need, a move of the call, the start of a pilot.
PUBLISH_NEED = "publish"
OPEN_CALL = "open"
START_PILOT = "start_pilot"


@dataclass(frozen=True)
class Demand:
    """From `tier` upwards, `item` must be there before `before`; with `reason` only where that rule applies.

    remedy : how the one who lacks it gets it.
    filings : the filings of the chosen capability of which any one is enough; empty for a paper of the need or call.
    """

    item: str
    tier: Tier
    before: str
    label: StrPromise
    remedy: StrPromise
    reason: str = ""
    filings: tuple[str, ...] = ()

    @property
    def because(self) -> StrPromise | None:
        """What the rule says that this is bound to, if it is bound to one."""
        return _LABELS.get(self.reason)

    @property
    def refusal(self) -> str:
        """What is missing and how to get it, in the reader's language."""
        return _("Missing: %(item)s. %(remedy)s") % {"item": self.label, "remedy": self.remedy}


_ETHICS = _("The number of the ethics document")
_REVIEW = _("The owner has an ethics committee review it and enters the number of the review on the page of the need.")
_PLAN = _("The sandbox plan")
_FILED = _("The supplier files it with the authority and adds the filing to its capability, or another one is chosen.")

DEMANDS: tuple[Demand, ...] = (
    Demand(
        "supervisor_approval",
        "R3",
        PUBLISH_NEED,
        _("The supervisor's approval"),
        _("A need of tier R3 or R4 waits for the supervisor, on the page “Risk review”."),
    ),
    Demand("ethics_number", "R4", PUBLISH_NEED, _ETHICS, _REVIEW),
    Demand("ethics_number", "R3", OPEN_CALL, _ETHICS, _REVIEW),
    Demand(
        "sandbox_plan",
        "R4",
        OPEN_CALL,
        _PLAN,
        _("The supervisor writes it on the page “Sandbox plan” of the call."),
    ),
    Demand("ethics_number", "R3", START_PILOT, _ETHICS, _REVIEW),  # two sides may agree without a call
    Demand(
        "sandbox_plan",
        "R3",
        START_PILOT,
        _PLAN,
        _("The supervisor sets the sandbox up on the page of the project."),
    ),
    Demand(
        "generative_filing",
        "R2",
        START_PILOT,
        _("The filing or registration of the generative model"),
        _FILED,
        "generative_public",
        ("genai_file", "genai_reg"),
    ),
    Demand(
        "algorithm_filing",
        "R4",
        START_PILOT,
        _("The filing of the algorithm"),
        _FILED,
        "opinion_mobilisation",
        ("algo",),
    ),
    Demand(
        "protection_filing",
        "R3",
        START_PILOT,
        _("The filing of the protection level of the system"),
        _FILED,
        "important_data",
        ("mlps",),
    ),
)


def demands(tier: str, *, before: str, reasons: Collection[str] = ()) -> tuple[Demand, ...]:
    """Return what a need of `tier` must have before the step `before`.

    reasons : the rule codes of its `RiskResult`; demands bound to a rule count only where it is among them.
    """
    return tuple(
        row
        for row in DEMANDS
        if row.before == before and row.tier <= tier and (not row.reason or row.reason in reasons)
    )


def unmet(tier: str, *, before: str, held: Collection[str], reasons: Collection[str] = ()) -> tuple[Demand, ...]:
    """Return the demands before a step whose `item` is not among `held`, the items that are there."""
    return tuple(row for row in demands(tier, before=before, reasons=reasons) if row.item not in held)


class UnknownAnswer(ValueError):
    """An answer has a name that no question has: passing it over could lower the tier."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(f"no such risk question: {', '.join(sorted(names))}; known are {', '.join(QUESTIONS)}")
