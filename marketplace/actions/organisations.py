"""Organisations: registering, asking for verification, verifying, suspending."""

from typing import TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc as uscc_number
from stdnum.exceptions import ValidationError as NumberError

from marketplace.actions.accounts import require_no_staff
from marketplace.choices import MemberRole, OrganisationKind, Verification
from marketplace.models import Member, Organisation
from scenarios import topics
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import Actor
from scenarios.choices import Subject, Verdict
from scenarios.errors import IllegalMove, Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.models import Chain, District, ModerationDecision
from scenarios.outbox import emit
from scenarios.policies import one_of, require_owner, require_role, require_stranger
from scenarios.querysets import lexemes
from scenarios.references import require_offered
from scenarios.search_columns import found_under

OPEN_KINDS = (
    OrganisationKind.ENTERPRISE,
    OrganisationKind.SUPPLIER,
    OrganisationKind.ACADEMY,
    OrganisationKind.ASSOCIATION,
)

FOUND_UNDER = frozenset({"name_zh", "name_en", "about"})

# What a verification confirms: whoever changes one of them is verified anew.
VERIFIED_FACTS = frozenset({"name_zh", "name_en", "kind", "uscc"})


class OrganisationFields(TypedDict, total=False):
    """What an organisation says of itself."""

    name_zh: str
    name_en: str
    kind: str
    uscc: str
    district_id: str | None
    chain_id: str | None
    about: str
    contact: str


def valid_uscc(number: str) -> str:
    """Return the compact form of a unified social credit code; raises Invalid when its check digit is wrong."""
    if not number:
        return ""
    try:
        return str(uscc_number.validate(number))
    except NumberError:
        raise Invalid({"uscc": [_("This is no valid unified social credit code. It has 18 characters.")]}) from None


def _write(organisation: Organisation, fields: OrganisationFields) -> list[str]:
    unknown = set(fields) - set(OrganisationFields.__annotations__)
    if unknown:
        raise Invalid({name: [_("This field cannot be set.")] for name in sorted(unknown)})
    if "uscc" in fields:
        fields = {**fields, "uscc": valid_uscc(fields["uscc"])}
    changed = [name for name, value in fields.items() if getattr(organisation, name) != value]
    for name, kind in (("district", District), ("chain", Chain)):
        if f"{name}_id" in changed:
            require_offered(name, kind, [fields[f"{name}_id"]])  # type: ignore[literal-required]
    for name in changed:
        setattr(organisation, name, fields[name])  # type: ignore[literal-required]
    taken = Organisation.objects.filter(uscc=organisation.uscc).exclude(pk=organisation.pk)
    if organisation.uscc and taken.exists():
        raise Invalid({"uscc": [_("This organisation is registered already. Ask its owner to invite you.")]})
    if not organisation.name_zh.strip():
        raise Invalid({"name_zh": [_("Give the organisation's name.")]})
    if FOUND_UNDER & set(changed):
        organisation.search = lexemes(organisation_tokens(organisation))
    return changed


def organisation_tokens(organisation: Organisation) -> list[str]:
    """Return the tokens under which an organisation is found: its names, and what it says of itself."""
    return found_under((organisation.name_zh, organisation.name_en), (organisation.about,))


def _await_verification(organisation: Organisation) -> None:
    organisation.verification = Verification.PENDING if organisation.uscc else Verification.UNVERIFIED


@transaction.atomic
def register_organisation(*, actor: Actor, fields: OrganisationFields, key: str = "") -> Organisation:
    """Register an organisation with the actor as its owner; staff verify it when its code is given.

    key : idempotency key of the form; the same key returns the organisation that the first sending made.

    Raises Invalid for an account of the city's staff.
    """
    if actor.account_id is None:
        raise NotPermitted
    require_no_staff(actor.account_id)
    if earlier := result_of(actor, "organisation", key):
        return one_of(Organisation.objects.all(), earlier)
    _require_open_kind(fields)
    organisation = Organisation()
    _write(organisation, fields)
    _await_verification(organisation)
    organisation.save(force_insert=True)
    Member.objects.create(organisation=organisation, account_id=actor.account_id, role=MemberRole.OWNER)
    remember_result(actor, "organisation", key, organisation.pk)
    log_event("organisation.registered", organisation, actor=actor)
    return organisation


def _require_open_kind(fields: OrganisationFields) -> None:
    if fields.get("kind") not in OPEN_KINDS:
        raise Invalid({"kind": [_("Choose one of the kinds; government bodies are entered by the city's staff.")]})


@transaction.atomic
def enter_organisation(*, actor: Actor, fields: OrganisationFields, owner_id: int) -> Organisation:
    """Enter an organisation of any kind with account `owner_id` as its owner: the only way in for government bodies.

    It still has to be verified. Raises NotPermitted for anyone but moderators and the system, Invalid for an account of
    the city's staff.
    """
    require_role(actor, "moderator", "system")
    require_no_staff(owner_id)
    organisation = Organisation()
    _write(organisation, fields)
    organisation.verification = Verification.PENDING if organisation.uscc else Verification.UNVERIFIED
    organisation.save(force_insert=True)
    Member.objects.create(organisation=organisation, account_id=owner_id, role=MemberRole.OWNER)
    log_event("organisation.entered", organisation, actor=actor)
    return organisation


@transaction.atomic
def unverified_organisation(*, actor: Actor, name_zh: str, district_id: str | None = None) -> Organisation:
    """Return the organisation of this name that an import refers to, registered without members where it is new."""
    require_role(actor, "manager", "system")
    found = Organisation.objects.filter(name_zh=name_zh.strip()).order_by("created_at", "pk").first()
    if found is not None:
        return found
    organisation = Organisation(kind=OrganisationKind.ENTERPRISE)
    _write(organisation, {"name_zh": name_zh.strip(), "district_id": district_id})
    organisation.save(force_insert=True)
    log_event("organisation.imported", organisation, actor=actor)
    return organisation


@transaction.atomic
def save_organisation(*, actor: Actor, organisation_id: UUID, fields: OrganisationFields) -> Organisation:
    """Change what an organisation says of itself. Another name, kind or code needs another verification."""
    organisation = one_of(Organisation.objects.of(actor), organisation_id, lock=True)
    require_owner(actor, organisation_id)
    if fields.get("kind", organisation.kind) != organisation.kind:
        _require_open_kind(fields)
    changed = _write(organisation, fields)
    if VERIFIED_FACTS & set(changed):
        _await_verification(organisation)
    organisation.version += 1
    organisation.save()
    log_event("organisation.saved", organisation, actor=actor, changed=changed)
    return organisation


@transaction.atomic
def verify_organisation(*, actor: Actor, organisation_id: UUID) -> Organisation:
    """Confirm that the organisation is who it says. Its own members cannot."""
    require_role(actor, "moderator")
    organisation = one_of(Organisation.objects.all(), organisation_id, lock=True)
    require_stranger(actor, organisation.pk)
    if organisation.verification == Verification.VERIFIED or not organisation.uscc:
        raise IllegalMove(_("Only an organisation with a unified social credit code can be verified, once."))
    organisation.verification = Verification.VERIFIED
    organisation.version += 1
    organisation.save()
    log_event("organisation.verified", organisation, actor=actor)
    return organisation


@transaction.atomic
def suspend_organisation(*, actor: Actor, organisation_id: UUID, reason: str) -> Organisation:
    """Stop an organisation from acting; what it published stays readable."""
    require_role(actor, "moderator")
    organisation = one_of(Organisation.objects.all(), organisation_id, lock=True)
    if not reason.strip():
        raise Invalid({"reason": [_("Say why; the organisation reads it.")]})
    organisation.verification = Verification.SUSPENDED
    organisation.version += 1
    organisation.save()
    ModerationDecision.objects.create(
        subject_type=Subject.ORGANISATION,
        subject_id=organisation.pk,
        subject_version=organisation.version,
        account_id=actor.signed_in_id,
        verdict=Verdict.SUSPEND,
        note=reason.strip(),
    )
    log_event("organisation.suspended", organisation, actor=actor)
    _offers_changed(organisation)
    return organisation


def _offers_changed(organisation: Organisation) -> None:
    """Have the index look again at what the organisation has on offer: a suspended one has nothing."""
    needs = [str(pk) for pk in organisation.needs.filter(status="published").values_list("pk", flat=True)]
    capabilities = organisation.capabilities.filter(status="published").values_list("pk", flat=True)
    if needs:
        emit(topics.NEED_UNLISTED, need_ids=needs)
    if capabilities:
        emit(topics.CAPABILITY_UNLISTED, capability_ids=[str(pk) for pk in capabilities])


@transaction.atomic
def reinstate_organisation(*, actor: Actor, organisation_id: UUID) -> Organisation:
    """Let a suspended organisation act again; it is verified anew."""
    require_role(actor, "moderator")
    organisation = one_of(Organisation.objects.filter(verification=Verification.SUSPENDED), organisation_id, lock=True)
    require_stranger(actor, organisation.pk)
    _await_verification(organisation)
    organisation.version += 1
    organisation.save()
    log_event("organisation.reinstated", organisation, actor=actor)
    _offers_changed(organisation)
    return organisation
