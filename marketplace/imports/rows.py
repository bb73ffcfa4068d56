"""From a table of cells to typed rows: which column is which, and what each row asks for."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from marketplace.imports.columns import Column
from marketplace.imports.errors import CellError, Problem, UnreadableFile
from marketplace.imports.values import clean, shortened
from marketplace.imports.words import folded

HEADER_WITHIN = 15
TITLE = "title_zh"
TITLE_LIMIT = 40
# The text of a need, and that of a capability.
BODY = ("problem", "solves")
# Headers that say nothing about the row.
COUNTERS = frozenset({"序号", "no", "no.", "#"})
# A list without any of these is a short one, as cities publish it: what it lacks is listed, not refused.
FULL_FORM = frozenset({"indicators", "quantity", "boundary_out", "layer", "techniques", "limits"})


class Line(NamedTuple):
    """One line of a file: its number as a reader of the file counts, and its cells as text."""

    number: int
    cells: Sequence[str]


@dataclass(frozen=True)
class Header:
    """Where each known column stands, with its header as written; `number` is the line of the header."""

    number: int
    positions: Mapping[str, tuple[int, str]]
    ignored: tuple[str, ...] = ()

    @property
    def is_short(self) -> bool:
        return not FULL_FORM & set(self.positions)

    def written(self, name: str) -> str:
        """Return a column's header as it stands in the file; our own name where the file has no such column."""
        return self.positions[name][1] if name in self.positions else name


@dataclass(frozen=True)
class ParsedRow:
    """A row as typed values, or with what is wrong in it.

    values : column name → typed value, only of columns that the file has. notes : what was filled in or left out.
    """

    number: int
    title: str
    values: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Any, ...] = field(default=())


def find_header(lines: Iterable[Line], columns: Sequence[Column]) -> Header:
    """Return the header: the first of the first 15 lines that names the title column and one more.

    Lines above it are titles and remarks. Raises UnreadableFile when there is none, or a column stands there twice.
    """
    for line, _number in zip(lines, range(HEADER_WITHIN), strict=False):
        positions: dict[str, tuple[int, str]] = {}
        ignored = []
        for position, cell in enumerate(line.cells):
            found = next((one for one in columns if folded(cell) in one.headers), None)
            if found is None:
                ignored.append("" if folded(cell) in COUNTERS else cell.strip())
            elif found.name in positions:
                raise UnreadableFile(
                    _("The column “%(header)s” stands twice in the header.") % {"header": cell.strip()}
                )
            else:
                positions[found.name] = (position, cell.strip())
        if TITLE in positions and len(positions) > 1:
            return Header(line.number, positions, tuple(filter(None, ignored)))
    raise UnreadableFile(
        _("No header was found in the first 15 rows. A header names at least the title and one more column.")
    )


def parse(
    lines: Iterable[Line], header: Header, columns: Sequence[Column], *, organisation: str = ""
) -> Iterator[ParsedRow]:
    """Yield the rows below the header as typed values; empty lines are passed over.

    organisation : whose the rows are that name none.
    """
    known = {one.name: one for one in columns}
    above = ""
    seen: dict[tuple[str, str], int] = {}
    for line in lines:
        cells = {name: _cell(line, position) for name, (position, _) in header.positions.items()}
        if not any(cells.values()):
            continue
        cells["organisation"] = cells.get("organisation") or clean(organisation)
        if header.is_short and "domain" in cells:
            # Merged cells hold their value in the first row only.
            above = cells["domain"] = cells["domain"] or above
        yield _once(_parse_row(line.number, cells, header, known), cells, seen)


def _once(row: ParsedRow, cells: Mapping[str, str], seen: dict[tuple[str, str], int]) -> ParsedRow:
    """Refuse a row that stands in the file already: the same organisation and the same id, or title where none is."""
    key = (cells["organisation"], cells.get("external_id") or cells[TITLE])
    first = seen.setdefault(key, row.number)
    if first == row.number or row.problems:
        return row
    reason = _("The same row of the same organisation stands in row %(row)d already.") % {"row": first}
    return replace(row, problems=(Problem("", "", reason),))


def _cell(line: Line, position: int) -> str:
    return clean(line.cells[position]) if position < len(line.cells) else ""


def _parse_row(number: int, cells: dict[str, str], header: Header, known: Mapping[str, Column]) -> ParsedRow:
    values: dict[str, Any] = {}
    problems, notes = [], []
    if header.is_short:
        notes += _ease(cells, BODY[0] if BODY[0] in known else BODY[1])
    for name in (one for one in known if one in cells):
        try:
            values[name] = known[name].read(cells[name])
        except CellError as error:
            if header.is_short and name == "domain":
                notes.append(_("“%(word)s” is none of our domains; the domain stays open.") % {"word": cells[name]})
                values[name] = ""
            else:
                # A report is kept and passed on; a contact is in neither.
                value = "" if name.startswith("contact") else shortened(cells[name])
                problems.append(Problem(header.written(name), value, error.reason))
    problems += _missing(cells, header)
    return ParsedRow(number, shortened(cells[TITLE]), values, tuple(problems), tuple(notes))


def _ease(cells: dict[str, str], body: str) -> list[Any]:
    """Cut a long title of a short list and keep it whole at the head of the text, even where the list has no column of
    texts; return what was done.
    """
    whole = cells[TITLE]
    if len(whole) <= TITLE_LIMIT:
        return []
    cells[TITLE] = whole[: TITLE_LIMIT - 1] + "…"
    cells[body] = f"{whole}\n{cells.get(body, '')}".strip()
    return [_("The title is longer than 40 characters: it was cut, and stands whole at the head of the text.")]


def _missing(cells: Mapping[str, str], header: Header) -> list[Problem]:
    wanted = {TITLE: _("A row needs a title."), "organisation": _("A row needs the name of its organisation.")}
    return [Problem(header.written(name), "", reason) for name, reason in wanted.items() if not cells.get(name)]
