"""The search of the header: what every public list finds, and straight to a page by its code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from marketplace.site_search import found_everywhere, page_of_code
from scenarios.access import access
from scenarios.searching import search_of
from scenarios.views.parts import actor_of, search_text


@access("public")
def site_search(request: HttpRequest) -> HttpResponse:
    """Show the first hits of every list for its reader; a code of a page that the reader may open leads there."""
    actor = actor_of(request)
    if address := page_of_code(search_text(request), actor):
        return redirect(address)
    search = search_of(request.GET)
    groups = found_everywhere(search, actor)
    context = {"text": search.text, "groups": groups, "total": sum(group.total for group in groups)}
    return render(request, "marketplace/site_search.html", context)
