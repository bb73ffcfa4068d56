"""The panel that will review the responses to a call."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actions.openers import lock_unopened, require_staff
from scenarios.actor import Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.models import PanelSeat
from scenarios.policies import require_role

SMALLEST = 3


@transaction.atomic
def seat_panel(*, actor: Actor, call_id: UUID, account_ids: list[int], chair_id: int) -> list[PanelSeat]:
    """Name the panel before the call opens: reviewers, three or more, an odd number, one of them in the chair.

    Raises Invalid otherwise, IllegalMove once the call is open.
    """
    require_role(actor, "manager")
    call = lock_unopened(actor, call_id)
    seats = list(dict.fromkeys(account_ids))
    if len(seats) < SMALLEST or len(seats) % 2 == 0:
        raise Invalid({"panel": [_("A panel has three or more members, an odd number.")]})
    if chair_id not in seats:
        raise Invalid({"chair": [_("The chair is one of the panel.")]})
    require_staff("panel", seats, "reviewer")
    call.panel.all().delete()
    rows = [PanelSeat(call=call, account_id=pk, is_chair=pk == chair_id) for pk in seats]
    log_event("call.panel_seated", call, actor=actor, accounts=sorted(seats))
    return PanelSeat.objects.bulk_create(rows)
