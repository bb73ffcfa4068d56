"""The form that keeps a search."""

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplace.choices import SearchKind, SearchNotice
from scenarios.forms import RefusableForm


class SavedSearchForm(RefusableForm):
    """Its name and when to be told; the list and its address come along."""

    key = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"), max_length=60, help_text=_("By which you know it again; nobody else reads it.")
    )
    notice = forms.ChoiceField(
        label=_("Tell me of what is new"), choices=SearchNotice.choices, widget=forms.RadioSelect, initial="daily"
    )
    kind = forms.ChoiceField(choices=SearchKind.choices, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=1000, widget=forms.HiddenInput)
