"""Columns and rows of the open data on what came of needs: indicators, results, projects, measurements, lessons.

`indicator_id` is the same in the need or the core of its pool, and in the measurement: by it a promise is followed to
its proof. A column is one of the fields that the tables of audiences open to the public.
"""

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.models import Engagement, EngagementIndicator, Lesson, Measurement, Placing, Selection
from marketplace.outcomes import WITH_RESULT
from marketplace.proof import meets
from scenarios.actor import PUBLIC
from scenarios.models import Call, Indicator, Need
from scenarios.open_columns import Field, own


def _part(model: Any, opened_by: str, *names: str, of: str = "") -> tuple[Field, ...]:
    """Return columns that are fields of a part of what the table of audiences names.

    of : the relation from a row to that part, where the row is not the part itself.
    """
    path: Callable[[str], str] = f"{of}.{{}}".format if of else str
    label = model._meta.get_field
    return tuple(Field(name, opened_by, attrgetter(path(name)), label(name).verbose_name) for name in names)


def _code(row: Any, *, of: str) -> str | None:
    found = attrgetter(of)(row)
    return None if found is None else str(found.code)


INDICATOR_ID = _("Id of the indicator, the same from the need to the measurement")
INDICATORS: tuple[Field, ...] = (
    Field("indicator_id", "indicators", lambda row: str(row.pk), INDICATOR_ID),
    Field("need", "code", partial(_code, of="need"), _("Code of the need")),
    *_part(Indicator, "indicators", "metric", "unit", "comparator", "baseline", "target", "target_max"),
    *_part(Indicator, "indicators", "test_method", "essential"),
)
RESULTS: tuple[Field, ...] = (
    Field("call", "call", lambda row: row.selection.call.code, _("Code of the call")),
    *_part(Selection, "status", "status", of="selection"),
    *_part(Placing, "lots", "lot", "rank", "total", "outcome"),
    Field("response", "lots", lambda row: row.response.number, _("Number of the response")),
    Field("lead", "lots", lambda row: row.response.lead.name_zh, _("Organisation in the lead")),
    Field("lead_id", "lots", lambda row: str(row.response.lead_id), _("Id of the organisation")),
    *_part(Selection, "published_at", "published_at", of="selection"),
    *_part(Selection, "notice_ends_at", "notice_ends_at", of="selection"),
    *_part(Selection, "decided_at", "decided_at", of="selection"),
)
PROJECTS: tuple[Field, ...] = (
    *own("code", "title_zh", "title_en", "summary", "status"),
    Field("need", "need", partial(_code, of="need"), _("Code of the need")),
    Field("pool", "demand", partial(_code, of="demand"), _("Code of the pool")),
    Field("call", "call", lambda row: row.response and row.response.call.code, _("Code of the call")),
    Field("lead", "lead", lambda row: row.lead.name_zh),
    Field("lead_id", "lead", lambda row: str(row.lead_id), _("Id of the organisation")),
    *own("started_at", "accepted_at", "landed_at", "ended_at"),
)
MEASUREMENTS: tuple[Field, ...] = (
    Field("project", "code", lambda row: row.indicator.engagement.code, _("Code of the project")),
    Field("indicator_id", "indicators", lambda row: str(row.indicator.indicator), INDICATOR_ID),
    *_part(EngagementIndicator, "indicators", "metric", "unit", "comparator", "baseline", of="indicator"),
    *_part(EngagementIndicator, "indicators", "need_target", "target", "target_max", "essential", of="indicator"),
    *_part(Measurement, "indicator.accepted", "value", "test_method", "measured_by", "measured_on"),
    Field("met", "indicator.accepted", lambda row: _is_met(row), _("Whether the target of the call is met")),
)
LESSONS: tuple[Field, ...] = (
    Field("project", "code", lambda row: row.engagement.code, _("Code of the project")),
    *_part(Lesson, "lessons", "title", "text", "published_at"),
)


def _is_met(row: Measurement) -> bool | None:
    asked: Any = row.indicator
    return meets(asked.comparator, row.value, asked.target, asked.target_max)


def indicators() -> Any:
    """Return the indicators of every need that the public may read."""
    rows = Indicator.objects.filter(need__in=Need.objects.visible_to(PUBLIC)).select_related("need")
    return rows.order_by("need__code", "position", "pk")


def results() -> Any:
    """Return every place in a ranking that is under public notice or was."""
    told = Selection.objects.public().filter(status__in=WITH_RESULT, call__in=Call.objects.visible_to(PUBLIC))
    rows = Placing.objects.filter(selection__in=told).select_related("selection__call", "response__lead")
    return rows.order_by("selection__call__code", "lot", "rank", "response__number")


def projects() -> Any:
    """Return every project that began."""
    return Engagement.objects.visible_to(PUBLIC).for_page().order_by("code")


def measurements() -> Any:
    """Return what was measured at the acceptance of every project; what the gates measured is for parties and staff."""
    rows = Measurement.objects.filter(gate=None, indicator__engagement__in=Engagement.objects.visible_to(PUBLIC))
    return rows.select_related("indicator__engagement").order_by("indicator__engagement__code", "indicator__position")


def lessons() -> Any:
    """Return every lesson, for everyone to read."""
    return Lesson.objects.select_related("engagement").order_by("engagement__code", "published_at", "pk")
