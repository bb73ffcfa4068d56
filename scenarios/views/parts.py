"""What the public and the enterprise's views share: who asks, pages of a list, what is looked for and followed."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from unicodedata import category

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from scenarios.actor import Actor
from scenarios.facts import label_of
from scenarios.highlighting import Hit, hit_of
from scenarios.listing import Order, chosen_order
from scenarios.models import Follow, Need
from scenarios.synonyms import said_alike, terms_of

PAGE_SIZE = 20
MAX_SEARCH = 100


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def page_of(request: HttpRequest, rows: QuerySet[Any]) -> Page[Any]:
    """Return the page of `rows` that the address names; a wrong number leads to the nearest page."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def search_text(request: HttpRequest) -> str:
    """Return what the reader looks for, without control characters and cut to a length that is worth looking for.

    A NUL would reach the database, which refuses the whole query.
    """
    plain = "".join(" " if category(letter) == "Cc" else letter for letter in request.GET.get("q", ""))
    return plain.strip()[:MAX_SEARCH]


class Search(NamedTuple):
    """What a reader looks for in a list. said : that and other words for it."""

    text: str
    said: list[str]

    def among(self, rows: Any) -> Any:
        """Return the rows that hold it."""
        return rows.matching_text(*terms_of(self.said))

    def orders(self, orders: tuple[Order, ...]) -> tuple[Order, ...]:
        """Return the orders that the list can have; the best match comes first where something is looked for."""
        return (Order("best", _("Best match first"), ("match", *orders[0].fields)), *orders) if self.text else orders

    def ordered(self, rows: Any, orders: tuple[Order, ...], request: HttpRequest) -> tuple[Any, Order]:
        """Return the rows in the order that the address names, and that order."""
        order = chosen_order(self.orders(orders), request.GET)
        matched = rows.with_match(*terms_of(self.said)) if order.name == "best" else rows
        return matched.order_by(*order.fields), order

    def hit(self, title: str, *fields: tuple[Any, str]) -> Hit | None:
        """Return where a row of the page was found; fields : label and public text, in the order of reading."""
        return hit_of(title, fields, self.said) if self.text else None


def search_of(request: HttpRequest) -> Search:
    """Return what the address asks to look for."""
    text = search_text(request)
    return Search(text, said_alike(text))


def fields_read(row: Any, *names: str) -> Iterable[tuple[Any, str]]:
    """Yield label and text of fields of a row."""
    for name in names:
        yield label_of(type(row), name), getattr(row, name)


def organisations_of(ids: Any) -> list[Any]:
    """Return organisations by their ids, ordered by name; reached through the need's foreign key."""
    related: Any = Need._meta.get_field("owner").related_model
    return list(related._default_manager.filter(pk__in=ids))


def follows(actor: Actor, subject_type: str, subject_id: Any) -> bool:
    """Whether the reader follows this object."""
    if actor.account_id is None:
        return False
    return Follow.objects.filter(account_id=actor.account_id, subject_type=subject_type, subject_id=subject_id).exists()
