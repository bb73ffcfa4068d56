"""The responses to a call side by side, for those who choose among them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from marketplace.models import Selection
from marketplace.reviewing import may_read_responses
from marketplace.side_by_side import compared_responses, opened_beside, require_may_compare
from scenarios.access import access
from scenarios.models import Call
from scenarios.policies import one_of
from scenarios.views.parts import actor_of


@access("member", "reviewer", "publisher")
@never_cache
def call_responses(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show what each opened response promises, per indicator; nobody else learns that there are any."""
    actor = actor_of(request)
    rows = Call.objects.visible_to(actor).with_public_state().select_related("need", "demand")
    call = one_of(rows, pk)
    require_may_compare(call, actor)
    selection = Selection.objects.filter(call=call).first()
    reviews = selection is not None and may_read_responses(selection, actor)
    beside = opened_beside(call)
    context: dict[str, Any] = {
        "call": call,
        "selection": selection,
        "columns": [_column(call, one.response.number, reviews) for one in beside],
        "rows": compared_responses(call, beside),
        "anonymous": any(one.placing is None for one in beside),
    }
    return render(request, "marketplace/call_responses.html", context)


def _column(call: Call, number: int | None, reviews: bool) -> dict[str, str]:
    url = reverse("review_response", args=[call.pk, number]) if reviews else ""
    return {"code": _("Response %(number)s") % {"number": number}, "url": url}
