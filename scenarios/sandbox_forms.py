"""Forms of a sandbox's terms, for the plan of a call and the sandbox of a project. They read types only."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.models.sandbox import SandboxTerms
from scenarios.sandbox_terms import LONGEST_LINE, LONGEST_UNIT, MOST_ROWS, TermsFields
from scenarios.staff_forms import area, kept_rows
from scenarios.two_versions import Differing, holds_version, kept_as_saved

PARTS = ("limits", "criteria")


class TermsForm(forms.Form):
    """What may be tried."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    scope = forms.CharField(
        label=_("Scope"),
        help_text=_("What may be tried, where, on whom or on what, and what stays outside."),
        max_length=5000,
        widget=area(5),
    )


class LimitForm(forms.Form):
    """A number that must not be exceeded."""

    name = forms.CharField(label=_("Limit"), max_length=LONGEST_LINE)
    value = forms.DecimalField(label=_("At most"), max_digits=14, decimal_places=4, min_value=0)
    unit = forms.CharField(label=_("Unit"), max_length=LONGEST_UNIT)


class CriterionForm(forms.Form):
    """Something that must be shown before the sandbox is left."""

    text = forms.CharField(label=_("Exit criterion"), max_length=LONGEST_LINE)


def _rows(kind: type[forms.Form]) -> Any:
    return forms.formset_factory(kind, extra=0, can_delete=True, max_num=MOST_ROWS, validate_max=True)


LimitRows, CriterionRows = _rows(LimitForm), _rows(CriterionForm)


class TermsEditor:
    """The form of a sandbox's terms with its two sets of rows."""

    labels: dict[str, Any] = {"scope": _("Scope"), "limits": _("Limits"), "exit_criteria": _("Exit criteria")}

    def __init__(self, terms: SandboxTerms | None, version: int, data: Any = None) -> None:
        self.saved = terms
        limits = criteria = None
        if data is None:
            self.main = TermsForm(initial={"version": version, "scope": terms.scope if terms else ""})
            limits = terms.limits if terms else [{}]
            criteria = [{"text": text} for text in terms.exit_criteria] if terms else [{}]
        else:
            self.main = TermsForm(data)
        self.limits: Any = LimitRows(data, prefix="limits", initial=limits)
        self.criteria: Any = CriterionRows(data, prefix="criteria", initial=criteria)

    def is_valid(self) -> bool:
        results = [part.is_valid() for part in (self.main, self.limits, self.criteria)]  # so that each shows its errors
        return all(results)

    @property
    def version(self) -> int:
        """The version that the writer read."""
        return int(self.main.cleaned_data["version"])

    def fields(self) -> TermsFields:
        """Return the terms as typed, or as saved where their author keeps that."""
        limits = [{name: str(row[name]) for name in ("name", "value", "unit")} for row in kept_rows(self.limits)]
        criteria = [row["text"] for row in kept_rows(self.criteria)]
        typed: Any = {"scope": self.main.cleaned_data["scope"], "limits": limits, "exit_criteria": criteria}
        kept = kept_as_saved(self.main.data) & set(typed) if self.saved else ()
        typed |= {name: getattr(self.saved, name) for name in kept}
        return typed

    def compared(self, differences: Mapping[str, tuple[Any, Any]], version: int) -> list[Differing]:
        """Return the differences of a conflict in words; the form posts the version of what is saved next."""
        holds_version(self.main, version)
        return [
            Differing(name, str(self.labels[name]), self.worded(name, mine), self.worded(name, there))
            for name, (mine, there) in differences.items()
        ]

    def worded(self, name: str, value: Any) -> str:
        """Return the value of a part as text, a row on each line."""
        if name == "limits":
            return "\n".join(f"{row['name']} ≤ {row['value']} {row['unit']}" for row in value)
        return "\n".join(value) if isinstance(value, list) else str(value)
