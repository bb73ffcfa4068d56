"""Forms of an organisation and its members."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.actions.organisations import OPEN_KINDS, OrganisationFields
from marketplace.choices import MemberRole
from marketplace.models import Organisation
from scenarios.models import Chain, District
from scenarios.references import offer

PLAIN = ("name_zh", "name_en", "kind", "uscc", "about", "contact")


class OrganisationForm(forms.Form):
    """What an organisation says of itself."""

    name_zh = forms.CharField(label=_("Registered name"), max_length=80)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    kind = forms.ChoiceField(
        label=_("What you are"),
        choices=[(kind.value, kind.label) for kind in OPEN_KINDS],
        widget=forms.RadioSelect,
        help_text=_("Every organisation may post needs and offer capabilities, whatever it is."),
    )
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        required=False,
        help_text=_("18 characters, as on the business licence. Without it you can draft, but nobody can verify you."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "spellcheck": "false"}),
    )
    district = forms.ModelChoiceField(
        label=_("District"), queryset=District.objects.all(), required=False, empty_label=_("Choose a district")
    )
    chain = forms.ModelChoiceField(
        label=_("Industrial chain"), queryset=Chain.objects.all(), required=False, empty_label=_("None")
    )
    about = forms.CharField(
        label=_("About you"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    contact = forms.CharField(
        label=_("Contact"), max_length=200, required=False, help_text=_("Stored encrypted; only your members see it.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        offer(self, "district", District)
        offer(self, "chain", Chain)

    def values(self) -> OrganisationFields:
        """Return the typed fields for the action."""
        rows: Mapping[str, Any] = self.cleaned_data
        references = {f"{name}_id": rows[name].pk if rows[name] else None for name in ("district", "chain")}
        return {**{name: rows[name] for name in PLAIN}, **references}  # type: ignore[typeddict-item]


def stored_values(organisation: Organisation) -> dict[str, Any]:
    """Return what the form shows of an organisation that exists."""
    references = {"district": organisation.district_id, "chain": organisation.chain_id}
    return {**{name: getattr(organisation, name) for name in PLAIN}, **references}


class MemberForm(forms.Form):
    """Whom to invite and what they may do."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("They read the invitation here when they sign in with this address."),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=MemberRole.choices, initial=MemberRole.EDITOR, widget=forms.RadioSelect
    )
