"""What a supplier does with a capability, and what staff decide on it."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.actions.offering import offer, record_version
from marketplace.capability_content import (
    CapabilityFields,
    EvidenceFields,
    TierFields,
    differences,
    write_children,
    write_fields,
)
from marketplace.choices import CapabilityStatus
from marketplace.lifecycle import CAPABILITY_MOVES
from marketplace.models import Capability
from scenarios import topics
from scenarios.actions.keys import remember_result, result_of
from scenarios.actions.moderation import clean_reasons, forget_decision
from scenarios.actor import SYSTEM, Actor
from scenarios.audiences import CAPABILITY_FIELDS
from scenarios.choices import Subject, Verdict
from scenarios.codes import next_code
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.models import ModerationDecision
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move, require_owner, require_stranger
from scenarios.querysets import DatabaseClock

EDITABLE = (CapabilityStatus.DRAFT, CapabilityStatus.RETURNED)
REQUIRED = ("title_zh", "layer", "techniques", "solves", "limits", "maturity", "deploy", "data_classes")


@transaction.atomic
def draft_capability(
    *,
    actor: Actor,
    owner_id: UUID,
    fields: CapabilityFields,
    evidence: Iterable[EvidenceFields] = (),
    price_tiers: Iterable[TierFields] = (),
    district_ids: Iterable[str] = (),
    source: str = "form",
    external_id: str = "",
    key: str = "",
    row_digest: str = "",
) -> Capability:
    """Create a draft of organisation `owner_id`; see scenarios.actions.needs.draft_need for `key` and `row_digest`."""
    require_owner(actor, owner_id)
    if earlier := result_of(actor, "capability", key):
        return one_of(Capability.objects.of(actor), earlier)
    capability = Capability(code=next_code("NL"), owner_id=owner_id, source=source, external_id=external_id)
    write_fields(capability, fields)
    capability.save(force_insert=True)
    write_children(capability, evidence, price_tiers, district_ids)
    remember_result(actor, "capability", key, capability.pk)
    _log_writing("capability.drafted", capability, actor, fields, row_digest)
    return capability


@transaction.atomic
def save_capability(
    *,
    actor: Actor,
    capability_id: UUID,
    version: int,
    fields: CapabilityFields,
    evidence: Iterable[EvidenceFields] | None = None,
    price_tiers: Iterable[TierFields] | None = None,
    district_ids: Iterable[str] | None = None,
    autosave: bool = False,
    row_digest: str = "",
) -> Capability:
    """Save a draft or a returned capability; what is not given stays as it is.

    autosave : leaves no event, since nobody else sees a draft.

    Raises Conflict with the differences when someone saved in between, IllegalMove when it is no draft.
    """
    capability = one_of(Capability.objects.of(actor), capability_id, lock=True)
    require_owner(actor, capability.owner_id)
    if capability.status not in EDITABLE:
        raise IllegalMove(_("Only a draft or a returned capability can be edited. Withdraw it first, then reopen it."))
    if capability.version != version:
        raise Conflict(differences(capability, fields, evidence, price_tiers, district_ids))
    changed = write_fields(capability, fields)
    capability.version += 1
    capability.save()
    write_children(capability, evidence, price_tiers, district_ids)
    if not autosave:
        _log_writing("capability.saved", capability, actor, changed, row_digest)
    return capability


def _log_writing(kind: str, capability: Capability, actor: Actor, changed: Iterable[str], row_digest: str) -> None:
    if row_digest:
        data: dict[str, Any] = {"row": row_digest, "version": capability.version}
        log_event("capability.imported", capability, actor=actor, changed=changed, **data)
    else:
        log_event(kind, capability, actor=actor, changed=changed)


@transaction.atomic
def submit_capability(*, actor: Actor, capability_id: UUID) -> Capability:
    """Hand a draft to the moderators. Raises Invalid naming what is missing."""
    capability = one_of(Capability.objects.of(actor), capability_id, lock=True)
    target = require_move(
        CAPABILITY_MOVES, "submit", actor=actor, owner_id=capability.owner_id, status=capability.status
    )
    missing = {name: [_("Fill this in before you submit.")] for name in REQUIRED if not getattr(capability, name)}
    if missing:
        raise Invalid(missing, _("The capability is not complete enough to be submitted yet."))
    capability.submitted_at = timezone.now()
    emit(topics.CAPABILITY_SUBMITTED, capability_ids=[str(capability.pk)])
    return _move(capability, target, "capability.submitted", actor)


def _move(capability: Capability, status: str, kind: str, actor: Actor, **data: Any) -> Capability:
    capability.status = status
    capability.version += 1
    capability.save()
    if status == CapabilityStatus.PUBLISHED:
        record_version(capability)
    log_event(kind, capability, actor=actor, **data)
    return capability


def _lock(actor: Actor, capability_id: UUID) -> Capability:
    return one_of(Capability.objects.visible_to(actor), capability_id, lock=True)


def _lock_read(actor: Actor, capability_id: UUID, version: int) -> Capability:
    """Lock the capability as it was read, so that what changed in between is not decided unseen."""
    capability = _lock(actor, capability_id)
    if version and capability.version != version:
        raise Conflict
    return capability


def _decide(capability: Capability, verdict: str, actor: Actor, reasons: dict[str, str], note: str = "") -> None:
    ModerationDecision.objects.create(
        subject_type=Subject.CAPABILITY,
        subject_id=capability.pk,
        subject_version=capability.version,
        account_id=actor.signed_in_id,
        verdict=verdict,
        reasons=reasons,
        note=note,
    )


@transaction.atomic
def verify_capability(*, actor: Actor, capability_id: UUID, note: str = "", version: int = 0) -> Capability:
    """Find a capability fit for publication; someone else publishes it.

    version : the version that the moderator read; 0 where the caller did not say.

    Raises NotPermitted on a capability of the moderator's own organisation, Conflict when its owner changed it in
    between.
    """
    capability = _lock_read(actor, capability_id, version)
    target = require_move(CAPABILITY_MOVES, "verify", actor=actor, owner_id=None, status=capability.status)
    require_stranger(actor, capability.owner_id)
    capability.verified_by_id = actor.account_id
    _move(capability, target, "capability.verified", actor)
    _decide(capability, Verdict.APPROVE, actor, {}, note)
    return capability


@transaction.atomic
def return_capability(*, actor: Actor, capability_id: UUID, reasons: Mapping[str, str], version: int = 0) -> Capability:
    """Send a capability back to its owner with a reason per field.

    version : as in verify_capability. Raises Invalid without a reason.
    """
    capability = _lock_read(actor, capability_id, version)
    target = require_move(CAPABILITY_MOVES, "return", actor=actor, owner_id=None, status=capability.status)
    require_stranger(actor, capability.owner_id)
    kept = clean_reasons(reasons, CAPABILITY_FIELDS)
    capability.verified_by = None
    _move(capability, target, "capability.returned", actor, fields=sorted(kept))
    _decide(capability, Verdict.RETURN, actor, kept)
    return capability


@transaction.atomic
def take_back_verification(*, actor: Actor, capability_id: UUID, version: int) -> Capability:
    """Take one's own verification back, so that the capability waits for the moderators again.

    version : that the verification left. Raises Conflict where anything was done to the capability since, NotPermitted
    where somebody else verified it.
    """
    return _take_back(actor, capability_id, version, Verdict.APPROVE, "verification")


@transaction.atomic
def take_back_return(*, actor: Actor, capability_id: UUID, version: int) -> Capability:
    """Take one's own return back, so that the capability waits for the moderators again.

    version : as in take_back_verification; an owner who has begun to edit keeps what was written.
    """
    return _take_back(actor, capability_id, version, Verdict.RETURN, "return")


def _take_back(actor: Actor, capability_id: UUID, version: int, verdict: str, name: str) -> Capability:
    capability = _lock_read(actor, capability_id, version)
    target = require_move(CAPABILITY_MOVES, f"take_back_{name}", actor=actor, owner_id=None, status=capability.status)
    forget_decision(Subject.CAPABILITY, capability, verdict, actor)
    capability.verified_by = None
    return _move(capability, target, f"capability.{name}_taken_back", actor)


@transaction.atomic
def publish_capability(*, actor: Actor, capability_id: UUID, version: int = 0) -> Capability:
    """Put a verified capability on offer for 365 days: public, indexed and matched.

    version : as in verify_capability.
    """
    capability = _lock_read(actor, capability_id, version)
    target = require_move(CAPABILITY_MOVES, "publish", actor=actor, owner_id=None, status=capability.status)
    require_stranger(actor, capability.owner_id)
    if actor.account_id == capability.verified_by_id:
        raise NotPermitted(_("You verified this capability; another person has to publish it."))
    capability.published_by_id = actor.account_id
    offer(capability)
    return _move(capability, target, "capability.published", actor)


@transaction.atomic
def publish_imported(*, actor: Actor, capability_id: UUID) -> Capability:
    """Publish a draft as imported, without moderation: for benchmarks on real data only. Refused in production."""
    if settings.PRODUCTION:
        raise NotPermitted(_("Publishing without moderation is refused in production."))
    capability = one_of(Capability.objects.all(), capability_id, lock=True)
    target = require_move(CAPABILITY_MOVES, "publish_imported", actor=actor, owner_id=None, status=capability.status)
    capability.imported = True
    offer(capability)
    return _move(capability, target, "capability.published_imported", actor)


@transaction.atomic
def withdraw_capability(*, actor: Actor, capability_id: UUID) -> Capability:
    """Take a capability back."""
    return _end(actor, capability_id, "withdraw", "capability.withdrawn")


@transaction.atomic
def suspend_capability(*, actor: Actor, capability_id: UUID, reason: str) -> Capability:
    """Take a published capability off offer, with a reason that its owner reads."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; the owner reads it.")]})
    return _end(actor, capability_id, "suspend", "capability.suspended", suspended_reason=reason.strip())


def _end(actor: Actor, capability_id: UUID, name: str, kind: str, *, suspended_reason: str = "") -> Capability:
    capability = _lock(actor, capability_id)
    capability.suspended_reason = suspended_reason or capability.suspended_reason
    target = require_move(CAPABILITY_MOVES, name, actor=actor, owner_id=capability.owner_id, status=capability.status)
    emit(topics.CAPABILITY_UNLISTED, capability_ids=[str(capability.pk)])
    return _move(capability, target, kind, actor)


@transaction.atomic
def reopen_capability(*, actor: Actor, capability_id: UUID) -> Capability:
    """Make a withdrawn capability a draft again."""
    capability = one_of(Capability.objects.of(actor), capability_id, lock=True)
    target = require_move(
        CAPABILITY_MOVES, "reopen", actor=actor, owner_id=capability.owner_id, status=capability.status
    )
    capability.verified_by = capability.published_by = None
    return _move(capability, target, "capability.reopened", actor)


@transaction.atomic
def renew_capability(*, actor: Actor, capability_id: UUID) -> Capability:
    """Keep a capability on offer for another 365 days from now."""
    capability = one_of(Capability.objects.of(actor), capability_id, lock=True)
    target = require_move(
        CAPABILITY_MOVES, "renew", actor=actor, owner_id=capability.owner_id, status=capability.status
    )
    offer(capability)
    return _move(capability, target, "capability.renewed", actor)


@transaction.atomic
def reinstate_capability(*, actor: Actor, capability_id: UUID) -> Capability:
    """Put a suspended capability on offer again."""
    capability = _lock(actor, capability_id)
    target = require_move(CAPABILITY_MOVES, "reinstate", actor=actor, owner_id=None, status=capability.status)
    require_stranger(actor, capability.owner_id)
    capability.suspended_reason = ""
    offer(capability)
    return _move(capability, target, "capability.reinstated", actor)


@transaction.atomic
def expire_capability(*, capability_id: UUID) -> None:
    """Take a capability off offer whose 365 days have passed on the database clock."""
    due = Capability.objects.filter(pk=capability_id, status="published", valid_until__lte=DatabaseClock())
    capability = due.select_for_update(of=("self",)).first()
    if capability is None:
        return
    target = check_move(CAPABILITY_MOVES, "expire", capability.status)
    emit(topics.CAPABILITY_UNLISTED, capability_ids=[str(capability.pk)])
    capability.status = target
    capability.version += 1
    capability.save()
    log_event("capability.expired", capability, actor=SYSTEM, generation=capability.expiry_generation)
