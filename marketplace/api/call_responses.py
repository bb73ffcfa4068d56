"""The opened responses to a call beside each other, as data."""

from typing import Any
from uuid import UUID

from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace.response_content import TEXTS
from marketplace.side_by_side import Beside, evidence, opened_beside, promised, require_may_compare, tiers
from scenarios.access import MEMBER
from scenarios.api.endpoint import operation
from scenarios.models import Call
from scenarios.policies import one_of


class PromiseBeside(serializers.Serializer[Any]):
    indicator = serializers.UUIDField(help_text="Id of a frozen indicator of the call.")
    value = serializers.DecimalField(max_digits=20, decimal_places=4, allow_null=True)
    meets_target = serializers.BooleanField(allow_null=True)
    evidence = serializers.CharField(help_text="By what the response shows that it reaches the value.")


class PriceBeside(serializers.Serializer[Any]):
    from_quantity = serializers.DecimalField(max_digits=20, decimal_places=2)
    price = serializers.DecimalField(max_digits=20, decimal_places=2, help_text="Per unit, in 10,000 yuan.")


class ResponseBeside(serializers.Serializer[Any]):
    """A response without names; its lead, outcome and rank are there once the ranking is public."""

    number = serializers.IntegerField()
    lead = serializers.CharField(allow_null=True)
    outcome = serializers.CharField(allow_null=True)
    rank = serializers.IntegerField(allow_null=True)
    role = serializers.CharField()
    partner_roles = serializers.ListField(child=serializers.CharField())
    lots = serializers.ListField(child=serializers.CharField())
    promises = PromiseBeside(many=True)
    prices = PriceBeside(many=True)
    plan = serializers.CharField()
    team = serializers.CharField()
    ip = serializers.CharField(help_text="What becomes of intellectual property.")
    data_needed = serializers.CharField()
    compute_needed = serializers.CharField()
    attachments = serializers.IntegerField(help_text="How many there are; only the panel is given them.")


@method_decorator(never_cache, name="dispatch")
class CallResponses(APIView):
    audience = (MEMBER, "reviewer", "publisher")

    @operation(shows=ResponseBeside(many=True), operation_id="calls_responses_list")
    def get(self, request: Request, pk: UUID) -> Response:
        """List what the opened responses to a call promise, for those who choose among them."""
        actor = request.actor  # type: ignore[attr-defined]
        call = one_of(Call.objects.visible_to(actor).select_related("need", "demand"), pk)
        require_may_compare(call, actor)
        return Response(ResponseBeside([_row(call, one) for one in opened_beside(call)], many=True).data)


def _row(call: Call, one: Beside) -> dict[str, Any]:
    promises = [(row, *promised(row, one.content)) for row in call.indicators]
    return {
        "number": one.response.number,
        "lead": str(one.response.lead) if one.placing else None,
        "outcome": one.placing.outcome if one.placing else None,
        "rank": one.placing.rank if one.placing else None,
        "role": one.content.get("role", ""),
        "partner_roles": [row["role"] for row in one.content["partners"]],
        "lots": one.content.get("lots", []),
        "promises": [
            {"indicator": row["id"], "value": value, "meets_target": met, "evidence": evidence(row, one.content)}
            for row, value, met in promises
        ],
        "prices": [{"from_quantity": start, "price": price} for start, price in tiers(one.content)],
        **{name: one.content.get(name, "") for name in TEXTS},
        "attachments": one.response.files,  # type: ignore[attr-defined]
    }
