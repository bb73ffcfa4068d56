"""The columns of what is handed out of needs, calls and pools: as open data, and as workbooks of their lists.

A column is one of the fields that scenarios.audiences opens to the public.
"""

from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from scenarios.disclosure import pooled_band
from scenarios.facts import indicator_texts, label_of, listed, number, plain
from scenarios.sheets import Column


class Field(NamedTuple):
    """A column: its name, the field of the table of audiences that opens it, its value of a row, and what it says."""

    name: str
    opened_by: str
    value: Callable[[Any], Any]
    help: Any = ""


def own(*names: str) -> tuple[Field, ...]:
    """Return columns that are fields of the row itself."""
    return tuple(Field(name, name, attrgetter(name)) for name in names)


def label_in(model: Any, field: Field) -> str:
    """Return what a column is called in the reader's language."""
    return capfirst(str(field.help)) if field.help else label_of(model, field.opened_by)


def sheet_columns(model: Any, fields: Iterable[Field]) -> list[Column]:
    """Return the columns of a workbook for people: choices and places by their names in the reader's language."""
    return [Column(label_in(model, field), partial(_in_words, field=field)) for field in fields]


def _in_words(row: Any, *, field: Field) -> Any:
    known = {one.name: one for one in row._meta.get_fields()}.get(field.name)
    if known is not None and known.many_to_many:
        return listed(getattr(row, field.name).all())
    if known is not None and known.many_to_one:
        return str(getattr(row, field.name) or "")
    if hasattr(row, f"get_{field.name}_display"):
        return str(getattr(row, f"get_{field.name}_display")() or "")
    value = field.value(row)
    if isinstance(value, list | tuple):
        labels = dict(getattr(getattr(known, "base_field", None), "flatchoices", ()))
        return listed(labels.get(one, one) for one in value)
    return plain(value) if isinstance(value, bool) else value


OWNER = Field("owner", "owner", lambda row: row.owner.name_zh)
OWNER_ID = Field("owner_id", "owner", lambda row: str(row.owner_id), _("Id of the organisation"))


def _pooled(pool: Any) -> Any:
    return None if pooled_band(pool) else pool.pooled_quantity


def _indicators(need: Any) -> str:
    return indicator_texts([vars(row) for row in need.indicators.all()], number)


NEEDS: tuple[Field, ...] = (
    *own("code", "title_zh", "title_en", "domain", "track"),
    OWNER,
    OWNER_ID,
    Field("district", "district", lambda row: row.district_id),
    *own("problem", "users_and_site", "current_process", "boundary_in", "boundary_out"),
    Field("indicators", "indicators", _indicators),
    *own("quantity", "quantity_unit", "data_state", "data_class", "deploy", "cooperation", "adoption"),
    *own("start_by", "finish_by", "risk_tier", "precision_score", "status", "published_at", "expires_at"),
)
CALLS: tuple[Field, ...] = (
    *own("code", "kind", "title_zh", "title_en", "summary"),
    Field(
        "source",
        "source_code",
        lambda row: (row.need or row.demand).code,
        _("Code of the need or pool that it comes from"),
    ),
    Field("indicators", "indicators", lambda row: indicator_texts(row.indicators, number)),
    *own("quantity"),
    Field("quantity_band", "quantity_band", attrgetter("quantity_band"), _("Range of what is pooled")),
    *own("quantity_unit", "budget_cap"),
    Field("eligibility", "eligibility", lambda row: [f"{one['name']}: {one['text']}" for one in row.eligibility]),
    *own("consortium_allowed"),
    *own("opens_at", "question_deadline", "closes_at", "publicity_days", "status"),
    Field("cancelled_reason", "cancelled_reason", lambda row: row.cancellation),
)
POOLS: tuple[Field, ...] = (
    *own("code", "title_zh", "title_en", "status", "unit"),
    Field("owners", "owners", lambda row: row.owners, _("Owners, counted once each")),
    Field("pooled_quantity", "pooled_quantity", _pooled, _("Pooled; empty where a range is told")),
    Field("pooled_band", "pooled_band", pooled_band, _("Range of what is pooled")),
    *own("threshold_quantity", "deadline", "disclosure", "created_at"),
)
