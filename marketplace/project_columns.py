"""The columns of the workbooks of projects and lessons; each is a field that everyone may read."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.engagement_choices import Stage
from scenarios.open_columns import Field, own


def _source(engagement: Any) -> str:
    source = engagement.need or engagement.demand
    return str(source.code)


def _stage(engagement: Any) -> str:
    return str(dict(Stage.choices).get(engagement.stage, ""))


ENGAGEMENTS: tuple[Field, ...] = (
    *own("code", "title_zh", "title_en", "status"),
    Field("stage_label", "gates", _stage, _("Stage")),
    Field("source", "need", _source, _("Code of the need or pool that it comes from")),
    Field("lead_name", "lead", lambda row: str(row.lead), _("Lead")),
    *own("summary", "started_at", "accepted_at", "landed_at", "ended_at"),
)
LESSONS: tuple[Field, ...] = (
    *own("title", "text"),
    Field("project", "code", lambda row: row.engagement.code, _("Code of the project")),
    Field("project_title", "title_zh", lambda row: row.engagement.title, _("Project")),
    Field("stage_label", "gates", lambda row: str(row.gate.get_stage_display()) if row.gate else "", _("Stage")),
    *own("published_at"),
)
