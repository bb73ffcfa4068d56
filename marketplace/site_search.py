"""One search for the whole site: the first hits of every public list with how many there are, and pages by code.

A list finds here what its own page finds while nothing is chosen there.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, F, Func, IntegerField, OuterRef, Subquery, TextField, Value
from django.urls import reverse
from django.utils.translation import get_language

from marketplace.choices import Maturity
from marketplace.engagement_choices import EngagementStatus
from marketplace.finding import KINDS, ORGANISATIONS
from marketplace.models import Capability, Engagement, Lesson, Organisation
from scenarios.actor import Actor
from scenarios.choices import DemandStatus
from scenarios.facets import CALL_STATES
from scenarios.facts import label_of
from scenarios.finding import Kind
from scenarios.highlighting import Hit
from scenarios.models import Call, CoreVersion, MergedDemand, Need
from scenarios.searching import Search
from scenarios.synonyms import terms_of

FIRST = 5
NOTHING = Value("", output_field=CharField())
CODE = re.compile(r"(XQ|NL|HB|FB|LD)[\s\-‐–—]?(\d{4})[\s\-‐–—]?(\d{4,})")


class Section(NamedTuple):
    """A public list among the hits.

    page : of one row. code, title_zh, title_en, status : its columns. states : status → its label. read : the public
    texts in which the words may stand, from the row or from `texts`, an expression of them all.
    """

    page: str
    model: Any
    read: tuple[str, ...]
    code: Any = F("code")
    title_zh: Any = F("title_zh")
    title_en: Any = F("title_en")
    status: Any = NOTHING
    states: Mapping[Any, Any] = {}
    texts: Any = None

    def columns(self, name: str, came: str) -> list[Any]:
        """Return what is read of a row, of every kind alike."""
        texts = _array(self.read) if self.texts is None else self.texts
        own = (self.code, self.title_zh, self.title_en, self.status)
        return [Value(name, output_field=CharField()), F("pk"), F("match"), F(came), *own, texts]


class FoundRow(NamedTuple):
    """A row of any kind, as the database tells it; `columns` has its order."""

    section: str
    pk: Any
    match: int
    came: Any
    code: str
    title_zh: str
    title_en: str
    status: str
    texts: list[str]

    @property
    def title(self) -> str:
        """The title in the reader's language, or in the other one where that is missing."""
        first, second = (self.title_en, self.title_zh) if get_language() == "en" else (self.title_zh, self.title_en)
        return first or second


class FoundPage(NamedTuple):
    """A hit as it is shown: where it leads, what it is, and where the words stand."""

    url: str
    code: str
    title: str
    status: str
    state: Any
    text: str
    hit: Hit | None


class Group(NamedTuple):
    """The hits of a list: the first of them, how many there are, and where all are."""

    name: str
    label: Any
    total: int
    url: str
    pages: list[FoundPage]


def _array(names: tuple[str, ...]) -> Func:
    columns = [F(name) for name in names]
    return Func(
        *columns, function="ARRAY", template="%(function)s[%(expressions)s]", output_field=ArrayField(TextField())
    )


def _core_texts() -> Subquery:
    core = CoreVersion.objects.filter(demand=OuterRef("pk"), version=OuterRef("core_version"))
    return Subquery(core.order_by().values_list(_array(CORE_READ)))


CORE_READ = ("problem", "boundary_in")
LISTS: dict[str, Kind] = {**KINDS, "organisation": ORGANISATIONS}
SECTIONS: dict[str, Section] = {
    "need": Section("need_detail", Need, ("problem", "users_and_site", "current_process", "boundary_in")),
    "call": Section("call_detail", Call, ("summary",), status=F("public_state"), states=dict(CALL_STATES)),
    "demand": Section(
        "pool_detail",
        MergedDemand,
        CORE_READ,
        status=F("status"),
        states=dict(DemandStatus.choices),
        texts=_core_texts(),
    ),
    "capability": Section(
        "capability_detail", Capability, ("solves",), status=F("maturity"), states=dict(Maturity.choices)
    ),
    "engagement": Section(
        "engagement_detail", Engagement, ("summary",), status=F("status"), states=dict(EngagementStatus.choices)
    ),
    "lesson": Section(
        "lesson_detail",
        Lesson,
        ("text",),
        code=F("engagement__code"),
        title_zh=F("title"),
        title_en=NOTHING,
        status=F("engagement__status"),
        states=dict(EngagementStatus.choices),
    ),
    "organisation": Section(
        "organisation_detail",
        Organisation,
        ("about",),
        code=NOTHING,
        title_zh=F("name_zh"),
        title_en=F("name_en"),
    ),
}


def found_everywhere(search: Search, actor: Actor) -> list[Group]:
    """Return the hits of every list that has some, in two queries."""
    if not any(terms_of(search.said)):
        return []
    lists = {name: search.among(_shown(LISTS[name], actor)) for name in SECTIONS}
    totals = _totals(lists)
    rows = _first_rows({name: rows for name, rows in lists.items() if totals.get(name)}, search)
    return [
        Group(
            name,
            LISTS[name].label,
            totals[name],
            f"{reverse(LISTS[name].page)}?{urlencode({'q': search.text})}",
            [_page(row, search) for row in rows if row.section == name],
        )
        for name in SECTIONS
        if totals.get(name)
    ]


def _shown(kind: Kind, actor: Actor) -> Any:
    return kind.unchosen(kind.listed(kind.readable(actor), {}))


def _totals(lists: Mapping[str, Any]) -> dict[str, int]:
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    counted = [
        rows.order_by().values_list(Value(name, output_field=CharField()), number) for name, rows in lists.items()
    ]
    return dict(counted[0].union(*counted[1:], all=True))


def _first_rows(lists: Mapping[str, Any], search: Search) -> list[FoundRow]:
    """Return the first hits of each list, the best match first and the newest of those alike."""
    first = [
        rows.with_match(*terms_of(search.said))
        .order_by("match", F(LISTS[name].came).desc(nulls_last=True), "pk")
        .values_list(*SECTIONS[name].columns(name, LISTS[name].came))[:FIRST]
        for name, rows in lists.items()
    ]
    if not first:
        return []
    found = first[0].union(*first[1:], all=True) if first[1:] else first[0]
    rows = [FoundRow(*row) for row in found]
    return sorted(rows, key=lambda row: (row.match, -row.came.timestamp() if row.came else 0.0, row.pk))


def _page(row: FoundRow, search: Search) -> FoundPage:
    section = SECTIONS[row.section]
    texts = [text or "" for text in row.texts]
    model = CoreVersion if row.section == "demand" else section.model
    titles = [(label_of(model, name), text) for name, text in _other_titles(row, model)]
    read = [(label_of(model, name), text) for name, text in zip(section.read, texts, strict=True)]
    return FoundPage(
        reverse(section.page, args=[row.pk]),
        row.code,
        row.title,
        row.status,
        section.states.get(row.status, ""),
        next((text for text in texts if text), ""),
        search.hit(row.title, *read, *titles),
    )


def _other_titles(row: FoundRow, model: Any) -> list[tuple[str, str]]:
    if model is Lesson:
        return []
    first, second = ("name_zh", "name_en") if model is Organisation else ("title_zh", "title_en")
    return [(first, row.title_zh), (second, row.title_en)]


PAGES: dict[str, tuple[str, Callable[[Actor], Any]]] = {
    "XQ": ("need_detail", lambda actor: Need.objects.visible_to(actor) | Need.objects.once_public(actor)),
    "HB": ("pool_detail", MergedDemand.objects.visible_to),
    "FB": ("call_detail", Call.objects.visible_to),
    "NL": ("capability_detail", Capability.objects.visible_to),
    "LD": ("engagement_detail", Engagement.objects.visible_to),
}
"""Prefix of a code → its page, and what an actor may open of it."""


def page_of_code(text: str, actor: Actor) -> str | None:
    """Return the address of the page whose code was typed, in whatever case and width; None where the actor has none.

    >>> page_of_code("铸件", Actor())
    """
    typed = CODE.fullmatch(unicodedata.normalize("NFKC", text).upper().strip())
    if typed is None:
        return None
    page, readable = PAGES[typed[1]]
    pk = readable(actor).filter(code="-".join(typed.groups())).values_list("pk", flat=True).first()
    return reverse(page, args=[pk]) if pk else None
