"""How far a draft response is: what each promise is worth, what the whole costs, what sealing still asks for."""

from decimal import Decimal
from typing import Any, NamedTuple

from marketplace.actions.partners import full_checklist
from marketplace.facts import quantity_text
from marketplace.models import Response
from marketplace.response_content import ResponseContent, read
from marketplace.side_by_side import promised, tiers
from scenarios.facts import number
from scenarios.models import Call


class Verdict(NamedTuple):
    """Whether a promise meets the target of its indicator; None where nothing is promised or no target was set."""

    indicator: str
    met: bool | None


class Price(NamedTuple):
    """What a quantity costs in 万元: the price of one, times the quantity."""

    quantity: str
    price: str
    total: str


def progress(response: Response, typed: ResponseContent | None = None) -> dict[str, Any]:
    """Return what stands beside the editor of a draft, of what is stored, or of what was typed and not saved."""
    call, content = response.call, read(response.content) if typed is None else typed
    rows = full_checklist(response)
    return {
        "verdicts": verdicts(call, content),
        "prices": prices(call, content),
        "whole": whole_price(call, content),
        "checklist": rows,
        "met": sum(row.met for row in rows),
    }


def verdicts(call: Call, content: ResponseContent) -> list[Verdict]:
    """Return a verdict for each indicator of the call, in its order."""
    said: dict[str, Any] = {"commitments": [], **content}
    return [Verdict(str(row["id"]), promised(row, said)[1]) for row in call.indicators]


def prices(call: Call, content: ResponseContent) -> list[Price]:
    """Return what each tier costs at the quantity from which it counts."""
    return [_price(call, start, price) for start, price in _whole_tiers(content)]


def whole_price(call: Call, content: ResponseContent) -> Price | None:
    """Return what the call's whole quantity costs at the tier that holds for it.

    None below the smallest tier, and where the exact quantity is not told.
    """
    if not call.quantity or call.quantity_band:
        return None
    held = [price for start, price in _whole_tiers(content) if start <= call.quantity]
    return _price(call, call.quantity, held[-1]) if held else None


def _whole_tiers(content: ResponseContent) -> list[tuple[Decimal, Decimal]]:
    """Return the tiers of which both numbers are written."""
    rows = content.get("price_tiers", [])
    return tiers({"price_tiers": [row for row in rows if row["from_quantity"] and row["price"]]})


def _price(call: Call, quantity: Decimal, price: Decimal) -> Price:
    return Price(quantity_text(quantity, call.quantity_unit), number(price), number(quantity * price))
