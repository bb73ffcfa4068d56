"""What the API shows: only the fields that the table of scenarios.audiences opens to the reader."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from scenarios.actor import PUBLIC, Actor
from scenarios.audiences import Audience, audience_of, visible_fields


def actor_of(context: Mapping[str, Any]) -> Actor:
    """Return who reads; the public where there is no request, as when the schema is made."""
    return getattr(context.get("request"), "actor", PUBLIC)


class Audienced(serializers.ModelSerializer[Any]):
    """Leaves out what the reader may not see. A subclass names its table in `audiences`.

    always : fields that are made from what the reader may see anyway, such as the moves open to them.
    """

    audiences: dict[str, Audience] = {}
    always: tuple[str, ...] = ()

    def audience(self, row: Any) -> Audience:
        return audience_of(actor_of(self.context), row.owner_id)

    def to_representation(self, row: Any) -> dict[str, Any]:
        seen = visible_fields(self.audiences, self.audience(row)) | set(self.always)
        return {name: value for name, value in super().to_representation(row).items() if name in seen}


class Party(serializers.Serializer[Any]):
    """An organisation where it is mentioned."""

    id = serializers.UUIDField(read_only=True)
    name_zh = serializers.CharField(read_only=True)
    name_en = serializers.CharField(read_only=True)


class Brief(serializers.Serializer[Any]):
    """A need, pool, call or capability where it is mentioned."""

    id = serializers.UUIDField(read_only=True)
    code = serializers.CharField(read_only=True)
    title_zh = serializers.CharField(read_only=True)
    title_en = serializers.CharField(read_only=True)
