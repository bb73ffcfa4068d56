"""What figures are narrowed by."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.choices import Domain
from scenarios.naming import in_order


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))


class FigureFilter(forms.Form):
    """The days, the domain and the district; a figure leaves out what it is not narrowed by."""

    since = _day(_("From"))
    until = _day(_("To"))
    domain = forms.ChoiceField(label=_("Domain"), required=False, choices=[("", _("All")), *Domain.choices])
    district = forms.ChoiceField(label=_("District"), required=False)

    def __init__(self, *args: Any, districts: list[Any], filters: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        domain: Any = self.fields["domain"]
        domain.choices = in_order("domain", domain.choices)
        self.fields["district"].choices = [("", _("All")), *((row.pk, str(row)) for row in districts)]  # type: ignore[attr-defined]
        for name in set(self.fields) - set(filters):
            del self.fields[name]
