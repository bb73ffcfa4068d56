"""A gate: its plan, its start, what it costs and what it measures."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from marketplace.actions import engagement_costs, engagement_gates, engagement_proof
from marketplace.engagement_choices import Stage
from marketplace.engagement_facts import (
    IndicatorTold,
    Standing,
    gates_of,
    own_parties,
    standing_of,
    told_indicators,
    told_parties,
)
from marketplace.forms.engagements import CostForm, GateForm, TrialForm
from marketplace.models import Cost, Engagement, Gate
from marketplace.views.engagements import inside_of
from marketplace.views.measuring import blank_form, posted_form, record
from scenarios.access import access
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid, NotFound, refused_for
from scenarios.facts import number
from scenarios.forms import new_key
from scenarios.policies import one_of
from scenarios.two_versions import compared_again, differing, holds_version, with_choices
from scenarios.views.parts import actor_of


@access("member", "manager")
def gate_plan(request: HttpRequest, pk: UUID, stage: str) -> HttpResponse:
    """Plan a gate that has not started."""
    actor = actor_of(request)
    engagement = inside_of(actor, pk)
    if stage not in Stage.values:
        raise NotFound
    gate = engagement.gates.filter(stage=stage).first()
    if request.method != "POST":
        return _plan_page(request, engagement, stage, GateForm(initial=_planned(gate)))
    form = GateForm(with_choices(request.POST, _planned(gate)))
    if not form.is_valid():
        compared_again(form)
        return _plan_page(request, engagement, stage, form, status=422)
    plan: Any = form.plan
    version = form.cleaned_data["version"]
    try:
        engagement_gates.plan_gate(actor=actor, engagement_id=pk, stage=stage, version=version, fields=plan)
    except Invalid as refusal:
        form.show(refusal)
        compared_again(form)
        return _plan_page(request, engagement, stage, form, status=422)
    except Conflict as conflict:
        saved = _planned(gate)
        holds_version(form, saved.pop("version"))
        rows = differing(form, saved)
        return _plan_page(request, engagement, stage, form, status=409, conflict=conflict, differences=rows)
    messages.success(request, _("The gate is planned."))
    return redirect("engagement_detail", pk)


def _planned(gate: Gate | None) -> dict[str, Any]:
    if gate is None:
        return {"version": 0, "trials": 1}
    return {name: getattr(gate, name) for name in GateForm.base_fields}


def _plan_page(
    request: HttpRequest, engagement: Engagement, stage: str, form: GateForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"engagement": engagement, "stage": Stage(stage), "form": form, **more}
    return render(request, "marketplace/gate_form.html", context, status=status)


@access("member", "staff")
def gate_detail(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A gate as its parties and staff read it."""
    return gate_page(request, pk)


def found_gate(actor: Actor, pk: UUID) -> tuple[Engagement, Gate]:
    """Return a gate with its engagement. Raises NotFound for everyone but its parties and staff."""
    seen = Engagement.objects.visible_to(actor).values("pk")
    row = one_of(Gate.objects.filter(engagement__in=seen), pk)
    engagement = inside_of(actor, row.engagement_id)
    gate = next(one for one in gates_of(engagement) if one.pk == row.pk)
    return engagement, gate


def gate_page(request: HttpRequest, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render a gate; `forms` replaces those that were refused."""
    actor = actor_of(request)
    engagement, gate = found_gate(actor, pk)
    may = standing_of(actor, engagement)
    told = told_indicators(engagement, may)
    costs = list(gate.costs.select_related("payer__organisation"))
    names = {row.id: row.name for row in told_parties(engagement, actor)}
    own = {row.pk for row in own_parties(engagement, actor)}
    under_way = engagement.status in ("running", "accepted") and gate.state == "running"
    for cost in costs:
        cost.payer_name = names[cost.payer_id]  # type: ignore[attr-defined]
        cost.may_strike = under_way and (may.manager or cost.payer_id in own)  # type: ignore[attr-defined]
    context = {
        "engagement": engagement,
        "gate": gate,
        "may": may,
        "under_way": under_way,
        "records_trials": under_way and (may.lead or may.manager) and not gate.waiting,  # type: ignore[attr-defined]
        "left": gate.cost_cap - gate.spent,
        "costs": costs,
        "indicators": told,
        "trials": list(gate.trial_records.select_related("cost")),
        "measurements": _measured(gate, told),
    }
    if under_way and may.records:
        context["cost_form"] = _cost_form(engagement, actor, may)
        context["measurement_form"] = blank_form(engagement, [one.line.indicator for one in told])
        if context["records_trials"] and gate.trials_made < gate.trials:
            context["trial_form"] = trial_form(costs)
    return render(request, "marketplace/gate_detail.html", {**context, **forms}, status=status)


def _measured(gate: Gate, told: list[IndicatorTold]) -> list[Any]:
    """Return what was measured in a gate, by indicator and round."""
    rows = [one.measurement for line in told for one in line.line.readings if one.measurement.gate_id == gate.pk]
    for row in rows:
        row.shown = number(row.value)  # type: ignore[attr-defined]
    return rows


def _cost_form(engagement: Engagement, actor: Actor, may: Standing, data: Any = None) -> CostForm:
    told = told_parties(engagement, actor)
    own = {row.pk for row in own_parties(engagement, actor)}
    pairs = [(str(row.id), f"{row.name} · {row.role_label}") for row in told if may.manager or row.id in own]
    return CostForm(data, parties=pairs, initial={"key": new_key()})


def trial_form(costs: list[Cost], data: Any = None) -> TrialForm:
    """Return the form of a trial, which may name one of the costs of its gate that stand."""
    pairs = [(str(row.pk), f"{row.what} · {row.spent_on}") for row in costs if row.struck_at is None]
    return TrialForm(data, costs=pairs, initial={"key": new_key()}, auto_id="trial_%s")


@access("member", "manager")
@require_POST
def gate_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a gate whose entry criteria are met."""
    engagement_gates.start_gate(actor=actor_of(request), gate_id=pk)
    messages.success(request, _("The gate has started."))
    return redirect("gate_detail", pk)


@access("member", "manager")
@require_POST
def cost_book(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Book what was spent, within the cap."""
    actor = actor_of(request)
    engagement, _gate = found_gate(actor, pk)
    form = _cost_form(engagement, actor, standing_of(actor, engagement), request.POST)
    if not form.is_valid():
        return gate_page(request, pk, status=422, cost_form=form)
    payer, key = UUID(form.cleaned_data["payer"]), form.cleaned_data["key"]
    try:
        engagement_costs.book_cost(actor=actor, gate_id=pk, payer_id=payer, fields=form.cost, key=key)
    except Invalid as refusal:
        form.show(refusal)
        return gate_page(request, pk, status=422, cost_form=form)
    messages.success(request, _("The cost is booked."))
    return redirect("gate_detail", pk)


@access("member", "manager")
@require_POST
def cost_strike(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Strike out what was booked by mistake."""
    strike = partial(engagement_costs.strike_cost, cost_id=pk)
    told = _("The cost is struck out and counts no more.")
    return strike_out(request, Cost.objects.all(), pk, strike, told)


def strike_out(
    request: HttpRequest, rows: QuerySet[Any], pk: UUID, strike: Callable[..., object], told: str
) -> HttpResponse:
    """Strike out what was recorded of a gate, for the reason posted. Raises NotFound for all but parties and staff."""
    actor = actor_of(request)
    seen = Engagement.objects.visible_to(actor).values("pk")
    row = one_of(rows.filter(gate__engagement__in=seen), pk)
    found_gate(actor, row.gate_id)
    try:
        strike(actor=actor, reason=request.POST.get("reason", ""))
    except Invalid as refusal:
        messages.error(request, refused_for(refusal))
    else:
        messages.success(request, told)
    return redirect("gate_detail", row.gate_id)


@access("member", "manager")
@require_POST
def gate_measure(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Record what this round measured of an indicator."""
    actor = actor_of(request)
    engagement, gate = found_gate(actor, pk)
    form = posted_form(request, engagement, gate)
    measure = partial(engagement_proof.measure_at_gate, actor=actor, gate_id=pk)
    status, more = record(form, engagement, gate, measure)
    if status != 302:
        return gate_page(request, pk, status=status, measurement_form=form, **more)
    messages.success(request, _("The measurement is recorded."))
    return redirect("gate_detail", pk)
