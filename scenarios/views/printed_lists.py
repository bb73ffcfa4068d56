"""A list that a worker prints: how far it is, and the file."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from scenarios.access import access
from scenarios.choices import PrintedListState
from scenarios.models import PrintedList
from scenarios.policies import one_of
from scenarios.printed import PRINTED_LISTS
from scenarios.querysets import PRINTED_LIST_KEPT
from scenarios.views.list_files import file_response
from scenarios.views.parts import actor_of


@access("signed_in")
def printed_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show how far a list is that the reader ordered, or where its file is."""
    printed = one_of(PrintedList.objects.of(actor_of(request)).with_standing(), pk)
    if request.headers.get("HX-Request"):
        if printed.standing == PrintedListState.RUNNING:
            return render(request, "scenarios/parts/printing_progress.html", {"printed": printed})
        # It is ready meanwhile: the whole page has something else to say.
        return HttpResponse(headers={"HX-Refresh": "true"})
    page = reverse(PRINTED_LISTS[printed.kind].page)
    context = {
        "printed": printed,
        "number": len(printed.ids),
        "kept_until": printed.created_at + PRINTED_LIST_KEPT,
        "list_url": f"{page}?{printed.query}" if printed.query else page,
    }
    return render(request, "scenarios/printed_list.html", context)


@access("signed_in")
def printed_list_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out the file of a list that the reader ordered."""
    printed = one_of(PrintedList.objects.of(actor_of(request)).filter(state=PrintedListState.DONE), pk)
    return file_response(PRINTED_LISTS[printed.kind].name, printed.format, bytes(printed.file))
