"""How an engagement comes about: opened from an award, or agreed directly between an owner and a supplier."""

from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement, move_engagement, require_read, stated
from marketplace.choices import ResponseStatus
from marketplace.engagement_choices import PartyRole
from marketplace.engagement_parties import party_of
from marketplace.lifecycle import ENGAGEMENT_MOVES
from marketplace.models import Capability, Engagement, EngagementIndicator, Organisation, Party, Response
from marketplace.models.engagement import LIVE_AGREEMENTS
from marketplace.response_content import ResponseContent, read
from scenarios.actions.demands import indicator_json
from scenarios.actions.interests import owners_of
from scenarios.actions.members import lock_needs, lock_pooling
from scenarios.actor import Actor
from scenarios.choices import NeedStatus, Visibility
from scenarios.codes import next_code
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.models import Call, Need
from scenarios.policies import one_of, require_move, require_role, require_stranger

CONTACT_LIMIT = 400


class Frozen(NamedTuple):
    """An indicator on its way: what the need asked for, what the call froze, and what was promised."""

    asked: dict[str, Any]
    frozen: dict[str, Any]
    promised: Decimal | None
    evidence: str


@transaction.atomic
def open_engagement(*, actor: Actor, response_id: UUID) -> Engagement:
    """Open the engagement of an awarded response; a race opens one for each of its winners.

    The owners behind the call, the lead and its partners become parties, the call's frozen indicators with what the
    response promised become what is measured. Opening it again returns the one that is there.

    Raises IllegalMove for a response that was not awarded, NotPermitted for a manager who belongs to a party.
    """
    require_role(actor, "manager")
    response = one_of(Response.objects.opened(), response_id, lock=True)
    if earlier := Engagement.objects.filter(response=response).first():
        return earlier
    if response.status != ResponseStatus.AWARDED:
        raise IllegalMove(_("Only an awarded response becomes a project."))
    call, content = response.call, read(response.content)
    owners = owners_of(call)
    require_stranger(actor, response.lead_id, *owners)
    engagement = Engagement.objects.create(
        code=next_code("LD"),
        response=response,
        need=call.need,
        demand=call.demand,
        lead=response.lead,
        manager_id=actor.signed_in_id,
        title_zh=call.title_zh,
        title_en=call.title_en,
        summary=call.summary,
    )
    _seat(engagement, owners)
    _seat_partners(engagement, content)
    _freeze(engagement, [_from_call(call, row, content) for row in call.indicators])
    log_event("engagement.opened", engagement, actor=actor)
    return engagement


def _seat(engagement: Engagement, owners: set[UUID]) -> None:
    """Seat the owners, each with the contact that its need names for parties, and the lead, which writes its own."""
    for organisation in Organisation.objects.filter(pk__in=owners).order_by("pk"):
        contact = _contact_of_owner(engagement, organisation)
        Party.objects.create(engagement=engagement, organisation=organisation, role=PartyRole.OWNER, contact=contact)
    Party.objects.create(engagement=engagement, organisation=engagement.lead, role=PartyRole.LEAD)


def _contact_of_owner(engagement: Engagement, organisation: Organisation) -> str:
    behind = Need.objects.filter(owner=organisation)
    if engagement.demand is not None:
        behind = behind.filter(memberships__in=engagement.demand.members.living())
    else:
        behind = behind.filter(pk=engagement.need_id)
    need = behind.exclude(contact="").order_by("code").first()
    return need.contact if need else ""


def _seat_partners(engagement: Engagement, content: ResponseContent) -> None:
    """Seat the partners of a response; one whose name is that of exactly one verified organisation acts for itself."""
    for row in content.get("partners", []):
        name = row["name"].strip()
        known = list(Organisation.objects.filter(name_zh=name, verification="verified")[:2])
        seat: dict[str, Any] = {"organisation": known[0]} if len(known) == 1 else {"name": name}
        Party.objects.get_or_create(engagement=engagement, role=row["role"], **seat)


def _from_call(call: Call, frozen: dict[str, Any], content: ResponseContent) -> Frozen:
    promises = {row["indicator"]: row for row in content.get("commitments", [])}
    promise = promises.get(str(frozen["id"]))
    value = Decimal(promise["value"]) if promise and promise["value"] else None
    return Frozen(_asked(call, frozen), frozen, value, promise["evidence"] if promise else "")


def _asked(call: Call, frozen: dict[str, Any]) -> dict[str, Any]:
    """Return the indicator as the need, or the pool's core, states it; what the call froze where it is gone."""
    if call.need is not None:
        rows = [indicator_json(row) for row in call.need.indicators.all()]
    else:
        assert call.demand is not None  # noqa: S101 - the constraint call_has_one_source
        rows = call.demand.cores.get(version=call.demand.core_version).indicators
    return next((row for row in rows if str(row["id"]) == str(frozen["id"])), frozen)


def _decimal(value: Any) -> Decimal | None:
    return None if value in (None, "") else Decimal(str(value))


def _freeze(engagement: Engagement, rows: list[Frozen]) -> None:
    plain = ("metric", "unit", "comparator", "test_method", "essential")
    for position, row in enumerate(rows):
        EngagementIndicator.objects.create(
            engagement=engagement,
            indicator=row.frozen["id"],
            position=position,
            baseline=_decimal(row.frozen.get("baseline")),
            need_target=_decimal(row.asked.get("target")),
            need_target_max=_decimal(row.asked.get("target_max")),
            target=_decimal(row.frozen.get("target")),
            target_max=_decimal(row.frozen.get("target_max")),
            promised=row.promised,
            promised_evidence=row.evidence,
            **{name: row.frozen[name] for name in plain if name in row.frozen},
        )


@transaction.atomic
def propose_engagement(*, actor: Actor, need_id: UUID, capability_id: UUID, organisation_id: UUID) -> Engagement:
    """Propose to work together without a call, for the need's owner or for the capability's; the other side confirms.

    The need's own targets become what is measured. Nothing of it is public before it starts.

    Raises IllegalMove for a need that is not on public offer, is pooled or in a call, Invalid where one organisation
    would agree with itself or an agreement is there already, NotPermitted before the supplier is verified.
    """
    lock_pooling()
    capability = one_of(Capability.objects.published(), capability_id)
    need = one_of(Need.objects.visible_to(actor), need_id)
    (need,) = lock_needs([need.pk])
    if organisation_id not in (need.owner_id, capability.owner_id) or not actor.owns(organisation_id):
        raise NotPermitted
    _require_agreeable(need, capability)
    engagement = Engagement.objects.create(
        code=next_code("LD"),
        need=need,
        capability=capability,
        lead=capability.owner,
        proposed_by_id=organisation_id,
        status="proposed",
        title_zh=need.title_zh,
        title_en=need.title_en,
        summary=need.problem,
    )
    _seat(engagement, {need.owner_id})
    asked = [indicator_json(row) for row in need.indicators.all()]
    _freeze(engagement, [Frozen(row, row, _decimal(row.get("target")), "") for row in asked])
    other = need.owner_id if organisation_id == capability.owner_id else capability.owner_id
    log_event("engagement.proposed", engagement, actor=actor, organisations=[str(other)])
    return engagement


def _require_agreeable(need: Need, capability: Capability) -> None:
    if need.status != NeedStatus.PUBLISHED or need.visibility != Visibility.PUBLIC:
        raise IllegalMove(_("Only a published need that is open to the public can be agreed on."))
    if need.memberships.filter(left_at__isnull=True).exists():
        raise IllegalMove(_("This need is in a pool; its project comes from the pool's call."))
    if Need.objects.with_own_call().filter(pk=need.pk).exists():
        raise IllegalMove(_("A call from this need is under way; its project comes from the award."))
    if capability.owner.verification != "verified":
        raise NotPermitted(_("Only a verified supplier can agree on a project."))
    if need.owner_id == capability.owner_id:
        raise Invalid({"capability": [_("Need and capability are of the same organisation.")]})
    live = Engagement.objects.filter(need=need, capability=capability, response=None, status__in=LIVE_AGREEMENTS)
    if live.exists():
        raise Invalid({"capability": [_("An agreement between these two is there already.")]})


@transaction.atomic
def confirm_engagement(*, actor: Actor, engagement_id: UUID) -> Engagement:
    """Agree to what the other side proposed; a manager is told and sees to its start."""
    engagement = lock_engagement(actor, engagement_id)
    _require_other_side(engagement, "confirm", actor)
    return move_engagement(engagement, "confirm", actor=actor)


@transaction.atomic
def decline_engagement(*, actor: Actor, engagement_id: UUID, reason: str) -> Engagement:
    """Decline what the other side proposed, with a reason that it reads."""
    engagement = lock_engagement(actor, engagement_id)
    _require_other_side(engagement, "decline", actor)
    engagement.reason, engagement.ended_at = stated(reason), timezone.now()
    return move_engagement(engagement, "decline", actor=actor)


def _require_other_side(engagement: Engagement, name: str, actor: Actor) -> None:
    others = engagement.parties.exclude(organisation=engagement.proposed_by_id)
    mine = others.written_by(actor).values_list("organisation", flat=True).first()
    require_move(ENGAGEMENT_MOVES, name, actor=actor, owner_id=mine, status=engagement.status)


@transaction.atomic
def set_contact(*, actor: Actor, engagement_id: UUID, contact: str, version: int = 0) -> Party:
    """Say whom the parties across the table reach at one's own organisation.

    version : of the party whose contact the author read, 0 before the first one.

    Raises Conflict with both contacts when somebody wrote another one since.
    """
    engagement = lock_engagement(actor, engagement_id)
    party = party_of(actor, engagement)
    if len(contact) > CONTACT_LIMIT:
        raise Invalid({"contact": [_("Write this in at most %(limit)d characters.") % {"limit": CONTACT_LIMIT}]})
    require_read(party, version, {"contact": contact.strip()})
    own = engagement.parties.filter(organisation=party.organisation_id)
    own.update(contact=contact.strip(), version=party.version + 1)
    log_event("engagement.contact_changed", engagement, actor=actor)
    party.refresh_from_db()
    return party
