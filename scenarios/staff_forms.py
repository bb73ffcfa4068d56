"""Forms of moderation, supervision, merging and pools. They read types; the rules are the actions'."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from scenarios.actions.demands import CoreFields
from scenarios.choices import Comparator, Disclosure, OnFail, Subject, Treatment
from scenarios.event_labels import EVENT_LABELS
from scenarios.facts import READ_IN_ORDER, label_of, number
from scenarios.models import MergedDemand, Need

REASON_LIMIT = 1000
LOCAL_TIME = "%Y-%m-%dT%H:%M"
INDICATOR_NUMBERS = ("baseline", "target", "target_max", "weight")


def area(rows: int = 2) -> forms.Textarea:
    """Return a small text box."""
    return forms.Textarea(attrs={"rows": rows})


def moment(label: Any, **options: Any) -> forms.DateTimeField:
    """Return a field for a day and time in the city's time zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL_TIME)
    return forms.DateTimeField(label=label, widget=widget, **options)


class ReasonForm(forms.Form):
    """One reason, read by those whom the step concerns."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=area())


class SharedReasonForm(ReasonForm):
    """One reason for several objects, as long as one of many may be."""

    reason = forms.CharField(label=_("Reason"), max_length=REASON_LIMIT, widget=area())


class ReasonsForm(forms.Form):
    """A reason for each field of a need that is to be changed."""

    general = forms.CharField(label=_("The need as a whole"), max_length=REASON_LIMIT, required=False, widget=area())

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, prefix="reason")
        for name in READ_IN_ORDER:
            self.fields[name] = forms.CharField(
                label=label_of(Need, name), max_length=REASON_LIMIT, required=False, widget=area()
            )

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons that were typed, by field."""
        return {name: text for name, text in self.cleaned_data.items() if text.strip()}


class NoteForm(forms.Form):
    """A supervisor's note on a clearance."""

    note = forms.CharField(
        label=_("Note"),
        help_text=_("What was checked, and under which conditions; other staff read it."),
        max_length=2000,
        required=False,
        widget=area(3),
    )


class CoreForm(forms.Form):
    """The words of a pool's core."""

    title_zh = forms.CharField(label=_("Title"), max_length=40, required=False)
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    problem = forms.CharField(label=_("Problem"), max_length=20_000, required=False, widget=area(5))
    boundary_in = forms.CharField(label=_("In scope"), max_length=20_000, required=False, widget=area(3))
    boundary_out = forms.CharField(label=_("Out of scope"), max_length=20_000, required=False, widget=area(3))


class CoreIndicatorForm(forms.Form):
    """One indicator of a core; `id` keeps its identity."""

    id = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    metric = forms.CharField(label=_("Metric"), max_length=80)
    comparator = forms.ChoiceField(label=_("Comparison"), choices=Comparator.choices)
    target = forms.DecimalField(label=_("Target"), max_digits=16, decimal_places=4, required=False)
    target_max = forms.DecimalField(label=_("Target up to"), max_digits=16, decimal_places=4, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=30, required=False)
    baseline = forms.DecimalField(label=_("Today"), max_digits=16, decimal_places=4, required=False)
    weight = forms.DecimalField(label=_("Weight"), max_digits=5, decimal_places=2, required=False)
    test_method = forms.CharField(label=_("Test method"), max_length=1000, required=False)
    essential = forms.BooleanField(label=_("Essential"), required=False)


IndicatorRows = forms.formset_factory(CoreIndicatorForm, extra=0, can_delete=True, max_num=30, validate_max=True)


def indicator_rows(stored: Iterable[Mapping[str, Any]], data: Any = None) -> Any:
    """Return the form set of a core's indicators, filled with what is stored; numbers come without idle zeros."""
    rows = [
        {
            name: number(value) if name in INDICATOR_NUMBERS and value not in (None, "") else value
            for name, value in row.items()
        }
        for row in stored
    ]
    return IndicatorRows(data, prefix="indicators", initial=rows)


def kept_rows(rows: Any) -> list[Mapping[str, Any]]:
    """Return what was typed into the rows of a valid form set, without those that are empty or were removed."""
    return [row.cleaned_data for row in rows if row.cleaned_data and not row.cleaned_data.get("DELETE")]


def core_fields(form: CoreForm, rows: Any, stored: Iterable[Mapping[str, Any]]) -> CoreFields:
    """Return the core as typed; an indicator whose values are the stored ones is given back exactly as stored."""
    known = {str(row.get("id")): row for row in stored}
    typed = [_indicator(row, known.get(row["id"], {})) for row in kept_rows(rows)]
    return {**form.cleaned_data, "indicators": typed}  # type: ignore[typeddict-item]


def _indicator(row: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in row.items() if name not in ("DELETE", "id")}
    for name in INDICATOR_NUMBERS:
        before = stored.get(name)
        same = before not in (None, "") and values[name] is not None and number(before) == number(values[name])
        values[name] = before if same else None if values[name] is None else number(values[name])
    return {**({"id": row["id"]} if row["id"] else {}), **values}


class DismissForm(forms.Form):
    """Why a proposal is set aside."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, required=False, widget=area())
    keep_apart = forms.BooleanField(label=_("Never propose any two of these together"), required=False)


class ResolutionsForm(forms.Form):
    """What becomes of each hard field in which the members differ."""

    def __init__(self, fields: Iterable[str], data: Any = None) -> None:
        super().__init__(data, prefix="resolve")
        for name in fields:
            self.fields[name] = forms.ChoiceField(
                label=label_of(Need, name),
                choices=[choice for choice in Treatment.choices if choice[0] != Treatment.CORE],
                widget=forms.RadioSelect,
                required=False,
            )


class TermsForm(forms.Form):
    """When a pool is big enough, until when, and what happens if it is not."""

    threshold_quantity = forms.DecimalField(
        label=MergedDemand._meta.get_field("threshold_quantity").verbose_name,
        max_digits=12,
        decimal_places=2,
        required=False,
    )
    deadline = moment(MergedDemand._meta.get_field("deadline").verbose_name, required=False)
    on_fail = forms.ChoiceField(label=_("If it is missed"), choices=OnFail.choices)
    after_extension = forms.ChoiceField(label=_("If it is missed after the extension"), choices=OnFail.choices[1:])
    disclosure = forms.ChoiceField(
        label=_("Disclosure"),
        help_text=_("Naming members who were to stay anonymous asks every owner again."),
        choices=Disclosure.choices,
    )


def terms_initial(pool: MergedDemand) -> dict[str, Any]:
    """Return what a form shows of a pool's terms, its threshold without idle zeros."""
    threshold = pool.threshold_quantity
    values = {name: getattr(pool, name) for name in TermsForm.base_fields}
    return values | {"threshold_quantity": None if threshold is None else number(threshold)}


class SplitForm(ReasonForm):
    """Why a pool is split, and which of its needs stay together."""

    def __init__(self, needs: Iterable[Need], data: Any = None) -> None:
        super().__init__(data, prefix="split")
        groups = [("", _("Stays on its own")), ("1", _("First smaller pool")), ("2", _("Second smaller pool"))]
        self.needs = list(needs)
        for need in self.needs:
            self.fields[f"group_{need.pk}"] = forms.ChoiceField(
                label=f"{need.code} {need.title}", choices=groups, required=False
            )

    @property
    def groups(self) -> list[list[Any]]:
        """The needs of each smaller pool; a group without needs is left out."""
        picked = {number: [n.pk for n in self.needs if self.cleaned_data[f"group_{n.pk}"] == number] for number in "12"}
        return [group for group in picked.values() if group]


class EventFilter(forms.Form):
    """What to look for in the event log."""

    kind = forms.ChoiceField(label=_("What"), required=False)
    code = forms.CharField(label=pgettext_lazy("need or pool", "Code"), max_length=40, required=False)
    account = forms.CharField(
        label=_("Account"), help_text=_("Number, name or exact e-mail"), max_length=120, required=False
    )
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind, f"{label} ({kind})") for kind, label in EVENT_LABELS.items()]
        self.fields["kind"].choices = [("", _("Everything")), *Subject.choices, *kinds]  # type: ignore[attr-defined]


class AddendumForm(forms.Form):
    """What an addendum to an open call says; the view adds a field for each indicator's target."""

    text = forms.CharField(label=_("What changes, and why"), max_length=5000, widget=area(4))
    closes_at = moment(_("New closing time"), required=False)
