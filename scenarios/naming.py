"""What staff call the values of an enumeration, in which order they stand, and which are still offered.

The codes stand in the program; the rows that name them are read once for each request or task. Outside of one, as in a
migration, the delivered labels hold.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, NamedTuple

from django.utils.functional import lazy
from django.utils.translation import get_language


class Name(NamedTuple):
    """A row: the names in both languages, its place in the list, and whether forms offer it."""

    zh: str
    en: str
    place: int
    offered: bool


Names = dict[tuple[str, str], Name]
"""(enumeration, code) → its row."""

Pairs = Iterable[tuple[Any, Any]]


class _Reading:
    """The names of one request or task, read when the first is asked for."""

    names: Names | None = None


_readers: list[Callable[[], Names]] = []
_reading: ContextVar[_Reading | None] = ContextVar("names", default=None)


def read_with(reader: Callable[[], Names]) -> None:
    """Have names read by `reader`."""
    _readers[:] = [reader]


@contextmanager
def one_reading() -> Iterator[None]:
    """Have names read once, and alike, within the body."""
    token = _reading.set(_Reading())
    try:
        yield
    finally:
        _reading.reset(token)


def _names() -> Names:
    reading = _reading.get()
    if reading is None or not _readers:
        return {}
    if reading.names is None:
        reading.names = _readers[0]()
    return reading.names


def _label(kind: str, code: str, delivered: Any) -> str:
    name = _names().get((kind, code))
    if name is None:
        return str(delivered)
    return name.en if get_language() == "en" else name.zh


named = lazy(_label, str)
"""named(kind, code, delivered): what a code is called when it is shown, `delivered` where no row names it."""


def is_offered(kind: str, code: str) -> bool:
    """Whether forms offer a code."""
    name = _names().get((kind, code))
    return name is None or name.offered


def in_order(kind: str, choices: Pairs) -> list[tuple[Any, Any]]:
    """Return choices in the order of their rows; what has none, as the empty choice, comes first."""
    return sorted(choices, key=partial(_place, kind))


def on_offer(kind: str, choices: Pairs, present: str = "") -> list[tuple[Any, Any]]:
    """Return the choices that forms offer, and the one that is there already, in order."""
    return [pair for pair in in_order(kind, choices) if pair[0] == present or is_offered(kind, str(pair[0]))]


def _place(kind: str, pair: tuple[Any, Any]) -> int:
    name = _names().get((kind, str(pair[0])))
    return -1 if name is None else name.place
