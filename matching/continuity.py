"""Which of today's groups is which of yesterday's: identity by the members they share."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from matching.errors import MatchingError

Key = TypeVar("Key", bound=str)
Member = TypeVar("Member", bound=Hashable)

MIN_OVERLAP = 0.5
"""Least Jaccard overlap (members in both / members in either) at which a group is still the same one."""


def continue_groups(
    old: Mapping[Key, Collection[Member]],
    new: Sequence[Collection[Member]],
    *,
    min_overlap: float = MIN_OVERLAP,
) -> list[Key | None]:
    """Return for each new group the key of the old one that it continues, or None for one that begins.

    The largest overlap is taken first, each group once; ties go to the smaller old key, then to the new group whose
    sorted members come first. Where the old groups are disjoint and the new ones too, at most one partner overlaps a
    group by more than a half, so that this is the matching with the largest total overlap. The order of the input does
    not matter.

    Raises MatchingError for an overlap outside (0, 1].
    """
    if not 0.0 < min_overlap <= 1.0:
        raise MatchingError(f"min_overlap is {min_overlap}; it has to be above 0 and at most 1")
    before = {key: frozenset(members) for key, members in old.items()}
    groups = [frozenset(members) for members in new]
    names = [sorted(map(str, members)) for members in groups]
    overlaps = [
        (-len(members & group) / len(members | group), key, names[place], place)
        for key, members in before.items()
        for place, group in enumerate(groups)
        if len(members & group) >= min_overlap * len(members | group) > 0
    ]
    continued: list[Key | None] = [None] * len(groups)
    taken: set[Key] = set()
    for _, key, _, place in sorted(overlaps):
        if continued[place] is None and key not in taken:
            continued[place] = key
            taken.add(key)
    return continued
