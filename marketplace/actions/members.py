"""Who acts for an organisation: inviting, answering an invitation, another role, leaving."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.accounts import require_no_staff
from marketplace.choices import MemberRole
from marketplace.models import Invitation, Member, Organisation
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotFound, NotPermitted
from scenarios.journal import log_event
from scenarios.policies import one_of

MOST_INVITATIONS = 50


def _lock_owned(actor: Actor, organisation_id: UUID) -> Organisation:
    """Lock one of the actor's organisations; raises NotPermitted unless the actor is an owner of it."""
    organisation = one_of(Organisation.objects.of(actor), organisation_id, lock=True)
    if not organisation.members.filter(account_id=actor.signed_in_id, role=MemberRole.OWNER).exists():
        raise NotPermitted(_("Only an owner of the organisation may do this."))
    return organisation


def _require_known_role(role: str) -> None:
    if role not in MemberRole.values:
        raise Invalid({"role": [_("Choose one of the options.")]})


@transaction.atomic
def invite_member(*, actor: Actor, organisation_id: UUID, email: str, role: str) -> Invitation:
    """Ask whoever has this address to act for the organisation. Until they accept, nothing is granted.

    The answer is the same whether or not the address has an account: inviting tells nobody who has signed up. The same
    invitation again tells nobody anything; another role replaces the one before.

    Raises NotPermitted for anyone but an owner, Invalid for who is a member already or beyond 50 open invitations.
    """
    organisation = _lock_owned(actor, organisation_id)
    _require_known_role(role)
    address = email.strip().lower()
    if organisation.members.filter(account__email=address).exists():
        raise Invalid({"email": [_("They act for the organisation already; change their role beside their name.")]})
    waiting = organisation.invitations.exclude(email=address).count()
    if waiting >= MOST_INVITATIONS:
        raise Invalid({"email": [_("At most 50 invitations can be open. Take some back first.")]})
    earlier = organisation.invitations.filter(email=address).first()
    if earlier and earlier.role == role:
        return earlier
    values = {"role": role, "invited_by_id": actor.signed_in_id}
    invitation, _made = Invitation.objects.update_or_create(organisation=organisation, email=address, defaults=values)
    log_event("organisation.member_invited", organisation, actor=actor, invitation=str(invitation.pk), role=role)
    return invitation


@transaction.atomic
def withdraw_invitation(*, actor: Actor, organisation_id: UUID, invitation_id: UUID) -> None:
    """Take an open invitation back. Only an owner may."""
    organisation = _lock_owned(actor, organisation_id)
    invitation = one_of(organisation.invitations.all(), invitation_id, lock=True)
    invitation.delete()
    log_event("organisation.invitation_withdrawn", organisation, actor=actor, invitation=str(invitation_id))


@transaction.atomic
def accept_invitation(*, actor: Actor, invitation_id: UUID) -> Member:
    """Act for the organisation from now on, in the role of the invitation.

    Raises NotFound for an invitation to another address, Invalid for an account of the city's staff.
    """
    require_no_staff(actor.signed_in_id)
    invitation = one_of(Invitation.objects.to(actor), invitation_id, lock=True)
    organisation, values = invitation.organisation, {"role": invitation.role}
    member, _made = Member.objects.get_or_create(
        organisation=organisation, account_id=actor.signed_in_id, defaults=values
    )
    invitation.delete()
    log_event("organisation.member_joined", organisation, actor=actor, account=member.account_id, role=member.role)
    return member


@transaction.atomic
def decline_invitation(*, actor: Actor, invitation_id: UUID) -> None:
    """Refuse an invitation; it is gone for both sides."""
    invitation = one_of(Invitation.objects.to(actor), invitation_id, lock=True)
    organisation = invitation.organisation
    invitation.delete()
    log_event("organisation.invitation_declined", organisation, actor=actor, invitation=str(invitation_id))


@transaction.atomic
def set_role(*, actor: Actor, organisation_id: UUID, account_id: int, role: str) -> Member:
    """Give another member another role. Only an owner may, and not to themselves: one owner always stays."""
    organisation = _lock_owned(actor, organisation_id)
    _require_known_role(role)
    if account_id == actor.account_id:
        raise Invalid({"role": [_("You cannot change your own role; another owner can.")]})
    member = organisation.members.filter(account_id=account_id).first()
    if member is None:
        raise NotFound
    member.role = role
    member.save(update_fields=["role"])
    log_event("organisation.member_set", organisation, actor=actor, account=account_id, role=role)
    return member


@transaction.atomic
def remove_member(*, actor: Actor, organisation_id: UUID, account_id: int) -> None:
    """Take an account out of the organisation; an owner may take out anyone, every member may leave.

    Raises Invalid for the last owner, who stays until someone else is one.
    """
    if account_id == actor.account_id:
        mine = Organisation.objects.filter(members__account_id=actor.signed_in_id)
        organisation = one_of(mine, organisation_id, lock=True)  # a suspended one can be left too
    else:
        organisation = _lock_owned(actor, organisation_id)
    _require_another_owner(organisation, account_id)
    if not organisation.members.filter(account_id=account_id).delete()[0]:
        raise NotFound
    log_event("organisation.member_removed", organisation, actor=actor, account=account_id)


def _require_another_owner(organisation: Organisation, account_id: int) -> None:
    owners = set(organisation.members.filter(role=MemberRole.OWNER).values_list("account_id", flat=True))
    if owners == {account_id}:
        raise Invalid({"account": [_("You are the last owner. Make another member an owner before you leave.")]})
