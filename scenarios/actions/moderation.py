"""What staff do with a need: check, return, approve, clear, publish, suspend."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actions.calls import take_back
from scenarios.actions.members import lock_pooling
from scenarios.actions.needs import end_offer, offer
from scenarios.actions.risk_papers import require_papers
from scenarios.actor import SYSTEM, Actor
from scenarios.audiences import NEED_FIELDS
from scenarios.choices import NeedStatus, RiskTier, Subject, Verdict
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import NEED_MOVES
from scenarios.models import ModerationDecision, Need
from scenarios.policies import one_of, require_move, require_role, require_stranger
from scenarios.risk import PUBLISH_NEED

HIGH_RISK = (RiskTier.R3, RiskTier.R4)


def _lock(actor: Actor, need_id: UUID) -> Need:
    return one_of(Need.objects.visible_to(actor), need_id, lock=True)


def _lock_read(actor: Actor, need_id: UUID, version: int) -> Need:
    """Lock the need as it was read: what was taken back, edited and handed in again is not decided unseen."""
    need = _lock(actor, need_id)
    if version and need.version != version:
        raise Conflict
    return need


def _decide(need: Need, verdict: str, actor: Actor, reasons: Mapping[str, str] | None = None, note: str = "") -> None:
    ModerationDecision.objects.create(
        subject_type=Subject.NEED,
        subject_id=need.pk,
        subject_version=need.version,
        account_id=actor.signed_in_id,
        verdict=verdict,
        reasons=dict(reasons or {}),
        note=note,
    )


def clean_reasons(reasons: Mapping[str, str], known: Mapping[str, object]) -> dict[str, str]:
    """Return the reasons without empty ones.

    Raises Invalid when none is left, when one names no field, or is longer than 1,000 characters.
    """
    kept = {field: text.strip() for field, text in reasons.items() if text.strip()}
    unknown = sorted(set(kept) - set(known) - {"general"})
    if unknown or not kept:
        raise Invalid({"reasons": [_("Give at least one reason, each for a field of the form.")]})
    if any(len(text) > 1000 for text in kept.values()):
        raise Invalid({"reasons": [_("A reason has at most 1,000 characters.")]})
    return kept


@transaction.atomic
def check_need(*, need_id: UUID) -> Need | None:
    """The system's check after submission: the need becomes visible in the moderators' queue. Silent if it moved on."""
    need = Need.objects.select_for_update(of=("self",)).filter(pk=need_id, status=NeedStatus.SUBMITTED).first()
    if need is None:
        return None
    need.status = require_move(NEED_MOVES, "check", actor=SYSTEM, owner_id=None, status=need.status)
    need.save()
    log_event("need.checked", need, actor=SYSTEM, score=need.precision_score)
    return need


@transaction.atomic
def approve_need(*, actor: Actor, need_id: UUID, note: str = "", version: int = 0) -> Need:
    """Find a need fit for publication; someone else publishes it.

    version : the version that the moderator read; 0 where the caller did not say.

    Raises NotPermitted on a need of the moderator's own organisation, Conflict when its owner changed it in between.
    """
    need = _lock_read(actor, need_id, version)
    target = require_move(NEED_MOVES, "approve", actor=actor, owner_id=need.owner_id, status=need.status)
    require_stranger(actor, need.owner_id)
    need.status, need.approved_by_id = target, actor.account_id
    need.version += 1
    need.save()
    _decide(need, Verdict.APPROVE, actor, note=note)
    log_event("need.approved", need, actor=actor)
    return need


@transaction.atomic
def return_need(*, actor: Actor, need_id: UUID, reasons: Mapping[str, str], version: int = 0) -> Need:
    """Send a need back to its owner with a reason per field.

    version : as in approve_need. Raises Invalid without a reason.
    """
    need = _lock_read(actor, need_id, version)
    target = require_move(NEED_MOVES, "return", actor=actor, owner_id=need.owner_id, status=need.status)
    require_stranger(actor, need.owner_id)
    kept = clean_reasons(reasons, NEED_FIELDS)
    need.status, need.approved_by, need.supervised_by = target, None, None
    need.version += 1
    need.save()
    _decide(need, Verdict.RETURN, actor, reasons=kept)
    log_event("need.returned", need, actor=actor, fields=sorted(kept))
    return need


@transaction.atomic
def take_back_approval(*, actor: Actor, need_id: UUID, version: int) -> Need:
    """Take one's own approval back, so that the need waits for moderation again.

    version : that the approval left. Raises Conflict where anything was done to the need since, NotPermitted where
    somebody else approved it.
    """
    return _take_back(actor, need_id, version, Verdict.APPROVE, "approval")


@transaction.atomic
def take_back_return(*, actor: Actor, need_id: UUID, version: int) -> Need:
    """Take one's own return back, so that the need waits for moderation again.

    version : as in take_back_approval; an owner who has begun to edit keeps what was written.
    """
    return _take_back(actor, need_id, version, Verdict.RETURN, "return")


def _take_back(actor: Actor, need_id: UUID, version: int, verdict: str, name: str) -> Need:
    need = _lock_read(actor, need_id, version)
    target = require_move(NEED_MOVES, f"take_back_{name}", actor=actor, owner_id=need.owner_id, status=need.status)
    forget_decision(Subject.NEED, need, verdict, actor)
    need.status, need.approved_by = target, None
    need.version += 1
    need.save()
    log_event(f"need.{name}_taken_back", need, actor=actor)
    return need


def forget_decision(subject_type: str, subject: Any, verdict: str, actor: Actor) -> None:
    """Remove the decision that the subject's present version came from; the event log keeps that it was made.

    Raises NotPermitted where it is somebody else's.
    """
    made = {"subject_type": subject_type, "subject_id": subject.pk, "subject_version": subject.version}
    removed, _kinds = ModerationDecision.objects.filter(**made, account_id=actor.signed_in_id, verdict=verdict).delete()
    if not removed:
        raise NotPermitted(_("Only who made a decision can take it back."))


@transaction.atomic
def supervise_need(*, actor: Actor, need_id: UUID, note: str = "") -> Need:
    """Clear an approved need of tier R3 or R4 for publication. R4 needs its ethics review number first."""
    need = _lock(actor, need_id)
    require_role(actor, "supervisor")
    require_stranger(actor, need.owner_id)
    if need.status != NeedStatus.APPROVED or need.risk_tier not in HIGH_RISK:
        raise IllegalMove(_("Only an approved need of tier R3 or R4 waits for the supervisor."))
    if actor.account_id == need.approved_by_id:
        raise NotPermitted(_("You approved this need; another person has to clear it."))
    require_papers(need, before=PUBLISH_NEED, held={"supervisor_approval"})
    need.supervised_by_id = actor.account_id
    need.version += 1
    need.save()
    _decide(need, Verdict.SUPERVISE, actor, note=note)
    log_event("need.supervised", need, actor=actor)
    return need


@transaction.atomic
def publish_need(*, actor: Actor, need_id: UUID, version: int = 0) -> Need:
    """Put an approved need on offer: from now on it is public, indexed and matched.

    version : the version that the publisher read; 0 where the caller did not say.

    Raises NotPermitted for the moderator who approved it and on a need of the publisher's own organisation, Invalid
    while it lacks what its risk tier demands, Conflict when it changed in between.
    """
    need = _lock_read(actor, need_id, version)
    target = require_move(NEED_MOVES, "publish", actor=actor, owner_id=need.owner_id, status=need.status)
    require_stranger(actor, need.owner_id)
    if actor.account_id == need.approved_by_id:
        raise NotPermitted(_("You approved this need; another person has to publish it."))
    require_papers(need, before=PUBLISH_NEED)
    need.status, need.published_by_id = target, actor.account_id
    need.version += 1
    offer(need)
    log_event("need.published", need, actor=actor, version=need.version)
    return need


@transaction.atomic
def suspend_need(*, actor: Actor, need_id: UUID, reason: str, version: int = 0) -> Need:
    """Take a published need off offer, and out of its pool, with a reason that its owner reads.

    version : as in approve_need. Raises Conflict where another one is on offer by now.
    """
    lock_pooling()
    need = _lock_read(actor, need_id, version)
    target = require_move(NEED_MOVES, "suspend", actor=actor, owner_id=need.owner_id, status=need.status)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; the owner reads it.")]})
    need.suspended_reason = reason.strip()
    take_back(need, actor=actor)
    _decide(need, Verdict.SUSPEND, actor, note=need.suspended_reason)
    return end_offer(need, target, "need.suspended", actor=actor)


@transaction.atomic
def reinstate_need(*, actor: Actor, need_id: UUID, version: int = 0) -> Need:
    """Put a suspended need on offer again.

    version : as in approve_need. Raises Conflict where it was put on offer and suspended anew since.
    """
    need = _lock_read(actor, need_id, version)
    need.status = require_move(NEED_MOVES, "reinstate", actor=actor, owner_id=need.owner_id, status=need.status)
    require_stranger(actor, need.owner_id)
    need.suspended_reason = ""
    need.version += 1
    offer(need)
    log_event("need.reinstated", need, actor=actor)
    return need
