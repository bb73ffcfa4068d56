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
from scenarios.actions.differences import INDICATORS, treatments_of, write_differences
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
from scenarios.conflicts import conflicts_between, indicator_conflicts
from scenarios.content import INDICATOR_FIELDS
from scenarios.errors import Conflict, IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.lifecycle import DEMAND_MOVES, move
from scenarios.models import CoreVersion, DemandMember, MergedDemand, MergeProposal, Need
from scenarios.policies import require_move, require_role
from scenarios.querysets import LIVE_CALLS, LIVE_ENGAGEMENTS, lexemes
from scenarios.search_columns import pool_tokens


class CoreFields(TypedDict, total=False):
    """The common core as a manager edits it."""

    title_zh: str
    title_en: str
    problem: str
    boundary_in: str
    boundary_out: str
    indicators: list[dict[str, Any]]


def suggested_core(needs: Sequence[Need]) -> CoreFields:
    """Return a core to start from: the wording of the largest member, and the indicators with a target of all.

    Where there is none, the largest member's essential ones that contradict no other's. A target on which members
    conflict is in no proposal: to name it is the manager's decision.
    """
    largest = max(needs, key=lambda need: (need.quantity or Decimal(0), need.code))
    shared, conflicting = _shared_metrics(needs), indicator_conflicts(needs)
    named = list(largest.indicators.all())
    rows = [row for row in named if row.metric in shared and row.metric.strip() not in conflicting]
    rows = rows or [row for row in named if row.essential and row.metric.strip() not in conflicting]
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
    split_from: MergedDemand | None = None,
) -> MergedDemand:
    if len(needs) < 2:
        raise Invalid({"members": [_("A pool needs at least two needs.")]})
    require_poolable(needs)
    _require_resolved(needs, resolutions)
    code = next_code("HB")
    demand = MergedDemand.objects.create(
        code=code,
        search=lexemes(pool_tokens(code, core)),
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
    write_differences(demand, needs, resolutions, decided_by=actor.account_id, split_from=split_from)
    _note_named(demand, core, actor)
    _add_present(demand, own_indicators(demand, core), actor)
    log_event("demand.drafted", demand, actor=actor, members=[need.code for need in needs])
    return demand


def _note_named(demand: MergedDemand, core: CoreFields, actor: Actor) -> None:
    """Note as decided the metrics that the manager's core names itself: the members' own targets are modules then."""
    named = {str(row.get("metric", "")).strip() for row in core.get("indicators") or ()}
    demand.differences.undecided().filter(metric__in=named).update(decided_by=actor.account_id)


def _require_resolved(needs: Sequence[Need], resolutions: Mapping[str, str]) -> None:
    open_fields = [c.field for c in conflicts_between(needs) if resolutions.get(c.field) not in ("module", "excluded")]
    if open_fields:
        raise Invalid(
            {field: [_("Decide: module or excluded. Hard values are never averaged.")] for field in open_fields}
        )


def own_indicators(demand: MergedDemand, core: CoreFields) -> CoreFields:
    """Return the core with its indicators under ids of the pool's own."""
    return {**core, "indicators": with_own_ids(demand, core["indicators"])} if core.get("indicators") else core


def _add_present(demand: MergedDemand, core: CoreFields, actor: Actor) -> None:
    add_core(demand, core, actor, version=demand.core_version, treatments=treatments_of(demand))


def add_core(demand: MergedDemand, core: CoreFields, actor: Actor, *, version: int, treatments: Any) -> CoreVersion:
    """Write a version of a pool's core. Raises Invalid naming the parts that are empty."""
    empty = [name for name in ("title_zh", "problem", "boundary_out", "indicators") if not core.get(name)]
    if empty:
        raise Invalid({name: [_("The core needs this part.")] for name in empty})
    return CoreVersion.objects.create(
        demand=demand,
        version=version,
        created_by_id=actor.signed_in_id,
        treatments=treatments,
        **core,
    )


@transaction.atomic
def edit_core(*, actor: Actor, demand_id: UUID, version: int, core: CoreFields) -> MergedDemand:
    """Change the core: a new version, which takes in what was noted for it, and every owner is asked again. Nothing
    changes where nothing differs.

    version : the core version that the manager saw.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The core is frozen for a call; it cannot be edited any more."))
    latest = demand.cores.get(version=demand.core_version)
    if demand.core_version != version:
        raise Conflict({name: (str(value), str(getattr(latest, name))) for name, value in core.items()})
    core = own_indicators(demand, core)
    whole = fields_of(latest)
    changed = [name for name, value in core.items() if whole.get(name) != value]
    if not changed:
        return demand
    _note_named(demand, core, actor)
    renew_core(demand, {**whole, **core}, actor=actor, changed=changed)
    demand.core_changes.noted().update(core_version=demand.core_version)
    return demand


def renew_core(demand: MergedDemand, core: CoreFields, *, actor: Actor, changed: Sequence[str]) -> MergedDemand:
    """Write the next version of a locked pool's core and ask every owner again."""
    demand.core_version += 1
    _add_present(demand, core, actor)
    demand.title_zh, demand.title_en = core["title_zh"], core["title_en"]
    demand.search = lexemes(pool_tokens(demand.code, core))
    demand.version += 1
    demand.save()
    log_event("demand.core_changed", demand, actor=actor, changed=changed, core_version=demand.core_version)
    if demand.status in move(DEMAND_MOVES, "reconsent").source:
        move_demand(demand, "reconsent", actor=actor)
    if demand.status == DemandStatus.CONSENTING:
        ask_owners(demand)
    return demand


@transaction.atomic
def decide_difference(*, actor: Actor, demand_id: UUID, field: str, treatment: str, metric: str = "") -> MergedDemand:
    """Make what members deviate in a module or exclude it; hard values are never averaged.

    metric : names the indicator where `field` is "indicators".

    Once owners were asked, that is a new version of the core, to which each is asked for consent again.
    Raises NotFound where no member deviates, Invalid for another treatment, IllegalMove once the pool is frozen.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The core is frozen for a call; it cannot be edited any more."))
    if treatment not in (Treatment.MODULE, Treatment.EXCLUDED):
        raise Invalid({"treatment": [_("Decide: module or excluded. Hard values are never averaged.")]})
    rows = demand.differences.filter(field=field, metric=metric)
    if not rows.exists():
        raise NotFound
    rows.update(treatment=treatment, decided_by=actor.account_id)
    log_event("demand.difference_decided", demand, actor=actor, changed=[field], treatment=treatment)
    latest = demand.cores.get(version=demand.core_version)
    if treatments_of(demand) == latest.treatments:
        return demand
    if demand.status == DemandStatus.DRAFTED:
        demand.cores.filter(pk=latest.pk).update(treatments=treatments_of(demand))
        return demand
    return renew_core(demand, fields_of(latest), actor=actor, changed=["treatments"])


def fields_of(core: CoreVersion) -> CoreFields:
    """Return what a manager writes of a version of the core."""
    return {name: getattr(core, name) for name in CoreFields.__annotations__}  # type: ignore[return-value]


@transaction.atomic
def invite_owners(*, actor: Actor, demand_id: UUID) -> MergedDemand:
    """Ask every owner for consent to the present core, within 14 days."""
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, "invite", actor=actor, owner_id=None, status=demand.status)
    if demand.members.filter(left_at__isnull=True).count() < 2:
        raise Invalid({"members": [_("A pool needs at least two needs.")]})
    if undecided := sorted(set(demand.differences.undecided().values_list("metric", flat=True))):
        raise Invalid({"differences": [_undecided_text(undecided)]})
    move_demand(demand, "invite", actor=actor, core_version=demand.core_version)
    ask_owners(demand)
    return demand


def _undecided_text(metrics: Sequence[str]) -> str:
    return _("The members' targets differ: %(metrics)s. Decide for each: module or excluded.") % {
        "metrics": ", ".join(metrics)
    }


@transaction.atomic
def freeze_demand(*, actor: Actor, demand_id: UUID) -> MergedDemand:
    """Close the pool to changes, so that a call can be opened from exactly this core.

    Raises IllegalMove while an owner has not accepted the core, with fewer than two owners on it, or below the
    minimum scale where one was set.
    """
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, "freeze", actor=actor, owner_id=None, status=demand.status)
    if obstacles := obstacles_to_freezing(MergedDemand.objects.with_obstacles().get(pk=demand.pk)):
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
    fields = fields_of(demand.cores.order_by("-version")[0])
    decided = demand.differences.filter(decided_by__isnull=False).exclude(field=INDICATORS)
    resolutions = {row.field: row.treatment for row in decided}
    for group in groups:
        part = _draft(actor, lock_needs(group), fields, resolutions, split_from=demand)
        MergedDemand.objects.filter(pk=part.pk).update(manager=demand.manager_id)
    return demand


def _end(actor: Actor, demand_id: UUID, name: str, reason: str) -> MergedDemand:
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    require_move(DEMAND_MOVES, name, actor=actor, owner_id=None, status=demand.status)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; every owner reads it.")]})
    if demand.calls.filter(status__in=LIVE_CALLS).exists():
        raise IllegalMove(_("A call from this pool is under way. Cancel it first."))
    if demand.calls.undecided().exists():
        raise IllegalMove(_("The responses to a call from this pool are not decided on. It is awarded or fails first."))
    if demand.engagements.filter(status__in=LIVE_ENGAGEMENTS).exists():
        raise IllegalMove(_("A project of this pool is under way. It has to end first."))
    return end_pool(demand, name, actor=actor, reason=reason)
