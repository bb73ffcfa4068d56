"""A supplier's answer to a call: drafted, sealed before the close, replaced or withdrawn. Nothing tells of it.

No event and no outbox row is written before the opening: even their number would tell how many there are. The trail
is kept in ResponseStep, which nobody reads, and goes into the event log when the responses are opened.
"""

import base64
import hashlib
import json
import secrets
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.actions.partners import full_checklist
from marketplace.attached_files import MAX_FILES, kind_of, shown_name
from marketplace.choices import ResponseStatus, ResponseStepKind
from marketplace.lifecycle import RESPONSE_MOVES
from marketplace.models import Organisation, Response, ResponseAttachment, ResponseStep
from marketplace.response_content import ResponseContent, as_text, cleaned, differences, read
from scenarios import sealing
from scenarios.actions.interests import hold_open, owners_of, require_open
from scenarios.actor import Actor
from scenarios.errors import Conflict, IllegalMove, Invalid, NotPermitted
from scenarios.models import Call, CallKey
from scenarios.policies import one_of, require_move, require_owner

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


@transaction.atomic
def draft_response(*, actor: Actor, call_id: UUID, lead_id: UUID) -> Response:
    """Return the organisation's draft for an open call, a new one where there is none.

    Raises IllegalMove when the call is not open by the database clock or takes no sealed responses, Invalid when the
    organisation itself stands behind it, NotPermitted before it is verified.
    """
    call = one_of(Call.objects.visible_to(actor), call_id)
    require_owner(actor, lead_id)
    _require_entitled(call, lead_id)
    require_open(call)
    if not CallKey.objects.filter(call=call).exists():
        raise IllegalMove(_("This call takes no sealed responses. Declare your interest instead."))
    draft, new = Response.objects.get_or_create(
        call=call,
        lead_id=lead_id,
        status=ResponseStatus.DRAFT,
        defaults={"code": _random_code(), "author_id": actor.signed_in_id, "terms_version": call.terms_version},
    )
    if new:
        _note(draft, ResponseStepKind.DRAFTED, actor)
    return draft


def _random_code() -> str:
    return "JB-" + "".join(secrets.choice(LETTERS) for _place in range(10))


def _require_entitled(call: Call, lead_id: UUID) -> None:
    if lead_id in owners_of(call):
        raise Invalid({"lead": [_("Your own need stands behind this call.")]})
    if not Organisation.objects.filter(pk=lead_id, verification="verified").exists():
        raise NotPermitted(_("Only verified organisations can respond. Ask for verification first."))


def _note(response: Response, kind: str, actor: Actor) -> None:
    ResponseStep.objects.create(
        response_id=response.pk, call_id=response.call_id, kind=kind, account_id=actor.signed_in_id
    )


def _lock_draft(actor: Actor, response_id: UUID, version: int | None = None) -> Response:
    response = one_of(Response.objects.of(actor), response_id, lock=True)
    require_owner(actor, response.lead_id)
    if response.status != ResponseStatus.DRAFT:
        raise IllegalMove(_("This response is not a draft any more. Start a new draft to replace it."))
    if version is not None and response.version != version:
        raise Conflict
    return response


@transaction.atomic
def save_response(*, actor: Actor, response_id: UUID, version: int, content: ResponseContent) -> Response:
    """Save a draft as far as it is written.

    Raises Conflict with the parts that differ when it was saved in between, Invalid as `cleaned` does.
    """
    response = _lock_draft(actor, response_id)
    written = cleaned(content, response.call)
    if response.version != version:
        raise Conflict(differences(written, read(response.content), response.call))
    response.content = as_text(written)
    response.version += 1
    response.save()
    return response


@transaction.atomic
def attach_file(*, actor: Actor, response_id: UUID, name: str, data: bytes) -> ResponseAttachment:
    """Add a file to a draft. Raises Invalid for what is no allowed file, or for the eleventh."""
    response = _lock_draft(actor, response_id)
    kind, count = kind_of(data), response.attachments.count()
    if count >= MAX_FILES:
        raise Invalid({"file": [_("A response has at most 10 files. Remove one first.")]})
    encoded = base64.b64encode(data).decode()
    return response.attachments.create(position=count, name=shown_name(name, kind), data=encoded)


@transaction.atomic
def remove_attachment(*, actor: Actor, response_id: UUID, attachment_id: UUID) -> None:
    """Take a file out of a draft."""
    one_of(_lock_draft(actor, response_id).attachments.all(), attachment_id).delete()


@transaction.atomic
def discard_draft(*, actor: Actor, response_id: UUID) -> None:
    """Throw a draft away; a sealed response beside it stays as it is."""
    response = _lock_draft(actor, response_id)
    _note(response, ResponseStepKind.DISCARDED, actor)
    response.delete()


@transaction.atomic
def seal_response(*, actor: Actor, response_id: UUID, version: int) -> Response:
    """Encrypt a complete draft to the call's key and wipe it; one that was sealed before is replaced.

    The database clock decides, under a lock on the call that is held until this transaction ends: what is sealed
    before the close is opened with the others, what comes later is not stored.

    Raises Invalid naming what is missing, IllegalMove once the call is closed, Conflict for another version.
    """
    call_id = one_of(Response.objects.of(actor), response_id).call_id
    moment = hold_open(call_id)  # the call before the response, as the opening does
    response = _lock_draft(actor, response_id, version)
    require_move(RESPONSE_MOVES, "seal", actor=actor, owner_id=response.lead_id, status=response.status)
    call = Call.objects.select_related("need", "demand").get(pk=call_id)
    _require_entitled(call, response.lead_id)
    missing = [row for row in full_checklist(response) if not row.met]
    if missing:
        raise Invalid({row.name: [row.label] for row in missing}, _("Something is missing before it can be sealed."))
    _replace_earlier(response, actor)
    _encrypt(response, call.key)
    response.status, response.sealed_at, response.closes_at = ResponseStatus.SEALED, moment, call.closes_at
    response.terms_version = call.terms_version
    response.version += 1
    response.save()
    _note(response, ResponseStepKind.SEALED, actor)
    return response


def _encrypt(response: Response, key: CallKey) -> None:
    public, digest = bytes(key.public_key), hashlib.sha256()
    text = sealing.padded(response.content.encode())
    response.sealed = sealing.seal(text, public, context=f"response {response.pk}")
    digest.update(response.sealed)
    for row in response.attachments.all():
        file = json.dumps({"name": row.name, "data": row.data}).encode()
        row.sealed = sealing.seal(sealing.padded(file), public, context=f"attachment {row.pk}")
        digest.update(row.sealed)
        row.name = row.data = ""
        row.save()
    response.content, response.digest = "", digest.hexdigest()


def _replace_earlier(response: Response, actor: Actor) -> None:
    earlier = Response.objects.standing().filter(call=response.call_id, lead=response.lead_id)
    for one in earlier.select_for_update():
        _wipe(one)
        _note(one, ResponseStepKind.REPLACED, actor)


def _wipe(response: Response) -> None:
    response.attachments.all().delete()
    response.status, response.sealed, response.content = ResponseStatus.WITHDRAWN, None, ""
    response.version += 1
    response.save()


@transaction.atomic
def withdraw_response(*, actor: Actor, response_id: UUID) -> Response:
    """Take a sealed response back before the close; what was sealed is wiped."""
    call_id = one_of(Response.objects.of(actor), response_id).call_id
    hold_open(call_id)
    response = one_of(Response.objects.of(actor), response_id, lock=True)
    require_move(RESPONSE_MOVES, "withdraw", actor=actor, owner_id=response.lead_id, status=response.status)
    _wipe(response)
    _note(response, ResponseStepKind.WITHDRAWN, actor)
    return response


@transaction.atomic
def confirm_response(*, actor: Actor, response_id: UUID, terms_version: int) -> Response:
    """Stand by a sealed response after an addendum changed an indicator, before the close.

    terms_version : the terms that the author read. Raises Conflict when they changed once more.
    """
    call_id = one_of(Response.objects.of(actor), response_id).call_id
    hold_open(call_id)
    response = one_of(Response.objects.of(actor), response_id, lock=True)
    require_owner(actor, response.lead_id)
    if response.status != ResponseStatus.SEALED:
        raise IllegalMove
    if terms_version != Call.objects.values_list("terms_version", flat=True).get(pk=call_id):
        raise Conflict(message=_("The call was changed once more. Read the latest addendum and confirm again."))
    response.terms_version = terms_version
    response.version += 1
    response.save()
    _note(response, ResponseStepKind.CONFIRMED, actor)
    return response


def files_of(response: Response) -> list[tuple[str, bytes]]:
    """Return (name, bytes) of the readable attachments."""
    return [(row.name, base64.b64decode(row.data)) for row in readable_files(response)]


def readable_files(response: Response) -> Any:
    """Return the attachments that can be read."""
    return response.attachments.exclude(data="")
