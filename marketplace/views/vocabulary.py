"""The words that staff choose for the platform: every list with how many stand in it."""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.views.references import TITLES
from scenarios.access import access
from scenarios.models import Concept, StopWord, VaguePhrase
from scenarios.models.taxonomy import NamedReference
from scenarios.references import LISTS

PURPOSES: dict[str, str | Promise] = {
    "districts": _("Where organisations are, and where needs and capabilities belong."),
    "chains": _("What organisations belong to."),
    "domains": _("What needs are about."),
    "units": _("What quantities and scales are counted in."),
}


class WordList(NamedTuple):
    """A list of words: its name and address, what it is for, and how many count and do not count any more."""

    name: str
    url: str
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
        *(
            WordList(page, reverse(page), label, purpose, kind.objects.in_use().count(), kind.objects.retired().count())
            for page, label, purpose, kind in words
        ),
        *(_reference(name, kind) for name, kind in LISTS.items()),
    ]


def _reference(name: str, kind: type[NamedReference]) -> WordList:
    url, rows = reverse("reference_list", args=[name]), kind.objects
    return WordList(name, url, TITLES[name], PURPOSES[name], rows.offered().count(), rows.retired().count())
