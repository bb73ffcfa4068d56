"""A choice of organisations too many to list: those chosen, and those found by a part of their name."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

FOUND_AT_MOST = 20
SHORTEST = 2


class _Found:
    """A field that draws those of its queryset's organisations which `list_for` says."""

    def list_for(self, chosen: Any, name: str) -> int | None:
        """List what is chosen, then what bears `name`; return how many were found, None where nothing was looked for.

        chosen : ids, some of which may be nonsense.
        """
        field: Any = self
        everyone: Any = field.queryset
        rows = list(everyone.filter(pk__in=_ids(chosen))) if chosen else []
        looked_for = len(name) >= SHORTEST
        if looked_for:
            named = Q(name_zh__icontains=name) | Q(name_en__icontains=name) | Q(uscc__iexact=name)
            found = list(everyone.filter(named)[:FOUND_AT_MOST])
            known = {row.pk for row in rows}
            rows += [row for row in found if row.pk not in known]
        field.widget.choices = [(str(row.pk), str(row)) for row in rows]
        return len(found) if looked_for else None


class OrganisationChoice(_Found, forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Any number of organisations, as tick boxes."""

    widget = forms.CheckboxSelectMultiple


class OneOrganisation(_Found, forms.ModelChoiceField):  # type: ignore[type-arg]
    """One organisation, as a radio button."""

    widget = forms.RadioSelect


def _ids(values: Any) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found
