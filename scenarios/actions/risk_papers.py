"""The papers that a risk tier demands before a step: asked for exactly there, and entered by the owner."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.choices import NeedStatus
from scenarios.content import unmet_demands
from scenarios.errors import IllegalMove, Invalid
from scenarios.journal import log_event
from scenarios.models import Need
from scenarios.policies import one_of, require_owner
from scenarios.risk import OPEN_CALL, PUBLISH_NEED

# A draft and a returned need are edited as a whole.
AWAITS_NUMBER = (NeedStatus.SUBMITTED, NeedStatus.CHECKED, NeedStatus.APPROVED, NeedStatus.PUBLISHED)
LONGEST = 60


def require_papers(need: Need, *, before: str, held: Collection[str] = ()) -> None:
    """Raise Invalid naming each paper that the need's tier demands before a step, and how to get it.

    held : as in `unmet_demands`.
    """
    lacking = unmet_demands(need, before=before, held=held)
    if lacking:
        raise Invalid({row.item: [row.refusal] for row in lacking})


def awaits_ethics_number(need: Need) -> bool:
    """Whether the need is on its way or on offer without the number that a later step demands of it."""
    steps = (PUBLISH_NEED, OPEN_CALL)
    demanded = {row.item for step in steps for row in unmet_demands(need, before=step)}
    return need.status in AWAITS_NUMBER and "ethics_number" in demanded


@transaction.atomic
def enter_ethics_number(*, actor: Actor, need_id: UUID, number: str) -> Need:
    """Enter the number of the ethics review of a need that was handed in without one; it stays on its way.

    Raises IllegalMove when it has one or needs none, or is a draft: there it is written with everything else.
    """
    need = one_of(Need.objects.visible_to(actor), need_id, lock=True)
    require_owner(actor, need.owner_id)
    if not awaits_ethics_number(need):
        raise IllegalMove(_("This need has its ethics number, needs none, or is edited as a whole."))
    if not 0 < len(number.strip()) <= LONGEST:
        raise Invalid({"ethics_number": [_("Enter the number as it stands on the document, at most 60 characters.")]})
    need.ethics_number = number.strip()
    need.version += 1
    need.save()
    log_event("need.ethics_number_entered", need, actor=actor, changed=["ethics_number"])
    return need
