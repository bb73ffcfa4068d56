"""The shape that every figure has: columns, rows of cells, and for each number the list of exactly what it counts."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Column(NamedTuple):
    """A column: its name in API and file, its label on the page, whether it holds numbers, and what it says."""

    name: str
    label: Any
    number: bool = False
    help: Any = ""


class Cell(NamedTuple):
    """A value, None where nothing is told; its words on a page, and where exactly what it counts is listed."""

    value: Any
    text: Any = None
    page: str = ""
    api: str = ""

    @property
    def shown(self) -> Any:
        if self.text is not None:
            return self.text
        return "–" if self.value is None else self.value


@dataclass(frozen=True)
class Table:
    """What a figure says. picture : places and sizes for its component; notes : what a reader has to know with it."""

    columns: list[Column]
    rows: list[list[Cell]]
    picture: dict[str, Any]
    notes: list[Any] = field(default_factory=list)
    left_out: int = 0

    @property
    def lines(self) -> list[list[tuple[Column, Cell]]]:
        """The rows with the column of each cell, its label said in the reader's language once and not for each."""
        columns = [column._replace(label=str(column.label)) for column in self.columns]
        return [list(zip(columns, row, strict=True)) for row in self.rows]

    def as_dicts(self) -> list[dict[str, Any]]:
        """Return the rows as name → value, with the addresses of the lists behind the numbers under `lists`."""
        return [
            {column.name: cell.value for column, cell in zip(self.columns, row, strict=True)}
            | {"lists": {column.name: cell.api for column, cell in zip(self.columns, row, strict=True) if cell.api}}
            for row in self.rows
        ]

    def of(self, column: str) -> list[Any]:
        """Return the values of a column."""
        place = [one.name for one in self.columns].index(column)
        return [row[place].value for row in self.rows]
