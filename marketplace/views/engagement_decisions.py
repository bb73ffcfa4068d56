"""Deciding on a gate: one side proposes, the other reads it on a page of its own and confirms."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_decisions as actions
from marketplace.engagement_facts import standing_of, told_indicators, told_parties
from marketplace.forms.engagements import DecisionForm, StatementForm
from marketplace.models import Engagement, Gate, GateDecision
from marketplace.models.gate import MAX_ITERATIONS
from marketplace.views.engagement_gates import found_gate
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid, refused_for
from scenarios.policies import one_of
from scenarios.two_versions import compared, compared_again, with_choices
from scenarios.views.parts import actor_of


@access("member", "manager")
def decision_propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Propose how the round of a gate ends."""
    actor = actor_of(request)
    engagement, gate = found_gate(actor, pk)
    told = told_parties(engagement, actor)
    parties = [(str(row.id), f"{row.name} · {row.role_label}") for row in told if row.organisation_id]
    if request.method != "POST":
        return _propose_page(request, engagement, gate, DecisionForm(parties=parties))
    form = DecisionForm(request.POST, parties=parties)
    if not form.is_valid():
        return _propose_page(request, engagement, gate, form, status=422)
    try:
        decision = actions.propose_decision(actor=actor, gate_id=pk, fields=form.decision)
    except Invalid as refusal:
        form.show(refusal)
        return _propose_page(request, engagement, gate, form, status=422)
    messages.success(request, _("The decision is proposed; the other side has to confirm it."))
    return redirect("decision_detail", decision.pk)


def _propose_page(
    request: HttpRequest, engagement: Engagement, gate: Gate, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    may = standing_of(actor_of(request), engagement)
    context = {
        "engagement": engagement,
        "gate": gate,
        "form": form,
        "rounds_left": MAX_ITERATIONS - gate.iterations,
        "left": gate.cost_cap - gate.spent,
        "indicators": told_indicators(engagement, may),
    }
    return render(request, "marketplace/decision_form.html", context, status=status)


def _found(actor: Actor, pk: UUID) -> tuple[Engagement, Gate, GateDecision]:
    seen = Engagement.objects.visible_to(actor).values("pk")
    decision = one_of(GateDecision.objects.filter(gate__engagement__in=seen).select_related("accused"), pk)
    engagement, gate = found_gate(actor, decision.gate_id)
    return engagement, gate, decision


@access("member", "staff")
def decision_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is proposed, by whom, and what follows from it; here the other side confirms."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    actor = actor_of(request)
    engagement, gate, decision = _found(actor, pk)
    may = standing_of(actor, engagement)
    is_open = decision.state == "proposed" and engagement.status in ("running", "accepted")
    names = {row.id: row.name for row in told_parties(engagement, actor)}
    accused_here = decision.accused is not None and actor.owns(decision.accused.organisation_id)
    states = is_open and accused_here and not decision.statement
    beside = may.lead if decision.accused is not None and decision.accused.role == "owner" else may.owner
    context = {
        "engagement": engagement,
        "gate": gate,
        "decision": decision,
        "accused": names.get(decision.accused_id) if decision.accused_id else "",
        "may_confirm": is_open and (beside if decision.by_manager else may.manager),
        "may_take_back": is_open and (may.manager if decision.by_manager else beside),
        "statement_form": StatementForm(initial={"version": decision.version}) if states else None,
        "indicators": told_indicators(engagement, may),
        "left": gate.cost_cap - gate.spent,
    }
    return render(request, "marketplace/decision_detail.html", {**context, **forms}, status=status)


@access("member", "manager")
@require_POST
def decision_confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make the decision that the other side proposed."""
    actor = actor_of(request)
    engagement, _gate, _decision = _found(actor, pk)
    try:
        actions.confirm_decision(actor=actor, decision_id=pk)
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
        return redirect("decision_detail", pk)
    messages.success(request, _("The decision is made."))
    return redirect("engagement_detail", engagement.pk)


@access("member", "manager")
@require_POST
def decision_take_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take back what one's own side proposed."""
    actor = actor_of(request)
    _engagement, gate, _decision = _found(actor, pk)
    actions.take_decision_back(actor=actor, decision_id=pk)
    messages.success(request, _("The proposed decision is taken back."))
    return redirect("gate_detail", gate.pk)


@access("member")
@require_POST
def decision_statement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give the side of the party that is said to be in breach."""
    actor = actor_of(request)
    _engagement, _gate, decision = _found(actor, pk)
    form = StatementForm(with_choices(request.POST, {"statement": decision.statement}))
    if not form.is_valid():
        compared_again(form)
        return _page(request, pk, status=422, statement_form=form)
    statement = form.cleaned_data["statement"]
    try:
        actions.make_statement(actor=actor, decision_id=pk, statement=statement, version=form.seen)
    except Conflict as conflict:
        _engagement, _gate, latest = _found(actor, pk)
        rows = compared(form, {"statement": latest.statement}, latest.version)
        return _page(request, pk, status=409, statement_form=form, conflict=conflict, differences=rows)
    messages.success(request, _("Your statement is kept with the decision."))
    return redirect("decision_detail", pk)
