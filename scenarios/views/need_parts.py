"""The parts of the form of a need as a list of tasks: which are complete, and how much the others lack."""

from typing import NamedTuple

from scenarios.precision import POINTS, Finding, PrecisionReport, Severity
from scenarios.views.drafting_form import ANCHORS, SECTIONS, Section


class Part(NamedTuple):
    """A part of the form. state : done, started or todo; left : how many things it lacks."""

    id: str
    label: str
    href: str
    state: str
    left: int


class Parts(NamedTuple):
    """All parts, and how many of them are complete."""

    rows: list[Part]
    done: int


def parts_of(report: PrecisionReport | None) -> Parts:
    """Return the parts as a report finds them; without a report nothing has been typed."""
    rows = [_part(number, section, report) for number, section in enumerate(SECTIONS, start=1)]
    return Parts(rows, sum(row.state == "done" for row in rows))


def checked_names(section: Section) -> list[str]:
    """Return what the precision check calls the fields of a section; what it does not look at is left out."""
    fields = [name for group in section.groups for name in group] or [section.id]
    names = [ANCHORS.get(name, f"id_{name}").removeprefix("id_") for name in fields]
    return [name for name in names if name in POINTS]


def _part(number: int, section: Section, report: PrecisionReport | None) -> Part:
    names = checked_names(section)
    left = [row for row in report.findings if row.field in names and _is_lack(row)] if report else []
    earned = sum(row.points for row in report.fields if row.field in names) if report else 0
    state = "todo" if not earned else "started" if left else "done"
    return Part(section.id, f"{number}. {section.legend}", f"#section-{section.id}", state, len(left))


def _is_lack(finding: Finding) -> bool:
    """Whether something is missing or to be put right; other hints say what would be better still."""
    return finding.severity is not Severity.HINT or finding.code == "missing"
