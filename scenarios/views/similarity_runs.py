"""Runs over super-blocks for staff: how far the present ones are, what failed and why, how earlier ones ended."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.deliveries import MAY_RETRY, retry_run
from scenarios.models import SimilarityRun
from scenarios.similarity_progress import under_way
from scenarios.views.parts import actor_of, page_of


@never_cache
@access("staff")
def similarity_runs(request: HttpRequest) -> HttpResponse:
    """Show the runs under way and the earlier ones; the part that moves alone, where a page asks for it again."""
    present = under_way()
    context = {"present": present, "may_retry": actor_of(request).has_role(*MAY_RETRY)}
    if request.headers.get("HX-Request"):
        if not present:  # They have ended meanwhile: the whole page has something else to say.
            return HttpResponse(headers={"HX-Refresh": "true"})
        return render(request, "scenarios/staff/_runs_under_way.html", context)
    ended = SimilarityRun.objects.filter(finished_at__isnull=False).with_progress()
    context |= {"page": page_of(request, ended), "from_needs": settings.SUPER_BLOCKS_FROM}
    return render(request, "scenarios/staff/similarity_runs.html", context)


@require_POST
@access(*MAY_RETRY)
def retry_similarity_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what failed three times in a run three more attempts."""
    number = retry_run(actor=actor_of(request), run_id=pk)
    text = ngettext("%(number)s part will be tried again.", "%(number)s parts will be tried again.", number)
    messages.success(request, text % {"number": number})
    return redirect("similarity_runs")
