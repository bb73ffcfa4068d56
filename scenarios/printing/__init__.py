"""What is printed of needs and calls: a document of entries, written as Word or as PDF."""

from collections.abc import Callable
from typing import NamedTuple

Progress = Callable[[float], None]
"""Is told which part of a document is written, from 0 to 1."""


def unwatched(_part: float) -> None:
    """Let nobody know how far a document is."""


class Indicator(NamedTuple):
    """An indicator in words."""

    metric: str
    baseline: str
    target: str
    test_method: str


class Entry(NamedTuple):
    """A need or call as it is printed: facts and texts are pairs of label and words."""

    code: str
    title: str
    facts: list[tuple[str, str]]
    texts: list[tuple[str, str]]
    indicators: list[Indicator]

    @property
    def letters(self) -> int:
        """The number of characters of all its texts, which is what printing takes time and memory for."""
        pairs = sum(len(label) + len(text) for label, text in (*self.facts, *self.texts))
        return len(self.title) + pairs + sum(len(text) for row in self.indicators for text in row)


class Document(NamedTuple):
    """lines : what stands below the title. A document of one entry has no title page and no contents."""

    title: str
    lines: list[str]
    entries: list[Entry]

    @property
    def is_list(self) -> bool:
        """Whether it is a list, though it may hold one entry."""
        return bool(self.lines)
