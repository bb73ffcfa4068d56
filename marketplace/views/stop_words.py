"""Stop words: what matching passes over, entered, retired and taken back."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marketplace.actions.word_previews import preview_stop_word
from marketplace.views.word_previews import entered_in
from scenarios.access import access
from scenarios.actions.stop_words import LONGEST, add_stop_word, reinstate_stop_word, retire_stop_word
from scenarios.errors import Invalid, refused_for
from scenarios.models import StopWord
from scenarios.synonyms import standing
from scenarios.views.parts import actor_of, page_of
from scenarios.views.staff_parts import show_errors


class StopWordForm(forms.Form):
    """A phrase that is to carry no meaning."""

    text = forms.CharField(
        label=_("Stop word"),
        max_length=LONGEST,
        help_text=_("Chinese is passed over wherever it stands, also within a longer word; English as a whole word."),
    )


@access("manager")
def stop_words(request: HttpRequest) -> HttpResponse:
    """Show the list; a post has worked out what a word would do, or puts it on the list."""
    form = StopWordForm(request.POST or None, initial=entered_in(request))
    if request.method == "POST" and form.is_valid():
        try:
            if "preview" in request.POST:
                preview = preview_stop_word(actor=actor_of(request), **form.cleaned_data)
                return redirect("word_preview", pk=preview.pk)
            word = add_stop_word(actor=actor_of(request), **form.cleaned_data)
        except Invalid as error:
            show_errors(form, error)
        else:
            messages.success(
                request, _("%(word)s is on the list. It counts as soon as the index is made anew.") % {"word": word}
            )
            return redirect("stop_words")
    context: dict[str, Any] = {
        "form": form,
        "page": page_of(request, StopWord.objects.for_page()),
        **standing()._asdict(),
    }
    return render(request, "marketplace/stop_words.html", context, status=422 if form.errors else 200)


@access("manager")
@require_POST
def stop_word_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have a word counted again."""
    word = retire_stop_word(actor=actor_of(request), word_id=pk)
    messages.success(request, _("%(word)s is retired; it can be taken back.") % {"word": word})
    return redirect("stop_words")


@access("manager")
@require_POST
def stop_word_reinstate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a retired word back."""
    try:
        word = reinstate_stop_word(actor=actor_of(request), word_id=pk)
    except Invalid as error:
        messages.error(request, refused_for(error))
    else:
        messages.success(request, _("%(word)s is on the list again.") % {"word": word})
    return redirect("stop_words")
