"""The open data sets: which rows everyone may have, with which columns, and what each column says.

A column is one of the fields that scenarios.audiences opens to the public; the rows are those that the public may read.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Count, Max
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from marketplace import open_outcomes
from marketplace.audiences import SELECTION_FIELDS
from marketplace.models import Capability, Engagement, Lesson, Measurement, Organisation, Placing
from scenarios.actor import PUBLIC
from scenarios.audiences import (
    CALL_FIELDS,
    CAPABILITY_FIELDS,
    DEMAND_FIELDS,
    ENGAGEMENT_FIELDS,
    NEED_FIELDS,
    ORGANISATION_FIELDS,
    Audience,
)
from scenarios.models import Call, Indicator, MergedDemand, Need
from scenarios.open_columns import CALLS, NEEDS, OWNER, OWNER_ID, POOLS, Field, label_in, own
from scenarios.sheets import defused

CHUNK = 1000


class DataSet(NamedTuple):
    """A data set. table : the audiences of its fields. list_page : where people read the same.

    changed : the time of a row's last change, as a path from the row or an expression.
    """

    name: str
    title: Any
    lead: Any
    model: Any
    table: dict[str, Audience]
    rows: Callable[[], Any]
    fields: tuple[Field, ...]
    list_page: str = ""
    changed: Any = "updated_at"

    def label(self, field: Field) -> str:
        """Return what a column is called in the reader's language."""
        return label_in(self.model, field)

    def values_of(self, row: Any) -> dict[str, Any]:
        """Return a row as column → plain value."""
        return {field.name: plain(field.value(row)) for field in self.fields}

    def described(self) -> dict[str, Any]:
        """Return what is told of the set: its columns, how many rows it has, and when the latest was changed."""
        found = self.rows().order_by().aggregate(count=Count("pk"), updated=Max(self.changed))
        columns = [{"name": field.name, "label": self.label(field)} for field in self.fields]
        told = {"name": self.name, "title": self.title, "lead": self.lead, "columns": columns}
        return told | found


def plain(value: Any) -> Any:
    """Return a value as JSON and CSV hold it: decimals and times as text, sets joined by semicolons."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ";".join(map(str, value))
    return value


def _needs() -> Any:
    return Need.objects.visible_to(PUBLIC).for_page().order_by("code")


def _capabilities() -> Any:
    return Capability.objects.visible_to(PUBLIC).for_page().order_by("code")


def _calls() -> Any:
    return Call.objects.visible_to(PUBLIC).select_related("need", "demand").order_by("code")


def _organisations() -> Any:
    return Organisation.objects.visible_to(PUBLIC).with_offers(PUBLIC).order_by("id")


def _pools() -> Any:
    return MergedDemand.objects.visible_to(PUBLIC).with_scale().order_by("code")


def _counted(name: str, label: Any) -> Field:
    return Field(name, name, attrgetter(name), label)


CAPABILITIES: tuple[Field, ...] = (
    *own("code", "title_zh", "title_en", "layer", "techniques"),
    OWNER,
    OWNER_ID,
    *own("solves", "limits", "maturity", "deploy", "data_classes"),
    Field("districts", "districts", lambda row: [one.pk for one in row.districts.all()]),
    *own("filings", "min_scale_quantity", "min_scale_unit", "status", "published_at", "valid_until"),
)
ORGANISATIONS: tuple[Field, ...] = (
    Field("id", "id", lambda row: str(row.pk), _("Id of the organisation")),
    *own("name_zh", "name_en", "kind"),
    Field("district", "district", lambda row: row.district_id),
    Field("chain", "chain", lambda row: row.chain_id),
    *own("verification", "about"),
    _counted("needs_on_offer", _("Needs on offer")),
    _counted("capabilities_on_offer", _("Capabilities on offer")),
    _counted("landed_projects", _("Landed projects")),
)
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
            NEEDS,
            "need_list",
        ),
        DataSet(
            "capabilities",
            _("Capabilities"),
            _("Every published capability, with those that expired since."),
            Capability,
            CAPABILITY_FIELDS,
            _capabilities,
            CAPABILITIES,
            "capability_list",
        ),
        DataSet(
            "calls",
            _("Calls"),
            _("Every call that was opened, with its frozen indicators."),
            Call,
            CALL_FIELDS,
            _calls,
            CALLS,
            "call_list",
        ),
        DataSet(
            "organisations",
            _("Organisations"),
            _("The organisations that need and supply."),
            Organisation,
            ORGANISATION_FIELDS,
            _organisations,
            ORGANISATIONS,
            "organisation_list",
        ),
        DataSet(
            "pools",
            _("Pools"),
            _("Every pool that was formed; its quantity is a range while fewer than three owners are in."),
            MergedDemand,
            DEMAND_FIELDS,
            _pools,
            POOLS,
            "pool_list",
        ),
        DataSet(
            "indicators",
            _("Indicators"),
            _("What the needs want measured, each with the id that its measurement carries."),
            Indicator,
            NEED_FIELDS,
            open_outcomes.indicators,
            open_outcomes.INDICATORS,
            changed="need__updated_at",
        ),
        DataSet(
            "results",
            _("Results"),
            _("Every ranking that is under public notice or was, place by place."),
            Placing,
            SELECTION_FIELDS,
            open_outcomes.results,
            open_outcomes.RESULTS,
            changed=Greatest("selection__published_at", "selection__decided_at"),
        ),
        DataSet(
            "projects",
            _("Projects"),
            _("Every project that began, with what it came from and how far it is."),
            Engagement,
            ENGAGEMENT_FIELDS,
            open_outcomes.projects,
            open_outcomes.PROJECTS,
            "engagement_list",
        ),
        DataSet(
            "measurements",
            _("Measurements"),
            _("What was measured at the acceptance of a project, beside the target that its call had frozen."),
            Measurement,
            ENGAGEMENT_FIELDS,
            open_outcomes.measurements,
            open_outcomes.MEASUREMENTS,
            changed="recorded_at",
        ),
        DataSet(
            "lessons",
            _("Lessons"),
            _("What projects taught, those that were stopped among them."),
            Lesson,
            ENGAGEMENT_FIELDS,
            open_outcomes.lessons,
            open_outcomes.LESSONS,
            "lesson_list",
            changed="published_at",
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
