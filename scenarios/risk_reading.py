"""The rule table of the risk tiers as it is read: the tiers, and which rule applied to a need because of what."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from scenarios import risk
from scenarios.choices import RiskTier
from scenarios.content import unmet_demands
from scenarios.models import Need

STEPS = (risk.PUBLISH_NEED, risk.OPEN_CALL, risk.START_PILOT)


class RuleRow(NamedTuple):
    """A rule as the page shows it; `because` says for each of its questions what answered it, where it applies."""

    rule: risk.Rule
    applies: bool
    because: list[str]


class TierRow(NamedTuple):
    """A tier with what it demands before each step, in the order of STEPS."""

    value: str
    label: str
    demands: list[tuple[risk.Demand, ...]]


def tier_rows() -> list[TierRow]:
    """Return every tier; a demand that is bound to a rule stands where that rule can put a need."""
    codes = [rule.code for rule in risk.RULES]
    return [
        TierRow(tier, str(RiskTier(tier).label), [risk.demands(tier, before=step, reasons=codes) for step in STEPS])
        for tier in risk.TIERS
    ]


def rule_rows(need: Need) -> list[RuleRow]:
    """Return every rule with whether it applies to the need, and because of which answers."""
    facts = risk.facts_of(need.risk_answers, need.data_class)
    because = {name: _because(need, name) for name in facts}
    return [
        RuleRow(rule, applies, [because[name] for name in rule.when] if applies else [])
        for rule, applies in ((rule, facts.issuperset(rule.when)) for rule in risk.RULES)
    ]


def _because(need: Need, name: str) -> str:
    question = str(risk.QUESTIONS[name])
    if need.risk_answers.get(name):
        return _("%(question)s Answered with yes.") % {"question": question}
    if risk.ANSWERED_BY_DATA_CLASS.get(need.data_class) == name:
        words = {"question": question, "data_class": need.get_data_class_display()}
        return _("%(question)s Follows from the class of the data: %(data_class)s.") % words
    return _("%(question)s Follows from another answer.") % {"question": question}


def lacking(need: Need) -> list[tuple[str, tuple[risk.Demand, ...]]]:
    """Return for each step what the need lacks before it; filings and sandboxes are asked for where they are."""
    held = {row.item for row in risk.DEMANDS if row.filings} | {"sandbox_plan"}
    found = [(step, unmet_demands(need, before=step, held=held)) for step in STEPS]
    return [(step, rows) for step, rows in found if rows]
