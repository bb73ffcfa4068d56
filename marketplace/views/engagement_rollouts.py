"""How a member of the pool takes over what has landed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_rollouts as actions
from marketplace.forms.engagements import DayForm, DeviationForm
from marketplace.lifecycle import ROLLOUT_MOVES
from marketplace.models import Rollout
from scenarios.access import access
from scenarios.errors import Conflict, Invalid, NotFound, refused_for
from scenarios.policies import one_of, open_moves
from scenarios.two_versions import compared, compared_again, with_choices
from scenarios.views.parts import actor_of


@access("member", "staff")
def rollout_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One member's rollout as that member, the lead and staff read it; a post notes a deviation."""
    if request.method != "POST":
        return _page(request, pk)
    form = DeviationForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, status=422, deviation_form=form)
    try:
        actions.note_deviation(actor=actor_of(request), rollout_id=pk, **form.cleaned_data)
    except Invalid as refusal:
        form.show(refusal)
        return _page(request, pk, status=422, deviation_form=form)
    messages.success(request, _("The deviation is noted, and proposed for the next version of the core."))
    return redirect("rollout_detail", pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    rows = Rollout.objects.visible_to(actor).select_related("engagement__demand", "need__owner")
    rollout = one_of(rows.prefetch_related("deviations__core_change"), pk)
    engagement = rollout.engagement
    under_way = engagement.status == "landed"
    owner = rollout.need.owner_id
    moves = open_moves(ROLLOUT_MOVES, actor=actor, owner_id=owner, status=rollout.state) if under_way else frozenset()
    accepted = rollout.state in ("accepted", "planned", "done")
    context = {
        "rollout": rollout,
        "engagement": engagement,
        "moves": moves,
        "day_form": DayForm(initial={"day": rollout.planned_on, "version": rollout.version}),
        "deviation_form": DeviationForm() if under_way and accepted and actor.owns(owner) else None,
    }
    return render(request, "marketplace/rollout_detail.html", {**context, **forms}, status=status)


@access("member")
@require_POST
def rollout_move(request: HttpRequest, pk: UUID, move: str) -> HttpResponse:
    """Accept, decline, plan or finish one's own rollout."""
    key: Any = {"actor": actor_of(request), "rollout_id": pk}
    rollout = one_of(Rollout.objects.visible_to(key["actor"]), pk)
    form = DayForm(with_choices(request.POST, {"day": rollout.planned_on}))
    if move in ("plan", "finish") and not form.is_valid():
        compared_again(form)
        return _page(request, pk, status=422, day_form=form)
    try:
        if move == "accept":
            actions.accept_rollout(**key)
        elif move == "decline":
            actions.decline_rollout(**key, reason=request.POST.get("reason", ""))
        elif move == "plan":
            actions.plan_rollout(**key, planned_on=form.cleaned_data["day"], version=form.seen)
        elif move == "finish":
            actions.finish_rollout(**key, done_on=form.cleaned_data["day"])
        else:
            raise NotFound
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    except Conflict as conflict:
        rollout.refresh_from_db()
        rows = compared(form, {"day": rollout.planned_on}, rollout.version)
        return _page(request, pk, status=409, day_form=form, conflict=conflict, differences=rows)
    else:
        messages.success(request, _("Your rollout is updated."))
    return redirect("rollout_detail", pk)
