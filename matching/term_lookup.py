"""Term → column over arrays that can be mapped: many at once, and nothing loaded."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Self

import numpy as np
import numpy.typing as npt

from matching.strings import StringTable


class TermLookup:
    """Finds the numbers of many strings of a `StringTable` by their hashes: a microsecond each, whatever its size.

    hashes : uint64, ascending. numbers : int32, the number of the string with that hash.
    """

    def __init__(self, terms: StringTable, hashes: npt.NDArray[np.uint64], numbers: npt.NDArray[np.int32]) -> None:
        self._terms, self.hashes, self.numbers = terms, hashes, numbers

    @classmethod
    def of(cls, terms: StringTable) -> Self:
        """Return a lookup of the strings that the table holds now."""
        hashes = _hashes(list(terms))
        order = np.argsort(hashes, kind="stable")
        return cls(terms, hashes[order], order.astype(np.int32))

    def find(self, strings: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return the number of each string, or -1."""
        found = np.full(len(strings), -1, np.int64)
        if not len(self.hashes):
            return found
        places = np.searchsorted(self.hashes, _hashes(strings))
        for position, place in enumerate(places.tolist()):
            # Two strings may share a hash: go on while it is the same.
            wanted = strings[position]
            while place < len(self.hashes):
                number = int(self.numbers[place])
                if self._terms[number] == wanted:
                    found[position] = number
                    break
                if place + 1 >= len(self.hashes) or self.hashes[place] != self.hashes[place + 1]:
                    break
                place += 1
        return found


def _hashes(strings: Sequence[str]) -> npt.NDArray[np.uint64]:
    digests = b"".join(blake2b(string.encode(errors="surrogatepass"), digest_size=8).digest() for string in strings)
    return np.frombuffer(digests, np.uint64)
