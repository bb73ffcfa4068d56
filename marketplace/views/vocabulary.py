"""The words that staff choose for the platform: every list with how many stand in it."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from scenarios.access import access
from scenarios.models import Concept, StopWord, VaguePhrase


class WordList(NamedTuple):
    """A list of words: the name of its page, what it is for, and how many count and do not count any more."""

    page: str
    label: str | Promise
    purpose: str | Promise
    in_use: int
    retired: int


@access("manager")
def vocabulary(request: HttpRequest) -> HttpResponse:
    """Show every list of words."""
    return render(request, "marketplace/vocabulary.html", {"lists": _lists()})


def _lists() -> list[WordList]:
    words = (
        ("synonyms", _("Synonyms"), _("What means the same in search, suggestions and merging."), Concept),
        ("stop_words", _("Stop words"), _("What suggestions and merging pass over."), StopWord),
        ("vague_phrases", _("Vague phrases"), _("What the precision check takes for a wish."), VaguePhrase),
    )
    return [
        WordList(page, label, purpose, kind.objects.in_use().count(), kind.objects.retired().count())
        for page, label, purpose, kind in words
    ]
