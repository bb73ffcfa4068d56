"""The texts of a need read once: their numbers with units, their vague phrases, and how much they say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from scenarios.drafts import TEXT_FIELDS, IndicatorDraft, NeedDraft
from scenarios.folding import Folded, fold
from scenarios.quantities import Quantity, quantities_in
from scenarios.vagueness import DELIVERED, PhraseEdits, Vague, concrete_clauses, find_vague

MAX_QUOTES = 8

_PLACEHOLDER = re.compile(
    r"无|没有|暂无|待定|待补充|待完善|未定|不详|不限|略|同上|见附件|详见附件|面议|测试|"
    r"none|nil|n\s?/?\s?a|tbd|tba|to be (?:defined|decided)|unknown|see attachment|test",
    re.IGNORECASE,
)
_FILLING = " \t\r\n-—–_/\\.。,、…!?*"
_SIGN = re.compile(r"[\u3400-\u9fff]|[A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Text:
    """One text with what was read in it; `length` and `substance` in characters, an English word counts as two."""

    name: str
    folded: Folded
    quantities: tuple[Quantity, ...]
    vague: tuple[Vague, ...]
    length: int
    substance: int

    @classmethod
    def of(cls, name: str, source: str, edits: PhraseEdits = DELIVERED) -> Text:
        """Return `source` read; a placeholder such as 无 or TBD reads as nothing."""
        folded = fold(source.strip())
        if _is_placeholder(folded.text):
            return cls(name, Folded("", ""), (), (), 0, 0)
        quantities = tuple(quantities_in(folded.text))
        measured = [(quantity.start, quantity.end) for quantity in quantities]
        vague = tuple(find_vague(folded, measured, edits))
        concrete = concrete_clauses(folded, vague, measured) if vague else [folded.text]
        return cls(name, folded, quantities, vague, _weight([folded.text]), _weight(concrete))

    def quotes(self) -> list[str]:
        """Return the vague phrases as their author wrote them, each once."""
        return list(dict.fromkeys(self.folded.quote(hit.start, hit.end) for hit in self.vague))[:MAX_QUOTES]

    def groups(self) -> list[str]:
        """Return the names of the groups that the phrases belong to; two are enough to help."""
        return list(dict.fromkeys(hit.group for hit in self.vague))[:2]


@dataclass(frozen=True, slots=True)
class Reading:
    """The draft with its texts read once."""

    draft: NeedDraft
    today: date
    texts: dict[str, Text]

    @classmethod
    def of(cls, draft: NeedDraft, today: date, edits: PhraseEdits = DELIVERED) -> Reading:
        """Return the draft with every text read."""
        return cls(draft, today, {name: Text.of(name, getattr(draft, name), edits) for name in TEXT_FIELDS})

    @property
    def repeats_title(self) -> bool:
        """Whether the problem says nothing beyond the title: hardly a pair of characters that is not in the title."""
        title, problem = _letters(self.texts["title"]), _letters(self.texts["problem"])
        if not title or not problem or len(problem) > 4 * len(title) + 20:
            return False
        pairs = {problem[i : i + 2] for i in range(len(problem) - 1)} or {problem}
        return len(pairs - {title[i : i + 2] for i in range(len(title) - 1)}) <= 0.15 * len(pairs)

    @property
    def boundaries_same(self) -> bool:
        """Whether what is included and what is not are the same words."""
        inside = _letters(self.texts["boundary_in"])
        return bool(inside) and inside == _letters(self.texts["boundary_out"])


def _is_placeholder(text: str) -> bool:
    """Return whether a text is empty or stands for an answer to come."""
    # Stripped first: one expression with blanks on both sides would try every split of a long row of dashes.
    words = text.strip(_FILLING)
    return not words or bool(_PLACEHOLDER.fullmatch(words))


def _letters(text: Text) -> str:
    return "".join(_SIGN.findall(text.folded.text)).lower()


def _weight(texts: list[str]) -> int:
    """Return the characters of texts, an English word or number counting as two; repeating one sign adds nothing."""
    signs = [sign for text in texts for sign in _SIGN.findall(text)]
    weight = sum(2 if sign.isascii() else 1 for sign in signs)
    return min(weight, 6 * len(set(signs)))


def is_essential(row: IndicatorDraft) -> bool:
    """Return whether the row can decide an acceptance: essential, with a name and a target."""
    return row.essential and is_given(row.metric) and has_target(row)


def has_target(row: IndicatorDraft) -> bool:
    """Return whether the row has a name and a number to reach, both ends of it for a range."""
    return is_given(row.metric) and row.target is not None and (row.comparator != "range" or row.target_max is not None)


def is_upside_down(row: IndicatorDraft) -> bool:
    """Return whether the range of the row ends below its start."""
    return row.comparator == "range" and _is_above(row.target, row.target_max)


def is_no_better(row: IndicatorDraft) -> bool:
    """Return whether the present value already satisfies the target; what is not essential may stay as it is."""
    now, target, end = row.baseline, row.target, row.target_max
    if now is None or target is None:
        return False
    met = {
        "ge": now >= target,
        "le": now <= target,
        "eq": now == target,
        "range": end is not None and target <= now <= end,
    }.get(row.comparator, False)
    keeps_its_value = not row.essential and (now == target or row.comparator not in {"ge", "le"})
    return met and not keeps_its_value and not starts_from_nothing(row)


def starts_from_nothing(row: IndicatorDraft) -> bool:
    """Return whether the present value is 0 because nothing is there yet: false alarms ≤ 1, no machine raises any."""
    return row.comparator == "le" and row.baseline == 0 and row.target is not None and row.target > 0


def is_given(value: str | Decimal | None) -> bool:
    """Return whether a value was given: a number, or a text that is no placeholder such as 待定."""
    return value is not None and (not isinstance(value, str) or not _is_placeholder(fold(value).text))


def budget_upside_down(draft: NeedDraft) -> bool:
    """Return whether the lower end of the budget is above its upper end."""
    return _is_above(draft.budget_min, draft.budget_max)


def has_quantity(draft: NeedDraft) -> bool:
    """Return whether the need counts something: a number above nothing, with its unit."""
    return draft.quantity is not None and draft.quantity > 0 and bool(draft.quantity_unit.strip())


def _is_above(low: Decimal | None, high: Decimal | None) -> bool:
    return low is not None and high is not None and low > high
