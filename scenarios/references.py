"""The lists that differ from city to city: which there are, and that nobody newly chooses what is no longer offered."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from scenarios.errors import Invalid
from scenarios.models import Chain, District, DomainName, UnitName
from scenarios.models.taxonomy import NamedReference
from scenarios.naming import Name, Names, on_offer

LISTS: dict[str, type[NamedReference]] = {
    "districts": District,
    "chains": Chain,
    "domains": DomainName,
    "units": UnitName,
}
"""Name in addresses and in the log → table."""

FIXED = frozenset({"domains", "units"})
"""Lists whose codes stand in the program: their entries are renamed, ordered and retired, and none is added."""


def read_names() -> Names:
    """Return the rows of domains and units: one query."""
    columns = ("kind", "code", "name_zh", "name_en", "position", "offered")
    domains, units = (
        kind.objects.order_by().annotate(kind=Value(name)).values_list(*columns)
        for name, kind in (("domain", DomainName), ("unit", UnitName))
    )
    return {(kind, code): Name(*row) for kind, code, *row in domains.union(units, all=True)}


def require_offered(field: str, kind: type[NamedReference], codes: Iterable[str | None]) -> None:
    """Raise Invalid for `field` where one of the codes that somebody newly chose is retired."""
    chosen = [code for code in codes if code]
    retired = [str(row) for row in kind.objects.retired().filter(pk__in=chosen)] if chosen else []
    if retired:
        message = _("%(names)s: not offered any more. Choose another one.")
        raise Invalid({field: [message % {"names": ", ".join(retired)}]})


def offer(form: forms.Form, name: str, kind: type[NamedReference]) -> None:
    """Have a field of a form offer what is offered, and what the object has already; the action decides about it."""
    field: Any = form.fields[name]
    present = field.widget.value_from_datadict(form.data, {}, form.add_prefix(name)) or form.initial.get(name) or ()
    known = [present] if isinstance(present, str) else [str(getattr(one, "pk", one)) for one in present]
    field.queryset = kind.objects.offered_or(known)


def offer_choices(form: forms.Form, name: str, kind: str) -> None:
    """Have a choice of domains or units offer what is offered, and what the object has already."""
    field: Any = form.fields[name]
    present = field.widget.value_from_datadict(form.data, {}, form.add_prefix(name)) or form.initial.get(name) or ""
    field.choices = on_offer(kind, field.choices, str(present))
