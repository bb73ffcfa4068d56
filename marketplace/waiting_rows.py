"""Things of many kinds that wait for somebody, read in one statement: a kind says which rows wait and what is shown."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    CharField,
    Count,
    DateField,
    F,
    IntegerField,
    QuerySet,
    Subquery,
    TextField,
    Value,
    Window,
)
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

SHOWN = 5


class Found(NamedTuple):
    """What was read of one row. page, object : where it is dealt with. one, other : what else its kind says of it."""

    kind: int
    place: int
    page: str
    object: UUID
    title_zh: str
    title_en: str
    code: str
    day: date | None
    one: str
    other: str
    total: int

    @property
    def title(self) -> str:
        return in_language(self.title_zh, self.title_en)


class Row(NamedTuple):
    """One thing that waits, with the page where it is dealt with."""

    title: str
    url: str
    detail: str = ""
    day: date | None = None
    code: str = ""


class Task(NamedTuple):
    """A kind of thing that waits: what to do about it, the first few, how many there are, and the earliest day due.

    page : the name of the page with all of them, at `url`.
    """

    name: str
    label: Any
    hint: Any
    tone: str
    page: str
    url: str
    rows: list[Row]
    number: int
    due: date | None

    @property
    def more(self) -> bool:
        return self.number > len(self.rows)


class Kind(NamedTuple):
    """A kind of thing that may wait.

    all : the name of the page with all of them. rows : those that wait, the most urgent first. shown : field of Found →
    the column that it is read from; title_zh and title_en come from the row itself where nothing else is named.
    once : of several rows about one object the first is shown, among the first `looked_at`.
    """

    name: str
    label: Any
    hint: Any
    all: str
    rows: QuerySet[Any]
    shown: Mapping[str, Any]
    detail: Callable[[Found], str]
    tone: str = "info"
    once: bool = False
    looked_at: int = SHOWN + 1


def in_language(zh: str, en: str) -> str:
    """Return what is there in the reader's language, or in the other one."""
    return (en or zh) if get_language() == "en" else (zh or en)


def by_code(one: Found) -> str:
    return one.code


def until(one: Found) -> str:
    return _("%(code)s · until %(day)s") % {"code": one.code, "day": one.day or ""}


def columns_of(relation: str, **more: Any) -> dict[str, Any]:
    """Return the columns of a row that is shown by the title and code of what it belongs to."""
    return {name: f"{relation}__{name}" for name in ("title_zh", "title_en", "code")} | more


def tasks_of(kinds: Iterable[Kind], shown: int = SHOWN) -> list[Task]:
    """Read what waits of each kind, in one query; return the kinds of which something does, by the day that the first
    of each is due; those without a day come last, in their order.

    shown : how many of each kind at most.
    """
    kinds = [kind._replace(looked_at=max(kind.looked_at, shown)) for kind in kinds]
    first, *others = [_read(kind, number) for number, kind in enumerate(kinds)]
    found: dict[int, list[Found]] = {}
    for row in sorted(map(Found._make, first.union(*others, all=True))):
        found.setdefault(row.kind, []).append(row)
    tasks = [_task(kinds[number], rows, shown) for number, rows in sorted(found.items())]
    return sorted(tasks, key=lambda task: task.due or date.max)


def _read(kind: Kind, number: int) -> QuerySet[Any]:
    shown = {"object": "pk", "title_zh": "title_zh", "title_en": "title_en", "code": "code", **kind.shown}
    columns = {f"shown_{name}": _column(name, shown.get(name)) for name in Found._fields[2:-1]}
    columns["shown_total"] = _total(kind, shown["object"])
    order: Any = kind.rows.query.order_by
    place = Window(RowNumber(), order_by=list(order))
    rows = kind.rows.annotate(kind_number=Value(number, output_field=IntegerField()), shown_place=place, **columns)
    return rows.order_by("shown_place").values_list("kind_number", "shown_place", *columns)[: kind.looked_at]


def _total(kind: Kind, shown: Any) -> Any:
    """Return how many wait of a kind, as an expression beside each of them."""
    if not kind.once:
        return Window(Count("*"))
    one = F(shown) if isinstance(shown, str) else shown
    every = kind.rows.order_by().annotate(every_kind=Value(0, output_field=IntegerField())).values("every_kind")
    return Subquery(every.annotate(number=Count(one, distinct=True)).values("number"))


def _column(name: str, source: Any) -> Any:
    expression = F(source) if isinstance(source, str) else source
    if name == "object":
        return expression
    if name == "day":
        return Cast(Value(None) if source is None else expression, DateField())
    if name == "page":
        return expression if not isinstance(source, str) else Value(source, output_field=CharField())
    return Value("", output_field=TextField()) if source is None else Cast(expression, TextField())


def _task(kind: Kind, found: list[Found], shown: int) -> Task:
    if kind.once:
        found = list({(one.page, one.object): one for one in reversed(found)}.values())[::-1]
    rows = [_row(kind, one) for one in found[:shown]]
    due = min((one.day for one in found if one.day), default=None)
    return Task(kind.name, kind.label, kind.hint, kind.tone, kind.all, reverse(kind.all), rows, found[0].total, due)


def _row(kind: Kind, one: Found) -> Row:
    return Row(one.title or one.code, reverse(one.page, args=[one.object]), kind.detail(one), one.day, one.code)
