"""Three officials, of whom any two open the sealed responses to a call; how their codes and the call's key are made."""

import base64
import json
from itertools import combinations
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios import sealing
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import STAFF_ROLES, Actor
from scenarios.choices import CallStatus
from scenarios.errors import IllegalMove, Invalid, NotFound
from scenarios.journal import log_event
from scenarios.models import Call, CallKey, KeyShare, Opener
from scenarios.policies import one_of, require_role

OPENERS = 3
BEFORE_OPENING = (CallStatus.DRAFT, CallStatus.REVIEWED, CallStatus.APPROVED)


@transaction.atomic
def name_openers(*, actor: Actor, call_id: UUID, account_ids: list[int], key: str = "") -> list[Opener]:
    """Name the three who open the responses, while the call is not open yet; earlier ones and their codes are void.

    key : idempotency key; sent again it voids no code that was taken since.

    Raises Invalid unless they are three different members of the city's staff, IllegalMove once the call is open.
    """
    require_role(actor, "manager")
    call = lock_unopened(actor, call_id)
    if earlier := result_of(actor, "openers", key):
        return list(one_of(Call.objects.filter(pk=call.pk), earlier).openers.all())
    if len(set(account_ids)) != OPENERS:
        raise Invalid({"openers": [_("Name three different people.")]})
    require_staff("openers", account_ids)
    CallKey.objects.filter(call=call).delete()
    call.openers.all().delete()
    rows = Opener.objects.bulk_create([Opener(call=call, account_id=pk) for pk in account_ids])
    remember_result(actor, "openers", key, call.pk)
    log_event("call.openers_named", call, actor=actor, accounts=sorted(account_ids))
    return rows


def lock_unopened(actor: Actor, call_id: UUID) -> Call:
    """Lock a call that is not open yet. Raises IllegalMove afterwards."""
    call = one_of(Call.objects.visible_to(actor), call_id, lock=True)
    if call.status not in BEFORE_OPENING:
        raise IllegalMove(_("This is fixed once the call is open."))
    return call


def require_staff(field: str, account_ids: list[int], *roles: str) -> None:
    """Raise Invalid unless every account is active and holds one of the roles (any staff role, if none is named)."""
    wanted = {"staff_roles__role__in": roles or STAFF_ROLES, "is_active": True, "pk__in": account_ids}
    accounts: Any = get_user_model()._default_manager
    if accounts.filter(**wanted).distinct().count() != len(set(account_ids)):
        raise Invalid({field: [_("Only active members of the city's staff can be named here.")]})


@transaction.atomic
def take_code(*, actor: Actor, call_id: UUID) -> str:
    """Make the actor's opening code and return it, once: it is stored nowhere. With the third the call gets its key.

    Raises NotFound for whoever is not an opener, IllegalMove when the code was taken or the call is open already.
    """
    call = lock_unopened(actor, call_id)
    opener = call.openers.filter(account_id=actor.signed_in_id).first()
    if opener is None:
        raise NotFound
    if opener.public_key is not None:
        raise IllegalMove(_("Your code was shown once. If it is lost, the manager names the openers again."))
    pair = sealing.new_key_pair()
    opener.public_key = pair.public
    opener.save()
    log_event("call.code_taken", call, actor=actor)
    openers = list(call.openers.all())
    if len(openers) == OPENERS and all(row.public_key for row in openers):
        _make_key(call, openers)
    return sealing.code_of(pair.private)


def _make_key(call: Call, openers: list[Opener]) -> None:
    """Make the call's key pair; its private half is locked under a secret that is split once for each pair."""
    pair, secret = sealing.new_key_pair(), sealing.new_secret()
    CallKey.objects.create(call=call, public_key=pair.public, wrapped=sealing.locked(pair.private, secret))
    for one, other in combinations(openers, 2):
        for holder, partner, share in zip((one, other), (other, one), sealing.split(secret), strict=True):
            sealed = sealing.seal(share, bytes(holder.public_key or b""), context=share_context(holder, partner))
            KeyShare.objects.create(holder=holder, partner=partner, sealed=sealed)


def share_context(holder: Opener, partner: Opener) -> str:
    """Return what a share belongs to, so that it opens nowhere else."""
    return f"share {holder.call_id} {holder.pk} {partner.pk}"


def give_shares(opener: Opener, code: str) -> None:
    """Unseal an opener's shares with their code and keep them until the second opener comes.

    Raises Invalid for a wrong code.
    """
    try:
        private = sealing.private_of(code)
        given = {
            str(row.partner_id): sealing.unseal(bytes(row.sealed), private, context=share_context(opener, row.partner))
            for row in opener.shares.select_related("partner")
        }
    except sealing.Unopened:
        raise Invalid(
            {"code": [_("This is not your code for this call. Compare it with what you wrote down.")]}
        ) from None
    opener.shares_given = json.dumps({pk: base64.b64encode(share).decode() for pk, share in given.items()})


def private_key(key: CallKey, one: Opener, other: Opener) -> bytes:
    """Return the call's private key from the shares of two openers."""
    shares = [
        base64.b64decode(json.loads(holder.shares_given)[str(partner.pk)])
        for holder, partner in ((one, other), (other, one))
    ]
    return sealing.unlocked(key.wrapped, sealing.joined(*shares))
