"""The editor of a response, the check before sealing, and an opener's code."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from marketplace.choices import PartnerRole
from marketplace.forms.capabilities import TierForm, _rows, _text
from marketplace.response_content import TEXTS, ResponseContent
from scenarios.facts import indicator_text, lot_labels
from scenarios.models import Call


class ResponseForm(forms.Form):
    """What is said once; partners, commitments and prices stand in rows of their own."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("What your organisation does"), choices=PartnerRole.choices, widget=forms.RadioSelect, required=False
    )
    lots = forms.MultipleChoiceField(label=_("Lots"), widget=forms.CheckboxSelectMultiple, required=False)
    plan = _text(_("Plan"), _("Steps, dates, what you deliver and how it is accepted."), rows=8, required=False)
    team = _text(_("Team"), _("Roles and experience; no private data of persons."), required=False)
    ip = _text(_("Intellectual property"), _("What belongs to whom, of what exists and what is made."), required=False)
    data_needed = _text(_("Data asked for"), rows=3, required=False)
    compute_needed = _text(_("Computing power asked for"), rows=3, required=False)

    def __init__(self, *args: Any, call: Call, **options: Any) -> None:
        super().__init__(*args, **options)
        if call.lots:
            lots: Any = self.fields["lots"]
            lots.choices = list(lot_labels(call.lots).items())
        else:
            del self.fields["lots"]


class PartnerForm(forms.Form):
    """A partner in the consortium; a row without a name says nothing, though its role is preset."""

    name = forms.CharField(label=_("Organisation"), max_length=80, required=False)
    role = forms.ChoiceField(label=_("What it does"), choices=PartnerRole.choices)


class CommitmentForm(forms.Form):
    """What is promised for one indicator."""

    indicator = forms.CharField(widget=forms.HiddenInput, max_length=40)
    value = forms.DecimalField(label=_("Promised value"), max_digits=16, decimal_places=4, required=False)
    evidence = forms.CharField(
        label=pgettext_lazy("response", "Evidence"), max_length=2000, required=False, widget=forms.Textarea({"rows": 2})
    )


class PriceForm(TierForm):
    """A price of a draft, which may be half written; both numbers are asked for before sealing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self.fields.values():
            field.required = False


PartnerRows = _rows(PartnerForm)
PriceRows = _rows(PriceForm)
CommitmentRows = forms.formset_factory(CommitmentForm, extra=0, max_num=30, absolute_max=35)


class Editor:
    """The form of a response with its three sets of rows."""

    def __init__(self, call: Call, content: ResponseContent, version: int, data: Any = None) -> None:
        start = {name: content.get(name, "") for name in (*TEXTS, "role")}
        start |= {"lots": content.get("lots", [row["id"] for row in call.lots]), "version": version}
        promised = {row["indicator"]: row for row in content.get("commitments", [])}
        asked: list[Any] = [promised.get(str(row["id"]), {"indicator": str(row["id"])}) for row in call.indicators]
        self.call = call
        self.commitments: Any = CommitmentRows(data, prefix="commitments", initial=asked)
        self.partners: Any = None
        if data is None:
            self.main = ResponseForm(initial=start, call=call)
            self.tiers: Any = PriceRows.shown("tiers", content.get("price_tiers", []))
            self.partners = PartnerRows.shown("partners", content.get("partners", []))
        else:
            self.main = ResponseForm(data, call=call)
            self.tiers, self.partners = PriceRows.posted("tiers", data), PartnerRows.posted("partners", data)
        for row, indicator in zip(self.commitments.forms, call.indicators, strict=False):
            row.fields["value"].help_text = indicator_text(indicator)

    def is_valid(self) -> bool:
        parts = [self.main, self.commitments, self.tiers, self.partners]
        results = [part.is_valid() for part in parts]  # every part, so that each shows its errors
        return all(results)

    def content(self) -> ResponseContent:
        """Return what was typed, numbers as text; the action decides what of it is allowed."""
        typed = self.main.cleaned_data
        rows = [form.cleaned_data for form in self.commitments.forms if form.cleaned_data]
        return {
            **{name: typed[name] for name in (*TEXTS, "role")},  # type: ignore[typeddict-item]
            "lots": typed.get("lots", []),
            "partners": self.partners.kept(),
            "commitments": [{**row, "value": _plain(row["value"])} for row in rows],
            "price_tiers": [{name: _plain(value) for name, value in row.items()} for row in self.tiers.kept()],
        }


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


class FileForm(forms.Form):
    """One file to attach."""

    file = forms.FileField(
        label=_("File"), help_text=_("PDF, Word, Excel, PowerPoint, PNG or JPEG, at most 4 MB each, 10 files.")
    )


class SealForm(forms.Form):
    """The last word before sealing."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kept = forms.BooleanField(label=_("I have downloaded my copy; after sealing nobody can show it to me."))


class CodeForm(forms.Form):
    """An opener's code."""

    code = forms.CharField(
        label=_("Your opening code"), max_length=120, widget=forms.PasswordInput(attrs={"autocomplete": "off"})
    )


class SeatsForm(forms.Form):
    """The panel and the openers of a call, by account."""

    panel = forms.MultipleChoiceField(label=_("Panel"), widget=forms.CheckboxSelectMultiple)
    chair = forms.ChoiceField(label=_("Chair"))
    openers = forms.MultipleChoiceField(
        label=_("Three openers"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Any two of them open the responses after the close. Naming them anew makes earlier codes void."),
    )

    def __init__(self, *args: Any, reviewers: list[tuple[str, str]], staff: list[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        choices: Any = {"panel": reviewers, "chair": reviewers, "openers": staff}
        for name, rows in choices.items():
            self.fields[name].choices = rows  # type: ignore[attr-defined]
