"""What people say to a suggestion; every judgement is kept as relevance feedback."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.lifecycle import SUGGESTION_MOVES
from marketplace.models import Member, Suggestion
from scenarios.actor import Actor
from scenarios.errors import Invalid, NotPermitted
from scenarios.journal import log_event
from scenarios.lifecycle import check_move
from scenarios.policies import one_of


def _decided_by_own_side(suggestion: Suggestion, actor: Actor) -> bool:
    ours = Member.objects.filter(organisation_id__in=actor.organisation_ids)
    return ours.filter(account=suggestion.decided_by).exists()


@transaction.atomic
def judge_suggestion(*, actor: Actor, suggestion_id: UUID, move: str, reason: str = "") -> Suggestion:
    """Make a move of SUGGESTION_MOVES: shortlist, dismiss (with a reason), contact, undo.

    The supplier, the need's owner and the manager may. A judgement is undone by the side that made it, or by the
    manager.

    Raises NotPermitted for anyone else, IllegalMove from another state, Invalid for a dismissal without a reason.
    """
    suggestion = one_of(Suggestion.objects.visible_to(actor), suggestion_id, lock=True)
    owners = {suggestion.capability.owner_id, suggestion.need.owner_id if suggestion.need else None}
    if not (owners & actor.editor_of or actor.has_role("manager")) or move == "supersede":
        raise NotPermitted
    if move == "undo" and not (_decided_by_own_side(suggestion, actor) or actor.has_role("manager")):
        raise NotPermitted(_("The other side decided this; only they can take it back."))
    target = check_move(SUGGESTION_MOVES, move, suggestion.state)
    if move == "dismiss" and not reason.strip():
        raise Invalid({"reason": [_("Say why; the suggestions learn from it.")]})
    suggestion.state = target
    suggestion.reason = reason.strip() if move == "dismiss" else ""
    suggestion.decided_by_id, suggestion.decided_at = actor.account_id, timezone.now()
    suggestion.save()
    log_event(f"suggestion.{move}", suggestion, actor=actor, capability=suggestion.capability.code)
    return suggestion
