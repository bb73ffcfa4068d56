"""Organisations: reading, registering, and their verification."""

from typing import Any
from uuid import UUID

from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import organisations
from marketplace.actions.organisations import OrganisationFields
from marketplace.actors import actor_for
from marketplace.api.filters import OrganisationFilter
from marketplace.choices import OrganisationKind
from marketplace.models import Organisation
from scenarios.access import MEMBER, PUBLIC, SIGNED_IN
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Reason, Strict
from scenarios.api.output import Audienced, actor_of
from scenarios.audiences import ORGANISATION_FIELDS, Audience, audience_of
from scenarios.models import Chain, District

OPEN_CHOICES = [(kind.value, kind.label) for kind in organisations.OPEN_KINDS]


class OrganisationShown(Audienced):
    audiences = ORGANISATION_FIELDS
    needs_on_offer = serializers.IntegerField(read_only=True, help_text="Those that you may read.")
    capabilities_on_offer = serializers.IntegerField(read_only=True)
    landed_projects = serializers.IntegerField(
        read_only=True, help_text="Those of which everyone may know that the organisation is a party."
    )

    class Meta:
        model = Organisation
        fields = tuple(ORGANISATION_FIELDS)
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        return audience_of(actor_of(self.context), row.pk)


class OrganisationWritten(Strict, serializers.ModelSerializer[Organisation]):
    """What an organisation says of itself; a missing field stays as it is."""

    name_zh = serializers.CharField(max_length=80, required=False)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices, required=False)
    uscc = serializers.CharField(
        max_length=18, required=False, allow_blank=True, help_text="Unified social credit code; its check digit counts."
    )
    district = serializers.PrimaryKeyRelatedField(queryset=District.objects.all(), required=False, allow_null=True)
    chain = serializers.PrimaryKeyRelatedField(queryset=Chain.objects.all(), required=False, allow_null=True)
    contact = serializers.CharField(required=False, allow_blank=True, max_length=500)

    class Meta:
        model = Organisation
        fields = ("name_zh", "name_en", "kind", "uscc", "district", "chain", "about", "contact")


class OrganisationRegistered(OrganisationWritten):
    name_zh = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=OPEN_CHOICES)


def _fields(values: dict[str, Any]) -> OrganisationFields:
    fields: Any = dict(values)
    for name in ("district", "chain"):
        if name in fields:
            row = fields.pop(name)
            fields[f"{name}_id"] = row.pk if row else None
    return fields


class OrganisationEndpoint(Endpoint):
    """Organisations as their readers may see them."""

    audience = {
        **dict.fromkeys(("list", "retrieve"), (PUBLIC,)),
        "create": (SIGNED_IN,),
        "partial_update": (MEMBER,),
        **dict.fromkeys(("verify", "suspend", "reinstate"), ("moderator",)),
    }
    serializer_class = OrganisationShown
    filterset_class = OrganisationFilter

    def rows(self) -> Any:
        return Organisation.objects.with_offers(self.actor)

    def get_queryset(self) -> Any:
        return self.rows().visible_to(self.actor)

    @operation(shows=OrganisationShown(many=True))
    def list(self, request: Request) -> Response:
        """List the organisations; `mine` keeps your own."""
        return self.page_of(self.filter_queryset(self.get_queryset()))

    @operation(shows=OrganisationShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show an organisation."""
        return Response(self.get_serializer(self.found()).data)

    @operation(reads=OrganisationRegistered, shows=OrganisationShown, status=201, keyed=True)
    def create(self, request: Request) -> Response:
        """Register an organisation with yourself as its owner; staff verify it when its code is given."""
        values = self.values(OrganisationRegistered)
        row = organisations.register_organisation(actor=self.actor, fields=_fields(values), key=self.key())
        # The caller has just become a member and reads the answer as one.
        request._request.actor = actor_for(request.user)  # type: ignore[attr-defined]
        return self.shown(row, status=status.HTTP_201_CREATED)

    @operation(reads=OrganisationWritten, shows=OrganisationShown)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what your organisation says of itself; another code needs another verification."""
        values = self.values(OrganisationWritten)
        return self.shown(organisations.save_organisation(actor=self.actor, organisation_id=pk, fields=_fields(values)))

    @operation(shows=OrganisationShown)
    @action(detail=True, methods=["post"])
    def verify(self, request: Request, pk: UUID) -> Response:
        """Confirm that an organisation is who it says."""
        return self.shown(organisations.verify_organisation(actor=self.actor, organisation_id=pk))

    @operation(reads=Reason, shows=OrganisationShown)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Stop an organisation from acting; what it published stays readable."""
        reason = self.values(Reason)["reason"]
        return self.shown(organisations.suspend_organisation(actor=self.actor, organisation_id=pk, reason=reason))

    @operation(shows=OrganisationShown)
    @action(detail=True, methods=["post"])
    def reinstate(self, request: Request, pk: UUID) -> Response:
        """Let a suspended organisation act again; it is verified anew."""
        return self.shown(organisations.reinstate_organisation(actor=self.actor, organisation_id=pk))
