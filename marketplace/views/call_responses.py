"""The responses to a call side by side and one by one, for those who choose among them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from marketplace.models import Selection
from marketplace.reviewing import may_read_responses, shown_content
from marketplace.side_by_side import Beside, compared_responses, files_text, opened_beside, require_may_compare
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.comparison import ComparedRow
from scenarios.errors import NotFound
from scenarios.models import Call
from scenarios.policies import one_of
from scenarios.sheets import Column
from scenarios.views.list_files import ListFiles, file_of
from scenarios.views.parts import actor_of

LONGEST = 300
"""Letters of a plan in a cell; the rest stands on the page of the response."""


@access("member", "reviewer", "publisher")
@never_cache
def call_responses(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what each opened response promises, per indicator; nobody else learns that there are any."""
    actor = actor_of(request)
    call = _comparable(actor, pk)
    beside = opened_beside(call)
    files = ListFiles(f"{call.code}-responses", _("Responses side by side"), lambda: _sheet_columns(beside))
    whole = compared_responses(call, beside)
    if file := file_of(request, files, whole, total=len(whole)):
        return file
    selection = Selection.objects.filter(call=call).first()
    reviews = selection is not None and may_read_responses(selection, actor)
    context: dict[str, Any] = {
        "call": call,
        "selection": selection,
        "columns": [_column(call, one, reviews) for one in beside],
        "rows": compared_responses(call, beside, LONGEST),
        "anonymous": any(one.placing is None for one in beside),
        "files": files.kinds if beside else [],
    }
    return render(request, "marketplace/call_responses.html", context)


@access("member", "reviewer", "publisher")
@never_cache
def call_response(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Show one opened response as a whole, without names; its attachments are for the panel."""
    actor = actor_of(request)
    call = _comparable(actor, pk)
    found = {one.response.number or 0: one for one in opened_beside(call)}
    if number not in found:
        raise NotFound
    one, numbers = found[number], sorted(found)
    place = numbers.index(number)
    selection = Selection.objects.filter(call=call).first()
    context: dict[str, Any] = {
        "call": call,
        "selection": selection,
        "response": one.response,
        "placing": one.placing,
        "before": numbers[place - 1] if place else None,
        "after": numbers[place + 1] if place + 1 < len(numbers) else None,
        "withheld_files": files_text(one),
        **shown_content(call, one.content),
    }
    return render(request, "marketplace/call_response.html", context)


def _comparable(actor: Actor, pk: UUID) -> Call:
    """Return a call whose opened responses the actor may read."""
    rows = Call.objects.visible_to(actor).with_public_state().select_related("need", "demand")
    call: Call = one_of(rows, pk)
    require_may_compare(call, actor)
    return call


def _column(call: Call, one: Beside, reviews: bool) -> dict[str, str]:
    number = one.response.number
    return {
        "code": _("Response %(number)s") % {"number": number},
        "url": reverse("review_response" if reviews else "call_response", args=[call.pk, number]),
    }


def _sheet_columns(beside: Sequence[Beside]) -> list[Column]:
    return [
        Column(_("Field"), lambda row: row.label),
        *(
            Column(_("Response %(number)s") % {"number": one.response.number}, _told_at(place))
            for place, one in enumerate(beside)
        ),
    ]


def _told_at(place: int) -> Any:
    def told(row: ComparedRow) -> str:
        return row.cells[place].text

    return told
