"""The words that staff choose for the platform: every list with how many stand in it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplace.views.references import TITLES
from scenarios.access import access
from scenarios.models import Concept, StopWord, VaguePhrase
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
    pairs: dict[str, tuple[QuerySet[Any], QuerySet[Any]]] = {}
    pairs |= {page: (kind.objects.in_use(), kind.objects.retired()) for page, _label, _purpose, kind in words}
    pairs |= {name: (kind.objects.offered(), kind.objects.retired()) for name, kind in LISTS.items()}
    counts = _counts(pairs)
    return [
        *(WordList(page, reverse(page), label, purpose, *counts[page]) for page, label, purpose, _kind in words),
        *(
            WordList(name, reverse("reference_list", args=[name]), TITLES[name], PURPOSES[name], *counts[name])
            for name in LISTS
        ),
    ]


def _counts(pairs: Mapping[str, tuple[QuerySet[Any], QuerySet[Any]]]) -> dict[str, list[int]]:
    """Return name → how many rows each of its two querysets has; one query for all."""
    one, *others = (
        rows.order_by().annotate(list=Value(name), half=Value(half)).values("list", "half").annotate(total=Count("pk"))
        for name, halves in pairs.items()
        for half, rows in enumerate(halves)
    )
    found = {(row["list"], row["half"]): row["total"] for row in one.union(*others, all=True)}
    return {name: [found[name, 0], found[name, 1]] for name in pairs}
