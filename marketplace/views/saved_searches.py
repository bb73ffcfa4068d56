"""The searches that a reader keeps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import saved_searches
from marketplace.choices import SearchKind, SearchNotice
from marketplace.finding import KINDS
from marketplace.forms.searches import SavedSearchForm
from marketplace.models import SavedSearch
from marketplace.new_hits import numbers_of_new
from scenarios.access import access
from scenarios.errors import Invalid, NotFound
from scenarios.forms import new_key
from scenarios.searching import text_of
from scenarios.views.parts import actor_of


@access("signed_in")
def my_searches(request: HttpRequest) -> HttpResponse:
    """List the searches that the reader keeps with the number of new hits, and those that can be taken back."""
    actor = actor_of(request)
    kept = list(SavedSearch.objects.of(actor))
    new = numbers_of_new(kept, actor)
    context = {
        "rows": [{"search": one, "new": new.get(one.pk, 0), "list": KINDS[one.kind].label} for one in kept],
        "removed": list(SavedSearch.objects.removed(actor)[: saved_searches.MOST]),
        "notices": SearchNotice.choices,
    }
    return render(request, "marketplace/my_searches.html", context)


@access("signed_in")
def search_save(request: HttpRequest) -> HttpResponse:
    """Keep the search whose address is given: ask for its name, then keep it."""
    form = SavedSearchForm(request.POST or None, initial=_asked(request))
    if request.method == "POST" and form.is_valid():
        try:
            saved_searches.save_search(actor=actor_of(request), **form.cleaned_data)
        except Invalid as refusal:
            form.show(refusal)
        else:
            messages.success(request, _("The search is kept."))
            return redirect("my_searches")
    kind = form["kind"].value()
    context = {"form": form, "list": KINDS[kind].label if kind in KINDS else ""}
    return render(request, "marketplace/search_form.html", context, status=422 if form.is_bound else 200)


def _asked(request: HttpRequest) -> dict[str, Any]:
    query = request.GET.copy()
    kind = (query.pop("kind_of_list", None) or [SearchKind.NEED])[-1]
    query.pop("page", None)
    return {"key": new_key(), "kind": kind, "query": query.urlencode(), "name": text_of(query)[:60], "notice": "daily"}


@access("signed_in")
def search_open(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go to what a search finds, the newest first; its hits are new no longer. Twice does no harm."""
    search = saved_searches.look_at(actor=actor_of(request), search_id=pk)
    query = QueryDict(search.query, mutable=True)
    return redirect(f"{reverse(KINDS[search.kind].page)}?{query.urlencode()}")


@require_POST
@access("signed_in")
def search_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Remove a search, take it back, or choose when to be told."""
    actor = actor_of(request)
    try:
        if move == "remove":
            saved_searches.remove_search(actor=actor, search_id=pk)
            messages.success(request, _("The search is removed. You can take it back below."))
        elif move == "restore":
            saved_searches.restore_search(actor=actor, search_id=pk)
            messages.success(request, _("The search is back."))
        elif move == "notice":
            saved_searches.set_notice(actor=actor, search_id=pk, notice=request.POST.get("notice", ""))
            messages.success(request, _("Noted."))
        else:
            raise NotFound
    except Invalid as refusal:
        for texts in refusal.fields.values():
            messages.error(request, " ".join(map(str, texts)))
    return redirect("my_searches")
