"""Opening the sealed responses to a call: after its close by the database clock, by two of its three openers."""

import hashlib
import json
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.choices import ResponseStatus
from marketplace.lifecycle import RESPONSE_MOVES
from marketplace.models import Response, ResponseStep
from scenarios import sealing
from scenarios.actions.openers import give_shares, private_key
from scenarios.actor import Actor
from scenarios.errors import IllegalMove, NotFound
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.models import Call, CallKey, Opener
from scenarios.policies import one_of

TOGETHER = 2


def agree_to_open(*, actor: Actor, call_id: UUID, code: str) -> int | None:
    """Give an opener's half; with the second one every sealed response is opened.

    Returns how many were opened, None while another opener is awaited.

    Raises NotFound for whoever is not an opener of the call, IllegalMove before the close by the database clock (the
    attempt is logged), Invalid for a wrong code.
    """
    opener = Opener.objects.filter(call=call_id, account_id=actor.account_id or 0).select_related("call").first()
    if opener is None:
        raise NotFound
    if not Call.objects.closed().filter(pk=call_id).exists():
        with transaction.atomic():
            log_event("call.opening_refused", opener.call, actor=actor)
        raise IllegalMove(_("This call has not closed yet. Your attempt to open its responses was logged."))
    return _agree(actor, call_id, opener.pk, code)


@transaction.atomic
def _agree(actor: Actor, call_id: UUID, opener_id: UUID, code: str) -> int | None:
    # Waits for every response that is just being sealed: they hold the call's row until they are stored.
    call = one_of(Call.objects.closed(), call_id, lock=True)
    key = CallKey.objects.select_for_update().filter(call=call).first()
    if key is None or key.opened_at is not None:
        raise IllegalMove(_("The responses to this call are open already, or it took none."))
    opener = call.openers.select_related("call").get(pk=opener_id)
    if opener.agreed_at is not None:
        raise IllegalMove(_("You have given your code. Now another opener has to give theirs."))
    give_shares(opener, code)
    opener.agreed_at = timezone.now()
    opener.save()
    log_event("call.opener_agreed", call, actor=actor)
    agreed = list(call.openers.filter(agreed_at__isnull=False).order_by("agreed_at"))
    return _open_all(actor, call, key, agreed) if len(agreed) == TOGETHER else None


def _open_all(actor: Actor, call: Call, key: CallKey, agreed: list[Opener]) -> int:
    private = private_key(key, *agreed)
    rows = list(Response.objects.standing().filter(call=call).select_for_update().prefetch_related("attachments"))
    secrets.SystemRandom().shuffle(rows)  # the anonymous numbers follow neither time nor name
    for number, response in enumerate(rows, start=1):
        _open_one(response, private, number)
    Response.objects.filter(call=call, status=ResponseStatus.DRAFT).delete()  # never handed in
    call.openers.update(shares_given="")
    key.opened_at = timezone.now()
    key.save()
    _tell(actor, call, len(rows))
    return len(rows)


def _open_one(response: Response, private: bytes, number: int) -> None:
    digest = hashlib.sha256(bytes(response.sealed or b""))
    text = sealing.unseal(bytes(response.sealed or b""), private, context=f"response {response.pk}")
    for row in response.attachments.all():
        digest.update(bytes(row.sealed or b""))
        file = json.loads(sealing.unseal(bytes(row.sealed or b""), private, context=f"attachment {row.pk}"))
        row.name, row.data, row.sealed = file["name"], file["data"], None
        row.save()
    if digest.hexdigest() != response.digest:
        raise IllegalMove(_("A sealed response is not the one on its receipt. Nothing was opened."))
    response.status = check_move(RESPONSE_MOVES, "open", response.status)
    response.content, response.sealed = text.decode().strip(), None
    response.number, response.opened_at = number, timezone.now()
    response.version += 1
    response.save()


def _tell(actor: Actor, call: Call, count: int) -> None:
    """Put the trail that was kept apart into the event log, and say that the responses are open."""
    for step in ResponseStep.objects.filter(call_id=call.pk).order_by("pk"):
        author = Actor(account_id=step.account_id)
        response, taken_at = str(step.response_id), step.at.isoformat()
        log_event("call.response_step", call, actor=author, response=response, step=step.kind, taken_at=taken_at)
    log_event("call.responses_opened", call, actor=actor, responses=count)
