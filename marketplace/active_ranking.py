"""The ranking that holds: the learned one that staff put into use, or none, and then the unlearned one serves."""

import json
import logging
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from marketplace.models import RankingModel
from matching import Calibration, MatchingError
from matching import RankingModel as Learned

logger = logging.getLogger(__name__)


class ActiveRanking(NamedTuple):
    """A learned ranking ready to rank; calibration : None where its scores are no probabilities."""

    pk: UUID
    model: Learned
    calibration: Calibration | None

    def probability(self, score: float) -> float | None:
        """Return the probability that a suggestion of this score is taken up, if known."""
        return round(self.calibration.probability(score), 4) if self.calibration else None


def active_ranking() -> ActiveRanking | None:
    """Return the ranking in use; None where there is none, or where this program counts other features."""
    pk = RankingModel.objects.filter(state="active").values_list("pk", flat=True).first()
    return _opened(pk) if pk else None


@lru_cache(maxsize=2)
def _opened(pk: UUID) -> ActiveRanking | None:
    """Read a row once per process: what was learned does not change."""
    row = RankingModel.objects.get(pk=pk)
    try:
        return opened(row)
    except MatchingError:
        logger.warning("ranking.other_features", extra={"ranking": str(pk), "feature_version": row.feature_version})
        return None


def opened(row: RankingModel) -> ActiveRanking:
    """Return a stored ranking ready to rank; raises MatchingError where its features are of another version."""
    calibration = Calibration.from_json(row.calibration) if row.calibration else None
    return ActiveRanking(row.pk, Learned.from_json(json.dumps(row.coefficients)), calibration)
