"""What a gate costs: booked within its cap, and struck out where it was booked by mistake."""

from datetime import date
from decimal import Decimal
from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_gates import lock_running_gate
from marketplace.engagement_parties import require_staff
from marketplace.models import Cost, Engagement, Gate, Party
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.facts import number
from scenarios.journal import log_event
from scenarios.policies import one_of

WORDS_LIMIT = 400


class CostFields(TypedDict):
    """One amount in 万元, what it was for, and the day on which it was spent."""

    amount: Decimal
    what: str
    spent_on: date


@transaction.atomic
def book_cost(*, actor: Actor, gate_id: UUID, payer_id: UUID, fields: CostFields, key: str = "") -> Cost:
    """Book what a party spent on a gate that is under way, for itself; the manager may book for any party.

    The gate's row stays locked until the booking is stored, so that two bookings cannot pass the cap together.

    key : idempotency key of the form; the same key returns the cost that the first sending booked.

    Raises Invalid where the cap would be passed, naming what is left; IllegalMove for a gate that is not under way.
    """
    gate = lock_running_gate(actor, gate_id)
    payer = one_of(gate.engagement.parties.all(), payer_id)
    require_speaking_for(actor, gate.engagement, payer)
    if earlier := result_of(actor, "cost", key):
        return one_of(gate.costs.all(), earlier)
    _require_within_cap(gate, fields)
    cost = Cost.objects.create(gate=gate, payer=payer, booked_by_id=actor.signed_in_id, **fields)
    gate.spent += cost.amount
    gate.save()
    remember_result(actor, "cost", key, cost.pk)
    log_event("engagement.cost_booked", gate.engagement, actor=actor, stage=gate.stage)
    return cost


def require_speaking_for(actor: Actor, engagement: Engagement, party: Party) -> None:
    """Raise NotPermitted unless the actor writes for this party, or manages without being a party."""
    if not actor.owns(party.organisation_id):
        require_staff(actor, engagement, "manager")


def _require_within_cap(gate: Gate, fields: CostFields) -> None:
    left = gate.cost_cap - gate.spent
    what = fields["what"].strip()
    if fields["amount"] <= 0:
        raise Invalid({"amount": [_("Give an amount above zero.")]})
    if not what or len(what) > WORDS_LIMIT:
        raise Invalid({"what": [_("Say what it was for, in at most %(limit)d characters.") % {"limit": WORDS_LIMIT}]})
    if fields["amount"] > left:
        text = _("This would pass the cap: of %(cap)s only %(left)s (10,000 yuan) are left. Nothing was booked.")
        raise Invalid({"amount": [text % {"cap": number(gate.cost_cap), "left": number(left)}]})


@transaction.atomic
def strike_cost(*, actor: Actor, cost_id: UUID, reason: str) -> Cost:
    """Strike out what was booked by mistake, by its payer or the manager; it stays readable and counts no more."""
    seen = Engagement.objects.visible_to(actor).values("pk")
    found = one_of(Cost.objects.filter(gate__engagement__in=seen), cost_id)
    gate = lock_running_gate(actor, found.gate_id)
    cost = Cost.objects.select_related("payer").get(pk=cost_id)
    require_speaking_for(actor, gate.engagement, cost.payer)
    if cost.struck_at is not None:
        raise IllegalMove(_("This cost is struck out already."))
    if not reason.strip() or len(reason) > WORDS_LIMIT:
        raise Invalid({"reason": [_("Say why, in at most %(limit)d characters.") % {"limit": WORDS_LIMIT}]})
    cost.struck_reason, cost.struck_at = reason.strip(), timezone.now()
    cost.save()
    gate.spent -= cost.amount
    gate.save()
    log_event("engagement.cost_struck", gate.engagement, actor=actor, stage=gate.stage)
    return cost
