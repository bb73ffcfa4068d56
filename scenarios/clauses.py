"""Who may respond to a call, clause by clause: each has a name, so that whoever is not eligible is told which."""

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext_lazy as _

MOST_CLAUSES = 30
NAME_LIMIT = 80
TEXT_LIMIT = 2000


class Clause(TypedDict):
    """One condition of responding; the name is the only one of its kind in its call."""

    name: str
    text: str


def cleaned_clauses(rows: Iterable[Mapping[str, Any]]) -> list[Clause]:
    """Return the clauses without margins and without rows in which nothing stands."""
    kept = [Clause(name=str(row.get("name", "")).strip(), text=str(row.get("text", "")).strip()) for row in rows]
    return [row for row in kept if row["name"] or row["text"]]


def clause_faults(clauses: list[Clause]) -> list[Any]:
    """Return what is wrong with cleaned clauses, in words."""
    names = [row["name"] for row in clauses]
    faults: list[Any] = []
    if not all(row["name"] and row["text"] for row in clauses):
        faults.append(_("Each clause has a name and says what is asked for."))
    if len(set(names)) < len(names):
        faults.append(_("Two clauses have the same name; a refusal has to name exactly one."))
    if len(clauses) > MOST_CLAUSES or any(
        len(row["name"]) > NAME_LIMIT or len(row["text"]) > TEXT_LIMIT for row in clauses
    ):
        faults.append(_("At most 30 clauses, with names of 80 and texts of 2,000 characters."))
    return faults
