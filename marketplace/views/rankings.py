"""The manager's page of learned rankings: which one is in use, which could be, and whether its scores tell chances."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions.rankings import activate_ranking, ask_for_training, retire_ranking
from marketplace.active_ranking import active_ranking
from marketplace.models import RankingModel
from marketplace.ranking_training import MIN_JUDGED, MIN_NEEDS, judged_grades, readiness
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.event_labels import event_label
from scenarios.models import Event
from scenarios.reliability import reliability_of
from scenarios.views.parts import actor_of, page_of

LATEST_EVENTS = 20


@access("manager")
def rankings(request: HttpRequest) -> HttpResponse:
    """Show the ranking in use, how far the judgements reach, what was learned, and what was decided."""
    active = RankingModel.objects.filter(state="active").first()
    context = {
        "active": active,
        "is_serving": active is not None and active_ranking() is not None,
        "plot": reliability_of(active.calibration) if active and active.calibration else None,
        "readiness": readiness(judged_grades()),
        "min_judged": MIN_JUDGED,
        "min_needs": MIN_NEEDS,
        "page": page_of(request, RankingModel.objects.exclude(state="active")),
        "events": _events(),
    }
    return render(request, "marketplace/rankings.html", context)


def _events() -> list[dict[str, Any]]:
    events = list(Event.objects.filter(subject_type="ranking").order_by("-pk")[:LATEST_EVENTS])
    accounts = get_user_model()._default_manager.filter(pk__in={event.actor_id for event in events})
    names: dict[int, str] = dict(accounts.values_list("pk", "name"))
    return [
        {"label": event_label(one.kind), "at": one.at, "by": names.get(one.actor_id or 0, ""), "data": one.data}
        for one in events
    ]


@access("manager")
@require_POST
def ranking_train(request: HttpRequest) -> HttpResponse:
    """Have a worker learn from the present judgements."""
    ask_for_training(actor=actor_of(request))
    messages.success(
        request,
        _("A worker learns from the judgements. Reload this page in a while; from the same ones nothing new comes."),
    )
    return redirect("rankings")


@access("manager")
@require_POST
def ranking_activate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Rank suggestions by this ranking from now on."""
    try:
        activate_ranking(actor=actor_of(request), ranking_id=pk)
    except Invalid as error:
        messages.error(request, str(error.fields["ranking"][0]))
    else:
        messages.success(request, _("The learned ranking is in use. Workers rank all suggestions anew."))
    return redirect("rankings")


@access("manager")
@require_POST
def ranking_retire(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go back to the unlearned ranking."""
    retire_ranking(actor=actor_of(request), ranking_id=pk)
    messages.success(request, _("The unlearned ranking is in use again. Workers rank all suggestions anew."))
    return redirect("rankings")
