"""Who is in a pool: which needs may be, how one is added, and how one leaves."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scenarios.actions.differences import write_differences
from scenarios.actions.standing import judge, settle
from scenarios.actor import Actor
from scenarios.choices import ConsentState, DemandStatus, MergePref
from scenarios.conflicts import conflicts_between
from scenarios.errors import IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.models import Consent, DemandMember, MergedDemand, Need
from scenarios.policies import one_of, require_role
from scenarios.pool_querysets import CONSENTED
from scenarios.querysets import database_time

OPEN_TO_CHANGE = (
    DemandStatus.DRAFTED,
    DemandStatus.CONSENTING,
    DemandStatus.FORMED,
    DemandStatus.THRESHOLD_MET,
    DemandStatus.THRESHOLD_MISSED,
)


def lock_pooling() -> None:
    """Let one transaction at a time decide which need is in which pool; it ends with the transaction.

    Taken before any row lock, so that two transactions cannot each hold what the other waits for.
    """
    take_lock("pooling")


def lock_needs(need_ids: Iterable[object]) -> list[Need]:
    """Lock these needs ordered by pk, so that two merges cannot deadlock."""
    return list(Need.objects.filter(pk__in=list(need_ids)).order_by("pk").select_for_update(of=("self",)))


def require_poolable(needs: list[Need], beside: Iterable[Need] = ()) -> None:
    """Raise Invalid, naming the needs, unless each may be pooled with all others.

    beside : needs that are in the pool already.
    """
    keys = [need.pk for need in needs]
    offered = set(Need.objects.indexable().filter(pk__in=keys).values_list("pk", flat=True))
    called = set(Need.objects.with_own_call().filter(pk__in=keys).values_list("pk", flat=True))
    pooled = set(DemandMember.objects.filter(need__in=keys, left_at__isnull=True).values_list("need", flat=True))
    faults = (
        (_("Not on public offer any more: %(codes)s."), [need for need in needs if need.pk not in offered]),
        (_("Their owners do not want to merge: %(codes)s."), [n for n in needs if n.merge_pref == MergePref.NO]),
        (_("Already in another pool: %(codes)s."), [need for need in needs if need.pk in pooled]),
        (_("In a call of their own: %(codes)s."), [need for need in needs if need.pk in called]),
    )
    messages: list[Any] = [
        text % {"codes": ", ".join(sorted(need.code for need in wrong))} for text, wrong in faults if wrong
    ]
    if _blocked([*needs, *beside]):
        messages.append(_("An owner does not want to be pooled with one of the others."))
    if messages:
        raise Invalid({"members": messages})


def _blocked(needs: Iterable[Need]) -> bool:
    owners = {need.owner_id for need in needs}
    blocks = Need.blocked_organisations.through.objects.filter(need__owner__in=owners, organisation__in=owners)
    return any(one != other for one, other in blocks.values_list("need__owner", "organisation"))


def lock_demand(queryset: Any, demand_id: UUID) -> MergedDemand:
    """Lock a pool for a change of its members, and judge it first if its deadline has come.

    Takes the pooling lock. Raises NotFound for what is not in `queryset`.
    """
    lock_pooling()
    demand = one_of(queryset, demand_id, lock=True)
    judge(demand)
    return demand


def leave_pools(need: Need, *, actor: Actor) -> None:
    """End the need's membership in its pool, if any, and recompute the pool.

    The caller has called `lock_pooling` before it locked the need.
    """
    for member in need.memberships.filter(left_at__isnull=True).select_related("demand"):
        end_membership(member, actor=actor)


def end_membership(member: DemandMember, *, actor: Actor) -> None:
    """Close the link between a need and its pool; the owner's consent ends with its last need there."""
    demand = MergedDemand.objects.select_for_update(of=("self",)).get(pk=member.demand_id)
    judge(demand)
    left = DemandMember.objects.filter(pk=member.pk, left_at__isnull=True).update(left_at=timezone.now())
    if not left:  # the verdict ended the pool, and with it the membership
        return
    owner = member.need.owner_id
    if not demand.members.filter(left_at__isnull=True, need__owner=owner).exists():
        Consent.objects.filter(
            demand=demand, organisation=owner, core_version=demand.core_version, state__in=("invited", *CONSENTED)
        ).update(state=ConsentState.WITHDRAWN, decided_at=timezone.now(), decided_by=actor.account_id)
    log_event("demand.member_left", demand, actor=actor, need=member.need.code)
    if not actor.owns(
        owner
    ):  # Whose silence, block or removal it was hears of it from the need: the pool is closed to it.
        log_event("need.left_pool", member.need, actor=actor, pool=demand.code)
    settle(demand)


@transaction.atomic
def add_member(*, actor: Actor, demand_id: UUID, need_id: UUID) -> MergedDemand:
    """Take another need into a pool that is not frozen; its owner is asked for consent to the present core, also one
    that is in with other needs: what it said was not said of this one.

    Raises Invalid when the need may not be pooled with the members, or conflicts with them in a hard field.
    """
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove(_("The pool is frozen or ended; it takes no more needs."))
    present = list(Need.objects.filter(memberships__demand=demand, memberships__left_at__isnull=True))
    added = lock_needs([need_id])
    if not added:
        raise NotFound
    require_poolable(added, beside=present)
    conflicts = {one.field for one in conflicts_between([*present, *added])}
    if open_fields := sorted(conflicts - demand.differences.decided_fields()):
        raise Invalid({field: [_("The need conflicts with the pool in this field.")] for field in open_fields})
    DemandMember.objects.create(demand=demand, need=added[0])
    write_differences(demand, [*present, *added], {}, decided_by=None)
    demand.version += 1
    demand.save(update_fields=["version", "updated_at"])
    log_event("demand.member_added", demand, actor=actor, need=added[0].code)
    if demand.status != DemandStatus.DRAFTED:
        said = demand.consents.filter(core_version=demand.core_version, organisation=added[0].owner_id)
        said.exclude(state=ConsentState.INVITED).delete()
        ask_owners(demand)
        settle(demand)
    return demand


def ask_owners(demand: MergedDemand) -> None:
    """Invite each owner who was not asked about the present core yet, for 14 days of its own from now."""
    owners = demand.members.filter(left_at__isnull=True).order_by().values_list("need__owner", flat=True).distinct()
    asked = {"demand": demand, "core_version": demand.core_version, "answer_by": database_time() + Consent.PERIOD}
    rows = [Consent(organisation_id=pk, **asked) for pk in owners]
    Consent.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def remove_member(*, actor: Actor, demand_id: UUID, need_id: UUID) -> MergedDemand:
    """Take a need out of a pool that is not frozen."""
    require_role(actor, "manager")
    demand = lock_demand(MergedDemand.objects.visible_to(actor), demand_id)
    if demand.status not in OPEN_TO_CHANGE:
        raise IllegalMove
    end_membership(living_member(demand, need_id), actor=actor)
    demand.refresh_from_db()
    return demand


def living_member(demand: MergedDemand, need_id: UUID) -> DemandMember:
    """Return the need's living membership in the pool; raises NotFound when it has none."""
    member = demand.members.filter(left_at__isnull=True, need_id=need_id).select_related("need").first()
    if member is None:
        raise NotFound
    return member


def part_blocked(owner_id: UUID, *, actor: Actor) -> None:
    """Take the owner's needs out of living pools that it shares with an organisation it has blocked."""
    mine = DemandMember.objects.filter(left_at__isnull=True, need__owner=owner_id).select_related("need", "demand")
    for member in mine.filter(demand__status__in=OPEN_TO_CHANGE):
        others = Need.objects.filter(memberships__demand=member.demand_id, memberships__left_at__isnull=True)
        if _blocked([*others, member.need]):
            end_membership(member, actor=actor)
