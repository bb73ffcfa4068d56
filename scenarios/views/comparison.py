"""Needs side by side, from a queue or a list, under an address that can be passed on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from scenarios.access import access
from scenarios.comparison import LEAST, MOST, compared_rows, shared_words
from scenarios.models import Need
from scenarios.views.parts import actor_of
from scenarios.views.staff_parts import ids_of


@access("public")
def need_compare(request: HttpRequest) -> HttpResponse:
    """Show two to four needs that the reader may read, in the order in which they were chosen."""
    actor = actor_of(request)
    wanted = list(dict.fromkeys(ids_of(request.GET.getlist("row"))))
    if len(wanted) > MOST:
        messages.info(request, _("Only the first four of those that you chose are compared."))
    found = Need.objects.visible_to(actor).for_page().filter(pk__in=wanted[:MOST])
    needs = sorted(found, key=lambda need: wanted.index(need.pk))
    if len(needs) < LEAST:
        messages.warning(request, _("Choose two to four needs, then compare them."))
        return redirect("need_list")
    words = shared_words(needs)
    context = {
        "columns": [_column(need, needs) for need in needs],
        "rows": compared_rows(needs, actor),
        "words": words,
    }
    return render(request, "scenarios/need_compare.html", context)


def _column(need: Need, needs: list[Need]) -> dict[str, str]:
    url = reverse("need_detail", args=[need.pk])
    return {"code": need.code, "url": url, "without": _without(needs, need)}


def _without(needs: list[Need], left_out: Need) -> str:
    """Return the address without one of the needs; empty where too few would be left."""
    rest = [f"row={need.pk}" for need in needs if need != left_out]
    return f"?{'&'.join(rest)}" if len(rest) >= LEAST else ""
