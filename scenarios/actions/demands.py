"""What a manager and a publisher do with a pool: draft, edit the core, invite, freeze, split, dissolve."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.core_indicators import with_own_ids
from scenarios.actions.members import (
    OPEN_TO_CHANGE,
    ask_owners,
    lock_demand,
    lock_needs,
    lock_pooling,
    require_poolable,
)
from scenarios.actions.standing import end_pool, move_demand, obstacles_to_freezing
from scenarios.actor import Actor
from scenarios.choices import DemandStatus, Treatment
from scenarios.codes import next_code
from scenarios.conflicts import conflicts_between
from scenarios.content import INDICATOR_FIELDS
from scenarios.errors import Conflict, IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.lifecycle import DEMAND_MOVES
from scenarios.models import CoreVersion, DemandMember, Difference, MergedDemand, MergeProposal, Need
from scenarios.policies import require_move, require_role
from scenarios.querysets import LIVE_CALLS

DEVIATING = ("data_class", "deploy", "risk_tier", "quantity_unit", "district_id", "boundary_in", "boundary_out")


class CoreFields(TypedDict, total=False):
    """The common core as a manager edits it."""

    title_zh: str
    title_en: str
    problem: str
    boundary_in: str
    boundary_out: str
    indicators: list[dict[str, Any]]


def suggested_core(needs: Sequence[Need]) -> CoreFields:
    """Return a core to start from: the wording of the largest member, and the indicators that every member names."""
    largest = max(needs, key=lambda need: (need.quantity or Decimal(0), need.code))
    shared = _shared_metrics(needs)
    rows = [row for row in largest.indicators.all() if row.metric in shared or row.essential]
    return {
        "title_zh": largest.title_zh,
        "title_en": largest.title_en,
        "problem": largest.problem,
        "boundary_in": largest.boundary_in,
        "boundary_out": largest.boundary_out,
        "indicators": [indicator_json(row) for row in rows],
    }


def _shared_metrics(needs: Sequence[Need]) -> set[str]:
    counts = Counter(metric for need in needs for metric in {row.metric for row in need.indicators.all()})
    return {metric for metric, count in counts.items() if count == len(needs)}


def indicator_json(row: Any) -> dict[str, Any]:
    """Return an indicator of a need as plain values, with its id; a pool publishes it under one of its own."""
    values = {name: getattr(row, name) for name in INDICATOR_FIELDS}
    plain = {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
    return {"id": str(row.pk), **plain}


@transaction.atomic
def draft_demand(
    *,
    actor: Actor,
    need_ids: Iterable[UUID],
    core: CoreFields,
    threshold_quantity: Decimal | None = None,
    deadline: datetime | None = None,
    resolutions: Mapping[str, str] | None = None,
    proposal: MergeProposal | None = None,
) -> MergedDemand:
    """Link needs into a drafted pool; nobody is committed before the owners consent.

    resolutions : hard field in which the members differ → module or excluded.

    Raises Invalid naming needs that may not be pooled, fields without a resolution, or an empty part of the core.
    """
    require_role(actor, "manager")
    lock_pooling()
    _require_terms(threshold_quantity, deadline)
    return _draft(actor, lock_needs(need_ids), core, resolutions or {}, threshold_quantity, deadline, proposal)


def _require_terms(threshold_quantity: Decimal | None, deadline: datetime | None) -> None:
    wrong: dict[str, list[Any]] = {}
    if threshold_quantity is not None and threshold_quantity <= 0:
        wrong["threshold_quantity"] = [_("The minimum scale must be above zero.")]
    if deadline is not None and threshold_quantity is None:
        wrong["threshold_quantity"] = [_("A deadline needs the minimum scale that is to be reached by then.")]
    if deadline is not None and deadline <= timezone.now():
        wrong["deadline"] = [_("The deadline must lie in the future.")]
    if wrong:
        raise Invalid(wrong)


def _draft(
    actor: Actor,
    needs: list[Need],
    core: CoreFields,
    resolutions: Mapping[str, str],
    threshold_quantity: Decimal | None = None,
    deadline: datetime | None = None,
    proposal: MergeProposal | None = None,
) -> MergedDemand:
    if len(needs) < 2:
        raise Invalid({"members": [_("A pool needs at least two needs.")]})
    require_poolable(needs)
    _require_resolved(needs, resolutions)
    demand = MergedDemand.objects.create(
        code=next_code("HB"),
        title_zh=core.get("title_zh", ""),
        title_en=core.get("title_en", ""),
        manager_id=actor.signed_in_id,
        unit=max(needs, key=lambda need: need.quantity or 0).quantity_unit,
        threshold_quantity=threshold_quantity,
        deadline=deadline,
        deadline_generation=1 if deadline else 0,
        proposal=proposal,
    )
    DemandMember.objects.bulk_create([DemandMember(demand=demand, need=need) for need in needs])
    _add_core(demand, _with_own_ids(demand, core), actor)
    _write_differences(demand, needs, resolutions)
    log_event("demand.drafted", demand, actor=actor, members=[need.code for need in needs])
    return demand


def _require_resolved(needs: Sequence[Need], resolutions: Mapping[str, str]) -> None:
    open_fields = [c.field for c in conflicts_between(needs) if resolutions.get(c.field) not in ("module", "excluded")]
    if open_fields:
        raise Invalid(
            {field: [_("Decide: module or excluded. Hard values are never averaged.")] for field in open_fields}
        )


def _with_own_ids(demand: MergedDemand, core: CoreFields) -> CoreFields:
    return {**core, "indicators": with_own_ids(demand, core["indicators"])} if core.get("indicators") else core


def _add_core(demand: MergedDemand, core: CoreFields, actor: Actor) -> CoreVersion:
    empty = [name for name in ("title_zh", "problem", "boundary_out", "indicators") if not core.get(name)]
    if empty:
        raise Invalid({name: [_("The core needs this part.")] for name in empty})
    return CoreVersion.objects.create(
        demand=demand, version=demand.core_version, created_by_id=actor.signed_in_id, **core
    )


def _write_differences(demand: MergedDemand, needs: Sequence[Need], resolutions: Mapping[str, str]) -> None:
    """Note every field in which a member deviates from the most frequent value (ties: the larger member's)."""
    rows = []
    for field in DEVIATING:
        values = Counter(str(getattr(need, field) or "") for need in needs)
        usual = max(values, key=lambda value: (values[value], value))
        treatment = resolutions.get(field, Treatment.MODULE)
        rows += [
            Difference(demand=demand, need=need, field=field.removesuffix("_id"), value=value, treatment=treatment)
            for need in needs
            if (value := str(getattr(need, field) or "")) != usual
        ]
    Difference.objects.bulk_create(rows)


@transaction.atomic
def edit_core(*, actor: Actor, demand_id: UUID, version: int, core: CoreFields) -> MergedDemand:
    """Change the core: a new version, and every owner is asked again. Nothing changes where nothing differs.

    version : the core version that the manager saw.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The core is frozen for a call; it cannot be edited any more."))
    latest = demand.cores.get(version=demand.core_version)
    if demand.core_version != version:
        raise Conflict({name: (str(value), str(getattr(latest, name))) for name, value in core.items()})
    core = _with_own_ids(demand, core)
    whole: CoreFields = {name: getattr(latest, name) for name in CoreFields.__annotations__}  # type: ignore[assignment]
    changed = [name for name, value in core.items() if whole.get(name) != value]
    if not changed:
        return demand
    demand.core_version += 1
    _add_core(demand, {**whole, **core}, actor)
    demand.title_zh, demand.title_en = core.get("title_zh", demand.title_zh), core.get("title_en", demand.title_en)
    demand.version += 1
    demand.save()
    log_event("demand.core_changed", demand, actor=actor, changed=changed, core_version=demand.core_version)
    if demand.status in (DemandStatus.FORMED, DemandStatus.THRESHOLD_MET):
        move_demand(demand, "reconsent", actor=actor)
    if demand.status == DemandStatus.CONSENTING:
        ask_owners(demand)
    return demand


@transaction.atomic
def invite_owners(*, actor: Actor, demand_id: UUID) -> MergedDemand:
    """Ask every owner for consent to the present core, within 14 days."""
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, "invite", actor=actor, owner_id=None, status=demand.status)
    if demand.members.filter(left_at__isnull=True).count() < 2:
        raise Invalid({"members": [_("A pool needs at least two needs.")]})
    move_demand(demand, "invite", actor=actor, core_version=demand.core_version)
    ask_owners(demand)
    return demand


@transaction.atomic
def freeze_demand(*, actor: Actor, demand_id: UUID) -> MergedDemand:
    """Close the pool to changes, so that a call can be opened from exactly this core.

    Raises IllegalMove while an owner has not accepted the core, with fewer than two owners on it, or below the
    minimum scale where one was set.
    """
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, "freeze", actor=actor, owner_id=None, status=demand.status)
    if obstacles := obstacles_to_freezing(demand):
        raise IllegalMove(" ".join(obstacles))
    return move_demand(demand, "freeze", actor=actor)


@transaction.atomic
def dissolve_demand(*, actor: Actor, demand_id: UUID, reason: str) -> MergedDemand:
    """Undo the merge: every need is on its own again, with its code, followers and history."""
    return _end(actor, demand_id, "dissolve", reason)


@transaction.atomic
def split_demand(*, actor: Actor, demand_id: UUID, reason: str, groups: Sequence[Sequence[UUID]] = ()) -> MergedDemand:
    """Undo the merge and draft a smaller pool of each of `groups` (none: the needs stay on their own).

    Raises Invalid when a group names a need that is not in the pool.
    """
    require_role(actor, "publisher", "system")
    lock_pooling()
    present = set(DemandMember.objects.filter(demand=demand_id, left_at__isnull=True).values_list("need", flat=True))
    if not {need for group in groups for need in group} <= present:
        raise Invalid({"groups": [_("A part may hold only needs of this pool.")]})
    demand = _end(actor, demand_id, "split", reason)
    core = demand.cores.get(version=demand.core_version)
    fields: CoreFields = {name: getattr(core, name) for name in CoreFields.__annotations__}  # type: ignore[assignment]
    resolutions = {row.field: row.treatment for row in demand.differences.all()}
    for group in groups:
        part = _draft(actor, lock_needs(group), fields, resolutions)
        MergedDemand.objects.filter(pk=part.pk).update(manager=demand.manager_id)
    return demand


def _end(actor: Actor, demand_id: UUID, name: str, reason: str) -> MergedDemand:
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, name, actor=actor, owner_id=None, status=demand.status)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; every owner reads it.")]})
    if demand.calls.filter(status__in=LIVE_CALLS).exists():
        raise IllegalMove(_("A call from this pool is under way. Cancel it first."))
    return end_pool(demand, name, actor=actor, reason=reason)
