"""Forms of a sandbox, its incidents and its end. They read types; the rules are the actions'."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.actions.incidents import IncidentFields
from marketplace.actions.sandboxes import SandboxFields
from marketplace.models import Engagement, Organisation, Sandbox
from marketplace.sandbox_choices import Severity
from scenarios.errors import Conflict
from scenarios.forms import DATE, RefusableForm
from scenarios.models.sandbox import SandboxTerms
from scenarios.organisation_choice import FOUND_AT_MOST, OneOrganisation
from scenarios.sandbox_forms import TermsEditor
from scenarios.staff_forms import area, moment
from scenarios.two_versions import holds_version, with_choices


class SandboxForm(RefusableForm):
    """Who evaluates, and from which day to which."""

    renamed = {"third_party": "third_party"}

    third_party = OneOrganisation(
        Organisation.objects.none(),
        label=_("Third party that evaluates"),
        help_text=_("A verified organisation that takes no part in the project."),
    )
    third_party_name = forms.CharField(
        label=_("Find an organisation"),
        help_text=_("At least two characters of its name, or its credit code."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    starts_on = forms.DateField(label=_("Start"), widget=DATE)
    ends_on = forms.DateField(label=_("End"), widget=DATE)

    def __init__(self, *args: Any, engagement: Engagement, **options: Any) -> None:
        super().__init__(*args, **options)
        beside = engagement.parties.filter(organisation__isnull=False).values("organisation")
        verified = Organisation.objects.filter(verification="verified").exclude(pk__in=beside)
        self.fields["third_party"].queryset = verified  # type: ignore[attr-defined]

    def list_found(self) -> None:
        """List, for drawing only, the organisation that is chosen and those that bear the name looked for."""
        field: Any = self.fields["third_party"]
        chosen = field.prepare_value(self["third_party"].value())
        name = str(self["third_party_name"].value() or "").strip()
        self.named = field.list_for([chosen] if chosen else [], name)

    @property
    def most_named(self) -> int | None:
        """How many are listed where that is as many as ever are: others may bear the name too."""
        return FOUND_AT_MOST if self.named == FOUND_AT_MOST else None


class SandboxEditor(TermsEditor):
    """The form of a sandbox: its terms, and who evaluates from when to when."""

    labels = {**TermsEditor.labels, **{name: field.label for name, field in SandboxForm.base_fields.items()}}

    def __init__(
        self, engagement: Engagement, sandbox: Sandbox | None, plan: SandboxTerms | None = None, data: Any = None
    ) -> None:
        """plan : the terms that a new sandbox begins with, from the call."""
        super().__init__(sandbox or plan, sandbox.version if sandbox else 0, data)
        names = ("third_party", "starts_on", "ends_on")
        start = {name: getattr(sandbox, name) for name in names} if sandbox else {}
        if data is not None and sandbox:
            data = with_choices(data, {**start, "third_party": sandbox.third_party_id})
        self.setting = SandboxForm(data, initial=start, engagement=engagement)

    def worded(self, name: str, value: Any) -> str:
        if name == "third_party":
            return str(Organisation.objects.filter(pk=value).first() or "")
        return super().worded(name, value)

    def is_valid(self) -> bool:
        results = [self.setting.is_valid(), super().is_valid()]  # both, so that each shows its errors
        return all(results)

    def sandbox_fields(self) -> SandboxFields:
        """Return what was set besides the terms."""
        typed = self.setting.cleaned_data
        third = typed["third_party"].pk
        return {"third_party_id": third, "starts_on": typed["starts_on"], "ends_on": typed["ends_on"]}


class IncidentForm(RefusableForm):
    """What went wrong."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    severity = forms.TypedChoiceField(label=_("Severity"), choices=Severity.choices, coerce=int)
    happened_at = moment(_("When it happened"))
    what = forms.CharField(label=_("Course of events"), max_length=2000, widget=area(3))
    measures = forms.CharField(label=_("What was done at once"), max_length=2000, widget=area(3))

    @property
    def incident(self) -> IncidentFields:
        """The fields as `report_incident` takes them."""
        return cast("IncidentFields", {name: value for name, value in self.cleaned_data.items() if name != "key"})


class RemedyForm(forms.Form):
    """The measures that put an incident right."""

    remedy = forms.CharField(label=_("Measures that put it right"), max_length=2000, widget=area(3))


class EndForm(RefusableForm):
    """A word on each exit criterion, and what the third party found."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    met = forms.MultipleChoiceField(
        label=_("Criteria that are met"),
        help_text=_("What is not ticked counts as not met: then the sandbox fails and no further gate starts."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    findings = forms.CharField(label=_("Findings of the third party"), max_length=5000, widget=area(4))

    def __init__(self, *args: Any, sandbox: Sandbox, **options: Any) -> None:
        super().__init__(*args, **options)
        self.criteria = sandbox.exit_criteria
        self.fields["met"].choices = [(str(n), text) for n, text in enumerate(self.criteria)]  # type: ignore[attr-defined]

    def ask_again(self, conflict: Conflict, version: int) -> None:
        """Say that the terms are other ones by now; the findings stay, and no tick stands at another criterion."""
        self.add_error(None, str(conflict))
        holds_version(self, version)
        data: Any = self.data
        data.pop("met", None)

    @property
    def results(self) -> list[bool]:
        """For each criterion, in its order, whether it is met."""
        return [str(number) in self.cleaned_data["met"] for number in range(len(self.criteria))]
