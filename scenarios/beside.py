"""Rows that hang on another row, read in the statement that reads that one: a page then asks once for both.

For few rows of small tables.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import DEFAULT_DB_ALIAS
from django.db.models import DecimalField, F, Model, QuerySet, TextField
from django.db.models.functions import Cast, JSONObject

M = TypeVar("M", bound=Model)


def rows_beside(rows: QuerySet[Any], *names: str) -> ArraySubquery:
    """Return rows in their order, as an expression of the row that `rows` refers to by OuterRef.

    names : columns, `need_id` for a foreign key; any other one is read when it is asked for. Without names all of them.
    """
    names = names or tuple(field.attname for field in rows.model._meta.concrete_fields)
    return ArraySubquery(rows.values(row=JSONObject(**{name: _exact(rows.model, name) for name in names})))


def _exact(model: type[Model], name: str) -> Any:
    """Return a column as JSON keeps it: a decimal would come back as a float."""
    is_decimal = isinstance(model._meta.get_field(name), DecimalField)
    return Cast(name, TextField()) if is_decimal else F(name)


def rows_of(model: type[M], found: Iterable[Mapping[str, Any]] | None, **related: Mapping[Any, Model]) -> list[M]:
    """Return what `rows_beside` found as rows of `model`.

    related : foreign key → the rows that are there already, by their ids.
    """
    rows = [_row_of(model, values) for values in found or ()]
    for name, known in related.items():
        key = model._meta.get_field(name).attname  # type: ignore[union-attr]
        for row in rows:
            if getattr(row, key) in known:
                setattr(row, name, known[getattr(row, key)])
    return rows


def _row_of(model: type[M], values: Mapping[str, Any]) -> M:
    fields = [field for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(
        DEFAULT_DB_ALIAS,
        [field.attname for field in fields],
        [field.to_python(values[field.attname]) for field in fields],
    )
