"""What a manager decides about learned rankings: have one learned, put it into use, go back."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.active_ranking import opened
from marketplace.lifecycle import RANKING_MOVES
from marketplace.models import RankingModel
from matching import MatchingError
from scenarios import topics
from scenarios.actor import Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move, require_role

OTHER_FEATURES = _("This program counts other features than the ranking was learned with. Have a new one learned.")


@transaction.atomic
def ask_for_training(*, actor: Actor) -> None:
    """Have a worker learn a ranking from the present judgements."""
    require_role(actor, "manager")
    emit(topics.RANKING_ASKED)


@transaction.atomic
def activate_ranking(*, actor: Actor, ranking_id: UUID) -> RankingModel:
    """Rank suggestions by this ranking; the one in use is retired, and all suggestions are ranked anew.

    Raises IllegalMove for a refused one and the one in use, Invalid where its features are of another version.
    """
    take_lock("ranking")
    row = one_of(RankingModel.objects.all(), ranking_id, lock=True)
    target = require_move(RANKING_MOVES, "activate", actor=actor, owner_id=None, status=row.state)
    try:
        opened(row)
    except MatchingError:
        raise Invalid({"ranking": [OTHER_FEATURES]}) from None
    for before in RankingModel.objects.filter(state="active").select_for_update():
        _retire(before, actor)
    row.state = target
    row.save(update_fields=["state"])
    log_event("ranking.activated", row, actor=actor, needs=row.needs, judgements=row.judgements)
    emit(topics.RANKING_CHANGED)
    return row


@transaction.atomic
def retire_ranking(*, actor: Actor, ranking_id: UUID) -> RankingModel:
    """Go back to the unlearned ranking; all suggestions are ranked anew. The retired one can be taken back."""
    take_lock("ranking")
    row = one_of(RankingModel.objects.all(), ranking_id, lock=True)
    _retire(row, actor)
    emit(topics.RANKING_CHANGED)
    return row


def _retire(row: RankingModel, actor: Actor) -> None:
    row.state = require_move(RANKING_MOVES, "retire", actor=actor, owner_id=None, status=row.state)
    row.save(update_fields=["state"])
    log_event("ranking.retired", row, actor=actor)
