"""How lists of capabilities, organisations and suggestions are narrowed."""

from typing import Any

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.engagement_choices import EngagementStatus
from marketplace.models import Capability, Engagement, Organisation, Selection, Suggestion
from scenarios.actor import PUBLIC
from scenarios.api.filters import Days, Mine, Narrow, OnOffer, Text, actor_of_filter, ordering
from scenarios.choices import CallKind, Deploy, Domain, Unit
from scenarios.models import Call
from scenarios.source_facets import CALLS, Behind


class CapabilityFilter(Narrow):
    q = Text()
    mine = Mine(label=_("Only capabilities of your organisations"))
    on_offer = OnOffer(label=_("Only capabilities on offer now"))
    district = filters.CharFilter(max_length=40, method="filter_district", label=_("Serves this district"))
    published_since = Days("published_within", "since", label=_("Published from this day on"))
    published_until = Days("published_within", "until", label=_("Published until this day"))
    status = filters.MultipleChoiceFilter(choices=choices.CapabilityStatus.choices)
    layer = filters.MultipleChoiceFilter(choices=choices.Layer.choices)
    maturity = filters.MultipleChoiceFilter(choices=choices.Maturity.choices)
    technique = filters.ChoiceFilter(field_name="techniques", choices=choices.Technique.choices, method="holds")
    deploy = filters.ChoiceFilter(choices=Deploy.choices, method="holds")
    unit = filters.MultipleChoiceFilter(field_name="min_scale_unit", choices=Unit.choices)
    owner = filters.UUIDFilter(field_name="owner_id")
    ordering = ordering(published_at="published_at", min_scale_quantity="min_scale_quantity", code="code")

    class Meta:
        model = Capability
        fields: list[str] = []

    def filter_district(self, rows: Any, name: str, value: str) -> Any:
        return rows.serving([value])

    def holds(self, rows: Any, name: str, value: str) -> Any:
        return rows.filter(**{f"{name}__contains": [value]})


class EngagementFilter(Narrow):
    q = Text()
    status = filters.MultipleChoiceFilter(choices=EngagementStatus.choices)
    lead = filters.UUIDFilter(field_name="lead_id")
    ordering = ordering(started_at="started_at", code="code")

    class Meta:
        model = Engagement
        fields: list[str] = []


class OfCall(Text):
    """Rows of the calls whose texts hold every token of the query."""

    def filter(self, rows: Any, value: str) -> Any:
        return rows.filter(call__in=super().filter(Call.objects.all(), value)) if value else rows


class SelectionFilter(Narrow):
    q = OfCall()
    status = filters.MultipleChoiceFilter(choices=choices.SelectionStatus.choices)
    kind = filters.MultipleChoiceFilter(field_name="call__kind", choices=CallKind.choices)
    domain = filters.MultipleChoiceFilter(
        choices=Domain.choices, method="filter_domain", label=_("Of needs in these domains")
    )
    under_notice = filters.BooleanFilter(method="filter_notice", label=_("Only results to which one may object now"))
    ordering = ordering(published_at="published_at", notice_ends_at="notice_ends_at", decided_at="decided_at")

    class Meta:
        model = Selection
        fields: list[str] = []

    def filter_domain(self, rows: Any, name: str, values: list[str]) -> Any:
        actor = getattr(self.request, "actor", PUBLIC)
        return (
            rows.filter(call__in=Call.objects.filter(Behind(CALLS, actor).condition("domain", values)))
            if values
            else rows
        )

    def filter_notice(self, rows: Any, name: str, value: bool) -> Any:
        return rows.under_notice() if value else rows


class Listed(filters.BooleanFilter):  # type: ignore[misc]
    """Only what the public list shows to the reader."""

    def filter(self, rows: Any, value: bool | None) -> Any:
        return rows.listed_to(actor_of_filter(self)) if value else rows


class OrganisationFilter(Narrow):
    q = Text()
    listed = Listed(label=_("Only those of the public list: verified, with something on offer or a landed project"))
    mine = Mine(label=_("Only your organisations"))
    kind = filters.MultipleChoiceFilter(choices=choices.OrganisationKind.choices)
    district = filters.CharFilter(field_name="district_id", max_length=40)
    verification = filters.MultipleChoiceFilter(choices=choices.Verification.choices)
    name = filters.CharFilter(field_name="name_zh", lookup_expr="icontains", max_length=80)
    ordering = ordering(name_zh="name_zh", created_at="created_at")

    class Meta:
        model = Organisation
        fields: list[str] = []


class SuggestionFilter(Narrow):
    state = filters.MultipleChoiceFilter(choices=choices.SuggestionState.choices)
    need = filters.UUIDFilter(field_name="need_id")
    demand = filters.UUIDFilter(field_name="demand_id")
    call = filters.UUIDFilter(field_name="call_id")
    capability = filters.UUIDFilter(field_name="capability_id")
    ordering = ordering(rank="rank", score="score", created_at="created_at")

    class Meta:
        model = Suggestion
        fields: list[str] = []
