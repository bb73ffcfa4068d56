"""The public list of results and public notices."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from marketplace.outcomes import last_day_of
from marketplace.public_results import (
    ORDERS,
    result_columns,
    result_facets,
    results_told,
    state_label,
    winners_of,
    with_winners,
)
from scenarios.access import access
from scenarios.listing import narrow
from scenarios.searching import fields_read, search_of
from scenarios.views.list_files import ListFiles, file_of
from scenarios.views.parts import actor_of, page_of

FILES = ListFiles("results", _("Results"), result_columns, printed="result")
READ = ("summary", "title_zh", "title_en")


@access("public")
def result_list(request: HttpRequest) -> HttpResponse:
    """What became of the calls: those under public notice first, by the database clock."""
    search = search_of(request.GET)
    actor = actor_of(request)
    narrowed = narrow(search.among(results_told(actor)), result_facets(actor), request.GET)
    ordered, order = search.ordered(narrowed.rows, ORDERS, request.GET)
    rows = with_winners(ordered)
    labels = [*([search.text] if search.text else []), *(chip.label for chip in narrowed.chips)]
    if file := file_of(request, FILES, rows, total=narrowed.total, narrowed=labels):
        return file
    page = page_of(request, rows, total=narrowed.total)
    context = {
        "page": page,
        "files": FILES.kinds,
        "cards": [result_card(call, search.hit(call.title, *fields_read(call, *READ))) for call in page],
        "facets": narrowed.facets,
        "chips": narrowed.chips,
        "text": search.text,
        "orders": search.orders(ORDERS),
        "order": order,
    }
    return render(request, "marketplace/result_list.html", context)


def result_card(call: Any, hit: Any = None) -> dict[str, Any]:
    """Return what the card of a result shows; the call has its winners."""
    return {
        "call": call,
        "selection": call.selection,
        "state": state_label(call),
        "winners": winners_of(call.selection),
        "last_day": last_day_of(call.selection),
        "hit": hit,
    }
