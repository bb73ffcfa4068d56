"""Forms of engagements: they read types; the rules are the actions'."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.actions.engagement_costs import CostFields
from marketplace.actions.engagement_decisions import DecisionFields
from marketplace.actions.engagement_elements import ElementFields
from marketplace.actions.engagement_trials import TrialFields
from marketplace.engagement_choices import Element, GateVerdict
from marketplace.models.engagement_note import NOTE_LIMIT
from scenarios.choices import CorePart
from scenarios.forms import DATE, RefusableForm
from scenarios.two_versions import Differing, compared

MEASURED = ("value", "test_method", "measured_by", "measured_on", "evidence")


def _words(label: Any, *, rows: int = 3, limit: int = 2000, **options: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=limit, widget=forms.Textarea(attrs={"rows": rows}), **options)


def _money(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, max_digits=14, decimal_places=2)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=DATE, **options)


class VersionedForm(RefusableForm):
    """A form that holds the version of what its author read."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    @property
    def seen(self) -> int:
        """The version that was read, 0 for none."""
        return self.cleaned_data["version"] or 0


class GateForm(RefusableForm):
    """What is planned for a gate."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    entry = _words(_("Entry criteria"), help_text=_("What must be true before it starts."))
    cost_cap = _money(_("Cost cap (10,000 yuan)"))
    trials = forms.IntegerField(label=_("Trials"), min_value=1, max_value=1000)
    stop_loss = _words(_("When it is stopped"), help_text=_("The point at which going on is not worth while."))
    starts_on = _day(_("Start"), required=False)
    ends_on = _day(_("End"), required=False)

    @property
    def plan(self) -> dict[str, Any]:
        """The fields as `plan_gate` takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class CostForm(RefusableForm):
    """An amount that was spent on a gate."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    payer = forms.ChoiceField(label=_("Paid by"))
    amount = _money(_("Amount (10,000 yuan)"))
    what = forms.CharField(label=_("What for"), max_length=400)
    spent_on = _day(_("Day"))

    def __init__(self, *args: Any, parties: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["payer"].choices = parties  # type: ignore[attr-defined]

    @property
    def cost(self) -> CostFields:
        return {name: self.cleaned_data[name] for name in ("amount", "what", "spent_on")}  # type: ignore[return-value]


class TrialForm(RefusableForm):
    """One trial of a gate: when, what and what came of it."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    tried_on = _day(_("Day"))
    what = forms.CharField(label=_("What was tried"), max_length=400)
    outcome = _words(_("What came of it"))
    cost = forms.ChoiceField(label=_("Its cost"), required=False, help_text=_("One that is booked to this gate."))

    def __init__(self, *args: Any, costs: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["cost"].choices = [("", _("None")), *costs]  # type: ignore[attr-defined]

    @property
    def trial(self) -> TrialFields:
        cost = self.cleaned_data["cost"]
        said = {name: self.cleaned_data[name] for name in ("tried_on", "what", "outcome")}
        return {**said, "cost_id": UUID(cost) if cost else None}  # type: ignore[typeddict-item]


class MeasurementForm(VersionedForm):
    """What was measured of one indicator."""

    indicator = forms.ChoiceField(label=_("Indicator"))
    value = forms.DecimalField(label=_("Measured value"), max_digits=16, decimal_places=4)
    test_method = _words(_("Test method"), rows=2, limit=1000)
    measured_by = forms.CharField(
        label=_("Measured by"), max_length=200, help_text=_("A body or a role; no private data of persons.")
    )
    measured_on = _day(_("Day"))
    evidence = _words(pgettext_lazy("response", "Evidence"), rows=2, required=False)

    def __init__(self, *args: Any, indicators: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["indicator"].choices = indicators  # type: ignore[attr-defined]

    @property
    def measurement(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in MEASURED}

    def compare(self, saved: Mapping[str, Any], version: int) -> list[Differing]:
        """Return what differs from what is saved; the form asks for it of this indicator alone."""
        field: Any = self.fields["indicator"]
        field.choices = [one for one in field.choices if one[0] == self.cleaned_data["indicator"]]
        return compared(self, saved, version)


class DecisionForm(RefusableForm):
    """How the round of a gate is to end."""

    renamed = {"accused_id": "accused"}

    verdict = forms.ChoiceField(
        label=pgettext_lazy("gate", "Decision"), choices=GateVerdict.choices, widget=forms.RadioSelect
    )
    reason = _words(_("Reason"))
    lesson_title = forms.CharField(
        label=_("Lesson in one line"),
        max_length=120,
        required=False,
        help_text=_("Needed to stop without fault; everybody reads it."),
    )
    lesson = _words(
        _("What was learnt"),
        rows=5,
        limit=4000,
        required=False,
        help_text=_("What was tried, what came of it, and what others should know. No secrets: it is public."),
    )
    accused = forms.ChoiceField(
        label=_("Who broke its word"),
        required=False,
        help_text=_("Needed to stop for breach; it is heard before the decision is made."),
    )
    evidence = _words(
        pgettext_lazy("response", "Evidence"), limit=4000, required=False, help_text=_("Needed to stop for breach.")
    )

    def __init__(self, *args: Any, parties: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["accused"].choices = [("", _("Choose …")), *parties]  # type: ignore[attr-defined]

    @property
    def decision(self) -> DecisionFields:
        values = dict(self.cleaned_data)
        accused = values.pop("accused")
        return {**values, "accused_id": UUID(accused) if accused else None}  # type: ignore[typeddict-item]


class ElementForm(RefusableForm):
    """What one's own party promises to another."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    giver = forms.ChoiceField(label=_("Promised by"))
    receiver = forms.ChoiceField(label=_("Promised to"))
    element = forms.ChoiceField(label=pgettext_lazy("element", "Element"), choices=Element.choices)
    what = forms.CharField(label=_("What"), max_length=400)
    quantity = forms.DecimalField(
        label=pgettext_lazy("element", "Quantity"), max_digits=14, decimal_places=2, required=False
    )
    unit = forms.CharField(label=_("Unit"), max_length=30, required=False)
    due_on = _day(_("Until"))

    def __init__(
        self, *args: Any, givers: list[tuple[str, str]], receivers: list[tuple[str, str]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["giver"].choices, self.fields["receiver"].choices = givers, receivers  # type: ignore[attr-defined]

    @property
    def promise(self) -> ElementFields:
        names = ("element", "what", "quantity", "unit", "due_on")
        return {name: self.cleaned_data[name] for name in names}  # type: ignore[return-value]


class LessonForm(RefusableForm):
    """What the project taught."""

    renamed = {"lesson_title": "title", "lesson": "text"}

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Lesson in one line"), max_length=120)
    text = _words(_("What was learnt"), rows=8, limit=4000)


class NoteForm(RefusableForm):
    """A note to the other parties; who acts for several of them chooses in whose name."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label=_("In the name of"))
    text = _words(
        _("Note to the parties"),
        rows=4,
        limit=NOTE_LIMIT,
        help_text=_("Every party and the government staff read it, nobody else. What is written stands."),
    )

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        if len(organisations) < 2:
            del self.fields["organisation"]
        else:
            self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]

    @property
    def note(self) -> dict[str, Any]:
        """The arguments of `write_note`."""
        chosen = self.cleaned_data.get("organisation")
        said = {name: self.cleaned_data[name] for name in ("text", "key")}
        return {**said, "organisation_id": UUID(chosen) if chosen else None}


class DayForm(VersionedForm):
    """A day: planned for, or done on."""

    day = _day(_("Day"))


class DeviationForm(RefusableForm):
    """Where a rollout differs from the core."""

    part = forms.ChoiceField(label=_("Part of the core"), choices=CorePart.choices)
    value = _words(_("What is done instead"), limit=20_000)
    reason = _words(_("Why"))


class ContactForm(VersionedForm):
    """Whom the parties across the table reach."""

    contact = _words(_("Contact"), rows=2, limit=400, required=False)


class StatementForm(VersionedForm):
    """The side of a party that is said to be in breach."""

    statement = _words(_("Your statement"), rows=6, limit=4000)


class AgreementForm(RefusableForm):
    """For which organisation, and with which capability, a project is proposed."""

    capability = forms.UUIDField(widget=forms.HiddenInput)
    organisation = forms.ChoiceField(label=_("For"))

    def __init__(self, *args: Any, organisations: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["organisation"].choices = organisations  # type: ignore[attr-defined]
