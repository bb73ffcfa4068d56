"""The constraints that hold a column to its enumeration: Django itself checks choices in forms only."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CheckConstraint, Q

Choices = Iterable[tuple[str, Any]]


def known(table: str, *, optional: Iterable[str] = (), **fields: Choices) -> list[CheckConstraint]:
    """Return one constraint ``<table>_<field>_known`` per field: it holds a value of its enumeration.

    fields : column → the choices of its enumeration. optional : those of them that may also be empty.
    """
    return [
        CheckConstraint(
            name=f"{table}_{field}_known",
            condition=Q((f"{field}__in", [*([""] if field in optional else []), *_values(choices)])),
        )
        for field, choices in fields.items()
    ]


def known_sets(table: str, **fields: Choices) -> list[CheckConstraint]:
    """Return one constraint ``<table>_<field>_known`` per array: each of its items is of the enumeration."""
    return [
        CheckConstraint(name=f"{table}_{field}_known", condition=Q((f"{field}__contained_by", _values(choices))))
        for field, choices in fields.items()
    ]


def _values(choices: Choices) -> list[str]:
    return [str(value) for value, _label in choices]
