"""What the parties of a project write to each other, over the API."""

from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions.engagement_notes import write_note
from marketplace.api.engagement_input import NoteWritten
from marketplace.engagement_facts import told_notes
from marketplace.models import Engagement, EngagementNote, Party
from scenarios.access import MEMBER, STAFF
from scenarios.api.endpoint import Endpoint, operation
from scenarios.policies import one_of


class EngagementNoteShown(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    author = serializers.CharField(help_text="A peer in a pool is numbered where its name is not told.")
    organisation = serializers.UUIDField(source="organisation_id", allow_null=True)
    by_manager = serializers.BooleanField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class EngagementNotes(Endpoint):
    """Notes between the parties of a project, for them and staff."""

    audience = {"list": (MEMBER, STAFF), "create": (MEMBER, "manager")}
    serializer_class = EngagementNoteShown

    def get_queryset(self) -> Any:
        return EngagementNote.objects.visible_to(self.actor).newest()

    @operation(shows=EngagementNoteShown(many=True))
    def list(self, request: Request, pk: UUID) -> Response:
        """List the notes of a project, newest first."""
        engagement = self._engagement(pk)
        page = self.paginate_queryset(self.get_queryset().filter(engagement=engagement))
        told = told_notes(engagement, self.actor, page or ())
        return self.get_paginated_response(self.get_serializer(told, many=True).data)

    @operation(reads=NoteWritten, shows=EngagementNoteShown, status=201, keyed=True)
    def create(self, request: Request, pk: UUID) -> Response:
        """Write a note to the parties; what is written stands."""
        engagement = self._engagement(pk)
        values = self.values(NoteWritten)
        organisation = values.pop("organisation", None)
        note = write_note(actor=self.actor, engagement_id=pk, organisation_id=organisation, **values, key=self.key())
        (told,) = told_notes(engagement, self.actor, [note])
        return Response(self.get_serializer(told).data, status=status.HTTP_201_CREATED)

    def _engagement(self, pk: UUID) -> Engagement:
        parties = Prefetch("parties", queryset=Party.objects.select_related("organisation"))
        return one_of(Engagement.objects.inside(self.actor).select_related("demand").prefetch_related(parties), pk)
