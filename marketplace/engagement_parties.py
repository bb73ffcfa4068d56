"""Who stands on which side of an engagement, and in whose name an actor acts there."""

from uuid import UUID

from marketplace.engagement_choices import PartyRole
from marketplace.models import Engagement, Party
from scenarios.actor import Actor
from scenarios.errors import NotPermitted
from scenarios.models import Need
from scenarios.policies import require_role, require_stranger


def needs_of(engagement: Engagement) -> list[Need]:
    """Return the needs that an engagement serves: its own, or those of the pool's members whose owners consented."""
    if engagement.need is not None:
        return [engagement.need]
    assert engagement.demand is not None  # noqa: S101 - the constraint engagement_has_one_source
    members = engagement.demand.members.consented().select_related("need").order_by("need__code")
    return [member.need for member in members]


def party_of(actor: Actor, engagement: Engagement, *roles: str) -> Party:
    """Return a party in one of the roles (any, if none is named) for which the actor may write.

    Raises NotPermitted where there is none.
    """
    mine = engagement.parties.written_by(actor).select_related("organisation")
    found = (mine.filter(role__in=roles) if roles else mine).order_by("role", "pk").first()
    if found is None:
        raise NotPermitted
    return found


def acts_as(actor: Actor, engagement: Engagement, *roles: str) -> UUID | None:
    """Return the organisation for which the actor may write in one of the roles, or None."""
    mine = engagement.parties.written_by(actor).filter(role__in=roles)
    found: UUID | None = mine.values_list("organisation", flat=True).order_by("organisation").first()
    return found


def require_staff(actor: Actor, engagement: Engagement, *roles: str) -> None:
    """Raise NotPermitted unless the actor holds a role and belongs to none of the parties."""
    require_role(actor, *roles)
    organisations = engagement.parties.filter(organisation__isnull=False).values_list("organisation", flat=True)
    require_stranger(actor, *organisations)


def require_owner_or_manager(actor: Actor, engagement: Engagement) -> None:
    """Raise NotPermitted unless the actor writes for an owner, or manages without being a party."""
    if acts_as(actor, engagement, PartyRole.OWNER) is None:
        require_staff(actor, engagement, "manager")


def require_party_or_manager(actor: Actor, engagement: Engagement) -> None:
    """Raise NotPermitted unless the actor writes for a party, or manages without being one."""
    if acts_as(actor, engagement, *PartyRole.values) is None:
        require_staff(actor, engagement, "manager")
