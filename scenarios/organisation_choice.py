"""A choice of organisations too many to list: those chosen, and those found by a part of their name."""

from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

FOUND_AT_MOST = 20
SHORTEST = 2


class OrganisationChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Any number of the queryset's organisations, as tick boxes; `list_for` says which of them are drawn."""

    widget = forms.CheckboxSelectMultiple

    def list_for(self, chosen: Any, name: str) -> int | None:
        """List what is chosen, then what bears `name`; return how many were found, None where nothing was looked for.

        chosen : ids, some of which may be nonsense.
        """
        everyone: Any = self.queryset
        rows = list(everyone.filter(pk__in=_ids(chosen))) if chosen else []
        looked_for = len(name) >= SHORTEST
        if looked_for:
            named = Q(name_zh__icontains=name) | Q(name_en__icontains=name) | Q(uscc__iexact=name)
            found = list(everyone.filter(named)[:FOUND_AT_MOST])
            known = {row.pk for row in rows}
            rows += [row for row in found if row.pk not in known]
        self.widget.choices = [(str(row.pk), str(row)) for row in rows]
        return len(found) if looked_for else None


def _ids(values: Any) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(str(value)))
        except ValueError:
            continue
    return found
