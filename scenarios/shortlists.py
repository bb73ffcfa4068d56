"""What a run of suggestions has found for each need: the capabilities worth ranking, as long as its build is live."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from matching.store import read_folder
from scenarios.live_index import LiveIndex
from scenarios.models import SimilarityRun
from scenarios.segment_store import local_folder
from scenarios.similarity_runs import epoch_of, shortlist_name


class Shortlist(NamedTuple):
    """The best capabilities for one need, whatever the gates say.

    ids : of the capabilities. whole : whether every capability with a term in common is among them; otherwise none of
    those left out has a higher score than the last of them.
    """

    ids: frozenset[str]
    whole: bool


def shortlist(live: LiveIndex, need_id: str) -> Shortlist | None:
    """Return what a finished run has found for a need of the live build; None where there is no such run.

    Raises IndexFormatError or FileNotFoundError where the storage has lost it.
    """
    needs, capabilities = live.indexes.part("needs"), live.indexes.part("capabilities")
    run = SimilarityRun.objects.filter(kind="suggest", state="done", index_build=live.build).first()
    if run is None or need_id not in needs:
        return None
    block, row = divmod(needs.row(need_id), epoch_of(run.epoch).size)
    numbers = _numbers(run.pk, block)[row]
    found = numbers[numbers >= 0].tolist()
    return Shortlist(frozenset(map(capabilities.id_at, found)), len(found) < len(numbers))


@lru_cache(maxsize=16)
def _numbers(run_id: int, block: int) -> npt.NDArray[np.int32]:
    numbers: npt.NDArray[np.int32] = read_folder(local_folder(shortlist_name(run_id, block)))[0]["numbers"]
    return numbers
