"""The rule table of the risk tiers and what each tier demands, for everyone; and what of it holds for one need."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scenarios import risk
from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.api.input import Strict
from scenarios.models import Need
from scenarios.risk_reading import lacking, rule_rows


class RuleShown(serializers.Serializer[Any]):
    """A row of the table: a yes to every question in `when` puts a need at least into `tier`."""

    code = serializers.CharField()
    tier = serializers.ChoiceField(choices=risk.TIERS)
    when = serializers.ListField(child=serializers.CharField())
    name = serializers.CharField(source="label")
    basis = serializers.CharField()


class PaperShown(serializers.Serializer[Any]):
    """From `tier` upwards `item` must be there before the step `before`; with `reason` only where that rule applies."""

    item = serializers.CharField()
    tier = serializers.ChoiceField(choices=risk.TIERS)
    before = serializers.CharField()
    name = serializers.CharField(source="label")
    remedy = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    filings = serializers.ListField(child=serializers.CharField(), help_text="Any one of them is enough.")


class RulesShown(serializers.Serializer[Any]):
    questions = serializers.DictField(child=serializers.CharField())
    rules = RuleShown(many=True)
    demands = PaperShown(many=True)


class AppliedShown(serializers.Serializer[Any]):
    rule = RuleShown()
    because = serializers.ListField(child=serializers.CharField())


class RiskShown(serializers.Serializer[Any]):
    """Why a need has its tier, and which of its own papers are missing before which step."""

    risk_tier = serializers.CharField(allow_blank=True)
    rules = serializers.SerializerMethodField()
    lacking = serializers.SerializerMethodField()

    @extend_schema_field(AppliedShown(many=True))
    def get_rules(self, need: Need) -> Any:
        return AppliedShown([row for row in rule_rows(need) if row.applies], many=True).data

    @extend_schema_field(PaperShown(many=True))
    def get_lacking(self, need: Need) -> Any:
        return PaperShown([row for _step, rows in lacking(need) for row in rows], many=True).data


class EthicsNumber(Strict):
    ethics_number = serializers.CharField(max_length=60)


class RiskRules(APIView):
    audience = (PUBLIC,)

    @operation(shows=RulesShown, operation_id="risk_rules")
    def get(self, request: Request) -> Response:
        """Show the rule table of the risk tiers, gravest rule first, and what each tier demands."""
        table = {"questions": risk.QUESTIONS, "rules": risk.RULES, "demands": risk.DEMANDS}
        return Response(RulesShown(table).data)
