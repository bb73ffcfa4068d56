"""The staff's thesaurus: what means the same in matching, what the machine proposes, and since when it is in use."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Value
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.word_previews import preview_concept
from marketplace.forms.synonyms import ConceptForm, ThesaurusFileForm
from marketplace.synonym_files import read_file, write_file
from marketplace.views.word_previews import entered_in
from matching.thesaurus import phrase_form
from scenarios.access import access
from scenarios.actions.synonyms import (
    accept_synonyms,
    add_concept,
    dismiss_synonyms,
    edit_concept,
    import_concepts,
    reinstate_concept,
    retire_concept,
)
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.models import Concept, SynonymProposal
from scenarios.policies import one_of
from scenarios.synonyms import standing
from scenarios.views.parts import actor_of, page_of, search_text
from scenarios.views.staff_parts import posted_version, show_errors


@access("manager")
def synonyms(request: HttpRequest) -> HttpResponse:
    """List the concepts in use, searched by any phrase of either language."""
    text = search_text(request)
    found = Concept.objects.in_use().saying(phrase_form(text))
    context = {"page": page_of(request, found.for_page()), "text": text, **standing()._asdict(), **_tabs()}
    return render(request, "marketplace/synonyms/list.html", context)


def _tabs() -> dict[str, int]:
    """Return how many stand on each other tab, counted in one query."""
    rows = {"proposed": SynonymProposal.objects.open(), "retired": Concept.objects.retired()}
    first, second = (some.order_by().values_list(Value(tab)).annotate(Count("pk")) for tab, some in rows.items())
    return dict.fromkeys(rows, 0) | dict(first.union(second, all=True))


@access("manager")
def synonym_add(request: HttpRequest) -> HttpResponse:
    """Enter a concept; its effect on matching is worked out before, where that is asked for."""
    form = ConceptForm(request.POST or None, initial=entered_in(request))
    if request.method == "POST" and form.is_valid():
        actor = actor_of(request)
        if "preview" in request.POST:
            if preview := _saved(form, lambda: preview_concept(actor=actor, phrases=form.phrases)):
                return redirect("word_preview", pk=preview.pk)
        elif _saved(form, lambda: add_concept(actor=actor, phrases=form.phrases)):
            messages.success(request, _("The synonyms are saved. They count as soon as the index is made anew."))
            return redirect("synonyms")
    status = 422 if form.errors else 200
    return render(request, "marketplace/synonyms/form.html", {"form": form}, status=status)


@access("manager")
def synonym_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the phrases of a concept in use."""
    concept = one_of(Concept.objects.in_use().for_page(), pk)
    initial = {language: "\n".join(concept.of_language(language)) for language in ("zh", "en")}
    form = ConceptForm(request.POST or None, initial=initial | entered_in(request))
    context: dict[str, Any] = {}
    status = 200
    if request.method == "POST" and form.is_valid():
        actor = actor_of(request)
        values: dict[str, Any] = {"concept_id": pk, "version": posted_version(request), "phrases": form.phrases}
        try:
            if "preview" in request.POST:
                if preview := _saved(form, lambda: preview_concept(actor=actor, **values)):
                    return redirect("word_preview", pk=preview.pk)
            elif _saved(form, lambda: edit_concept(actor=actor, **values)):
                messages.success(request, _("The synonyms are saved. They count as soon as the index is made anew."))
                return redirect("synonyms")
        except Conflict as error:
            context, status = _compared(error), 409
    status = 422 if form.errors else status
    version = posted_version(request) if request.method == "POST" and status != 409 else concept.version
    context |= {"form": form, "concept": concept, "version": version}
    return render(request, "marketplace/synonyms/form.html", context, status=status)


def _saved(form: ConceptForm, act: Callable[[], Any]) -> Any:
    """Return what the action made, or None where it refused; the form says why."""
    try:
        return act()
    except Invalid as error:
        show_errors(form, error)
        return None


def _compared(error: Conflict) -> dict[str, Any]:
    labels = {"zh": _("Chinese phrases"), "en": _("English phrases")}
    rows = [
        {"label": labels[name], "values": [mine, theirs], "differs": True}
        for name, (mine, theirs) in error.differences.items()
        if mine != theirs
    ]
    return {"compared": rows, "compared_columns": [_("Yours"), _("The saved one")], "refusal": error.message}


@access("manager")
@require_POST
def synonym_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a concept out of use; it can be taken back."""
    concept = retire_concept(actor=actor_of(request), concept_id=pk)
    messages.success(
        request, _("%(concept)s is retired; it stands under “Retired” and can be taken back.") % {"concept": concept}
    )
    return redirect("synonyms")


@access("manager")
def synonyms_retired(request: HttpRequest) -> HttpResponse:
    """List what was retired, the last one first."""
    context = {"page": page_of(request, Concept.objects.retired().for_page()), **_tabs()}
    return render(request, "marketplace/synonyms/retired.html", context)


@access("manager")
@require_POST
def synonym_reinstate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a retired concept back into use."""
    try:
        reinstate_concept(actor=actor_of(request), concept_id=pk)
    except Invalid as error:
        messages.error(request, refused_for(error))
        return redirect("synonyms_retired")
    messages.success(request, _("The synonyms are in use again."))
    return redirect("synonyms")


@access("manager")
def synonyms_proposed(request: HttpRequest) -> HttpResponse:
    """List the pairs that the machine noticed, the most strongly tied first, with where they met."""
    context = {"page": page_of(request, SynonymProposal.objects.open()), **_tabs()}
    return render(request, "marketplace/synonyms/proposed.html", context)


@access("manager")
@require_POST
def synonyms_accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a proposed pair into the thesaurus."""
    try:
        concept = accept_synonyms(actor=actor_of(request), proposal_id=pk)
    except Invalid as error:
        messages.error(request, refused_for(error))
    else:
        messages.success(request, _("Accepted into the concept %(concept)s.") % {"concept": concept})
    return redirect("synonyms_proposed")


@access("manager")
@require_POST
def synonyms_dismiss(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Set a proposed pair aside for good."""
    dismiss_synonyms(actor=actor_of(request), proposal_id=pk)
    messages.success(request, _("Dismissed; this pair is not proposed again. You can still enter it by hand."))
    return redirect("synonyms_proposed")


@access("manager")
def synonyms_import(request: HttpRequest) -> HttpResponse:
    """Read concepts from a file, all or nothing."""
    form = ThesaurusFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_file(form.cleaned_data["file"].read())
            added, extended = import_concepts(actor=actor_of(request), rows=rows)
        except Invalid as error:
            show_errors(form, error)
        else:
            counts = {"added": added, "extended": extended}
            messages.success(request, _("%(added)s concepts added, %(extended)s extended.") % counts)
            return redirect("synonyms")
    status = 422 if form.errors else 200
    return render(request, "marketplace/synonyms/import.html", {"form": form}, status=status)


@access("manager")
def synonyms_export(request: HttpRequest) -> HttpResponse:
    """Hand out the thesaurus as a file that can be read in again."""
    response = HttpResponse(
        "\ufeff",
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="synonyms.csv"', "X-Content-Type-Options": "nosniff"},
    )
    write_file(Concept.objects.in_use().for_page(), response)  # type: ignore[arg-type]
    return response
