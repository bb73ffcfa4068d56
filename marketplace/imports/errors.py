"""What can be wrong with a file or with one of its rows."""

from dataclasses import dataclass
from typing import Any

from scenarios.errors import DomainError


class UnreadableFile(DomainError):
    """The file as a whole is refused; the message says why and what to do."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a row.

    column : the header as it stands in the file; value : the cell, shortened; reason : in the reader's language.
    """

    column: str
    value: str
    reason: Any


class CellError(ValueError):
    """A cell cannot be read; the message says what is expected."""

    def __init__(self, reason: Any) -> None:
        self.reason = reason
        super().__init__(reason)
