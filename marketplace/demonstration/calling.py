"""Calls of the demonstration: drafted, reviewed, approved and opened by whose it is, answered under seal, closed."""

from decimal import Decimal
from typing import Any

from marketplace.actions import opening, responses
from marketplace.demonstration import past
from marketplace.demonstration.opening_codes import keep_code, kept_code
from marketplace.demonstration.people import OPENERS, PANEL, account, closing, organisation, speaker, staff
from marketplace.models import Capability, Response
from scenarios.actions import calls, interests, openers, panels
from scenarios.models import Call, MergedDemand, Need

TEXTS = ("role", "plan", "team", "ip", "data_needed", "compute_needed")


def draft(row: dict[str, Any], source: Need | MergedDemand) -> Call:
    """Draft a call and take it as far as the file says: `reach` is drafted, reviewed or open."""
    manager = staff("manager")
    if isinstance(source, Need):
        call = calls.draft_call(actor=manager, fields=fields_of(row), need_id=source.pk)
    else:
        call = calls.draft_call(actor=manager, fields=fields_of(row), demand_id=source.pk)
    seat(call)
    if row["reach"] == "drafted":
        return call
    if row["reach"] == "reviewed":
        return calls.review_call(actor=staff("moderator"), call_id=call.pk)
    take_codes(call)
    return open_drafted(call)


def open_drafted(call: Call) -> Call:
    """Review, approve and open a drafted call; those who do it are three different people."""
    calls.review_call(actor=staff("moderator"), call_id=call.pk)
    calls.approve_call(actor=staff("publisher"), call_id=call.pk)
    return calls.open_call(actor=staff("publisher"), call_id=call.pk)


def fields_of(row: dict[str, Any]) -> calls.CallFields:
    """Return what the author of a call writes."""
    return {
        "kind": row["kind"],
        "budget_cap": Decimal(row["budget_cap"]),
        "eligibility": row["eligibility"],
        "consortium_allowed": True,
        "question_deadline": closing(row["questions_in_days"]),
        "closes_at": closing(row["closes_in_days"]),
        "publicity_days": row["publicity_days"],
        "criteria": row["criteria"],
        "winners": row.get("winners", 1),
        "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
    }


def seat(call: Call) -> None:
    """Name the panel, and the three who open."""
    manager, panel = staff("manager"), [account(name).pk for name in PANEL]
    panels.seat_panel(actor=manager, call_id=call.pk, account_ids=panel, chair_id=panel[0])
    openers.name_openers(actor=manager, call_id=call.pk, account_ids=[account(name).pk for name in OPENERS])


def take_codes(call: Call) -> None:
    """Have each opener take their code, and keep it where a person would keep the slip of paper."""
    for name in OPENERS:
        keep_code(call.code, name, openers.take_code(actor=staff(name), call_id=call.pk))


def answered(call: Call, story: dict[str, Any]) -> bool:
    """Have the suppliers answer an open call, and close and open it where the story goes on; return whether it does."""
    for row in story.get("interests", []):
        declare(call, row)
    for row in story.get("responses", []):
        respond(call, row)
    if "closed_days_ago" not in story["call"]:
        return False
    past.close(call, days_ago=story["call"]["closed_days_ago"])
    for name in story["call"]["opened_by"]:
        opening.agree_to_open(actor=staff(name), call_id=call.pk, code=kept_code(call.code, name))
    return "review" in story


def declare(call: Call, row: dict[str, Any]) -> None:
    """Declare a supplier's interest in the call with one of its capabilities."""
    lead = organisation(row["organisation"]).pk
    offered = Capability.objects.published().get(owner=lead, external_id=row["capability"])
    interests.declare_interest(
        actor=speaker(row["organisation"]),
        call_id=call.pk,
        organisation_id=lead,
        message=row["message"],
        capability_id=offered.pk,
    )


def respond(call: Call, row: dict[str, Any]) -> Response:
    """Write a supplier's response, and seal it unless it is to stay a draft."""
    actor = speaker(row["lead"])
    new = responses.draft_response(actor=actor, call_id=call.pk, lead_id=organisation(row["lead"]).pk)
    content: Any = {name: row.get(name, "") for name in TEXTS}
    content |= {
        "lots": [lot["id"] for lot in call.lots],
        "partners": row.get("partners", []),
        "commitments": commitments(call, row),
        "price_tiers": [{"from_quantity": start, "price": price} for start, price in row["price_tiers"]],
    }
    kept = responses.save_response(actor=actor, response_id=new.pk, version=new.version, content=content)
    if row.get("draft"):
        return kept
    return responses.seal_response(actor=actor, response_id=kept.pk, version=kept.version)


def commitments(call: Call, row: dict[str, Any]) -> list[dict[str, str]]:
    """Return what is promised for the indicators that the file names by their metric."""
    return [
        {"indicator": str(one["id"]), "value": row["values"][one["metric"]], "evidence": row["evidence"]}
        for one in call.indicators
        if one["metric"] in row["values"]
    ]
