"""The form of a capability and the rows of its evidence and price tiers."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace import choices
from marketplace.capability_content import CapabilityFields, EvidenceFields, TierFields
from marketplace.models import Capability
from scenarios.choices import DataClass, Deploy, Unit
from scenarios.models import District
from scenarios.references import offer, offer_choices

MAX_ROWS = 20
TEXT = 20_000


def _text(label: Any, help_text: Any = "", *, rows: int = 5, required: bool = True, limit: int = TEXT) -> Any:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, max_length=limit, required=required, widget=area)


def _several(label: Any, options: Any, help_text: Any = "", *, required: bool = True) -> Any:
    boxes = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=options, help_text=help_text, required=required, widget=boxes)


def _one(label: Any, options: Any, help_text: Any = "") -> Any:
    return forms.ChoiceField(label=label, choices=options, help_text=help_text, widget=forms.RadioSelect)


class CapabilityForm(forms.Form):
    """What a supplier says of one capability. A draft may leave out what a submission may not."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    capability = forms.UUIDField(required=False, widget=forms.HiddenInput)
    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    owner = forms.ChoiceField(label=_("For which organisation"), required=False, widget=forms.RadioSelect)
    title_zh = forms.CharField(
        label=_("Title"), max_length=40, help_text=_("The object and the task: surface inspection of castings.")
    )
    title_en = forms.CharField(label=_("English title"), max_length=120, required=False)
    layer = _one(_("Layer"), choices.Layer.choices)
    techniques = _several(_("Techniques"), choices.Technique.choices)
    maturity = _one(_("Maturity"), choices.Maturity.choices)
    solves = _text(
        _("What it solves"),
        _("Which task, on which objects, with which result. Suggestions are made from this text and the title."),
        rows=7,
    )
    limits = _text(
        _("What it does not do"),
        _("Objects, conditions and tasks it is not made for. It saves both sides a meeting."),
    )
    min_scale_quantity = forms.DecimalField(
        label=_("Minimum scale"), max_digits=12, decimal_places=2, min_value=0, required=False
    )
    min_scale_unit = forms.ChoiceField(
        label=_("Unit"), choices=[("", _("Choose a unit")), *Unit.choices], required=False
    )
    min_scale_basis = _text(
        _("Why this scale"), _("Shown to verified organisations only."), rows=3, required=False, limit=2000
    )
    deploy = _several(_("Where it can run"), Deploy.choices)
    data_classes = _several(_("Data it may touch"), DataClass.choices)
    districts = forms.ModelMultipleChoiceField(
        label=_("Districts served"),
        queryset=District.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all districts."),
    )
    filings = _several(_("Filings"), choices.Filing.choices, required=False)
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("Only your own organisation sees it.")
    )

    def __init__(self, *args: Any, whole: bool = False, owners: Mapping[UUID, str] | None = None, **kwargs: Any):
        """Take `whole=True` to demand every required field, `owners` (id → name) to let the author choose one."""
        super().__init__(*args, **kwargs)
        offer(self, "districts", District)
        offer_choices(self, "min_scale_unit", "unit")
        self.whole = whole
        if owners and len(owners) > 1:
            self.fields["owner"].choices = [(str(pk), name) for pk, name in owners.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["owner"]

    def clean(self) -> dict[str, Any]:
        if not self.whole:
            self._forgive_what_is_missing()
        return self.cleaned_data

    def _forgive_what_is_missing(self) -> None:
        for name, errors in list(self.errors.items()):
            if all(error.code == "required" for error in errors.as_data()):
                del self.errors[name]
                self.cleaned_data[name] = self.fields[name].to_python(None)

    def values(self) -> CapabilityFields:
        """Return what is typed and valid, for the action; a field with an error is left as it was."""
        given = self.cleaned_data
        return {name: given[name] for name in CapabilityFields.__annotations__ if name in given}  # type: ignore[return-value]

    def district_ids(self) -> list[str] | None:
        """Return the ids of the districts ticked, or None when that answer was not valid."""
        ticked = self.cleaned_data.get("districts")
        return None if ticked is None else [district.pk for district in ticked]


class EvidenceForm(forms.Form):
    """Where it worked before."""

    case = forms.CharField(label=_("Case"), max_length=200)
    site = forms.CharField(label=_("Site"), max_length=120, required=False)
    reached = forms.CharField(label=_("Indicator reached"), max_length=200, required=False)


class TierForm(forms.Form):
    """The price from a quantity on."""

    from_quantity = forms.DecimalField(label=_("From quantity"), max_digits=12, decimal_places=2, min_value=0)
    price = forms.DecimalField(label=_("Price per unit (10,000 yuan)"), max_digits=14, decimal_places=2, min_value=0)


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows that work without JavaScript: one empty row to begin with, and one more for each `add_<prefix>` posted."""

    @classmethod
    def shown(cls, prefix: str, rows: Iterable[Mapping[str, Any]]) -> "Rows":
        """Return the rows as they are stored, an empty one where there is none."""
        initial = list(rows)
        formset = cls(prefix=prefix, initial=initial)
        formset.extra = 0 if initial else 1
        return formset

    @classmethod
    def posted(cls, prefix: str, data: Any) -> "Rows":
        """Return the rows of a POST, with one more when its author asked for it."""
        if f"add_{prefix}" in data:
            data = data.copy()
            count = data.get(f"{prefix}-TOTAL_FORMS", "0")
            data[f"{prefix}-TOTAL_FORMS"] = str(int(count) + 1 if count.isdigit() else 1)
        return cls(data, prefix=prefix)

    def kept(self) -> list[dict[str, Any]]:
        """Return the values of the rows that are neither empty nor removed."""
        values = [form.cleaned_data for form in self.forms if form.cleaned_data and form not in self.deleted_forms]
        return [{name: value for name, value in row.items() if name != "DELETE"} for row in values]


def _rows(form: type[forms.Form]) -> type[Rows]:
    made: Any = forms.formset_factory(
        form, formset=Rows, extra=0, can_delete=True, max_num=MAX_ROWS, validate_max=True, absolute_max=MAX_ROWS + 5
    )
    return made


EvidenceRows = _rows(EvidenceForm)
TierRows = _rows(TierForm)


def stored_values(capability: Capability) -> dict[str, Any]:
    """Return what the form shows of a capability that exists."""
    values = {name: getattr(capability, name) for name in CapabilityFields.__annotations__}
    districts = [district.pk for district in capability.districts.all()]
    return {**values, "districts": districts, "version": capability.version, "capability": capability.pk}


def stored_evidence(capability: Capability) -> list[EvidenceFields]:
    """Return the rows of evidence for the form."""
    return [{"case": row.case, "site": row.site, "reached": row.reached} for row in capability.evidence.all()]


def stored_tiers(capability: Capability) -> list[TierFields]:
    """Return the price tiers for the form."""
    return [{"from_quantity": row.from_quantity, "price": row.price} for row in capability.price_tiers.all()]
