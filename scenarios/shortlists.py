"""What a run of suggestions has found for each need: the capabilities worth ranking, as long as its build is live."""

import logging
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from matching import IndexFormatError
from matching.store import read_folder
from scenarios.epochs import epoch_of
from scenarios.live_index import LiveIndex
from scenarios.models import SimilarityRun
from scenarios.run_results import shortlist_name
from scenarios.segment_store import local_folder

logger = logging.getLogger(__name__)


class Shortlist(NamedTuple):
    """The best capabilities for one need, whatever the gates say.

    ids : of the capabilities. whole : whether every capability with a term in common is among them; otherwise none of
    those left out has a higher score than the last of them.
    """

    ids: frozenset[str]
    whole: bool


class Shortlists:
    """What a finished run has found for the needs of a build."""

    def __init__(self, live: LiveIndex, run: SimilarityRun, size: int) -> None:
        self._live, self._run, self._size = live, run, size

    @classmethod
    def of(cls, live: LiveIndex) -> Self | None:
        """Return those of the last run over this build; None where there was none, or the storage has lost it."""
        run = SimilarityRun.objects.filter(kind="suggest", state="done", index_build=live.build).first()
        try:
            return cls(live, run, epoch_of(run.epoch).size) if run else None
        except OSError:
            logger.exception("epoch lost", extra={"run": run.pk if run else 0})
            return None

    def of_need(self, need_id: str) -> Shortlist | None:
        """Return the shortlist of a need; None where the storage has lost it, or the need was not in the index."""
        needs, capabilities = self._live.indexes.part("needs"), self._live.indexes.part("capabilities")
        if need_id not in needs:
            return None
        try:
            block, row = divmod(needs.row(need_id), self._size)
            numbers = _numbers(shortlist_name(self._run, block))[row]
        except (IndexFormatError, OSError):
            logger.exception("shortlist lost", extra={"run": self._run.pk})
            return None
        found = numbers[numbers >= 0].tolist()
        return Shortlist(frozenset(map(capabilities.id_at, found)), len(found) < len(numbers))


@lru_cache(maxsize=16)
def _numbers(name: str) -> npt.NDArray[np.int32]:
    numbers: npt.NDArray[np.int32] = read_folder(local_folder(name))[0]["numbers"]
    return numbers
