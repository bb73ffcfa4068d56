"""What the API reads of pools and merge proposals."""

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from scenarios.actions.consents import ANSWERS
from scenarios.actions.needs import MAX_INDICATORS
from scenarios.api.input import MAX_IDS, Reason, Strict, Version, Words
from scenarios.api.need_serializers import IndicatorWritten
from scenarios.choices import CorePart, Disclosure, OnFail


class CoreWritten(Strict):
    """The common core as a manager edits it; a missing part stays as it is."""

    title_zh = serializers.CharField(max_length=40, required=False)
    title_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    problem = serializers.CharField(max_length=20_000, required=False)
    boundary_in = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    boundary_out = serializers.CharField(max_length=20_000, required=False)
    indicators = IndicatorWritten(many=True, required=False, max_length=MAX_INDICATORS)  # type: ignore[call-arg]

    def validate_indicators(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Return a value as it is stored in JSON: a core keeps its figures as decimal strings."""
    return value if value is None or isinstance(value, bool | str) else str(value)


class Quantity(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 2, "min_value": Decimal("0.01"), **options})


class MembersSeen(Strict):
    """With `member_key`, a set that changed since it was read is not decided on unseen (409)."""

    member_key = serializers.CharField(max_length=64, required=False, allow_null=True, default=None)


class PoolTerms(Strict):
    """How a pool is drafted from its members."""

    core = CoreWritten(required=False, default=dict)
    resolutions = serializers.DictField(
        child=serializers.ChoiceField(choices=["module", "excluded"]),
        required=False,
        default=dict,
        help_text="Hard field in which the members differ → module or excluded.",
    )
    threshold_quantity = Quantity(required=False, default=None, allow_null=True)
    deadline = serializers.DateTimeField(required=False, default=None, allow_null=True)


class Accepted(PoolTerms, MembersSeen):
    """How a pool is drafted from a proposal."""


class DemandDrafted(PoolTerms):
    needs = serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=MAX_IDS)


class CoreSaved(Strict):
    version = Version(help_text="The core version that you read.")
    core = CoreWritten()


class TermsSet(Strict):
    version = Version(help_text="The version of the pool that you read.")
    threshold_quantity = Quantity(required=False, allow_null=True)
    deadline = serializers.DateTimeField(required=False, allow_null=True)
    on_fail = serializers.ChoiceField(choices=OnFail.choices, required=False)
    after_extension = serializers.ChoiceField(choices=OnFail.choices[1:], required=False)
    disclosure = serializers.ChoiceField(choices=Disclosure.choices, required=False)


class Answered(Strict):
    organisation = serializers.UUIDField()
    core_version = Version(help_text="The core version that you read.")
    state = serializers.ChoiceField(choices=[str(state) for state in ANSWERS])
    reservation = Words(required=False, default="")


class ChangeProposed(Strict):
    need = serializers.UUIDField()
    part = serializers.ChoiceField(choices=CorePart.choices)
    value = serializers.CharField(max_length=20_000)
    reason = serializers.CharField(max_length=2000)


class ChangeTaken(Strict):
    change = serializers.UUIDField()


class ChangeDismissed(ChangeTaken):
    answer = serializers.CharField(max_length=2000)


class DifferenceDecided(Strict):
    field = serializers.CharField(max_length=40)
    metric = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    treatment = serializers.ChoiceField(choices=["module", "excluded"])


class Left(Strict):
    need = serializers.UUIDField()


class Split(Reason):
    groups = serializers.ListField(
        child=serializers.ListField(child=serializers.UUIDField(), min_length=2, max_length=MAX_IDS),
        required=False,
        default=list,
        max_length=20,
        help_text="A smaller pool is drafted of each; without any the needs stand on their own.",
    )


class Dismissed(Reason, MembersSeen):
    keep_apart = serializers.BooleanField(
        required=False, default=False, help_text="Never propose any two of these needs together again."
    )


class TwoNeeds(Strict):
    need_a = serializers.UUIDField(source="need_a_id")
    need_b = serializers.UUIDField(source="need_b_id")


class Linked(TwoNeeds):
    together = serializers.BooleanField()
