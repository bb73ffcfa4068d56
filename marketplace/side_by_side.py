"""The opened responses to a call beside each other: what each promises with what evidence, at what price, and how.

Whose a response is stays hidden while the panel works, and is told as the public ranking tells it.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q, Value
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from marketplace.anonymity import anonymous
from marketplace.choices import PartnerRole
from marketplace.facts import quantity_text
from marketplace.models import Placing, Response, ReviewSeat, Selection
from marketplace.proof import meets
from marketplace.response_content import read
from scenarios.actions.interests import owners_of
from scenarios.actor import Actor
from scenarios.choices import Comparator
from scenarios.comparison import Cell, ComparedRow
from scenarios.errors import NotFound, NotPermitted
from scenarios.facts import grouped, indicator_text, listed, lot_labels, money
from scenarios.models import Call, CallKey

TEXT_LABELS = {
    "plan": gettext_lazy("Plan"),
    "team": gettext_lazy("Team"),
    "ip": gettext_lazy("Intellectual property"),
    "data_needed": gettext_lazy("Data asked for"),
    "compute_needed": gettext_lazy("Computing power asked for"),
}


class Beside(NamedTuple):
    """One response: its content without names, and its placing once the result is public."""

    response: Response
    content: dict[str, Any]
    placing: Placing | None


def may_compare(call: Call, actor: Actor) -> bool:
    """Whether the actor reads the responses to a call beside each other.

    From the opening on: the panel without a conflict of interest, the owners behind the call and the publisher; nobody
    who belongs to a respondent, and nobody who is to review and has not declared, whatever else they are.
    """
    found = _standing_of(actor).only("pk").get(pk=call.pk)
    if not found.is_opened or found.has_responded or (found.sits and not found.reviews):
        return False
    return found.reviews or actor.has_role("publisher") or bool(owners_of(call) & actor.organisation_ids)


def require_may_compare(call: Call, actor: Actor) -> None:
    """Raise NotFound for whoever may not read the responses; an owner, who knows of them, is told why."""
    if may_compare(call, actor):
        return
    if actor.organisation_ids & owners_of(call) and CallKey.objects.filter(call=call, opened_at__isnull=False).exists():
        raise NotPermitted(_("You belong to an organisation that responded to this call, or were named to review it."))
    raise NotFound


def _standing_of(actor: Actor) -> Any:
    """Return calls with how the actor stands to their responses.

    is_opened : they can be read. has_responded : an organisation of the actor did. reviews : the actor has a seat on
    the panel without a conflict of interest. sits : was named for it or took a seat later, also one left since.
    """
    own = Response.objects.opened().of(actor).filter(call=OuterRef("pk"))
    seats = ReviewSeat.objects.filter(selection__call=OuterRef("pk"))
    named = Call.objects.filter(pk=OuterRef("pk"), panel__account=actor.account_id)
    sat = Exists(named) | Exists(seats.filter(account=actor.account_id))
    return Call.objects.annotate(
        is_opened=Exists(CallKey.objects.filter(call=OuterRef("pk"), opened_at__isnull=False)),
        has_responded=Exists(own),
        reviews=Exists(seats.held_by(actor).reading()),
        sits=ExpressionWrapper(Q(Value(actor.has_role("reviewer")), sat), output_field=BooleanField()),
    )


def opened_beside(call: Call) -> list[Beside]:
    """Return the opened responses by their numbers; once the result is public, without those that did not count."""
    public = Selection.objects.public().filter(call=call).first()
    rows = Response.objects.in_review() if public else Response.objects.opened().order_by("number")
    placings = {row.response_id: row for row in public.placings.order_by("-rank")} if public else {}
    found = rows.filter(call=call).annotate(files=Count("attachments", filter=~Q(attachments__data="")))
    return [Beside(row, anonymous(row), placings.get(row.pk)) for row in found.select_related("lead")]


def compared_responses(call: Call, beside: Sequence[Beside], longest: int | None = None) -> list[ComparedRow]:
    """Return the rows of the table: a cell for each response, in their order. longest : letters of a text in a cell."""
    lots = lot_labels(call.lots)
    rows = [
        ("lead", pgettext("party", "Lead"), [_lead(one) for one in beside]),
        ("result", _("Result"), [Cell(_result(one.placing), True) for one in beside]),
        ("role", _("Role of the lead"), [Cell(_role(one.content.get("role", "")), True) for one in beside]),
        ("partners", _("Partners"), [Cell(_partners(one), True) for one in beside]),
    ]
    if len(lots) > 1:
        chosen = [[lots[pk] for pk in one.content.get("lots", []) if pk in lots] for one in beside]
        rows.append(("lots", _("Lots"), [Cell("\n".join(texts), True) for texts in chosen]))
    rows += [(str(one["id"]), indicator_text(one), _promises(one, beside, longest)) for one in call.indicators]
    rows.append(("prices", _("Prices"), [Cell(_prices(call, one.content), True) for one in beside]))
    if call.quantity and not call.quantity_band:
        asked = quantity_text(call.quantity, call.quantity_unit)
        label = _("Price for %(quantity)s") % {"quantity": asked}
        rows.append(("total", label, _totals(call.quantity, beside)))
    for name, title in TEXT_LABELS.items():
        rows.append((name, str(title), [Cell(_cut(one.content.get(name, ""), longest), True) for one in beside]))
    rows.append(("files", _("Attachments"), [Cell(files_text(one), True) for one in beside]))
    return [ComparedRow(name, label, cells) for name, label, cells in rows if _says(cells)]


def files_text(one: Beside) -> str:
    """Return how many attachments a response has; only the panel is given them, since they may show whose it is."""
    count: int = one.response.files  # type: ignore[attr-defined]
    return _("%(count)d, for the panel only") % {"count": count} if count else ""


def _cut(text: str, longest: int | None) -> str:
    return text if longest is None else Truncator(text).chars(longest)


def _says(cells: Sequence[Cell]) -> bool:
    return any(cell.text or not cell.told for cell in cells)


def _lead(one: Beside) -> Cell:
    return Cell(str(one.response.lead), True) if one.placing else Cell("", False)


def _result(placing: Placing | None) -> str:
    if placing is None:
        return ""
    rank = _("rank %(rank)s") % {"rank": placing.rank} if placing.rank else ""
    return " · ".join(part for part in (str(placing.get_outcome_display()), rank) if part)


def _role(role: str) -> str:
    return str(PartnerRole(role).label) if role in PartnerRole.values else ""


def _partners(one: Beside) -> str:
    """Return what the partners do; who they are is told of winners only."""
    if one.placing and one.placing.outcome == "awarded":
        return "\n".join(f"{row['name']} · {_role(row['role'])}" for row in read(one.response.content)["partners"])
    return listed(_role(row["role"]) for row in one.content["partners"])


def promised(indicator: dict[str, Any], content: dict[str, Any]) -> tuple[Decimal | None, bool | None]:
    """Return the value that is promised for a frozen indicator and whether it meets the target; None where none is."""
    values = [row["value"] for row in content["commitments"] if row["indicator"] == str(indicator["id"])]
    if not values or not values[0]:
        return None, None
    value = Decimal(values[0])
    target, most = (_decimal(indicator.get(name)) for name in ("target", "target_max"))
    return value, meets(indicator.get("comparator", ""), value, target, most)


def evidence(indicator: dict[str, Any], content: dict[str, Any]) -> str:
    """Return by what a response shows that it reaches the promised value."""
    told = [row["evidence"] for row in content["commitments"] if row["indicator"] == str(indicator["id"])]
    return told[0] if told else ""


def _promises(indicator: dict[str, Any], beside: Sequence[Beside], longest: int | None) -> list[Cell]:
    """Return what each promises for an indicator, whether that is enough and the best of all, and its evidence."""
    found = [promised(indicator, one.content) for one in beside]
    better = {Comparator.LE: min, Comparator.GE: max}.get(indicator.get("comparator", ""))
    values = {value for (value, _met), one in zip(found, beside, strict=True) if value is not None and _competes(one)}
    best = better(values) if better and len(values) > 1 else None
    cells = []
    for (value, met), one in zip(found, beside, strict=True):
        line = "" if value is None else _promise(indicator, value, met, is_best=value == best and _competes(one))
        shown = _cut(evidence(indicator, one.content), longest)
        cells.append(Cell("\n".join(part for part in (line, shown) if part), True))
    return cells


def _promise(indicator: dict[str, Any], value: Decimal, met: bool | None, *, is_best: bool) -> str:
    verdict = {True: _("meets the target"), False: _("misses the target"), None: ""}[met]
    parts = (f"{grouped(value)} {indicator.get('unit', '')}".strip(), verdict, _("best value") if is_best else "")
    return " · ".join(part for part in parts if part)


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def tiers(content: dict[str, Any]) -> list[tuple[Decimal, Decimal]]:
    """Return (from quantity, price per unit in 万元), the smallest quantity first."""
    return sorted((Decimal(row["from_quantity"]), Decimal(row["price"])) for row in content.get("price_tiers", []))


def _prices(call: Call, content: dict[str, Any]) -> str:
    text = _("from %(quantity)s: %(price)s each")
    return "\n".join(
        text % {"quantity": quantity_text(start, call.quantity_unit), "price": money(price)}
        for start, price in tiers(content)
    )


def _totals(quantity: Decimal, beside: Sequence[Beside]) -> list[Cell]:
    """Return the price of the whole quantity at the tier that holds for it; empty below the smallest tier.

    The lowest is marked where all respond to the same lots.
    """
    totals = []
    for one in beside:
        prices = [price for start, price in tiers(one.content) if start <= quantity]
        totals.append(prices[-1] * quantity if prices else None)
    known = {total for total, one in zip(totals, beside, strict=True) if total is not None and _competes(one)}
    lots = {frozenset(one.content.get("lots", ())) for one in beside if _competes(one)}
    lowest = min(known) if len(known) > 1 and len(lots) == 1 else None
    return [
        Cell("" if total is None else _total(total, is_lowest=total == lowest and _competes(one)), True)
        for total, one in zip(totals, beside, strict=True)
    ]


def _competes(one: Beside) -> bool:
    """Whether a response is compared with the others: one that is not eligible is beside them only."""
    return one.response.status != "ineligible"


def _total(total: Decimal, *, is_lowest: bool) -> str:
    text = money(total)
    return " · ".join([text, _("lowest price")]) if is_lowest else text
