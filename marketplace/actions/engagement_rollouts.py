"""How the members of a pool take over what has landed: each for itself, with deviations for the core's next version."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.engagement_standing import lock_engagement, require_read, stated
from marketplace.engagement_choices import EngagementStatus, RolloutState
from marketplace.engagement_querysets import today
from marketplace.lifecycle import ROLLOUT_MOVES
from marketplace.models import Deviation, Rollout
from scenarios.actions.core_changes import propose_core_change
from scenarios.actions.landing import land_need
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of, require_move, require_owner


def _locked(actor: Actor, rollout_id: UUID) -> Rollout:
    found = one_of(Rollout.objects.visible_to(actor), rollout_id)
    engagement = lock_engagement(actor, found.engagement_id)
    if engagement.status != EngagementStatus.LANDED:
        raise IllegalMove(_("The rollout goes from the landing to the closing of its project."))
    rollout = Rollout.objects.select_related("need").get(pk=rollout_id)
    rollout.engagement = engagement
    return rollout


def _move(rollout: Rollout, name: str, actor: Actor) -> Rollout:
    owner = rollout.need.owner_id
    rollout.state = require_move(ROLLOUT_MOVES, name, actor=actor, owner_id=owner, status=rollout.state)
    rollout.save()
    log_event(f"engagement.rollout_{rollout.state}", rollout.engagement, actor=actor)
    return rollout


@transaction.atomic
def accept_rollout(*, actor: Actor, rollout_id: UUID) -> Rollout:
    """Take over what has landed for one's own need."""
    rollout = _locked(actor, rollout_id)
    rollout.reason = ""
    return _move(rollout, "accept", actor)


@transaction.atomic
def decline_rollout(*, actor: Actor, rollout_id: UUID, reason: str) -> Rollout:
    """Do not take it over, with a reason; the need stays as it is."""
    rollout = _locked(actor, rollout_id)
    rollout.reason, rollout.planned_on = stated(reason), None
    return _move(rollout, "decline", actor)


@transaction.atomic
def plan_rollout(*, actor: Actor, rollout_id: UUID, planned_on: date, version: int = 0) -> Rollout:
    """Set the day on which one's own site takes it over, or move it.

    version : of the rollout that the author read, 0 before the first day. Raises Conflict when it was moved since.
    """
    rollout = _locked(actor, rollout_id)
    require_owner(actor, rollout.need.owner_id)
    require_read(rollout, version, {"planned_on": planned_on})
    rollout.planned_on = planned_on
    rollout.version += 1
    return _move(rollout, "plan", actor)


@transaction.atomic
def finish_rollout(*, actor: Actor, rollout_id: UUID, done_on: date) -> Rollout:
    """Say that it runs at one's own site since that day; the need has landed. Raises Invalid for a day to come."""
    rollout = _locked(actor, rollout_id)
    if done_on > today():
        raise Invalid({"done_on": [_("This day is still to come.")]})
    rollout.done_on = done_on
    _move(rollout, "finish", actor)
    land_need(rollout.need)
    return rollout


@transaction.atomic
def note_deviation(*, actor: Actor, rollout_id: UUID, part: str, value: str, reason: str) -> Deviation:
    """Note where one's own rollout differs from the core, and propose it for the core's next version.

    part : one of CorePart. value : what is done instead. Raises Invalid for missing or overlong words, IllegalMove
    before the rollout was accepted.
    """
    rollout = _locked(actor, rollout_id)
    require_owner(actor, rollout.need.owner_id)
    if rollout.state not in (RolloutState.ACCEPTED, RolloutState.PLANNED, RolloutState.DONE):
        raise IllegalMove(_("Accept the rollout first; then its deviations can be noted."))
    demand = rollout.engagement.demand
    assert demand is not None  # noqa: S101 - rollouts are made for the members of a pool
    change = propose_core_change(
        actor=actor, demand_id=demand.pk, need_id=rollout.need_id, part=part, value=value, reason=reason
    )
    deviation = Deviation.objects.create(
        rollout=rollout, part=part, value=change.value, reason=change.reason, core_change=change
    )
    log_event("engagement.deviation_noted", rollout.engagement, actor=actor, part=part)
    return deviation
