"""The open data sets: which rows everyone may have, with which columns, and what each column says.

A column is one of the fields that scenarios.audiences opens to the public; the rows are those that the public may read.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from marketplace.models import Capability, Organisation
from scenarios.actor import PUBLIC
from scenarios.audiences import (
    CALL_FIELDS,
    CAPABILITY_FIELDS,
    DEMAND_FIELDS,
    NEED_FIELDS,
    ORGANISATION_FIELDS,
    Audience,
)
from scenarios.disclosure import pooled_band
from scenarios.facts import indicator_texts, label_of
from scenarios.models import Call, MergedDemand, Need
from scenarios.sheets import defused

CHUNK = 1000


class Field(NamedTuple):
    """A column: its name, the field of the table of audiences that opens it, its value of a row, and what it says."""

    name: str
    opened_by: str
    value: Callable[[Any], Any]
    help: Any = ""


class DataSet(NamedTuple):
    """A data set. table : the audiences of its fields. list_page : where people read the same."""

    name: str
    title: Any
    lead: Any
    model: Any
    table: dict[str, Audience]
    rows: Callable[[], Any]
    fields: tuple[Field, ...]
    list_page: str

    def label(self, field: Field) -> str:
        """Return what a column is called in the reader's language."""
        return str(field.help) if field.help else label_of(self.model, field.opened_by)

    def values_of(self, row: Any) -> dict[str, Any]:
        """Return a row as column → plain value."""
        return {field.name: plain(field.value(row)) for field in self.fields}

    def described(self) -> dict[str, Any]:
        """Return what is told of the set: its columns, how many rows it has, and when the latest was changed."""
        found = self.rows().order_by().aggregate(updated=Max("updated_at"))
        columns = [{"name": field.name, "label": self.label(field)} for field in self.fields]
        told = {"name": self.name, "title": self.title, "lead": self.lead, "columns": columns}
        return told | {"count": self.rows().count(), "updated": found["updated"]}


def plain(value: Any) -> Any:
    """Return a value as JSON and CSV hold it: decimals and times as text, sets joined by semicolons."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    return value


def _own(*names: str) -> tuple[Field, ...]:
    """Return columns that are fields of the row itself."""
    return tuple(Field(name, name, attrgetter(name)) for name in names)


OWNER = Field("owner", "owner", lambda row: row.owner.name_zh)
OWNER_ID = Field("owner_id", "owner", lambda row: str(row.owner_id), _("Id of the organisation"))


def _needs() -> Any:
    return Need.objects.visible_to(PUBLIC).for_page().order_by("code")


def _capabilities() -> Any:
    return Capability.objects.visible_to(PUBLIC).for_page().order_by("code")


def _calls() -> Any:
    return Call.objects.visible_to(PUBLIC).select_related("need", "demand").order_by("code")


def _organisations() -> Any:
    return Organisation.objects.visible_to(PUBLIC).order_by("id")


def _pools() -> Any:
    return MergedDemand.objects.visible_to(PUBLIC).with_scale().order_by("code")


def _pooled(pool: Any) -> Any:
    return None if pooled_band(pool) else pool.pooled_quantity


def _indicators(need: Any) -> str:
    return indicator_texts([vars(row) for row in need.indicators.all()])


DATA_SETS = {
    one.name: one
    for one in (
        DataSet(
            "needs",
            _("Needs"),
            _("Every published need, with those that expired or landed since."),
            Need,
            NEED_FIELDS,
            _needs,
            (
                *_own("code", "title_zh", "title_en", "domain", "track"),
                OWNER,
                OWNER_ID,
                Field("district", "district", lambda row: row.district_id),
                *_own("problem", "users_and_site", "current_process", "boundary_in", "boundary_out"),
                Field("indicators", "indicators", _indicators),
                *_own("quantity", "quantity_unit", "data_state", "data_class", "deploy", "cooperation", "adoption"),
                *_own("start_by", "finish_by", "risk_tier", "precision_score", "status", "published_at", "expires_at"),
            ),
            "need_list",
        ),
        DataSet(
            "capabilities",
            _("Capabilities"),
            _("Every published capability, with those that expired since."),
            Capability,
            CAPABILITY_FIELDS,
            _capabilities,
            (
                *_own("code", "title_zh", "title_en", "layer", "techniques"),
                OWNER,
                OWNER_ID,
                *_own("solves", "limits", "maturity", "deploy", "data_classes"),
                Field("districts", "districts", lambda row: [one.pk for one in row.districts.all()]),
                *_own("filings", "min_scale_quantity", "min_scale_unit", "status", "published_at", "valid_until"),
            ),
            "capability_list",
        ),
        DataSet(
            "calls",
            _("Calls"),
            _("Every call that was opened, with its frozen indicators."),
            Call,
            CALL_FIELDS,
            _calls,
            (
                *_own("code", "kind", "title_zh", "title_en", "summary"),
                Field(
                    "source",
                    "source_code",
                    lambda row: (row.need or row.demand).code,
                    _("Code of the need or pool that it comes from"),
                ),
                Field("indicators", "indicators", lambda row: indicator_texts(row.indicators)),
                *_own("quantity", "quantity_band", "quantity_unit", "budget_cap"),
                Field(
                    "eligibility",
                    "eligibility",
                    lambda row: [f"{one['name']}: {one['text']}" for one in row.eligibility],
                ),
                *_own("consortium_allowed"),
                *_own("opens_at", "question_deadline", "closes_at", "publicity_days", "status", "cancelled_reason"),
            ),
            "call_list",
        ),
        DataSet(
            "organisations",
            _("Organisations"),
            _("The organisations that need and supply."),
            Organisation,
            ORGANISATION_FIELDS,
            _organisations,
            (
                Field("id", "id", lambda row: str(row.pk), _("Id of the organisation")),
                *_own("name_zh", "name_en", "kind"),
                Field("district", "district", lambda row: row.district_id),
                Field("chain", "chain", lambda row: row.chain_id),
                *_own("verification", "about"),
            ),
            "",
        ),
        DataSet(
            "pools",
            _("Pools"),
            _("Every pool that was formed; its quantity is a range while fewer than three owners are in."),
            MergedDemand,
            DEMAND_FIELDS,
            _pools,
            (
                *_own("code", "title_zh", "title_en", "status", "unit"),
                Field("owners", "owners", lambda row: row.owners, _("Owners, counted once each")),
                Field("pooled_quantity", "pooled_quantity", _pooled, _("Pooled; empty where a range is told")),
                Field("pooled_band", "pooled_band", pooled_band, _("Range of what is pooled")),
                *_own("threshold_quantity", "deadline", "disclosure", "created_at"),
            ),
            "pool_list",
        ),
    )
}


class _Line:
    """A file that hands back what is written into it, so that a table is streamed line by line."""

    def write(self, text: str) -> str:
        return text


def csv_lines(data: DataSet) -> Iterator[str]:
    """Yield a data set as CSV, line by line: the columns' names, then the rows, every text defused."""
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow([field.name for field in data.fields])
    for row in _read(data.rows()):
        yield writer.writerow([_cell(value) for value in data.values_of(row).values()])


def _read(rows: Any) -> Iterable[Any]:
    return rows.iterator(chunk_size=CHUNK)


def _cell(value: Any) -> Any:
    return "" if value is None else defused(value) if isinstance(value, str) else value
