"""The picture of a page where it is linked to: what everyone may read of it, drawn by the site itself.

It is a PNG: most messengers show no SVG.
"""

import io
import logging
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple
from unicodedata import east_asian_width
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageDraw, ImageFont

from marketplace.figures.registry import FIGURES
from marketplace.models import Capability, Engagement, Lesson, Organisation
from scenarios.actor import PUBLIC
from scenarios.models import Call, MergedDemand, Need
from scenarios.policies import one_of
from scenarios.typeface import TYPEFACE

logger = logging.getLogger(__name__)
WIDTH, HEIGHT = 1200, 630
GROUND, MARK, INK, MUTED = "#f5f8fb", "#0b5cad", "#16202b", "#4a5866"
MARGIN, COLOURS, KEPT_SECONDS = 90, 32, 86_400
LINE, LINES = 34, 3
"""Columns of a line of the title, where a Chinese character takes two, and lines."""


class Card(NamedTuple):
    """What the picture shows. head : kind and code. foot : the site and its city."""

    head: str
    lines: list[str]
    foot: str

    @property
    def tag(self) -> str:
        """Return what changes as soon as the picture does, as an entity tag."""
        drawn = "\n".join((self.head, *self.lines, self.foot))
        return f'"{sha256(drawn.encode()).hexdigest()[:32]}"'


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


class Page(NamedTuple):
    """A page that is there once: what it is called, and what it shows."""

    title: Any
    lead: Any


PAGES = {
    "home": Page(
        _("Concrete needs, merged until they are worth answering"),
        _(
            "Enterprises post what they need AI for; like needs are merged until they are worth answering; "
            "suppliers respond."
        ),
    ),
    "how_it_works": Page(
        _("How it works"),
        _(
            "A need is no vision: it is small, concrete and measured. One enterprise alone is often too small for"
            " a supplier; together they are not."
        ),
    ),
    "need_list": Page(_("Needs"), _("What enterprises need AI for, checked for precision before it is published.")),
    "call_list": Page(
        _("Calls"), _("What the city asks suppliers to answer, with frozen indicators, dates and criteria.")
    ),
    "pool_list": Page(
        _("Pools"), _("Like needs merged around one core, each with its owners’ consent, until the scale pays.")
    ),
    "capability_list": Page(
        _("Capabilities"), _("What suppliers can do, from which scale on it pays, and what it does not do.")
    ),
    "result_list": Page(
        _("Results and public notices"),
        _(
            "Who wins which call, with the arithmetic of the ranking, before it is awarded; and which calls came to "
            "nothing, and why."
        ),
    ),
    "organisation_list": Page(
        _("Organisations"),
        _(
            "Verified enterprises, suppliers and others, with what they look for, what they offer and what landed with "
            "them."
        ),
    ),
    "engagement_list": Page(
        _("Projects"),
        _(
            "What became of needs after their award: from the proof of concept to deployment at scale, measured "
            "on the indicators of the need."
        ),
    ),
    "lesson_list": Page(
        _("What was learnt"),
        _(
            "Lessons of projects, those that were stopped without fault among them: an error that others can read"
            " is not made twice."
        ),
    ),
    "calendar": Page(
        _("Calendar of deadlines"),
        _("Until when questions may be asked, calls answered and pools joined. Times are those of the city."),
    ),
    "open_data": Page(
        _("Open data"),
        _(
            "What the platform publishes, as files and as data for programs. No contact, no budget of a need and "
            "no field of the staff is in any of it."
        ),
    ),
    "figures": Page(
        _("Figures"), _("What the platform has done so far; every number leads to the rows that it counts.")
    ),
    **{f"figure-{one.name}": Page(one.title, one.lead) for one in FIGURES.values()},
}
"""By the name of their address; a figure by its own name behind it."""


def card_of(kind: str, pk: UUID) -> Card:
    """Return the card of a page. Raises NotFound for what not everyone may read."""
    row = one_of(SOURCES[kind].rows(), pk)
    code = row.engagement.code if kind == "lesson" else getattr(row, "code", "")
    head = " · ".join(part for part in (str(SOURCES[kind].label), code) if part)
    return Card(head, wrapped(str(getattr(row, "title", row))), _foot())


def card_of_page(name: str) -> Card:
    """Return the card of a page of PAGES."""
    return Card("", wrapped(str(PAGES[name].title)), _foot())


def _foot() -> str:
    city = settings.CITY_NAME.get(get_language() or "", settings.CITY_NAME["zh-hans"])
    return " · ".join(part for part in (gettext("Scenario Marketplace"), city) if part)


def picture_of(card: Card) -> bytes:
    """Return the card as a PNG of 1200 × 630, drawn once for each text; each time where the cache is down."""
    try:
        return cache.get_or_set(f"share-card:{card.tag}", lambda: _drawn(card), KEPT_SECONDS) or b""
    except Exception:
        logger.warning("share card not kept", exc_info=True)
        return _drawn(card)


def _drawn(card: Card) -> bytes:
    image = Image.new("RGB", (WIDTH, HEIGHT), GROUND)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 24, HEIGHT), fill=MARK)
    draw.text((MARGIN, 84), card.head, font=_letters(36), fill=MARK)
    for place, line in enumerate(card.lines):
        # The typeface has one weight: a title is drawn with an outline.
        draw.text((MARGIN, 196 + 84 * place), line, font=_letters(60), fill=INK, stroke_width=1)
    draw.text((MARGIN, 530), card.foot, font=_letters(32), fill=MUTED)
    stream = io.BytesIO()
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(stream, "PNG")
    return stream.getvalue()


@lru_cache
def _letters(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(TYPEFACE, size)


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
