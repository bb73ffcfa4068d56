"""What a change of synonyms or stop words would do: how far the workers are, the result, and the way to save it."""

from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from marketplace.actions.word_previews import my_preview, preview_concept_retired, preview_stop_word_retired
from marketplace.models import PreviewState, WordKind, WordPreview
from marketplace.word_previews import effect_for_page
from scenarios.access import access
from scenarios.errors import NotFound
from scenarios.models import Concept, StopWord
from scenarios.policies import one_of
from scenarios.views.parts import actor_of


class Step(NamedTuple):
    """The change itself: what it is called, where its form is sent with what, and the page to go back to."""

    name: str
    label: str | Promise
    url: str
    fields: dict[str, str]
    back: str


@access("manager")
def word_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a preview is, or what the change would do."""
    preview = my_preview(actor_of(request), pk)
    if request.headers.get("HX-Request"):
        if preview.state == PreviewState.RUNNING:
            return render(request, "marketplace/words/progress.html", {"preview": preview})
        # It is ready meanwhile: the whole page has something else to say.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context: dict[str, Any] = {"preview": preview, "step": _step(preview)}
    if preview.state == PreviewState.DONE:
        context["effect"] = effect_for_page(preview.result)
    return render(request, "marketplace/words/preview.html", context)


def entered_in(request: HttpRequest) -> dict[str, str]:
    """Return what was entered in the preview that the address names, by field of the form; empty without one."""
    try:
        preview = my_preview(actor_of(request), UUID(request.GET.get("from", "")))
    except (ValueError, NotFound):
        return {}
    return _fields(preview)


def _fields(preview: WordPreview) -> dict[str, str]:
    return {name: "\n".join(texts) for name, texts in preview.phrases.items()}


def _step(preview: WordPreview) -> Step:
    pages = {WordKind.CONCEPT: ("synonyms", "synonym"), WordKind.STOP_WORD: ("stop_words", "stop_word")}
    page, one = pages[WordKind(preview.kind)]
    if not preview.phrases and preview.target:
        kind: Any = Concept.objects.for_page() if preview.kind == WordKind.CONCEPT else StopWord.objects.all()
        name = str(one_of(kind, preview.target))
        return Step(name, _("Retire"), reverse(f"{one}_retire", args=[preview.target]), {}, reverse(page))
    if preview.target:
        url = reverse(f"{one}_edit", args=[preview.target])
    else:
        url = reverse("synonym_add" if preview.kind == WordKind.CONCEPT else page)
    fields = _fields(preview) | ({"version": str(preview.version)} if preview.version else {})
    return Step(str(preview), _("Save this change"), url, fields, f"{url}?from={preview.pk}")


@access("manager")
@require_POST
def synonym_retire_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have worked out what matching would be without a concept."""
    return redirect("word_preview", pk=preview_concept_retired(actor=actor_of(request), concept_id=pk).pk)


@access("manager")
@require_POST
def stop_word_retire_preview(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Have worked out what matching would be if a stop word counted again."""
    return redirect("word_preview", pk=preview_stop_word_retired(actor=actor_of(request), word_id=pk).pk)
