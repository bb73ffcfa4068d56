"""What a manager decides about the merge threshold."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scenarios import topics
from scenarios.actor import Actor
from scenarios.errors import Conflict, Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.merge_threshold import HIGHEST, LOWEST, merge_threshold
from scenarios.models import MergeThreshold
from scenarios.outbox import emit
from scenarios.policies import require_role

OUT_OF_RANGE = _("Choose a threshold from %(lowest)s to %(highest)s: beyond, nearly everything or nothing is proposed.")
CHANGED = _("Another threshold was chosen in the meantime. Look at the preview again, then choose.")


@transaction.atomic
def choose_threshold(*, actor: Actor, value: float, present: float | None = None) -> MergeThreshold:
    """Have needs proposed for merging from this likeness on; all of them are looked at again.

    present : the threshold that the actor saw; where another one holds by now, nothing is changed.

    Raises Invalid for a value that is out of range or holds already, Conflict where `present` is out of date.
    """
    require_role(actor, "manager")
    take_lock("merge threshold")
    before = merge_threshold()
    if present is not None and present != before:
        raise Conflict({"threshold": (present, before)}, CHANGED)
    if not LOWEST <= value <= HIGHEST:
        raise Invalid({"threshold": [OUT_OF_RANGE % {"lowest": LOWEST, "highest": HIGHEST}]})
    if value == before:
        raise Invalid({"threshold": [_("This threshold holds already.")]})
    MergeThreshold.objects.filter(active=True).update(active=False)
    chosen = MergeThreshold.objects.create(value=value, chosen_by_id=actor.signed_in_id)
    log_event("threshold.chosen", chosen, actor=actor, before=before, after=value)
    emit(topics.MERGE_THRESHOLD_CHOSEN)
    return chosen


@transaction.atomic
def ask_for_preview(*, actor: Actor) -> None:
    """Have a worker reckon anew what other thresholds would propose."""
    require_role(actor, "manager")
    emit(topics.MERGE_PREVIEW_ASKED)
