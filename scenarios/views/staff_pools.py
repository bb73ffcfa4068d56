"""A pool as manager and publisher see it: its core, members, consents and scale."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from scenarios.access import access
from scenarios.actions.members import OPEN_TO_CHANGE
from scenarios.actions.next_core import BOUND
from scenarios.actions.standing import obstacles_to_freezing
from scenarios.actor import Actor
from scenarios.beside import rows_of
from scenarios.choices import DemandStatus
from scenarios.comparing import core_changes, deviation_label, difference_rows, pooled, treatment_lines, value_text
from scenarios.disclosure import shows_reservation
from scenarios.event_labels import event_label
from scenarios.facts import indicator_text, number
from scenarios.lifecycle import DEMAND_MOVES, move
from scenarios.models import Call, Consent, CoreChange, DemandMember, Difference, Event, MergedDemand, Need
from scenarios.policies import one_of, open_moves
from scenarios.pool_querysets import MergedDemandQuerySet
from scenarios.querysets import LIVE_CALLS
from scenarios.scale import Gathered, meter_rows, other_meters, shown_marks
from scenarios.staff_forms import ReasonForm, SplitForm, TermsForm, terms_initial
from scenarios.views.parts import actor_of, page_of
from scenarios.views.queues import Line, chosen_queue, queue_response, waits_on
from scenarios.views.staff_parts import address, chosen, options
from scenarios.waiting import steps_for

SHOWN_EVENTS = 20


@access("manager", "publisher", "auditor")
def staff_pool_list(request: HttpRequest) -> HttpResponse:
    """List the pools, newest first, by state; or exactly those of one of the reader's queues."""
    actor, waits = actor_of(request), waits_on(request, "staff_pool_list")
    if queue := chosen_queue(request, waits):
        return queue_response(request, queue, waits, title=_("Pools"), line=_line)
    states = chosen(request, "state", DemandStatus.values)
    pools = MergedDemand.objects.filter(status__in=states) if states else MergedDemand.objects.living()
    counts = dict(MergedDemand.objects.order_by().values_list("status").annotate(Count("pk")))
    page = page_of(request, pools.with_scale().select_related("manager"))
    steps = steps_for(actor, "staff_pool_list", page)
    context = {
        "page": page,
        "rows": [(pool, steps.get(pool.pk)) for pool in page],
        "waits": waits,
        "filtered": bool(states),
        "states": options(DemandStatus.choices, states, counts),
    }
    return render(request, "scenarios/staff/pool_list.html", context)


def _line(pool: MergedDemand) -> Line:
    return Line(reverse("staff_pool", args=[pool.pk]), pool.code, pool.title)


@access("manager", "publisher", "auditor")
def staff_pool(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a pool with the steps that the reader may take."""
    return pool_page(request, actor_of(request), pk)


def pool_page(request: HttpRequest, actor: Actor, pk: UUID, *, status: int = 200, **forms: Any) -> HttpResponse:
    """Render the page of a pool; `forms` replaces those that were refused."""
    pool: Any = one_of(_read_by(actor), pk)
    linked = pool.members.telling_consent().with_indicators()
    members = list(linked.select_related("need__owner", "need__district"))
    living = [member for member in members if member.left_at is None]
    needs = {member.need_id: member.need for member in members}
    differences = rows_of(Difference, pool.difference_rows, need=needs)
    present_differences = [row for row in differences if row.need_id in {member.need_id for member in living}]
    decided = {row.field for row in differences if row.decided_by_id is not None}
    cores = list(pool.cores.select_related("created_by"))
    present = next(row for row in cores if row.version == pool.core_version)
    calls = rows_of(Call, pool.call_rows)
    context = {
        "pool": pool,
        "core": present,
        "next_core": cores[0] if cores[0].version > pool.core_version else None,
        "core_indicators": [indicator_text(row) for row in present.indicators],
        "versions": [
            {"core": core, "changes": core_changes(older, core)}
            for core, older in zip(cores, [*cores[1:], None], strict=True)
        ],
        "members": living,
        "left": [member for member in members if member.left_at is not None],
        "applicants": list(Need.objects.poolable().filter(joins=pool).select_related("owner").order_by("code")),
        "all_pooled": pooled(member.need for member in living),
        **_scale(Gathered(pool, living, present, decided), actor),
        **_consents(pool, members, actor),
        "columns": [member.need.code for member in living],
        "rows": difference_rows(
            [member.need for member in living],
            treatments=_treatments(present_differences),
            indicators=[member.indicator_rows for member in living],
        ),
        "deviations": _deviations(present_differences),
        "core_changes": rows_of(CoreChange, pool.change_rows, need=needs),
        "treatments": treatment_lines(present.treatments),
        "calls": calls,
        "suggestions_url": address("pool_suggestions", pool.pk),
        "events": _events(pool),
        **_steps(pool, actor, living, calls),
        **forms,
    }
    return render(request, "scenarios/staff/pool.html", context, status=status)


def _read_by(actor: Actor) -> MergedDemandQuerySet:
    """Return the pools that the actor may open, with what hangs on each."""
    pools = MergedDemand.objects.visible_to(actor).with_obstacles().with_differences().with_core_changes()
    return pools.with_calls().with_consents().with_events(SHOWN_EVENTS).select_related("manager", "proposal")


def _scale(gathered: Gathered, actor: Actor) -> dict[str, Any]:
    """Return the meter: what is consented, what it could be if all accepted, and every minimum scale with its gap."""
    pool: Any = gathered.pool
    quantity: Decimal = pool.pooled_quantity
    needs = [member.need for member in gathered.members]
    possible = sum((need.quantity or 0 for need in needs if need.quantity_unit == pool.unit), Decimal(0))
    marks = shown_marks(gathered, actor, is_party=True)
    return {
        "consented": number(quantity),
        "other_meters": other_meters(gathered, marks, actor),
        "possible": number(possible) if possible > quantity else "",
        "thresholds": meter_rows(pool, marks, actor),
    }


def _consents(pool: Any, members: list[DemandMember], actor: Actor) -> dict[str, Any]:
    living = [member for member in members if member.left_at is None]
    owners = {member.need.owner_id: member.need.owner for member in members}
    rows = rows_of(Consent, pool.consent_rows, organisation=owners)
    for row in rows:
        if not shows_reservation(row, actor):
            row.reservation = ""
    shown = [
        {
            "consent": row,
            "quantity": pooled(member.need for member in living if member.need.owner_id == row.organisation_id),
        }
        for row in rows
        if row.core_version == pool.core_version
    ]
    return {"consents": shown, "earlier_consents": [row for row in rows if row.core_version != pool.core_version]}


def _deviations(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    """Return each field and metric in which living members deviate, with their values and what is done about it."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in differences:
        shown = found.setdefault(
            (row.field, row.metric),
            {
                "field": row.field,
                "metric": row.metric,
                "label": deviation_label(row.field, row.metric),
                "treatment": row.treatment,
                "treatment_label": row.get_treatment_display(),
                "undecided": row.field == "indicators" and row.decided_by_id is None,
                "proposed": row.decided_by_id is None,
                "values": [],
            },
        )
        shown["values"].append((row.need.code, value_text(row.field, row.value)))
    return sorted(found.values(), key=lambda one: not one["undecided"])


def _treatments(differences: Iterable[Difference]) -> dict[str, str]:
    """Return field → what is done about it; for indicators one after the other, since each metric has its own."""
    lines: dict[str, dict[str, None]] = {}
    for row in differences:
        undecided = row.field == "indicators" and row.decided_by_id is None
        label = _("To be decided") if undecided else row.get_treatment_display()
        lines.setdefault(row.field, {})[f"{row.metric}: {label}" if row.metric else label] = None
    return {field: "; ".join(found) for field, found in lines.items()}


def _events(pool: Any) -> list[dict[str, Any]]:
    return [{"label": event_label(row.kind), "event": row} for row in rows_of(Event, pool.event_rows)]


def _freezing_waits_for(pool: MergedDemand) -> list[str]:
    """Return why the next step of a formed pool, freezing, is not possible yet; whoever reads it may have to help."""
    return obstacles_to_freezing(pool) if pool.status in move(DEMAND_MOVES, "freeze").source else []


def _steps(pool: Any, actor: Actor, living: list[DemandMember], calls: list[Call]) -> dict[str, Any]:
    """Return what the reader may do now. Every action asks again."""
    return {
        "moves": open_moves(DEMAND_MOVES, actor=actor, owner_id=None, status=pool.status),
        "freezing_waits_for": _freezing_waits_for(pool),
        "is_manager": actor.has_role("manager"),
        "may_change": actor.has_role("manager") and pool.status in OPEN_TO_CHANGE,
        "may_write_next": actor.has_role("manager") and pool.status in BOUND,
        "may_call": actor.has_role("manager")
        and pool.status in (DemandStatus.FROZEN, DemandStatus.CALLED)
        and not pool.has_undecided_call
        and not any(call.status in LIVE_CALLS for call in calls),
        "terms_form": TermsForm(initial=terms_initial(pool)),
        "split_form": SplitForm([member.need for member in living]),
        "dissolve_form": ReasonForm(prefix="dissolve"),
    }
