"""The sandbox of a project over the API: its terms, its incidents, its end."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from marketplace.actions import incidents, sandboxes
from marketplace.models import Engagement, Incident, Sandbox
from marketplace.sandbox_choices import Severity
from marketplace.sandbox_facts import reading_of
from scenarios.access import MEMBER, PUBLIC
from scenarios.api.endpoint import Endpoint, operation
from scenarios.api.input import Strict, Version
from scenarios.api.output import Party
from scenarios.api.sandbox_serializers import LimitWritten, TermsWritten, terms_of
from scenarios.audiences import SANDBOX_FIELDS
from scenarios.policies import one_of


class IncidentShown(serializers.ModelSerializer[Incident]):
    """What went wrong, and how it was put right."""

    reporter = Party(read_only=True, allow_null=True)

    class Meta:
        model = Incident
        fields = (
            *("id", "number", "severity", "what", "measures", "happened_at", "reported_at", "reporter"),
            *("suspends", "closed_at", "remedy"),
        )
        read_only_fields = fields


class SandboxShown(serializers.ModelSerializer[Sandbox]):
    """The sandbox of a project as its reader may see it; `incidents` for its parties, the third party and staff."""

    limits = serializers.SerializerMethodField()
    exit_criteria = serializers.ListField(child=serializers.CharField(), read_only=True)
    results = serializers.ListField(child=serializers.BooleanField(), read_only=True)
    third_party = Party(read_only=True)
    supervisor = serializers.SerializerMethodField()
    incidents = IncidentShown(many=True, read_only=True)

    class Meta:
        model = Sandbox
        fields = tuple(SANDBOX_FIELDS)
        read_only_fields = fields

    @extend_schema_field(LimitWritten(many=True))
    def get_limits(self, sandbox: Sandbox) -> Any:
        return sandbox.limits

    def get_supervisor(self, sandbox: Sandbox) -> str:
        return str(sandbox.supervisor)

    def to_representation(self, row: Any) -> dict[str, Any]:
        shown = super().to_representation(row)
        return {name: value for name, value in shown.items() if name in self.context["visible"]}


class SandboxSetUp(TermsWritten):
    third_party = serializers.UUIDField(help_text="A verified organisation that takes no part in the project.")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class IncidentReported(Strict):
    severity = serializers.ChoiceField(choices=Severity.choices)
    what = serializers.CharField(max_length=2000)
    measures = serializers.CharField(max_length=2000)
    happened_at = serializers.DateTimeField()


class IncidentClosed(Strict):
    remedy = serializers.CharField(max_length=2000)


class SandboxEnded(Strict):
    version = Version()
    results = serializers.ListField(
        child=serializers.BooleanField(), max_length=20, help_text="For each exit criterion whether it is met."
    )
    findings = serializers.CharField(max_length=5000)


class SandboxEndpoint(Endpoint):
    """The sandbox of the project in the address, and the incidents in it."""

    audience = {
        "retrieve": (PUBLIC,),
        **dict.fromkeys(("set_up", "end", "close"), ("supervisor",)),
        "report": (MEMBER, "manager", "supervisor"),
    }
    serializer_class = SandboxShown

    def get_queryset(self) -> Any:
        return Engagement.objects.visible_to(self.actor).for_page().prefetch_related("parties__organisation")

    def sandbox(self, engagement_id: UUID) -> Response:
        """Show the sandbox as it stands now."""
        engagement = one_of(self.get_queryset(), engagement_id)
        rows = Sandbox.objects.filter(engagement=engagement).select_related("third_party", "supervisor")
        found = one_of(rows.prefetch_related("incidents__reporter"), rows.values_list("pk", flat=True).first())
        may = reading_of(self.actor, engagement, found)
        return Response(SandboxShown(found, context={**self.get_serializer_context(), "visible": may.visible}).data)

    @operation(shows=SandboxShown)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show the sandbox of a project."""
        return self.sandbox(pk)

    @operation(reads=SandboxSetUp, shows=SandboxShown)
    def set_up(self, request: Request, pk: UUID) -> Response:
        """Set the sandbox up, or change it while it is in force; who does so last is its supervisor."""
        values = self.values(SandboxSetUp)
        fields: Any = {"third_party_id": values["third_party"]}
        fields |= {name: values[name] for name in ("starts_on", "ends_on")}
        sandboxes.set_up_sandbox(
            actor=self.actor, engagement_id=pk, version=values["version"], terms=terms_of(values), fields=fields
        )
        return self.sandbox(pk)

    @operation(reads=SandboxEnded, shows=SandboxShown)
    def end(self, request: Request, pk: UUID) -> Response:
        """End the sandbox: left where every criterion is met, failed where one is not."""
        sandboxes.end_sandbox(actor=self.actor, engagement_id=pk, **self.values(SandboxEnded))
        return self.sandbox(pk)

    @operation(reads=IncidentReported, shows=IncidentShown, status=201, keyed=True)
    def report(self, request: Request, pk: UUID) -> Response:
        """Report an incident; severity 1 suspends the project at once."""
        fields: Any = self.values(IncidentReported)
        incident = incidents.report_incident(actor=self.actor, engagement_id=pk, fields=fields, key=self.key())
        fresh = Incident.objects.select_related("reporter").get(pk=incident.pk)
        return Response(IncidentShown(fresh).data, status=status.HTTP_201_CREATED)

    @operation(reads=IncidentClosed, shows=IncidentShown)
    def close(self, request: Request, pk: UUID) -> Response:
        """Record the measures that put an incident right; with the last that suspends, the project goes on."""
        remedy = self.values(IncidentClosed)["remedy"]
        incident = incidents.close_incident(actor=self.actor, incident_id=pk, remedy=remedy)
        return Response(IncidentShown(incident).data)
