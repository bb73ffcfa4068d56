"""What is left of the responses to a call that was cancelled: nothing that was sealed."""

from uuid import UUID

from django.db import transaction

from marketplace.choices import ResponseStepKind
from marketplace.lifecycle import RESPONSE_MOVES
from marketplace.models import Response, ResponseStep
from scenarios.actor import SYSTEM
from scenarios.choices import CallStatus
from scenarios.models import Call
from scenarios.policies import require_move


@transaction.atomic
def wipe_responses(*, call_id: UUID) -> None:
    """Wipe what was sealed for a cancelled call, attachments too; silent where the call is gone or not cancelled.

    The receipts stay with their authors, and so do the drafts: their text is theirs. How many there were is told to
    nobody.
    """
    if not Call.objects.filter(pk=call_id, status=CallStatus.CANCELLED).exists():
        return
    for response in Response.objects.standing().filter(call=call_id).order_by("pk").select_for_update():
        response.status = require_move(RESPONSE_MOVES, "cancel", actor=SYSTEM, owner_id=None, status=response.status)
        response.attachments.all().delete()
        response.sealed = None
        response.version += 1
        response.save()
        ResponseStep.objects.create(
            response_id=response.pk,
            call_id=call_id,
            kind=ResponseStepKind.CANCELLED,
            account_id=response.author_id,
        )
