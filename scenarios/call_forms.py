"""Forms of a call as its author drafts it. They read types; the rules are the actions'."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from scenarios.actions.calls import FAIR_COMPETITION, CallFields
from scenarios.choices import CallKind
from scenarios.clauses import MOST_CLAUSES, NAME_LIMIT
from scenarios.clauses import TEXT_LIMIT as CLAUSE_LIMIT
from scenarios.facts import number
from scenarios.field_help import CALL_HELP, CLAUSE_HELP, CRITERION_HELP, help_out
from scenarios.models import Call
from scenarios.staff_forms import area, kept_rows, moment

WRITTEN = (
    *("kind", "title_zh", "title_en", "summary", "budget_cap", "consortium_allowed"),
    *("question_deadline", "closes_at", "publicity_days", "winners"),
)


class _HelpedForm(forms.Form):
    """A form whose fields say what is wanted of them."""

    helped: Mapping[str, Any] = {}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        help_out(self.fields, self.helped)


class CallForm(_HelpedForm):
    """What the author of a call writes."""

    helped = CALL_HELP

    kind = forms.ChoiceField(label=_("Kind"), choices=CallKind.choices)
    title_zh = forms.CharField(label=_("Title"), max_length=40)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    summary = forms.CharField(label=_("Summary"), max_length=20_000, required=False, widget=area(5))
    consortium_allowed = forms.BooleanField(label=_("Consortium allowed"), required=False)
    budget_cap = forms.DecimalField(
        label=_("Budget cap (10,000 yuan)"), max_digits=14, decimal_places=2, min_value=0, required=False
    )
    question_deadline = moment(_("Questions until"), required=False)
    closes_at = moment(_("Closes"), required=False)
    publicity_days = forms.IntegerField(label=_("Working days of public notice"), min_value=0, max_value=365)
    winners = forms.IntegerField(label=_("Teams to be chosen"), min_value=1, max_value=20, required=False)
    fair_competition = forms.MultipleChoiceField(
        label=_("Fair-competition checklist"),
        help_text=_("Confirm each point that holds. Without all of them the call cannot be approved."),
        choices=FAIR_COMPETITION.items(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class CriterionForm(_HelpedForm):
    """One criterion of the later evaluation."""

    helped = CRITERION_HELP

    name = forms.CharField(label=_("Criterion"), max_length=80)
    weight = forms.DecimalField(label=_("Weight"), max_digits=5, decimal_places=2, min_value=0, max_value=100)
    minimum = forms.DecimalField(
        label=_("Minimum score (of 100)"), max_digits=5, decimal_places=2, min_value=0, max_value=100, required=False
    )


class ClauseForm(_HelpedForm):
    """One condition of responding."""

    helped = CLAUSE_HELP

    name = forms.CharField(label=_("Name of the clause"), max_length=NAME_LIMIT)
    text = forms.CharField(label=_("What it asks for"), max_length=CLAUSE_LIMIT, widget=area(2))


def _rows(kind: type[forms.Form], most: int) -> Any:
    return forms.formset_factory(kind, extra=0, can_delete=True, max_num=most, validate_max=True)


CriteriaRows, ClauseRows = _rows(CriterionForm, 20), _rows(ClauseForm, MOST_CLAUSES)
ROWS = ("criteria", "clauses")


class CallRows:
    """The rows of a call's form: its criteria and its clauses, filled with what is stored."""

    def __init__(self, call: Call | None = None, data: Any = None) -> None:
        criteria: Iterable[Mapping[str, Any]] = call.criteria if call else ()
        clauses: Iterable[Mapping[str, Any]] = call.eligibility if call else ()
        self.criteria: Any = CriteriaRows(data, prefix="criteria", initial=[dict(row) for row in criteria])
        self.clauses: Any = ClauseRows(data, prefix="clauses", initial=[dict(row) for row in clauses])

    def is_valid(self) -> bool:
        results = [self.criteria.is_valid(), self.clauses.is_valid()]  # both, so that each shows its errors
        return all(results)


def call_initial(call: Call) -> dict[str, Any]:
    """Return what a form shows of a saved call."""
    confirmed = [name for name in FAIR_COMPETITION if call.fair_competition.get(name)]
    cap = None if call.budget_cap is None else number(call.budget_cap)
    return {name: getattr(call, name) for name in WRITTEN} | {"budget_cap": cap, "fair_competition": confirmed}


def call_fields(form: CallForm, rows: CallRows) -> CallFields:
    """Return the call as typed: criteria and clauses as plain values, the checklist as name → truth."""
    confirmed = set(form.cleaned_data["fair_competition"])
    fields: dict[str, Any] = {name: form.cleaned_data[name] for name in WRITTEN}
    fields["winners"] = fields["winners"] or 1
    fields["criteria"] = [_criterion(row) for row in kept_rows(rows.criteria)]
    fields["eligibility"] = [{"name": row["name"], "text": row["text"]} for row in kept_rows(rows.clauses)]
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
    total = Decimal(0)
    for row in rows:
        try:
            weight = Decimal(str(row["weight"].value() or 0))
        except InvalidOperation:
            continue
        total += weight if weight.is_finite() else 0
    return number(total)
