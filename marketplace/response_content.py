"""What a response says: its fields, how they are stored, and what it lacks before it can be sealed."""

import json
from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple, TypedDict, cast

from django.utils.translation import gettext_lazy as _

from marketplace.choices import PartnerRole
from scenarios.errors import Invalid
from scenarios.models import Call

TEXTS = ("plan", "team", "ip", "data_needed", "compute_needed")
NEEDED_TEXTS = ("plan", "team", "ip")
TEXT_LIMIT = 20_000
MAX_ROWS = 30


class Partner(TypedDict):
    """A member of the consortium besides the lead; role : one of PartnerRole."""

    name: str
    role: str


class Commitment(TypedDict):
    """What is promised for one frozen indicator: a number in the indicator's unit, and what shows it was reached."""

    indicator: str
    value: str
    evidence: str


class Tier(TypedDict):
    """The price per unit in 万元 from a pooled quantity on, both as decimal numbers in text."""

    from_quantity: str
    price: str


class ResponseContent(TypedDict, total=False):
    """Everything that is sealed, but the attachments."""

    role: str
    lots: list[str]
    partners: list[Partner]
    commitments: list[Commitment]
    price_tiers: list[Tier]
    plan: str
    team: str
    ip: str
    data_needed: str
    compute_needed: str


class Check(NamedTuple):
    """One line of the checklist before sealing."""

    name: str
    label: Any
    met: bool


def as_text(content: ResponseContent) -> str:
    """Return the content as JSON."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def read(text: str) -> ResponseContent:
    """Return what was stored; empty where nothing is."""
    return cast("ResponseContent", json.loads(text)) if text else {}


def cleaned(content: ResponseContent, call: Call) -> ResponseContent:
    """Return the content without empty rows, with numbers as plain decimals.

    Raises Invalid for what has no place in this call: unknown lots, indicators or roles, amounts that are no numbers,
    texts and lists beyond their limits. What is merely missing may stay so until the response is sealed.
    """
    wrong: dict[str, list[Any]] = {}
    known_fields = set(ResponseContent.__annotations__)
    for name in set(content) - known_fields:
        wrong[name] = [_("This field cannot be set.")]
    kept: dict[str, Any] = {name: str(content.get(name, "")).strip() for name in (*TEXTS, "role")}
    for name in TEXTS:
        if len(kept[name]) > TEXT_LIMIT:
            wrong[name] = [_("A text has at most 20,000 characters. Attach the rest as a file.")]
    kept["lots"] = list(content.get("lots", []))
    kept["partners"] = [dict(row) for row in content.get("partners", []) if row.get("name", "").strip()]
    kept["commitments"] = [dict(row) for row in content.get("commitments", []) if row["value"] or row["evidence"]]
    kept["price_tiers"] = [dict(row) for row in content.get("price_tiers", []) if row["from_quantity"] or row["price"]]
    _check_references(kept, call, wrong)
    _check_numbers(kept, wrong)
    if wrong:
        raise Invalid(wrong)
    return cast("ResponseContent", kept)


def _check_references(kept: dict[str, Any], call: Call, wrong: dict[str, list[Any]]) -> None:
    if set(kept["lots"]) - {row["id"] for row in call.lots}:
        wrong["lots"] = [_("The call has no such lot.")]
    if {row["indicator"] for row in kept["commitments"]} - {str(row["id"]) for row in call.indicators}:
        wrong["commitments"] = [_("The call has no such indicator.")]
    roles = {row.get("role", "") for row in kept["partners"]} | ({kept["role"]} if kept["role"] else set())
    if roles - set(PartnerRole.values):
        wrong["partners"] = [_("Choose what each partner does.")]
    if kept["partners"] and not call.consortium_allowed:
        wrong["partners"] = [_("This call is answered by one organisation alone.")]
    for name in ("partners", "commitments", "price_tiers"):
        if len(kept[name]) > MAX_ROWS or any(len(str(value)) > 2000 for row in kept[name] for value in row.values()):
            wrong[name] = [_("At most 30 rows of at most 2,000 characters each.")]


def _check_numbers(kept: dict[str, Any], wrong: dict[str, list[Any]]) -> None:
    for row in kept["commitments"]:
        row["value"] = _number(row["value"], "commitments", wrong)
    for row in kept["price_tiers"]:
        row["from_quantity"] = _number(row["from_quantity"], "price_tiers", wrong)
        row["price"] = _number(row["price"], "price_tiers", wrong)
    quantities = [Decimal(row["from_quantity"]) for row in kept["price_tiers"] if row["from_quantity"]]
    if len(set(quantities)) < len(quantities) or any(one <= 0 for one in quantities):
        wrong["price_tiers"] = [_("Each price counts from another quantity, above zero.")]


def _number(text: Any, field: str, wrong: dict[str, list[Any]]) -> str:
    if text in ("", None):
        return ""
    try:
        value = Decimal(str(text))
        plain = f"{value.normalize():f}"
    except InvalidOperation:
        value, plain = Decimal("NaN"), ""
    if not value.is_finite() or len(plain) > 20 or (field == "price_tiers" and value < 0):
        wrong[field] = [_("Write numbers such as 18.5.")]
        return ""
    return plain


class Part(NamedTuple):
    """A part of a response that can be kept from one version or the other; a commitment for each indicator."""

    name: str
    indicator: str = ""

    @property
    def key(self) -> str:
        return f"{self.name}-{self.indicator}" if self.indicator else self.name


def parts_of(call: Call) -> list[Part]:
    """Return the parts of a response in the order of the form."""
    promised = [Part("commitments", str(row["id"])) for row in call.indicators]
    lists = [Part(name) for name in ("role", "lots", "partners")]
    return [*lists, *promised, Part("price_tiers"), *map(Part, TEXTS)]


def part(content: ResponseContent, wanted: Part) -> Any:
    """Return what a response says in one part; an empty list or text where it says nothing."""
    if wanted.indicator:
        return [row for row in content.get("commitments", []) if row["indicator"] == wanted.indicator]
    return content.get(wanted.name, "" if wanted.name in (*TEXTS, "role") else [])


def differences(mine: ResponseContent, saved: ResponseContent, call: Call) -> dict[str, tuple[Any, Any]]:
    """Return key of the part → (mine, saved), where the two differ."""
    pairs = {row.key: (part(mine, row), part(saved, row)) for row in parts_of(call)}
    return {key: pair for key, pair in pairs.items() if pair[0] != pair[1]}


def joined(mine: ResponseContent, saved: ResponseContent, kept: Collection[str], call: Call) -> ResponseContent:
    """Return one's own version with the parts whose keys are in `kept` from the saved one."""
    found: dict[str, Any] = {"commitments": []}
    for row in parts_of(call):
        said = part(saved if row.key in kept else mine, row)
        found[row.name] = [*found["commitments"], *said] if row.indicator else said
    return cast("ResponseContent", found)


def checklist(content: ResponseContent, call: Call) -> list[Check]:
    """Return every condition of sealing with whether it is met, in the order of the form."""
    promised = {row["indicator"]: row for row in content.get("commitments", [])}
    essential = [str(row["id"]) for row in call.indicators if row.get("essential")]
    shown = all(row["value"] and row["evidence"] for row in promised.values())
    tiers = content.get("price_tiers", [])
    return [
        *([Check("lots", _("At least one lot is chosen"), bool(content.get("lots")))] if call.lots else []),
        Check("role", _("What your organisation does is chosen"), bool(content.get("role"))),
        Check(
            "commitments",
            _("Every essential indicator has a promised value with its evidence"),
            set(essential) <= set(promised) and shown and bool(promised or not call.indicators),
        ),
        Check(
            "price_tiers",
            _("At least one price with the quantity from which it counts"),
            bool(tiers) and all(row["from_quantity"] and row["price"] for row in tiers),
        ),
        *_text_checks(content),
    ]


def _text_checks(content: ResponseContent) -> Iterable[Check]:
    labels = {
        "plan": _("The plan is written"),
        "team": _("The team is described"),
        "ip": _("What happens to intellectual property is said"),
    }
    return [Check(name, labels[name], bool(content.get(name))) for name in NEEDED_TEXTS]
