"""The list of vague phrases: what comes with the product, what staff added to it, and what a change would do."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.vocabulary import LONGEST, add_phrase, checked_form, reinstate_phrase, retire_phrase
from scenarios.errors import Invalid, refused_for
from scenarios.models import VaguePhrase
from scenarios.vagueness import kind_label, phrase_list
from scenarios.views.parts import actor_of, page_of
from scenarios.views.staff_parts import show_errors
from scenarios.vocabulary_effects import effect_of

FAIR_KIND = "fair"
FAIR = _("Fair: no finding, although it stands in the list or looks like it")


class VaguePhraseForm(forms.Form):
    """A phrase and the kind whose hint is shown with it."""

    text = forms.CharField(label=_("Phrase"), max_length=LONGEST)
    group = forms.ChoiceField(label=_("Kind"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds = [(group.name, kind_label(group)) for group in phrase_list().groups.values()]
        self.fields["group"].choices = [*kinds, (FAIR_KIND, FAIR)]  # type: ignore[attr-defined]

    def clean_group(self) -> str:
        """Return the name of the group, empty for what is fair."""
        group: str = self.cleaned_data["group"]
        return "" if group == FAIR_KIND else group


@access("manager")
def vague_phrases(request: HttpRequest) -> HttpResponse:
    """Show the list; a post says what a phrase would do, or takes it in."""
    form, effect = VaguePhraseForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            if "preview" in request.POST:
                checked_form(**values)
                effect = effect_of(**values)
            else:
                phrase = add_phrase(actor=actor_of(request), **values)
                messages.success(
                    request, _("%(phrase)s is in the list; it counts from the next check on.") % {"phrase": phrase}
                )
                return redirect("vague_phrases")
        except Invalid as error:
            show_errors(form, error)
    labels = {group.name: kind_label(group) for group in phrase_list().groups.values()}
    page = page_of(request, VaguePhrase.objects.for_page())
    context = {
        "form": form,
        "effect": effect,
        "page": page,
        "rows": [{"phrase": phrase, "kind": labels.get(phrase.group, FAIR)} for phrase in page],
        "groups": phrase_list().groups.values(),
    }
    return render(request, "scenarios/staff/vague_phrases.html", context, status=422 if form.errors else 200)


@access("manager")
@require_POST
def vague_phrase_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a phrase of staff out of the list."""
    phrase = retire_phrase(actor=actor_of(request), phrase_id=pk)
    messages.success(request, _("%(phrase)s no longer counts; it can be taken back.") % {"phrase": phrase})
    return redirect("vague_phrases")


@access("manager")
@require_POST
def vague_phrase_reinstate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a retired phrase back."""
    try:
        phrase = reinstate_phrase(actor=actor_of(request), phrase_id=pk)
    except Invalid as error:
        messages.error(request, refused_for(error))
    else:
        messages.success(request, _("%(phrase)s counts again.") % {"phrase": phrase})
    return redirect("vague_phrases")
