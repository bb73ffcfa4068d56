"""Makers of calls that take sealed responses, with the officials who open them and the suppliers who answer."""

from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from marketplace.actions import responses
from marketplace.actors import actor_for
from marketplace.models import Account, Organisation, Response
from marketplace.response_content import as_text
from scenarios.actions import calls, openers, panels
from scenarios.models import Call
from tests.factories import Cast, make_account, make_member, make_organisation, published_need

CRITERIA = [{"name": "技术方案", "weight": "60", "minimum": "36"}, {"name": "价格", "weight": "40"}]


class SealedCall(NamedTuple):
    """An open call, its three openers in the order of their naming, and the code of each."""

    call: Call
    openers: list[Account]
    codes: list[str]
    reviewers: list[Account]


def drafted_call(cast: Cast, *, kind: str = "bounty", demand_id: UUID | None = None, **changes: Any) -> Call:
    """Return a complete draft of a call from a frozen pool, or a need of the enterprise, without panel and openers."""
    fields: Any = {
        "kind": kind,
        "budget_cap": Decimal("700"),
        "criteria": CRITERIA,
        "fair_competition": dict.fromkeys(calls.FAIR_COMPETITION, True),
        "question_deadline": timezone.now() + timedelta(days=10),
        "closes_at": timezone.now() + timedelta(days=20),
        **changes,
    }
    source = {"demand_id": demand_id} if demand_id else {"need_id": published_need(cast).pk}
    return calls.draft_call(actor=cast.actor("manager"), fields=fields, **source)


def opened_call(cast: Cast, call: Call) -> Call:
    """Review, approve and open a drafted call."""
    publisher = cast.actor("publisher")
    calls.review_call(actor=cast.actor("moderator"), call_id=call.pk)
    calls.approve_call(actor=publisher, call_id=call.pk)
    return calls.open_call(actor=publisher, call_id=call.pk)


def sealed_call(cast: Cast, **changes: Any) -> SealedCall:
    """Return an open call, as `drafted_call` takes its changes, with a panel of three and three openers."""
    manager, call = cast.actor("manager"), drafted_call(cast, **changes)
    reviewers = [official(f"reviewer{n}@example.org", "reviewer") for n in range(3)]
    seats = [one.pk for one in reviewers]
    panels.seat_panel(actor=manager, call_id=call.pk, account_ids=seats, chair_id=seats[0])
    named = [official(f"opener{n}@example.org", "auditor") for n in range(3)]
    openers.name_openers(actor=manager, call_id=call.pk, account_ids=[one.pk for one in named])
    codes = [openers.take_code(actor=actor_for(one), call_id=call.pk) for one in named]
    return SealedCall(opened_call(cast, call), named, codes, reviewers)


def official(email: str, role: str) -> Account:
    """Return the official of this address, who may sit on several calls."""
    return Account.objects.filter(email=email).first() or make_account(email, roles=(role,))


def make_supplier(number: int) -> tuple[Organisation, Account]:
    organisation = make_organisation(f"供给方{number:02d}", kind="supplier")
    return organisation, make_member(organisation, email=f"supplier{number}@example.org")


def answers(call: Call, mark: str = "") -> Any:
    """Return a complete response to a call; `mark` stands in each of its texts."""
    return {
        "role": "tech",
        "lots": [row["id"] for row in call.lots],
        "partners": [{"name": f"某集成商{mark}", "role": "integrator"}],
        "commitments": [
            {"indicator": str(row["id"]), "value": "0.4", "evidence": f"第三方检测报告{mark}"}
            for row in call.indicators
        ],
        "price_tiers": [{"from_quantity": "4", "price": "18.5"}, {"from_quantity": "12", "price": "15.25"}],
        "plan": f"三个月完成部署{mark}",
        "team": f"六名工程师{mark}",
        "ip": f"模型归双方共有{mark}",
        "data_needed": f"每条线一万张图像{mark}",
        "compute_needed": f"每条线一台边缘服务器{mark}",
    }


def drafted(call: Call, account: Account, mark: str = "") -> Response:
    """Return a complete draft of the account's organisation."""
    actor = actor_for(account)
    (lead,) = actor.organisation_ids
    draft = responses.draft_response(actor=actor, call_id=call.pk, lead_id=lead)
    content = answers(call, mark)
    return responses.save_response(actor=actor, response_id=draft.pk, version=draft.version, content=content)


def sealed(call: Call, account: Account, mark: str = "") -> Response:
    """Return a sealed response of the account's organisation."""
    draft = drafted(call, account, mark)
    return responses.seal_response(actor=actor_for(account), response_id=draft.pk, version=draft.version)


def close(call: Call) -> None:
    """Move the call's whole time into the past, as the days would; its sealed responses move with it."""
    past = timedelta(days=60)
    Response.objects.filter(call=call, sealed_at__isnull=False).update(
        sealed_at=call.opens_at - past, closes_at=call.closes_at - past
    )
    Call.objects.filter(pk=call.pk).update(
        opens_at=call.opens_at - past, question_deadline=None, closes_at=call.closes_at - past
    )


def award(call: Call, lead: Organisation, *, author: Account, content: Any) -> Response:
    """Return an opened and awarded response, whose review and award were set by hand."""
    number = Response.objects.filter(call=call).count() + 1
    return Response.objects.create(
        code=f"JB-TEST{number:06d}-{str(call.pk)[:4]}"[:20],
        call=call,
        lead=lead,
        author=author,
        status="awarded",
        content=as_text(content),
        number=number,
        opened_at=timezone.now(),
    )
