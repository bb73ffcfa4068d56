"""How lists are narrowed, searched and ordered."""

from typing import Any, ClassVar

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scenarios import choices, funnel
from scenarios.actor import PUBLIC, Actor
from scenarios.funnel import at_step
from scenarios.models import Call, Event, MergedDemand, MergeProposal, Need
from scenarios.source_facets import CALLS, POOLS, Behind, Source
from scenarios.synonyms import said_alike, terms_of

MAX_QUERY = 200


class Text(filters.CharFilter):  # type: ignore[misc]
    """Rows whose texts hold every token of the query, found as `matching` reads them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": MAX_QUERY, "label": _("Words to look for"), **options})

    def filter(self, rows: Any, value: str) -> Any:
        if not value:
            return rows
        alternatives = terms_of(said_alike(value))
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


class Days(filters.DateFilter):  # type: ignore[misc]
    """Rows of some days of the city, by a named read of their queryset; `since` and `until` are both included."""

    def __init__(self, read: str, end: str, **options: Any) -> None:
        super().__init__(**options)
        self.read, self.end = read, end

    def filter(self, rows: Any, value: Any) -> Any:
        if value is None:
            return rows
        ends = {"since": None, "until": None, self.end: value}
        reader = [actor_of_filter(self)] if self.read == "come_within" else []
        return getattr(rows, self.read)(*reader, *ends.values())


def actor_of_filter(one: filters.Filter) -> Actor:
    """Return who reads; the public where there is no request, as when the schema is made."""
    actor: Actor = getattr(getattr(one.parent, "request", None), "actor", PUBLIC)
    return actor


class AtStep(filters.ChoiceFilter):  # type: ignore[misc]
    """Needs that have passed a step of the funnel, as far as the reader is told of it."""

    def filter(self, rows: Any, value: str) -> Any:
        return at_step(rows, value, actor_of_filter(self)) if value else rows


class OnOffer(filters.BooleanFilter):  # type: ignore[misc]
    """Only what is on offer now, by the database clock."""

    def filter(self, rows: Any, value: bool | None) -> Any:
        return rows.published() if value else rows


class NeedFilter(Narrow):
    q = Text()
    step = AtStep(choices=funnel.choices(), label=_("Needs that have passed this step of the funnel"))
    on_offer = OnOffer(label=_("Only needs on offer now"))
    technique = filters.CharFilter(
        method="filter_technique", max_length=20, label=_("Needs that a capability with this technique fits")
    )
    fit = filters.ChoiceFilter(
        choices=[("none", _("No capability on offer fits"))],
        method="filter_fit",
        label=_("Only needs that no capability on offer fits"),
    )
    came_since = Days("come_within", "since", label=_("Handed in from this day on; published, for all but staff"))
    came_until = Days("come_within", "until", label=_("Handed in until this day; published, for all but staff"))
    published_since = Days("published_within", "since", label=_("First published from this day on"))
    published_until = Days("published_within", "until", label=_("First published until this day"))
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

    def filter_technique(self, rows: Any, name: str, value: str) -> Any:
        return rows.fitted_by(value)

    def filter_fit(self, rows: Any, name: str, value: str) -> Any:
        return rows.fitted_by_none()


class FromNeeds(Narrow):
    """What comes from needs and pools, by the needs behind it as far as the reader may know them."""

    source: ClassVar[Source]

    domain = filters.MultipleChoiceFilter(
        choices=choices.Domain.choices, method="filter_source", label=_("Of needs in these domains")
    )
    district = filters.CharFilter(method="filter_source", max_length=40, label=_("Of needs in this district"))

    def filter_source(self, rows: Any, name: str, value: str | list[str]) -> Any:
        values = [value] if isinstance(value, str) else value
        return rows.filter(Behind(self.source, getattr(self.request, "actor", PUBLIC)).condition(name, values))


class DemandFilter(FromNeeds):
    source = POOLS

    q = Text()
    formed_since = Days("formed_within", "since", label=_("Formed from this day on"))
    formed_until = Days("formed_within", "until", label=_("Formed until this day"))
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


class CallFilter(FromNeeds):
    source = CALLS

    q = Text()
    opened_since = Days("opened_within", "since", label=_("Opened from this day on"))
    opened_until = Days("opened_within", "until", label=_("Opened until this day"))
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
