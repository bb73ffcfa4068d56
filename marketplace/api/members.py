"""Who acts for an organisation: its members, its invitations, and those to the reader."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import members
from marketplace.choices import MemberRole
from marketplace.models import Invitation, Member, Organisation
from scenarios.access import MEMBER, SIGNED_IN
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Strict
from scenarios.api.output import Party
from scenarios.policies import one_of


class OrganisationMemberShown(serializers.ModelSerializer[Member]):
    account = serializers.IntegerField(source="account_id", read_only=True)
    name = serializers.CharField(source="account.name", read_only=True)
    email = serializers.EmailField(source="account.email", read_only=True)

    class Meta:
        model = Member
        fields = ("account", "name", "email", "role", "created_at")
        read_only_fields = fields


class RoleWritten(Strict):
    role = serializers.ChoiceField(choices=MemberRole.choices)


class InvitationShown(serializers.ModelSerializer[Invitation]):
    organisation = Party(read_only=True)

    class Meta:
        model = Invitation
        fields = ("id", "organisation", "email", "role", "created_at")
        read_only_fields = fields


class InvitationWritten(RoleWritten):
    email = serializers.EmailField(max_length=254, help_text="The answer is the same whether or not it has an account.")


class OrganisationMembers(Endpoint):
    """The members of one of your organisations."""

    audience = {"list": (MEMBER,), "partial_update": (MEMBER,), "destroy": (SIGNED_IN,)}
    serializer_class = OrganisationMemberShown

    def rows(self) -> Any:
        return Member.objects.select_related("account").order_by("created_at", "pk")

    def get_queryset(self) -> Any:
        return self.rows().filter(organisation__in=self.actor.organisation_ids)

    @operation(shows=OrganisationMemberShown(many=True))
    def list(self, request: Request, organisation: UUID) -> Response:
        """List the members."""
        mine = one_of(Organisation.objects.of(self.actor), organisation)
        return self.page_of(self.get_queryset().filter(organisation=mine))

    @operation(reads=RoleWritten, shows=OrganisationMemberShown)
    def partial_update(self, request: Request, organisation: UUID, account: int) -> Response:
        """Give a member another role; an owner's step, and not on themselves."""
        role = self.values(RoleWritten)["role"]
        return self.shown(
            members.set_role(actor=self.actor, organisation_id=organisation, account_id=account, role=role)
        )

    @operation(status=204)
    def destroy(self, request: Request, organisation: UUID, account: int) -> Response:
        """Take a member out; with your own account you leave. The last owner stays."""
        members.remove_member(actor=self.actor, organisation_id=organisation, account_id=account)
        return Response(status=204)


class OrganisationInvitations(Endpoint):
    """The open invitations of one of your organisations; its owners read and make them."""

    audience = dict.fromkeys(("list", "create", "destroy"), (MEMBER,))
    serializer_class = InvitationShown

    def rows(self) -> Any:
        return Invitation.objects.select_related("organisation")

    def get_queryset(self) -> Any:
        owned = Member.objects.filter(account=self.actor.account_id, role=MemberRole.OWNER)
        return self.rows().filter(organisation__in=owned.values("organisation"))

    @operation(shows=InvitationShown(many=True))
    def list(self, request: Request, organisation: UUID) -> Response:
        """List the open invitations; nobody but an owner sees any."""
        mine = one_of(Organisation.objects.of(self.actor), organisation)
        return self.page_of(self.get_queryset().filter(organisation=mine))

    @operation(reads=InvitationWritten, shows=InvitationShown, status=201)
    def create(self, request: Request, organisation: UUID) -> Response:
        """Invite an address; who holds it acts for the organisation once they accept."""
        values = self.values(InvitationWritten)
        return self.shown(members.invite_member(actor=self.actor, organisation_id=organisation, **values), status=201)

    @operation(status=204)
    def destroy(self, request: Request, organisation: UUID, pk: UUID) -> Response:
        """Take an invitation back."""
        members.withdraw_invitation(actor=self.actor, organisation_id=organisation, invitation_id=pk)
        return Response(status=204)


class InvitationEndpoint(Endpoint):
    """The invitations to your own address."""

    audience = dict.fromkeys(("list", "accept", "decline"), (SIGNED_IN,))
    serializer_class = InvitationShown

    def rows(self) -> Any:
        return Invitation.objects.select_related("organisation")

    def get_queryset(self) -> Any:
        return self.rows().to(self.actor)

    @operation(shows=InvitationShown(many=True))
    def list(self, request: Request) -> Response:
        """List the invitations that you can answer."""
        return self.page_of(self.get_queryset())

    @operation(shows=OrganisationMemberShown)
    def accept(self, request: Request, pk: UUID) -> Response:
        """Act for the organisation from now on."""
        return Response(OrganisationMemberShown(members.accept_invitation(actor=self.actor, invitation_id=pk)).data)

    @operation(status=204)
    def decline(self, request: Request, pk: UUID) -> Response:
        """Refuse the invitation; it is gone for both sides."""
        members.decline_invitation(actor=self.actor, invitation_id=pk)
        return Response(status=204)
