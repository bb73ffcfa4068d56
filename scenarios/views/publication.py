"""The publisher's queue: what may be published now, what is held back and why, and a preview before it is public."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from scenarios.access import access
from scenarios.actions.moderation import publish_need
from scenarios.actor import Actor
from scenarios.content import unmet_demands
from scenarios.errors import DomainError, Invalid
from scenarios.models import Need
from scenarios.risk import PUBLISH_NEED
from scenarios.views.need_review import indicators_of, public_facts, refused_for
from scenarios.views.parts import actor_of, page_of

AT_ONCE = 20


class Waiting(NamedTuple):
    """An approved need and what keeps this publisher from publishing it; nothing: it may go out."""

    need: Need
    held_back: list[Any]


def held_back(need: Need, actor: Actor) -> list[Any]:
    """Return why `actor` cannot publish an approved need now. The action asks the same again."""
    reasons: list[Any] = [row.refusal for row in unmet_demands(need, before=PUBLISH_NEED)]
    if need.approved_by_id == actor.account_id:
        reasons.append(_("You approved it yourself; another publisher has to publish it."))
    return reasons


@access("publisher")
def publication_queue(request: HttpRequest) -> HttpResponse:
    """List the approved needs, oldest first, each with what holds it back."""
    actor = actor_of(request)
    page = page_of(request, Need.objects.awaiting_publication().select_related("owner", "district", "approved_by"))
    rows = [Waiting(need, held_back(need, actor)) for need in page]
    context = {
        "page": page,
        "ready": [row for row in rows if not row.held_back],
        "blocked": [row for row in rows if row.held_back],
    }
    return render(request, "scenarios/staff/publication_queue.html", context)


@access("publisher")
def publication_preview(request: HttpRequest) -> HttpResponse:
    """Show the chosen needs exactly as the public will read them."""
    needs = _chosen(request.GET.getlist("need"))
    if not needs:
        messages.warning(request, _("Choose at least one need that waits for publication."))
        return redirect("publication_queue")
    rows = [
        {"need": need, "facts": public_facts(need), "indicators": indicators_of(need), "held_back": reasons}
        for need, reasons in ((need, held_back(need, actor_of(request))) for need in needs)
    ]
    ready = [row for row in rows if not row["held_back"]]
    return render(request, "scenarios/staff/publication_preview.html", {"rows": rows, "ready": ready})


def _chosen(ids: Iterable[str]) -> list[Need]:
    keys = [key for key in map(_uuid, list(ids)[:AT_ONCE]) if key]
    return list(Need.objects.awaiting_publication().filter(pk__in=keys).for_page())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


@access("publisher")
@require_POST
def publish_chosen(request: HttpRequest) -> HttpResponse:
    """Publish the chosen needs one by one; one that is refused keeps none of the others back."""
    published = 0
    for need in _chosen(request.POST.getlist("need")):
        try:
            publish_need(actor=actor_of(request), need_id=need.pk)
            published += 1
        except Invalid as error:
            messages.error(request, f"{need.code}: {refused_for(error)}")
        except DomainError as error:
            messages.error(request, f"{need.code}: {error.message}")
    if published:
        said = ngettext("%(count)d need is public now.", "%(count)d needs are public now.", published)
        messages.success(request, said % {"count": published})
    return redirect("publication_queue")
