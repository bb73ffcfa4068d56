"""A supplier's interest in an open call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.choices import InterestState
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.models import Call, Interest
from scenarios.policies import one_of, require_owner

MOST_CHARACTERS = 2000


def require_open(call: Call) -> None:
    """Hold the call's row shared: by the database clock it is open, and stays so until this transaction ends."""
    hold_open(call.pk)


def hold_open(call_id: UUID) -> datetime:
    """As `require_open`; return the moment on the database clock at which it was found open, before its close.

    The select list is read after the condition: where the close passes in between, the last open microsecond is told.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(clock_timestamp(), closes_at - interval '1 microsecond') FROM scenarios_call "
            "WHERE id = %s AND status = 'open' AND clock_timestamp() < closes_at FOR SHARE",
            [call_id],
        )
        found = cursor.fetchone()
    if found is None:
        raise IllegalMove(_("This call is not open any more."))
    moment: datetime = found[0]
    return moment


@transaction.atomic
def declare_interest(
    *, actor: Actor, call_id: UUID, organisation_id: UUID, message: str = "", capability_id: UUID | None = None
) -> Interest:
    """Tell the call's owners and its manager that the organisation would like to respond.

    Declaring twice updates the message. Raises IllegalMove when the call is not open by the database clock, Invalid
    when the organisation itself stands behind the call or the message is too long, NotPermitted before it is verified,
    NotFound for a capability that it does not offer.
    """
    call = one_of(Call.objects.visible_to(actor), call_id)
    require_owner(actor, organisation_id)
    require_open(call)
    if organisation_id in owners_of(call):
        raise Invalid({"organisation": [_("Your own need stands behind this call.")]})
    organisations: Any = Interest._meta.get_field("organisation").related_model
    if not organisations.objects.filter(pk=organisation_id, verification="verified").exists():
        raise NotPermitted(_("Only verified organisations can declare interest. Ask for verification first."))
    if capability_id is not None:
        offered: Any = Interest._meta.get_field("capability").related_model
        one_of(offered.objects.published().filter(owner=organisation_id), capability_id)
    interest, _created = Interest.objects.update_or_create(
        call=call,
        organisation_id=organisation_id,
        defaults={
            "message": _message(message),
            "capability_id": capability_id,
            "account_id": actor.signed_in_id,
            "state": InterestState.DECLARED,
        },
    )
    log_event("call.interest_declared", call, actor=actor, organisation=str(organisation_id))
    return interest


def _message(text: str) -> str:
    if len(text.strip()) > MOST_CHARACTERS:
        raise Invalid({"message": [_("A message has at most 2,000 characters. Shorten it.")]})
    return text.strip()


@transaction.atomic
def withdraw_interest(*, actor: Actor, call_id: UUID, organisation_id: UUID) -> Interest:
    """Take a declared interest back while the call is open."""
    call = one_of(Call.objects.visible_to(actor), call_id)
    require_owner(actor, organisation_id)
    require_open(call)
    interest = one_of(
        call.interests.all(),
        call.interests.filter(organisation_id=organisation_id).values_list("pk", flat=True).first(),
    )
    interest.state = InterestState.WITHDRAWN
    interest.save()
    log_event("call.interest_withdrawn", call, actor=actor, organisation=str(organisation_id))
    return interest


def owners_of(call: Call) -> set[UUID]:
    """Return the organisations whose needs stand behind a call: of a pool those that consented to its core."""
    if call.need is not None:
        return {call.need.owner_id}
    if call.demand is None:
        return set()
    return set(call.demand.members.consented().values_list("need__owner", flat=True))


def reads_messages(actor: Actor, owners: set[UUID]) -> bool:
    """Whether the actor reads what suppliers write: the manager and the owners behind the call."""
    return actor.has_role("manager") or bool(owners & actor.organisation_ids)


def interests_told(actor: Actor, call: Call, owners: set[UUID] | None = None) -> list[Interest]:
    """Return who declared interest as the actor may see it. owners : those behind the call, where they are known.

    The manager and the owners see all, other staff see who, a supplier its own; a message that is not theirs is empty.
    """
    rows = call.interests.select_related("organisation", "capability", "account")
    reads_all = reads_messages(actor, owners_of(call) if owners is None else owners)
    if not reads_all and not actor.is_staff:
        rows = rows.filter(organisation__in=actor.organisation_ids)
    told = list(rows)
    for row in told:
        if not reads_all and not actor.belongs_to(row.organisation_id):
            row.message = ""
    return told
