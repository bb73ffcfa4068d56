"""The picture of a page where it is linked to: what everyone may read of it, drawn by the site itself."""

from collections.abc import Callable
from typing import Any, NamedTuple
from unicodedata import east_asian_width
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from marketplace.models import Capability, Engagement, Lesson, Organisation
from scenarios.actor import PUBLIC
from scenarios.models import Call, MergedDemand, Need
from scenarios.policies import one_of

LINE, LINES = 34, 3
"""Columns of a line of the title, where a Chinese character takes two, and lines."""


class Card(NamedTuple):
    """What the picture shows."""

    label: Any
    code: str
    lines: list[str]


class Source(NamedTuple):
    """What pages of a kind are called, and their rows that everyone may read."""

    label: Any
    rows: Callable[[], Any]


SOURCES = {
    "need": Source(_("Need"), lambda: Need.objects.visible_to(PUBLIC)),
    "demand": Source(_("Pool"), lambda: MergedDemand.objects.visible_to(PUBLIC)),
    "call": Source(_("Call"), lambda: Call.objects.visible_to(PUBLIC)),
    "capability": Source(_("Capability"), lambda: Capability.objects.visible_to(PUBLIC)),
    "organisation": Source(_("Organisation"), lambda: Organisation.objects.visible_to(PUBLIC)),
    "engagement": Source(_("Project"), lambda: Engagement.objects.visible_to(PUBLIC)),
    "lesson": Source(_("What was learnt"), lambda: Lesson.objects.select_related("engagement")),
}


def card_of(kind: str, pk: UUID) -> Card:
    """Return the card of a page. Raises NotFound for what not everyone may read."""
    row = one_of(SOURCES[kind].rows(), pk)
    code = row.engagement.code if kind == "lesson" else getattr(row, "code", "")
    return Card(SOURCES[kind].label, code, wrapped(str(getattr(row, "title", row))))


def wrapped(text: str) -> list[str]:
    """Return a title in lines that fit, cut with an ellipsis.

    >>> wrapped("铸件检测")
    ['铸件检测']
    """
    lines, width = [""], 0
    for part in _parts(text):
        wide = sum(2 if east_asian_width(one) in "WF" else 1 for one in part)
        if lines[-1] and width + wide > LINE:
            lines.append("")
            width = 0
        lines[-1] += part
        width += wide
    kept = [line.strip() for line in lines[:LINES]]
    return [*kept[:-1], f"{kept[-1][:-1]}…"] if len(lines) > LINES else kept


def _parts(text: str) -> list[str]:
    """Return what a line may be broken between: words with the space behind them, and single Chinese characters."""
    parts: list[str] = []
    for one in text:
        begun = parts and parts[-1][-1] != " " and east_asian_width(parts[-1][-1]) not in "WF"
        if begun and east_asian_width(one) not in "WF":
            parts[-1] += one
        else:
            parts.append(one)
    return parts
