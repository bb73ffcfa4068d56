"""The terms of a sandbox as the API reads and shows them."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from scenarios.api.input import Strict, Version
from scenarios.api.output import Audienced, actor_of
from scenarios.audiences import SANDBOX_PLAN_FIELDS, Audience
from scenarios.models import SandboxPlan
from scenarios.models.sandbox import SCOPE_LIMIT
from scenarios.sandbox_terms import LONGEST_LINE, LONGEST_UNIT, MOST_ROWS, TermsFields


class LimitWritten(Strict):
    """A number that must not be exceeded, with its unit."""

    name = serializers.CharField(max_length=LONGEST_LINE)
    value = serializers.DecimalField(max_digits=14, decimal_places=4, min_value=Decimal(0))
    unit = serializers.CharField(max_length=LONGEST_UNIT)


class TermsWritten(Strict):
    version = Version(min_value=0, help_text="The version that you read, 0 for a new one.")
    scope = serializers.CharField(max_length=SCOPE_LIMIT)
    limits = LimitWritten(many=True, max_length=MOST_ROWS)  # type: ignore[call-arg]
    exit_criteria = serializers.ListField(child=serializers.CharField(max_length=LONGEST_LINE), max_length=MOST_ROWS)


def terms_of(values: dict[str, Any]) -> TermsFields:
    """Return the terms of validated values, numbers as text."""
    limits: Any = [{name: str(value) for name, value in row.items()} for row in values["limits"]]
    return {"scope": values["scope"], "limits": limits, "exit_criteria": values["exit_criteria"]}


class SandboxPlanShown(Audienced):
    """The plan of the sandbox in which whoever wins the call works."""

    audiences = SANDBOX_PLAN_FIELDS

    limits = serializers.SerializerMethodField()
    exit_criteria = serializers.ListField(child=serializers.CharField(), read_only=True)
    supervisor = serializers.SerializerMethodField()

    class Meta:
        model = SandboxPlan
        fields = tuple(SANDBOX_PLAN_FIELDS)
        read_only_fields = fields

    def audience(self, row: Any) -> Audience:
        return Audience.STAFF if actor_of(self.context).is_staff else Audience.PUBLIC

    @extend_schema_field(LimitWritten(many=True))
    def get_limits(self, plan: SandboxPlan) -> Any:
        return plan.limits

    def get_supervisor(self, plan: SandboxPlan) -> str:
        return str(plan.supervisor)
