"""Reference data: districts, chains, and every enumeration with its labels in both languages."""

from typing import Any

from django.db.models import TextChoices
from django.utils import translation
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from marketplace import choices as marketplace_choices
from scenarios import choices
from scenarios.access import PUBLIC
from scenarios.api.endpoint import operation
from scenarios.errors import NotFound
from scenarios.models import Chain, District
from scenarios.naming import in_order, is_offered

PLACES = {"districts": District, "chains": Chain}


class LabelShown(serializers.Serializer[Any]):
    value = serializers.CharField()
    label_zh = serializers.CharField()
    label_en = serializers.CharField()
    offered = serializers.BooleanField(help_text="Whether it can still be chosen; false where it is only used.")


class ReferencesShown(serializers.Serializer[Any]):
    names = serializers.ListField(child=serializers.CharField())


def enumerations() -> dict[str, type[TextChoices]]:
    """Return every enumeration by its name in the address: `NeedStatus` is need-status."""
    found = [*vars(choices).values(), *vars(marketplace_choices).values()]
    kinds = [one for one in found if isinstance(one, type) and issubclass(one, TextChoices) and one is not TextChoices]
    return {_dashed(one.__name__): one for one in kinds}


def _dashed(name: str) -> str:
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


def _labels(kind: type[TextChoices]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    name = _dashed(kind.__name__)
    for value, label in in_order(name, kind.choices):
        with translation.override("zh-hans"):
            chinese = str(label)
        with translation.override("en"):
            english = str(label)
        rows.append({"value": value, "label_zh": chinese, "label_en": english, "offered": is_offered(name, value)})
    return rows


def _places(kind: Any) -> list[dict[str, Any]]:
    rows = kind.objects.all()
    return [
        {"value": row.code, "label_zh": row.name_zh, "label_en": row.name_en, "offered": row.offered} for row in rows
    ]


class References(APIView):
    audience = (PUBLIC,)

    @operation(shows=ReferencesShown, operation_id="reference_list")
    def get(self, request: Request) -> Response:
        """List the names of the reference data."""
        return Response({"names": sorted([*PLACES, *enumerations()])})


class Reference(APIView):
    audience = (PUBLIC,)

    @operation(shows=LabelShown(many=True), operation_id="reference_retrieve")
    def get(self, request: Request, name: str) -> Response:
        """Show reference data with Chinese and English labels: districts, chains, domain, unit, need-status, …"""
        if name in PLACES:
            return Response(_places(PLACES[name]))
        if name not in enumerations():
            raise NotFound
        return Response(_labels(enumerations()[name]))
