"""What the clock decides, once per deadline: pools met or missed, calls closed, needs expired, invitations lapsed.

Each takes one id and may run twice: it looks at the database clock under the row's lock, and the event of a
generation is unique in the database.
"""

from typing import Any
from uuid import UUID

from django.db import transaction

from scenarios.actions.calls import take_back
from scenarios.actions.members import end_membership, lock_pooling
from scenarios.actions.needs import end_offer
from scenarios.actions.standing import judge
from scenarios.actor import SYSTEM
from scenarios.journal import log_event
from scenarios.lifecycle import CALL_MOVES, NEED_MOVES, check_move
from scenarios.models import Call, Consent, MergedDemand, Need


@transaction.atomic
def judge_pool(*, demand_id: UUID) -> None:
    """Give a pool past its deadline its one verdict; see standing.judge."""
    lock_pooling()
    demand = MergedDemand.objects.filter(pk=demand_id).select_for_update(of=("self",)).first()
    if demand is not None:
        judge(demand)


@transaction.atomic
def close_call(*, call_id: UUID) -> None:
    """Note that the clock closed a call."""
    call = Call.objects.due().filter(pk=call_id).select_for_update(of=("self",)).first()
    if call is None:
        return
    call.status = check_move(CALL_MOVES, "close", call.status)
    call.version += 1
    call.save()
    log_event("call.closed", call, actor=SYSTEM, generation=call.deadline_generation)


@transaction.atomic
def expire_need(*, need_id: UUID) -> None:
    """Take a need off offer, and out of its pool, whose 180 days have passed."""
    lock_pooling()
    need = Need.objects.due_for_expiry().filter(pk=need_id).select_for_update(of=("self",)).first()
    if need is not None:
        target = check_move(NEED_MOVES, "expire", need.status)
        take_back(need, actor=SYSTEM)
        end_offer(need, target, "need.expired", actor=SYSTEM, generation=need.expiry_generation)


@transaction.atomic
def warn_of_expiry(*, need_id: UUID) -> None:
    """Tell the owner, once, 14 days before a need expires."""
    need = Need.objects.due_for_warning().filter(pk=need_id).select_for_update(of=("self",)).first()
    if need is not None:
        log_event("need.expires_soon", need, actor=SYSTEM, generation=need.expiry_generation)


@transaction.atomic
def lapse_invitation(*, consent_id: int) -> None:
    """End an invitation that its owner did not answer within 14 days: silence is no consent."""
    lock_pooling()
    consent = Consent.objects.due_for_lapse().filter(pk=consent_id).select_for_update(of=("self",)).first()
    if consent is None:
        return
    silent = consent.demand.members.filter(left_at__isnull=True, need__owner=consent.organisation_id)
    for member in silent.select_related("need").order_by("pk"):
        end_membership(member, actor=SYSTEM)


@transaction.atomic
def remind_of_invitation(*, consent_id: int) -> None:
    """Remind an owner who has not answered, once per invitation, three days before it lapses."""
    consent = Consent.objects.due_for_reminder().filter(pk=consent_id).select_for_update(of=("self",)).first()
    if consent is not None:
        told: dict[str, Any] = {"generation": consent.pk, "organisations": [str(consent.organisation_id)]}
        log_event("demand.consent_due", consent.demand, actor=SYSTEM, **told)
