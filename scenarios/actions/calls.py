"""From a need or a frozen pool to an open call: draft, review, approve, open, cancel."""

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios import topics
from scenarios.actions.call_lots import lot, lots_of
from scenarios.actions.call_readiness import needs_behind, require_ready_for_responses, require_risk_papers
from scenarios.actions.demands import indicator_json
from scenarios.actions.members import leave_pools, lock_pooling
from scenarios.actions.standing import ENOUGH_OWNERS, move_demand
from scenarios.actor import SYSTEM, Actor
from scenarios.choices import CallStatus, CancellationGround, DemandStatus, NeedStatus, Visibility
from scenarios.clauses import Clause, clause_faults, cleaned_clauses
from scenarios.codes import next_code
from scenarios.disclosure import pooled_band
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import CALL_MOVES, check_move
from scenarios.models import Call, CallKey, KeyShare, MergedDemand, Need
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move, require_role, require_stranger
from scenarios.querysets import LIVE_CALLS, DatabaseClock, lexemes
from scenarios.search_columns import call_tokens

# What Chinese fair-competition review asks of a public call; each is confirmed before approval.
FAIR_COMPETITION = {
    "no_local_preference": _("No supplier is preferred for where it is registered."),
    "no_named_brand": _("No brand, patent or single supplier is named or implied."),
    "no_ownership_limit": _("No condition depends on the supplier's ownership or size."),
    "proportionate_eligibility": _("Eligibility follows from the need and nothing else."),
    "open_information": _("Everyone gets the same information at the same time."),
}


class CallFields(TypedDict, total=False):
    """The fields of a call that its author writes."""

    kind: str
    title_zh: str
    title_en: str
    summary: str
    budget_cap: Decimal | None
    eligibility: list[Clause]
    consortium_allowed: bool
    question_deadline: datetime | None
    closes_at: datetime | None
    publicity_days: int
    criteria: list[dict[str, Any]]
    fair_competition: dict[str, bool]
    winners: int


@transaction.atomic
def draft_call(*, actor: Actor, fields: CallFields, need_id: UUID | None = None, demand_id: UUID | None = None) -> Call:
    """Draft a call from a published need or a frozen pool; its indicators are taken over as they stand.

    Raises IllegalMove when the source is not ready, Invalid when it already has a call under way.
    """
    require_role(actor, "manager")
    if (need_id is None) == (demand_id is None):
        raise Invalid({"source": [_("A call comes from one need or one pool.")]})
    lock_pooling()
    call = Call(code=next_code("FB"), author_id=actor.signed_in_id)
    if need_id is not None:
        _from_need(call, one_of(Need.objects.visible_to(actor), need_id, lock=True))
    elif demand_id is not None:
        _from_demand(call, one_of(MergedDemand.objects.visible_to(actor), demand_id, lock=True))
    earlier = Call.objects.filter(need=call.need, demand=call.demand)
    if earlier.exclude(status__in=["closed", "cancelled"]).exists() or earlier.undecided().exists():
        raise Invalid({"source": [_("A call from this source is already under way.")]})
    _write(call, fields)
    call.save(force_insert=True)
    log_event("call.drafted", call, actor=actor, changed=fields)
    return call


def _from_need(call: Call, need: Need) -> None:
    if need.status != NeedStatus.PUBLISHED or need.visibility != Visibility.PUBLIC:
        raise IllegalMove(_("Only a published need that is open to the public can be called."))
    if need.memberships.filter(left_at__isnull=True).exists():
        raise IllegalMove(_("This need is in a pool; the call comes from the pool."))
    call.need = need
    call.title_zh, call.title_en, call.summary = need.title_zh, need.title_en, need.problem
    call.quantity, call.quantity_unit = need.quantity, need.quantity_unit
    call.indicators = [indicator_json(row) for row in need.indicators.all()]
    call.lots = [lot()]


def _from_demand(call: Call, demand: MergedDemand) -> None:
    if demand.status not in (DemandStatus.FROZEN, DemandStatus.CALLED):
        raise IllegalMove(_("The publisher has to freeze the pool before a call is drafted from it."))
    core = demand.cores.get(version=demand.core_version)
    call.demand = demand
    call.title_zh, call.title_en, call.summary = core.title_zh, core.title_en, core.problem
    call.quantity_unit, call.indicators = demand.unit, core.indicators
    call.lots = lots_of(demand)
    _take_quantity(call, demand)


def _take_quantity(call: Call, demand: MergedDemand) -> None:
    """Take over the pooled quantity; with two owners only its band, since "pool minus mine" would reveal the other."""
    scale = MergedDemand.objects.with_scale().get(pk=demand.pk)
    if scale.owners < ENOUGH_OWNERS:
        raise IllegalMove(_("Fewer than two owners stand behind this pool now."))
    call.quantity_band = pooled_band(scale)
    call.quantity = None if call.quantity_band else scale.pooled_quantity


def _write(call: Call, fields: CallFields) -> None:
    for name, value in fields.items():
        if name not in CallFields.__annotations__:
            raise Invalid({name: [_("This field cannot be set.")]})
        setattr(call, name, value)
    call.eligibility = cleaned_clauses(call.eligibility)
    wrong: dict[str, list[Any]] = {}
    if faults := clause_faults(call.eligibility):
        wrong["eligibility"] = faults
    if call.closes_at and call.closes_at <= timezone.now():
        wrong["closes_at"] = [_("The closing time must lie in the future.")]
    if call.question_deadline and call.closes_at and call.question_deadline > call.closes_at:
        wrong["question_deadline"] = [_("Questions end before the call closes.")]
    if call.budget_cap is not None and call.budget_cap < 0:
        wrong["budget_cap"] = [_("An amount of money cannot be below zero.")]
    if call.winners < 1:
        wrong["winners"] = [_("At least one team is chosen.")]
    if call.publicity_days < 5:
        wrong["publicity_days"] = [_("The public notice lasts at least 5 working days.")]
    if call.criteria and sum(Decimal(str(row.get("weight", 0))) for row in call.criteria) != 100:
        wrong["criteria"] = [_("The weights of the criteria must add up to 100.")]
    if wrong:
        raise Invalid(wrong)


@transaction.atomic
def save_call(*, actor: Actor, call_id: UUID, version: int, fields: CallFields) -> Call:
    """Save a drafted call. Raises Conflict when someone saved in between."""
    call = _lock(actor, call_id)
    require_role(actor, "manager")
    if call.status != CallStatus.DRAFT:
        raise IllegalMove(_("Only a drafted call can be edited."))
    if call.version != version:
        raise Conflict({name: (str(value), str(getattr(call, name))) for name, value in fields.items()})
    _write(call, fields)
    call.author_id = actor.signed_in_id  # who wrote it last cannot review it
    call.version += 1
    call.save()
    log_event("call.saved", call, actor=actor, changed=fields)
    return call


@transaction.atomic
def review_call(*, actor: Actor, call_id: UUID) -> Call:
    """Find a drafted call sound; its author cannot."""
    call = _lock(actor, call_id)
    target = require_move(CALL_MOVES, "review", actor=actor, owner_id=None, status=call.status)
    require_stranger(actor, *needs_behind(call).values_list("owner", flat=True))
    if actor.account_id == call.author_id:
        raise NotPermitted(_("You wrote this call; another person has to review it."))
    missing = [name for name in ("kind", "title_zh", "summary", "closes_at", "indicators") if not getattr(call, name)]
    if missing:
        raise Invalid({name: [_("The call needs this part.")] for name in missing})
    call.reviewed_by_id = actor.account_id
    return _move(call, target, "call.reviewed", actor)


@transaction.atomic
def approve_call(*, actor: Actor, call_id: UUID) -> Call:
    """Approve a reviewed call whose fair-competition checklist is complete."""
    call = _lock(actor, call_id)
    target = require_move(CALL_MOVES, "approve", actor=actor, owner_id=None, status=call.status)
    require_stranger(actor, *needs_behind(call).values_list("owner", flat=True))
    if actor.account_id in (call.reviewed_by_id, call.author_id):
        raise NotPermitted(_("You wrote or reviewed this call; another person has to approve it."))
    unconfirmed = [name for name in FAIR_COMPETITION if not call.fair_competition.get(name)]
    if unconfirmed:
        raise Invalid({"fair_competition": [FAIR_COMPETITION[name] for name in unconfirmed]})
    call.approved_by_id = actor.account_id
    return _move(call, target, "call.approved", actor)


@transaction.atomic
def rework_call(*, actor: Actor, call_id: UUID, reason: str) -> Call:
    """Send a call back to its author."""
    call = _lock(actor, call_id)
    target = require_move(CALL_MOVES, "rework", actor=actor, owner_id=None, status=call.status)
    if not reason.strip():
        raise Invalid({"reason": [_("Say what is to be changed.")]})
    call.rework_reason, call.reviewed_by, call.approved_by = reason.strip(), None, None
    return _move(call, target, "call.reworked", actor)


@transaction.atomic
def open_call(*, actor: Actor, call_id: UUID) -> Call:
    """Open an approved call to the public until it closes; its pool is in a call from now on.

    Raises IllegalMove when the need or the pool behind it is not on offer any more, Invalid while a need lacks what its
    risk tier demands before a call, or the call what its kind needs to be answered and opened.
    """
    lock_pooling()
    call = _lock(actor, call_id)
    target = require_move(CALL_MOVES, "open", actor=actor, owner_id=None, status=call.status)
    if not Call.objects.filter(pk=call.pk, closes_at__gt=DatabaseClock()).exists():
        raise Invalid({"closes_at": [_("The closing time must lie in the future.")]})
    demand = _require_source(call)
    require_stranger(actor, *needs_behind(call).values_list("owner", flat=True))
    require_risk_papers(call)
    require_ready_for_responses(call)
    call.opens_at = timezone.now()
    call.search = lexemes(call_tokens(call))
    _move(call, target, "call.opened", actor)
    if demand is not None and demand.status == DemandStatus.FROZEN:
        move_demand(demand, "call", actor=SYSTEM)
    emit(topics.CALL_OPENED, call_id=str(call.pk))
    return call


def _require_source(call: Call) -> MergedDemand | None:
    """Lock what the call comes from and make sure that it still stands; return the pool, if it is one."""
    if call.need_id is not None:
        need = Need.objects.select_for_update(of=("self",)).get(pk=call.need_id)
        if need.status != NeedStatus.PUBLISHED:
            raise IllegalMove(_("The need behind this call is not on offer any more. Cancel the call."))
        return None
    demand = MergedDemand.objects.select_for_update(of=("self",)).get(pk=call.demand_id)
    if demand.status not in (DemandStatus.FROZEN, DemandStatus.CALLED):
        raise IllegalMove(_("The pool behind this call is not frozen any more. Cancel the call."))
    _take_quantity(call, demand)
    return demand


@transaction.atomic
def cancel_call(*, actor: Actor, call_id: UUID, reason: str) -> Call:
    """Cancel a call with a reason that everyone who followed it, declared interest or responded reads.

    Raises IllegalMove once it has closed by the database clock.
    """
    lock_pooling()
    call = _lock(actor, call_id)
    target = require_move(CALL_MOVES, "cancel", actor=actor, owner_id=None, status=call.status)
    if Call.objects.due().filter(pk=call.pk).exists():
        raise IllegalMove(_("This call has closed; its responses are reviewed now."))
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; everyone who is interested reads it.")]})
    return cancel_locked(call, target, actor=actor, reason=reason.strip())


def cancel_locked(call: Call, status: str, *, actor: Actor, reason: str = "", ground: str = "") -> Call:
    """Cancel a locked call and give its pool free, so that it can be called again, split or dissolved.

    What was sealed for it can never be opened from here on. `reason` is somebody's, `ground` the platform's own.
    """
    call.cancelled_reason, call.cancelled_ground = reason, ground
    _move(call, status, "call.cancelled", actor)
    # Without its key nobody can open what was sealed; the rows themselves are wiped by whoever listens.
    CallKey.objects.filter(call=call).delete()
    KeyShare.objects.filter(holder__call=call).delete()
    emit(topics.CALL_CANCELLED, call_id=str(call.pk))
    demand = MergedDemand.objects.select_for_update(of=("self",)).filter(pk=call.demand_id, status="called").first()
    if demand is not None:
        move_demand(demand, "release", actor=SYSTEM)
    return call


def take_back(need: Need, *, actor: Actor) -> None:
    """Take a need out of its pool, and cancel the calls that have nothing to ask for without it.

    The caller has called `lock_pooling` before it locked the need.
    """
    demands = [member.demand_id for member in need.memberships.filter(left_at__isnull=True)]
    leave_pools(need, actor=actor)
    thin = MergedDemand.objects.with_scale().filter(pk__in=demands, owners__lt=ENOUGH_OWNERS).values("pk")
    live = Call.objects.filter(Q(need=need) | Q(demand__in=thin), status__in=LIVE_CALLS)
    for call in live.exclude(pk__in=Call.objects.due().values("pk")).order_by("pk").select_for_update(of=("self",)):
        target = check_move(CALL_MOVES, "cancel", call.status)
        cancel_locked(call, target, actor=SYSTEM, ground=CancellationGround.TAKEN_BACK)


def _lock(actor: Actor, call_id: UUID) -> Call:
    return one_of(Call.objects.visible_to(actor), call_id, lock=True)


def _move(call: Call, status: str, kind: str, actor: Actor) -> Call:
    call.status = status
    call.version += 1
    call.save()
    log_event(kind, call, actor=actor)
    return call
