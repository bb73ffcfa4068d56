"""What a story told in one's own words says already: a title, how many of what, where, when, money, indicators.

Only what stands there is taken, and only where it can be read in one way; the author looks it over and goes on.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from scenarios.facts import number
from scenarios.quantities import Quantity, find_quantities, need_unit
from scenarios.story_clauses import HAN, SENTENCE, clauses_in, district_in, domain_in
from scenarios.story_dates import dates_in

TITLES = {"title_zh": 40, "title_en": 120}
"""Characters that a title may have; a longer first sentence is cut where it pauses."""

LONGEST = 20_000
"""Characters of a story that are read: a need takes no longer text."""

METRIC = 40
"""Characters that the name of a metric may have."""

BEHIND = 10
"""Characters behind a quantity in which it may be called the budget."""

_PAUSE = re.compile(r"[，,、:：]")
_COMMA = re.compile(r"[，、]|,(?!\d)")
_BUDGET = re.compile(r"预算|经费|budget", re.IGNORECASE)
_OF_BUDGET = re.compile(r"(?:的|作为)?(?:预算|经费)|\sbudget", re.IGNORECASE)
_TODAY = re.compile(r"目前|现在|当前|现有|如今|\b(?:today|currently|at present|now)\b", re.IGNORECASE)
_YUAN = Decimal("0.0001")
_IN_10_000 = {
    "亿元": Decimal(10_000),
    "万元": Decimal(1),
    "千元": Decimal("0.1"),
    "元": _YUAN,
    "yuan": _YUAN,
    "RMB": _YUAN,
    "CNY": _YUAN,
}
# What stands around the name of a metric: “希望把漏检率控制在 0.5 % 以内”, “we want the miss rate at most 0.5 %”.
_LEADING = re.compile(
    r"^(?:目前|现在|当前|现有|如今|希望|要求|需要|应当|将|把|使|其|且|并|"
    r"(?:we|want|need|today|currently|and|our|the|an?)\s)\s*",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:≤|<=|<|≥|>=|>|=|不超过|不高于|不大于|不多于|不低于|不少于|不小于|少于|小于|低于|高于|大于|多于|超过|至多|最多|至少|最少|达到|等于|"
    r"控制在|控制|不到|不足|降到|降至|提高到|提升到|缩短到|减少到|目前|现在|应当|应|在|到|至|为|约|是|"
    r"\s(?:up to|at most|at least|no more than|not more than|no less than|not less than|less than|more than|below|"
    r"above|under|over|within|about|from|to|of|is|are|should be|must be|be))$",
    re.IGNORECASE,
)


class Told(NamedTuple):
    """What a story says. fields : by the names of a need's form; indicators : rows by the names of theirs."""

    fields: dict[str, str]
    indicators: list[dict[str, str]]


class _Said(NamedTuple):
    """A quantity, what stands before it and behind it in its sentence, and whether that tells how things are today."""

    quantity: Quantity
    before: str
    behind: str
    is_today: bool

    @property
    def is_budget(self) -> bool:
        """Whether it is money that the words beside it call the budget: a sentence may tell a loss and a budget."""
        named = _BUDGET.search(_COMMA.split(self.before)[-1]) or _OF_BUDGET.match(self.behind)
        return self.quantity.unit in _IN_10_000 and named is not None


def told_by(story: str, *, today: date = date.min, districts: Mapping[str, str] | None = None) -> Told:
    """Return what can be read from a story, each field once; money in 万元.

    today : days before it are no plan. districts : name → code of those that can be chosen.

    >>> told_by("铸件表面缺陷在线检测。4条产线,漏检率不超过0.5%,预算60万元。").fields["quantity"]
    '4'
    """
    story = story[:LONGEST]
    said = list(_said(story))
    fields = _title(story)
    for one in said:
        unit = need_unit(one.quantity.unit)
        if unit and one.quantity.comparator in ("", "eq") and "quantity" not in fields:
            fields |= {"quantity": number(one.quantity.value), "quantity_unit": unit}
        elif one.is_budget and not fields.keys() & {"budget_min", "budget_max"}:
            fields |= _budget(one.quantity)
    chosen = {"district": district_in(story, districts or {}), "domain": domain_in(story)}
    fields |= {name: code for name, code in chosen.items() if code}
    return Told(fields | clauses_in(story) | dates_in(story, today=today), _indicators(said))


def _said(story: str) -> Iterator[_Said]:
    for sentence in SENTENCE.finditer(story):
        text, end, is_today = sentence[0], 0, _TODAY.search(sentence[0]) is not None
        for quantity in find_quantities(text):
            behind = text[quantity.end : quantity.end + BEHIND]
            yield _Said(quantity, text[end : quantity.start], behind, is_today)
            end = quantity.end


def _title(story: str) -> dict[str, str]:
    first = SENTENCE.search(story.strip())
    sentence = first[0].strip() if first else ""
    name = "title_zh" if HAN.search(sentence) else "title_en"
    title = sentence if len(sentence) <= TITLES[name] else _PAUSE.split(sentence)[0].strip()
    return {name: title} if 0 < len(title) <= TITLES[name] else {}


def _budget(quantity: Quantity) -> dict[str, str]:
    by = _IN_10_000[quantity.unit]
    low, high = quantity.value * by, quantity.value_max and quantity.value_max * by
    if high is not None:
        return {"budget_min": number(low), "budget_max": number(high)}
    return {"budget_min": number(low)} if quantity.comparator == "ge" else {"budget_max": number(low)}


def _indicators(said: list[_Said]) -> list[dict[str, str]]:
    """Return a row for each quantity that is compared with something; what it is today counts as its baseline."""
    today: dict[tuple[str, str], str] = {}
    rows: list[dict[str, str]] = []
    for one in said:
        metric, quantity = _metric(one.before), one.quantity
        if not metric or need_unit(quantity.unit) or quantity.unit in _IN_10_000:
            continue
        if not quantity.comparator and one.is_today:
            today.setdefault((metric, quantity.unit), number(quantity.value))
        elif quantity.comparator and metric not in [row["metric"] for row in rows]:
            row = {"metric": metric, "unit": quantity.unit, "target": number(quantity.value)}
            upper = {} if quantity.value_max is None else {"target_max": number(quantity.value_max)}
            rows.append(row | {"comparator": quantity.comparator} | upper)
    return [row | ({"baseline": told} if (told := today.get((row["metric"], row["unit"]))) else {}) for row in rows]


def _metric(before: str) -> str:
    """Return the name that stands before a quantity: what its clause is without words of asking or comparing."""
    clause = re.split(r"[，,、:：()（）]|\.\s", before)[-1]
    shorter = ""
    while shorter != clause:
        shorter, clause = clause, _TRAILING.sub("", _LEADING.sub("", clause.strip()))
    return clause if 2 <= len(clause) <= METRIC and not re.search(r"\d", clause) else ""
