"""Forms of a call as its author drafts it. They read types; the rules are the actions'."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.actions.calls import FAIR_COMPETITION, CallFields
from scenarios.choices import CallKind
from scenarios.facts import number
from scenarios.models import Call
from scenarios.staff_forms import area, moment

WRITTEN = (
    *("kind", "title_zh", "title_en", "summary", "budget_cap", "eligibility", "consortium_allowed"),
    *("question_deadline", "closes_at", "publicity_days", "winners"),
)


class CallForm(forms.Form):
    """What the author of a call writes."""

    kind = forms.ChoiceField(label=_("Kind"), choices=CallKind.choices)
    title_zh = forms.CharField(label=_("Title"), max_length=40)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    summary = forms.CharField(label=_("Summary"), max_length=20_000, required=False, widget=area(5))
    eligibility = forms.CharField(label=_("Who may respond"), max_length=20_000, required=False, widget=area(3))
    consortium_allowed = forms.BooleanField(label=_("Consortium allowed"), required=False)
    budget_cap = forms.DecimalField(
        label=_("Budget cap (10,000 yuan)"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    question_deadline = moment(_("Questions until"), required=False)
    closes_at = moment(_("Closes"), required=False)
    publicity_days = forms.IntegerField(
        label=_("Working days of public notice"), min_value=0, max_value=365, help_text=_("At least 5.")
    )
    winners = forms.IntegerField(
        label=_("Teams to be chosen"), min_value=1, max_value=20, required=False, help_text=_("In a race at least two.")
    )
    fair_competition = forms.MultipleChoiceField(
        label=_("Fair-competition checklist"),
        help_text=_("Confirm each point that holds. Without all of them the call cannot be approved."),
        choices=FAIR_COMPETITION.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class CriterionForm(forms.Form):
    """One criterion of the later evaluation."""

    name = forms.CharField(label=_("Criterion"), max_length=80)
    weight = forms.DecimalField(label=_("Weight"), max_digits=5, decimal_places=2, min_value=0, max_value=100)
    minimum = forms.DecimalField(
        label=_("Minimum score"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )


CriteriaRows = forms.formset_factory(CriterionForm, extra=0, can_delete=True, max_num=20, validate_max=True)


def criteria_rows(stored: Iterable[Mapping[str, Any]], data: Any = None) -> Any:
    """Return the form set of a call's criteria, filled with what is stored."""
    return CriteriaRows(data, prefix="criteria", initial=[dict(row) for row in stored])


def call_initial(call: Call) -> dict[str, Any]:
    """Return what a form shows of a saved call."""
    confirmed = [name for name in FAIR_COMPETITION if call.fair_competition.get(name)]
    cap = None if call.budget_cap is None else number(call.budget_cap)
    return {name: getattr(call, name) for name in WRITTEN} | {"budget_cap": cap, "fair_competition": confirmed}


def call_fields(form: CallForm, rows: Any) -> CallFields:
    """Return the call as typed: criteria as plain values, the checklist as name → truth."""
    typed = [row.cleaned_data for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]
    confirmed = set(form.cleaned_data["fair_competition"])
    fields: dict[str, Any] = {name: form.cleaned_data[name] for name in WRITTEN}
    fields["winners"] = fields["winners"] or 1
    fields["criteria"] = [_criterion(row) for row in typed]
    fields["fair_competition"] = {name: name in confirmed for name in FAIR_COMPETITION}
    return cast("CallFields", fields)


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    minimum = row.get("minimum")
    return {
        "name": row["name"],
        "weight": number(row["weight"]),
        **({} if minimum is None else {"minimum": number(minimum)}),
    }


def weights_sum(rows: Any) -> str:
    """Return what the weights in the form set add up to, as far as they are numbers."""
    total = 0.0
    for row in rows:
        try:
            total += float(row["weight"].value() or 0)
        except ValueError:
            continue
    return number(round(total, 2))
