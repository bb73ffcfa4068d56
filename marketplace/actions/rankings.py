"""What a manager decides about learned rankings: bring in judgements, have one learned, put it into use, go back."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from marketplace.active_ranking import opened
from marketplace.lifecycle import RANKING_MOVES
from marketplace.models import Judgement, RankingModel
from matching import MatchingError
from scenarios import topics
from scenarios.actor import Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.locks import take_lock
from scenarios.outbox import emit
from scenarios.policies import one_of, require_move, require_role
from scenarios.querysets import DatabaseClock

Pair = tuple[UUID, UUID]
OTHER_FEATURES = _("This program counts other features than the ranking was learned with. Have a new one learned.")


@transaction.atomic
def ask_for_training(*, actor: Actor) -> None:
    """Have a worker learn a ranking from the present judgements."""
    require_role(actor, "manager")
    emit(topics.RANKING_ASKED)


@transaction.atomic
def bring_judgements(*, actor: Actor, grades: Mapping[Pair, int]) -> None:
    """Keep graded pairs, in the place of what was kept of them before, and have a worker learn from them.

    grades : (need id, capability id) → 1 to 4.
    """
    require_role(actor, "manager", "system")
    rows = [
        Judgement(
            need_id=need,
            capability_id=capability,
            grade=grade,
            brought_by_id=actor.account_id,
            brought_at=DatabaseClock(),
        )
        for (need, capability), grade in grades.items()
    ]
    Judgement.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["need", "capability"],
        update_fields=["grade", "brought_by", "brought_at"],
    )
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
