"""A sheet with the same columns for every criterion, written in two places at once: the second writer is told."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from scenarios.errors import Conflict


def require_seen(version: int, *, stored: int, mine: Mapping[int, Any], saved: Mapping[int, Any]) -> None:
    """Raise Conflict with ``<column>-<criterion>`` → (mine, saved) where the sheet is not the one that was read.

    version : of the sheet that the author read; stored : the one that it has now. mine, saved : criterion → its columns
    as a named tuple; a criterion that is not saved has empty columns. Two who wrote the same are not told.
    """
    if version == stored:
        return
    differences = {
        f"{column}-{criterion}": (text, there)
        for criterion, row in mine.items()
        for column, value in row._asdict().items()
        if (text := _text(value)) != (there := _text(getattr(saved.get(criterion), column, None)))
    }
    if differences:
        raise Conflict(differences)


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return "" if value is None else str(value).strip()
