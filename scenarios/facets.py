"""The facets of the public lists of needs, calls and pools."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios import choices
from scenarios.actor import Actor
from scenarios.choices import NeedStatus
from scenarios.facts import label_of
from scenarios.figure_querysets import ON_THE_WAY
from scenarios.listing import Facet, entries_of
from scenarios.models import Call, District, Interest, MergedDemand, Need
from scenarios.naming import in_order
from scenarios.querysets import LISTED, DatabaseClock
from scenarios.source_facets import CALLS, POOLS, source_facets

Bands = Mapping[str, tuple[Any, Callable[[], Q]]]
"""Value in the address → its label and its condition, made anew for each query."""


def _within(field: str, days: int, *, after: int = 0) -> Q:
    """Return the condition that a time lies within so many days by the database clock, and behind `after` of them."""
    begin = {f"{field}__gt": DatabaseClock() + timedelta(days=after)} if after else {}
    return Q(**{f"{field}__lte": DatabaseClock() + timedelta(days=days)}, **begin)


FINISH: Bands = {
    "quarter": (_("Within 3 months"), lambda: _within("finish_by", 91)),
    "half": (_("In 3 to 6 months"), lambda: _within("finish_by", 182, after=91)),
    "year": (_("In 6 to 12 months"), lambda: _within("finish_by", 365, after=182)),
    "later": (_("Later"), lambda: Q(finish_by__gt=DatabaseClock() + timedelta(days=365))),
    "none": (_("No date"), lambda: Q(finish_by__isnull=True)),
}
CLOSES: Bands = {
    "week": (_("Within 7 days"), lambda: _within("closes_at", 7) & _still_open()),
    "month": (_("In 7 to 30 days"), lambda: _within("closes_at", 30, after=7) & _still_open()),
    "later": (_("Later"), lambda: Q(closes_at__gt=DatabaseClock() + timedelta(days=30)) & _still_open()),
}
BUDGET: Bands = {
    "50": (_("Up to 500,000 yuan"), lambda: Q(budget_cap__lte=Decimal(50))),
    "200": (_("500,000 to 2 million yuan"), lambda: Q(budget_cap__gt=Decimal(50), budget_cap__lte=Decimal(200))),
    "500": (_("2 to 5 million yuan"), lambda: Q(budget_cap__gt=Decimal(200), budget_cap__lte=Decimal(500))),
    "more": (_("Over 5 million yuan"), lambda: Q(budget_cap__gt=Decimal(500))),
    "none": (_("No cap"), lambda: Q(budget_cap__isnull=True)),
}
CALL_STATES = (
    ("open", pgettext_lazy("call status", "Open")),
    ("closed", pgettext_lazy("call status", "Closed")),
    ("cancelled", pgettext_lazy("call status", "Cancelled")),
)
NEED_STATES = [(value, NeedStatus(value).label) for value in LISTED]


def _still_open() -> Q:
    return Q(status="open", closes_at__gt=DatabaseClock())


def _banded(name: str, label: Any, bands: Bands) -> Facet:
    def condition(values: list[str]) -> Q:
        return reduce(or_, (bands[value][1]() for value in values))

    return Facet(name, label, [(value, text) for value, (text, _condition) in bands.items()], condition=condition)


def need_facets(*, any_status: bool) -> list[Facet]:
    """Return the facets of the needs. Without a choice of status the list holds what is on offer.

    any_status : the list is narrowed by a step of the funnel, whatever the needs' statuses are.
    """
    fields = ("domain", "quantity_unit", "data_class", "deploy", "adoption")
    domain, *others = (Facet(name, label_of(Need, name), list(_choices(name))) for name in fields)
    districts = Facet("district", label_of(Need, "district"), entries_of(District))
    label = label_of(Need, "status")
    state = Facet(
        "status", label, NEED_STATES, default=("published",), condition=_offered_as, counts=_counted_by_offer_state
    )
    finish = _banded("finish", _("To be finished"), FINISH)
    fitted = Facet(
        "technique", _("Fitted by"), _techniques(), condition=_fitted_by, counts=lambda rows: rows.fitted_by_each()
    )
    return [domain, districts, *([] if any_status else [state]), finish, *others, fitted]


def _techniques() -> list[tuple[str, Any]]:
    """Return the techniques with their labels, which belong to the supply side."""
    capability: Any = Interest._meta.get_field("capability").related_model
    return list(capability._meta.get_field("techniques").base_field.choices)


def _fitted_by(values: list[str]) -> Q:
    return Q(pk__in=Need.objects.fitted_by(*values).values("pk"))


def _offered_as(states: list[str]) -> Q:
    """Return the condition that needs stand in one of these states: past their expiry, before the sweep has noted it,
    they are expired.

    Each state in conditions on plain columns: of a CASE the planner cannot say how many rows it leaves.
    """
    published, past = Q(status=NeedStatus.PUBLISHED), Q(expires_at__lte=DatabaseClock())
    conditions = {
        NeedStatus.PUBLISHED: published & ~past,
        NeedStatus.EXPIRED: Q(status=NeedStatus.EXPIRED) | published & past,
    }
    return reduce(or_, (conditions.get(NeedStatus(state), Q(status=state)) for state in states))


def _counted_by_offer_state(rows: Any) -> dict[str, int]:
    return dict(rows.order_by().values_list("offer_state").annotate(Count("pk")))


def _choices(name: str) -> Any:
    field: Any = Need._meta.get_field(name)
    kinds = {"domain": "domain", "quantity_unit": "unit"}
    return in_order(kinds[name], field.choices) if name in kinds else field.choices


def call_facets(actor: Actor) -> list[Facet]:
    """Return the facets of the calls."""
    return [
        Facet("public_state", _("State"), list(CALL_STATES)),
        *source_facets(CALLS, actor),
        Facet("kind", label_of(Call, "kind"), list(choices.CallKind.choices)),
        Facet("unit", label_of(Call, "quantity_unit"), _units(), field="quantity_unit"),
        _banded("closes", _("Closes"), CLOSES),
        _banded("budget", label_of(Call, "budget_cap"), BUDGET),
    ]


def pool_facets(actor: Actor) -> list[Facet]:
    """Return the facets of the pools."""
    states = [pair for pair in choices.DemandStatus.choices if pair[0] in ON_THE_WAY]
    return [
        Facet("status", label_of(MergedDemand, "status"), states),
        *source_facets(POOLS, actor),
        Facet("unit", label_of(MergedDemand, "unit"), _units()),
    ]


def _units() -> list[tuple[Any, Any]]:
    return [*in_order("unit", choices.Unit.choices)]
