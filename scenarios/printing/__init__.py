"""What is printed of needs and calls: a document of entries, written as Word or as PDF."""

from typing import NamedTuple


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


class Document(NamedTuple):
    """lines : what stands below the title. A document of one entry has no title page and no contents."""

    title: str
    lines: list[str]
    entries: list[Entry]

    @property
    def is_list(self) -> bool:
        """Whether it is a list, though it may hold one entry."""
        return bool(self.lines)
