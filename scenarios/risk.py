"""The risk tier of a need, derived from answers and never chosen, and what each tier demands before which step.

The rules follow what Chinese law treats apart: sensitive personal information (Personal Information Protection Law,
art. 28), decisions by machine (art. 24), important data (Data Security Law, art. 21), generative services to the public
(Interim Measures of 2023), and the activities whose ethics review experts have to repeat (Measures for Science and
Technology Ethics Review of 2023, annex: human-machine fusion, opinion mobilisation, highly autonomous decisions where
life is at risk).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

Tier = Literal["R1", "R2", "R3", "R4"]
TIERS: tuple[Tier, ...] = ("R1", "R2", "R3", "R4")


@dataclass(frozen=True, kw_only=True)
class RiskAnswers:
    """The owner's answers to the ethics questions; `data_class` is the need's own field."""

    affects_personal_rights: bool = False
    biometric_identification: bool = False
    safety_critical_control: bool = False
    personal_data: bool = False
    sensitive_data: bool = False
    important_data: bool = False
    minors_or_patients: bool = False
    generative_public: bool = False
    autonomous_decision: bool = False
    opinion_mobilisation: bool = False
    human_machine_fusion: bool = False
    data_class: str = ""

    @property
    def has_personal_data(self) -> bool:
        """Whether personal information of any kind is used, by the answers or by the data class."""
        return self.personal_data or self.has_sensitive_data or self.data_class == "personal"

    @property
    def has_sensitive_data(self) -> bool:
        """Whether sensitive personal information is used, by the answer or by the data class."""
        return self.sensitive_data or self.data_class == "sensitive"

    @property
    def has_important_data(self) -> bool:
        """Whether important data is used, by the answer or by the data class."""
        return self.important_data or self.data_class == "important"


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


@dataclass(frozen=True)
class Rule:
    """A row of the table: answers of this kind put a need at least into `tier`."""

    code: str
    tier: Tier
    label: StrPromise
    applies: Callable[[RiskAnswers], bool]


RULES: tuple[Rule, ...] = (
    Rule(
        "autonomous_and_critical",
        "R4",
        _("Decides without a person where a failure can injure people"),
        lambda a: a.autonomous_decision and a.safety_critical_control,
    ),
    Rule(
        "autonomous_on_the_vulnerable",
        "R4",
        _("Decides without a person about minors or patients"),
        lambda a: a.autonomous_decision and a.minors_or_patients,
    ),
    Rule("opinion_mobilisation", "R4", _("Can mobilise public opinion"), lambda a: a.opinion_mobilisation),
    Rule(
        "human_machine_fusion", "R4", _("Acts strongly on behaviour, mood or health"), lambda a: a.human_machine_fusion
    ),
    Rule("safety_critical_control", "R3", _("Controls what can injure people"), lambda a: a.safety_critical_control),
    Rule("biometric_identification", "R3", _("Recognises people by their body"), lambda a: a.biometric_identification),
    Rule("sensitive_data", "R3", _("Uses sensitive personal information"), lambda a: a.has_sensitive_data),
    Rule("important_data", "R3", _("Uses important data"), lambda a: a.has_important_data),
    Rule(
        "data_of_the_vulnerable",
        "R3",
        _("Uses personal information of minors or patients"),
        lambda a: a.minors_or_patients and a.has_personal_data,
    ),
    Rule(
        "autonomous_on_rights",
        "R3",
        _("Decides without a person about what someone gets, pays or may do"),
        lambda a: a.autonomous_decision and a.affects_personal_rights,
    ),
    Rule("personal_data", "R2", _("Uses personal information"), lambda a: a.has_personal_data),
    Rule("generative_public", "R2", _("Shows generated content to the public"), lambda a: a.generative_public),
    Rule("autonomous_decision", "R2", _("Decides without a person"), lambda a: a.autonomous_decision),
    Rule("affects_personal_rights", "R2", _("Prepares decisions about people"), lambda a: a.affects_personal_rights),
    Rule("minors_or_patients", "R2", _("Affects minors or patients"), lambda a: a.minors_or_patients),
)
_LABELS = {rule.code: rule.label for rule in RULES}


@dataclass(frozen=True)
class RiskResult:
    """The tier and the codes of every rule that applies, the gravest first; a need without any is R1."""

    tier: Tier
    reasons: tuple[str, ...] = ()


def derive_tier(answers: RiskAnswers) -> RiskResult:
    """Return the highest tier of all rules that apply, with every rule that does."""
    applying = [rule for rule in RULES if rule.applies(answers)]
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
    """From `tier` upwards, `item` must be there before `before`; with `reason` only where that rule applies."""

    item: str
    tier: Tier
    before: str
    label: StrPromise
    reason: str = ""


DEMANDS: tuple[Demand, ...] = (
    Demand("supervisor_approval", "R3", PUBLISH_NEED, _("The supervisor's approval")),
    Demand("ethics_number", "R4", PUBLISH_NEED, _("The number of the ethics document")),
    Demand("ethics_number", "R3", OPEN_CALL, _("The number of the ethics document")),
    Demand("sandbox_plan", "R4", OPEN_CALL, _("The sandbox plan")),
    Demand("sandbox_plan", "R3", START_PILOT, _("The sandbox plan")),
    Demand("filing_number", "R2", START_PILOT, _("The filing number of the algorithm or model"), "generative_public"),
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


def answers_from(data: Mapping[str, object], *, data_class: str = "") -> RiskAnswers:
    """Return the answers stored as plain data (question → truth); a question that is not in it was answered by no.

    Raises UnknownAnswer for a name that is no question.
    """
    if unknown := set(data) - set(QUESTIONS):
        raise UnknownAnswer(unknown)
    return RiskAnswers(data_class=data_class, **{name: bool(value) for name, value in data.items()})
