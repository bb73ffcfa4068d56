"""The lists that differ from city to city: which there are, and that nobody newly chooses what is no longer offered."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.errors import Invalid
from scenarios.models import Chain, District
from scenarios.models.taxonomy import NamedReference

LISTS: dict[str, type[NamedReference]] = {"districts": District, "chains": Chain}
"""Name in addresses and in the log → table."""


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
