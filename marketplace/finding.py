"""The public lists of both sides, those of what is offered and learnt beside those of what is needed."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplace.facets import capability_facets, engagement_facets, lesson_facets, organisation_facets
from marketplace.models import Capability, Engagement, Lesson, Organisation
from scenarios.finding import KINDS as OF_NEEDS
from scenarios.finding import Kind
from scenarios.listing import days

PUBLISHED = days(
    lambda rows, since, until: rows.published_within(since, until),
    "published",
    _("Published from %(day)s on"),
    _("Published until %(day)s"),
)


def _as_read(rows: Any, _carried: Any) -> Any:
    return rows


KINDS = {
    **OF_NEEDS,
    "capability": Kind(
        label=_("Capabilities"),
        page="capability_list",
        came="published_at",
        readable=lambda _actor: Capability.objects.published(),
        narrowings=lambda _actor: PUBLISHED,
        facets=lambda _actor, _carried: capability_facets(),
        listed=_as_read,
    ),
    "engagement": Kind(
        label=_("Projects"),
        page="engagement_list",
        came="started_at",
        readable=lambda actor: Engagement.objects.visible_to(actor).begun().with_stage(),
        narrowings=lambda _actor: (),
        facets=lambda _actor, _carried: engagement_facets(),
        listed=_as_read,
    ),
    "lesson": Kind(
        label=_("What was learnt"),
        page="lesson_list",
        came="published_at",
        readable=lambda _actor: Lesson.objects.for_page(),
        narrowings=lambda _actor: (),
        facets=lambda actor, _carried: lesson_facets(actor),
        listed=_as_read,
    ),
}

ORGANISATIONS = Kind(
    label=_("Organisations"),
    page="organisation_list",
    came="created_at",
    readable=Organisation.objects.listed_to,
    narrowings=lambda _actor: (),
    facets=lambda _actor, _carried: organisation_facets(),
    listed=_as_read,
)
"""Beside the others, whose searches are kept: an organisation is listed while it has something on offer, and comes into
the list at no time that a row tells.
"""
