"""What an owner says to a core, and an owner's way out."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.members import OPEN_TO_CHANGE, end_membership, living_member, lock_demand
from scenarios.actions.standing import settle
from scenarios.actor import Actor
from scenarios.choices import ConsentState, DemandStatus
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.models import Consent, MergedDemand
from scenarios.policies import require_owner
from scenarios.querysets import DatabaseClock

ANSWERS = (ConsentState.ACCEPTED, ConsentState.RESERVED, ConsentState.DECLINED)


@transaction.atomic
def answer_invitation(
    *,
    actor: Actor,
    demand_id: UUID,
    organisation_id: UUID,
    core_version: int,
    state: str,
    reservation: str = "",
) -> Consent:
    """Accept, accept with a reservation, or decline exactly the core version that the owner read.

    Declining takes the owner's needs out of the pool.

    Raises Conflict when the core changed in between, Invalid for a reservation without its words.
    """
    require_owner(actor, organisation_id)
    demand = lock_demand(MergedDemand.objects.of(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE or demand.status == DemandStatus.DRAFTED:
        raise IllegalMove(_("This pool does not take consents any more."))
    if demand.core_version != core_version:
        raise Conflict(message=_("The core changed while you read it. Read what changed and decide again."))
    if state not in ANSWERS:
        raise Invalid({"state": [_("Choose: accept, accept with a reservation, or decline.")]})
    if state == ConsentState.RESERVED and not reservation.strip():
        raise Invalid({"reservation": [_("Write the reservation; the manager reads it.")]})
    consent = demand.consents.filter(organisation_id=organisation_id, core_version=core_version).first()
    if consent is None or consent.state in (ConsentState.DECLINED, ConsentState.WITHDRAWN):
        raise NotFound
    if consent.state == ConsentState.INVITED and _has_lapsed(consent):
        raise IllegalMove(_("The invitation has lapsed. Ask the scenario manager to invite you again."))
    consent.state = state
    consent.reservation = reservation.strip() if state == ConsentState.RESERVED else ""
    consent.decided_by_id, consent.decided_at = actor.account_id, timezone.now()
    consent.save()
    log_event("demand.consent", demand, actor=actor, state=state, core_version=core_version)
    if state == ConsentState.DECLINED:
        for member in demand.members.filter(left_at__isnull=True, need__owner=organisation_id):
            end_membership(member, actor=actor)
    else:
        settle(demand)
    return consent


def _has_lapsed(consent: Consent) -> bool:
    return Consent.objects.filter(pk=consent.pk, answer_by__lte=DatabaseClock()).exists()


@transaction.atomic
def withdraw_from_pool(*, actor: Actor, demand_id: UUID, need_id: UUID) -> MergedDemand:
    """Leave a pool with one need; allowed until it is frozen for a call."""
    demand = lock_demand(MergedDemand.objects.of(actor), demand_id)
    member = living_member(demand, need_id)
    require_owner(actor, member.need.owner_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The pool is frozen for a call. Withdraw the need itself, or ask the scenario manager."))
    end_membership(member, actor=actor)
    demand.refresh_from_db()
    return demand
