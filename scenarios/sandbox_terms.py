"""The terms of a sandbox as they are written: limits with numbers and units, criteria one by one."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

from scenarios.errors import Invalid
from scenarios.models.sandbox import SCOPE_LIMIT, SandboxTerms

MOST_ROWS = 20
LONGEST_LINE = 400
LONGEST_UNIT = 30
MOST_DIGITS = 16


class Limit(TypedDict):
    """A number that must not be exceeded; `value` is a decimal number in text."""

    name: str
    value: str
    unit: str


class TermsFields(TypedDict):
    """What a supervisor writes of a sandbox."""

    scope: str
    limits: list[Limit]
    exit_criteria: list[str]


def write_terms(terms: SandboxTerms, fields: TermsFields) -> None:
    """Set the terms without empty rows. Raises Invalid naming what is missing, too long or no number."""
    wrong: dict[str, list[Any]] = {}
    for name, value in _cleaned(fields, wrong).items():
        setattr(terms, name, value)
    if not 0 < len(terms.scope) <= SCOPE_LIMIT:
        wrong["scope"] = [_("Say what may be tried, in at most 5,000 characters.")]
    if not 0 < len(terms.exit_criteria) <= MOST_ROWS or any(len(text) > LONGEST_LINE for text in terms.exit_criteria):
        wrong["exit_criteria"] = [_("Name one to 20 exit criteria of at most 400 characters each.")]
    if wrong:
        raise Invalid(wrong)


def term_differences(terms: SandboxTerms, fields: TermsFields) -> dict[str, tuple[Any, Any]]:
    """Return what was written otherwise than it is saved: field → (written, saved)."""
    pairs = {name: (value, getattr(terms, name)) for name, value in _cleaned(fields, {}).items()}
    return {name: (written, saved) for name, (written, saved) in pairs.items() if written != saved}


def _cleaned(fields: TermsFields, wrong: dict[str, list[Any]]) -> dict[str, Any]:
    return {
        "scope": fields["scope"].strip(),
        "limits": _limits(fields["limits"], wrong),
        "exit_criteria": [text.strip() for text in fields["exit_criteria"] if text.strip()],
    }


def _limits(rows: Iterable[Limit], wrong: dict[str, list[Any]]) -> list[Limit]:
    kept = [row for row in rows if any(str(value).strip() for value in row.values())]
    limits = [Limit(name=row["name"].strip(), value=_plain(row["value"]), unit=row["unit"].strip()) for row in kept]
    if not 0 < len(limits) <= MOST_ROWS or any(
        not row["name"]
        or not row["value"]
        or not row["unit"]
        or len(row["name"]) > LONGEST_LINE
        or len(row["unit"]) > LONGEST_UNIT
        for row in limits
    ):
        wrong["limits"] = [_("Name one to 20 limits, each with a number from zero on and its unit.")]
    return limits


def _plain(text: object) -> str:
    """Return a number without idle zeros, empty for what is none."""
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        return ""
    if not value.is_finite() or value < 0:
        return ""
    plain = f"{value.normalize():f}"
    return plain if len(plain) <= MOST_DIGITS else ""
