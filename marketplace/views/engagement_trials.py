"""The trials of a gate, on its page."""

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_trials
from marketplace.models import Trial
from marketplace.views.engagement_gates import found_gate, gate_page, strike_out, trial_form
from scenarios.access import access
from scenarios.errors import Invalid
from scenarios.views.parts import actor_of


@access("member", "manager")
@require_POST
def trial_record(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record what was tried, among the trials that were planned."""
    actor = actor_of(request)
    _engagement, gate = found_gate(actor, pk)
    form = trial_form(list(gate.costs.all()), request.POST)
    if not form.is_valid():
        return gate_page(request, pk, status=422, trial_form=form)
    key = form.cleaned_data["key"]
    try:
        engagement_trials.record_trial(actor=actor, gate_id=pk, fields=form.trial, key=key)
    except Invalid as refusal:
        form.show(refusal)
        return gate_page(request, pk, status=422, trial_form=form)
    messages.success(request, _("The trial is recorded."))
    return redirect("gate_detail", pk)


@access("member", "manager")
@require_POST
def trial_strike(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Strike out what was recorded by mistake."""
    strike = partial(engagement_trials.strike_trial, trial_id=pk)
    told = _("The trial is struck out and counts no more.")
    return strike_out(request, Trial.objects.all(), pk, strike, told)
