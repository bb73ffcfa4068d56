"""How lists are narrowed, searched and ordered."""

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scenarios import choices
from scenarios.models import Call, Event, MergedDemand, MergeProposal, Need
from scenarios.synonyms import search_alternatives

MAX_QUERY = 200


class Text(filters.CharFilter):  # type: ignore[misc]
    """Rows whose texts hold every token of the query, found as `matching` reads them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_QUERY, "label": _("Words to look for"), **options})

    def filter(self, rows: Any, value: str) -> Any:
        if not value:
            return rows
        alternatives = search_alternatives(value)
        return rows.matching_text(*alternatives) if all(alternatives) else rows.none()


class Mine(filters.BooleanFilter):  # type: ignore[misc]
    """Only what belongs to the reader's organisations."""

    def filter(self, rows: Any, value: bool | None) -> Any:
        actor = getattr(getattr(self.parent, "request", None), "actor", None)
        return rows.of(actor) if value and actor else rows


def ordering(**fields: str) -> filters.OrderingFilter:
    """Return an ordering filter that knows only these columns: column → its name in the address."""
    return filters.OrderingFilter(fields=fields)


class Narrow(filters.FilterSet):  # type: ignore[misc]
    """Ends every order with the primary key, so that no row stands on two pages."""

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        rows = super().filter_queryset(queryset)
        wanted = [*(rows.query.order_by or rows.model._meta.ordering)]
        return rows.order_by(*wanted, "pk") if "pk" not in wanted else rows


class NeedFilter(Narrow):
    q = Text()
    mine = Mine(label=_("Only needs of your organisations"))
    status = filters.MultipleChoiceFilter(choices=choices.NeedStatus.choices)
    domain = filters.MultipleChoiceFilter(choices=choices.Domain.choices)
    district = filters.CharFilter(field_name="district_id", max_length=40)
    unit = filters.MultipleChoiceFilter(field_name="quantity_unit", choices=choices.Unit.choices)
    deploy = filters.MultipleChoiceFilter(choices=choices.Deploy.choices)
    data_class = filters.MultipleChoiceFilter(choices=choices.DataClass.choices)
    owner = filters.UUIDFilter(field_name="owner_id")
    ordering = ordering(
        published_at="published_at", precision_score="precision_score", quantity="quantity", code="code"
    )

    class Meta:
        model = Need
        fields: list[str] = []


class DemandFilter(Narrow):
    mine = Mine(label=_("Only pools with needs of your organisations"))
    status = filters.MultipleChoiceFilter(choices=choices.DemandStatus.choices)
    unit = filters.MultipleChoiceFilter(choices=choices.Unit.choices)
    ordering = ordering(created_at="created_at", deadline="deadline", code="code")

    class Meta:
        model = MergedDemand
        fields: list[str] = []


class ProposalFilter(Narrow):
    status = filters.MultipleChoiceFilter(choices=choices.ProposalStatus.choices)
    ordering = ordering(score="score", created_at="created_at")

    class Meta:
        model = MergeProposal
        fields: list[str] = []


class CallFilter(Narrow):
    status = filters.MultipleChoiceFilter(choices=choices.CallStatus.choices)
    kind = filters.MultipleChoiceFilter(choices=choices.CallKind.choices)
    unit = filters.MultipleChoiceFilter(field_name="quantity_unit", choices=choices.Unit.choices)
    open_now = filters.BooleanFilter(method="filter_open", label=_("Only calls that can be answered now"))
    ordering = ordering(opens_at="opens_at", closes_at="closes_at", code="code")

    class Meta:
        model = Call
        fields: list[str] = []

    def filter_open(self, rows: Any, name: str, value: bool) -> Any:
        return rows.open() if value else rows


class EventFilter(filters.FilterSet):  # type: ignore[misc]
    kind = filters.CharFilter(max_length=60)
    subject_type = filters.ChoiceFilter(choices=choices.Subject.choices)
    subject = filters.UUIDFilter(field_name="subject_id")
    code = filters.CharFilter(field_name="subject_code", max_length=40)
    since = filters.IsoDateTimeFilter(field_name="at", lookup_expr="gte")
    until = filters.IsoDateTimeFilter(field_name="at", lookup_expr="lt")

    class Meta:
        model = Event
        fields: list[str] = []
