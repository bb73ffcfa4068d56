"""Distinct strings numbered from 0: the terms of a vocabulary, the ids of an index."""

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np
import numpy.typing as npt


class Numbering(dict[str, int]):
    """A dict that gives a string it does not know the next number."""

    def __missing__(self, string: str) -> int:
        self[string] = number = len(self)
        return number


class StringTable:
    """Strings ↔ numbers, append-only, and memory-mappable once stored.

    Stored it is three arrays: the strings as UTF-8, one after the other; where each begins; and the numbers in the
    order of their strings, in which `find` looks by halving. A table opened from such arrays reads only what it touches
    until `numbering` makes a dict of it.
    """

    def __init__(self, strings: Iterable[str] = ()) -> None:
        self._arrays: dict[str, npt.NDArray[np.generic]] = {}
        self._numbers: Numbering | None = Numbering()
        self._strings: list[str] | None = None
        for string in strings:
            self._numbers[string]

    @classmethod
    def from_arrays(cls, arrays: dict[str, npt.NDArray[np.generic]]) -> "StringTable":
        """Return the table that `arrays()` described, without reading its strings."""
        table = cls()
        table._arrays, table._numbers = arrays, None
        return table

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return what to store: utf8 uint8 (bytes,), offsets int64 (n + 1,), order int32 (n,)."""
        if self._arrays and len(self._arrays["order"]) == len(self):  # nothing was appended since they were stored
            return self._arrays
        encoded = [string.encode() for string in self.numbering()]
        offsets = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum([len(string) for string in encoded], out=offsets[1:])
        order = sorted(range(len(encoded)), key=encoded.__getitem__)
        return {
            "utf8": np.frombuffer(b"".join(encoded), np.uint8),
            "offsets": offsets,
            "order": np.array(order, np.int32),
        }

    def numbering(self) -> Numbering:
        """Return the table as a dict; looking up an unknown string in it appends the string."""
        if self._numbers is None:
            self._numbers = Numbering((string, number) for number, string in enumerate(self))
        return self._numbers

    def find(self, string: str) -> int:
        """Return the string's number, or -1."""
        if self._numbers is not None:
            return self._numbers.get(string, -1)
        order, wanted = self._arrays["order"], string.encode(errors="surrogatepass")
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            if self._encoded(int(order[middle])) < wanted:
                low = middle + 1
            else:
                high = middle
        return int(order[low]) if low < len(order) and self._encoded(int(order[low])) == wanted else -1

    def _encoded(self, number: int) -> bytes:
        offsets = self._arrays["offsets"]
        return self._arrays["utf8"][int(offsets[number]) : int(offsets[number + 1])].tobytes()

    def __contains__(self, string: object) -> bool:
        return isinstance(string, str) and self.find(string) >= 0

    def __getitem__(self, number: int) -> str:
        if self._numbers is None:
            return self._encoded(number).decode()
        if self._strings is None or len(self._strings) != len(self._numbers):
            self._strings = list(self._numbers)
        return self._strings[number]

    def __iter__(self) -> Iterator[str]:
        if self._numbers is not None:
            return iter(list(self._numbers))
        blob, offsets = self._arrays["utf8"].tobytes(), self._arrays["offsets"].tolist()
        return (blob[start:end].decode() for start, end in pairwise(offsets))

    def __len__(self) -> int:
        return len(self._numbers) if self._numbers is not None else len(self._arrays["order"])
