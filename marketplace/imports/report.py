"""What became of every row, for a terminal, a page and a spreadsheet."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from marketplace.imports.errors import Problem
from scenarios.sheets import defused

CREATED, UPDATED, UNCHANGED, KEPT, REFUSED = "created", "updated", "unchanged", "kept", "refused"
LABELS = {
    CREATED: pgettext_lazy("import", "Created"),
    UPDATED: pgettext_lazy("import", "Updated"),
    UNCHANGED: pgettext_lazy("import", "Unchanged"),
    KEPT: pgettext_lazy("import", "Left alone"),
    REFUSED: pgettext_lazy("import", "Refused"),
}
FORECASTS = {
    CREATED: pgettext_lazy("import", "Would be created"),
    UPDATED: pgettext_lazy("import", "Would be updated"),
    UNCHANGED: pgettext_lazy("import", "Would stay as it is"),
    KEPT: pgettext_lazy("import", "Would be left alone"),
    REFUSED: pgettext_lazy("import", "Would be refused"),
}
HEADINGS = (
    gettext_lazy("row"),
    gettext_lazy("result"),
    gettext_lazy("code"),
    gettext_lazy("title"),
    gettext_lazy("column"),
    gettext_lazy("value"),
    gettext_lazy("why"),
)
# A spreadsheet takes a cell that begins like this for a formula.


@dataclass(frozen=True)
class RowResult:
    """What became of one row.

    problems : why it was refused. notes : what a reader should know of a row that was taken.
    """

    number: int
    title: str
    outcome: str
    code: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Any, ...] = ()

    @property
    def label(self) -> Any:
        return LABELS[self.outcome]

    @property
    def forecast(self) -> Any:
        return FORECASTS[self.outcome]


@dataclass(frozen=True)
class Report:
    """The rows in the order of the file; `ignored` are headers that we do not know."""

    rows: Sequence[RowResult]
    ignored: tuple[str, ...] = ()
    dry_run: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Return outcome → number of rows, every outcome named."""
        found = Counter(row.outcome for row in self.rows)
        return {outcome: found[outcome] for outcome in LABELS}

    @property
    def refused(self) -> list[RowResult]:
        return [row for row in self.rows if row.outcome == REFUSED]

    def summary(self) -> str:
        """Return one sentence with the count of each outcome that occurs."""
        parts = [f"{LABELS[outcome]} {count}" for outcome, count in self.counts.items() if count]
        rows = ngettext("%(count)d row", "%(count)d rows", len(self.rows)) % {"count": len(self.rows)}
        return f"{rows}: {', '.join(parts) or '–'}"


def reason_lines(row: RowResult) -> list[tuple[str, str, str]]:
    """Return (column, value, why) of a row: its problems, then its notes."""
    lines = [(problem.column, problem.value, str(problem.reason)) for problem in row.problems]
    return lines + [("", "", str(note)) for note in row.notes]


def write_csv(report: Report, stream: "IO[str]") -> None:
    """Write one line per row and reason, every cell defused."""
    writer = csv.writer(stream)
    writer.writerow([str(heading) for heading in HEADINGS])
    for row in report.rows:
        for column, value, why in reason_lines(row) or [("", "", "")]:
            cells: Iterable[Any] = (row.number, row.label, row.code, row.title, column, value, why)
            writer.writerow([defused(cell) for cell in cells])


def as_text(report: Report) -> list[str]:
    """Return the lines for a terminal: rows about which there is something to say, then the summary."""
    lines = []
    for row in report.rows:
        if not (row.problems or row.notes):
            continue
        lines.append(_("Row %(row)d  %(result)s  %(title)s") % _shown(row))
        for column, value, why in reason_lines(row):
            where = f"{column}: " if column else ""
            lines.append(f"    {where}{f'“{value}” – ' if value else ''}{why}")
    if report.ignored:
        lines.append(_("Columns not read: %(headers)s") % {"headers": ", ".join(report.ignored)})
    if report.dry_run:
        lines.append(_("Dry run: nothing was written."))
    return [*lines, report.summary()]


def _shown(row: RowResult) -> dict[str, Any]:
    return {"row": row.number, "result": row.label, "title": " ".join(filter(None, (row.code, row.title)))}
