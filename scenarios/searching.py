"""What a reader looks for in a list: the words and other words for them, the order, and where a row was found."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from unicodedata import category

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from scenarios.facts import label_of
from scenarios.highlighting import Hit, hit_of
from scenarios.listing import Order, chosen_order
from scenarios.synonyms import Words, said_alike, terms_of

MAX_SEARCH = 100


def text_of(query: QueryDict) -> str:
    """Return what an address looks for, without control characters and cut to a length that is worth looking for.

    A NUL would reach the database, which refuses the whole query.
    """
    plain = "".join(" " if category(letter) == "Cc" else letter for letter in query.get("q", ""))
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

    def ordered(self, rows: Any, orders: tuple[Order, ...], query: QueryDict) -> tuple[Any, Order]:
        """Return the rows in the order that the address names, and that order."""
        order = chosen_order(self.orders(orders), query)
        matched = rows.with_match(*terms_of(self.said)) if order.name == "best" else rows
        return matched.order_by(*order.fields), order

    def hit(self, title: str, *fields: tuple[Any, str]) -> Hit | None:
        """Return where a row of the page was found; fields : label and public text, in the order of reading."""
        return hit_of(title, fields, self.said) if self.text else None


def search_of(query: QueryDict, words: Words | None = None) -> Search:
    """Return what the address asks to look for. words : those in use, where many addresses are read at once."""
    text = text_of(query)
    return Search(text, said_alike(text, words))


def fields_read(row: Any, *names: str) -> Iterable[tuple[Any, str]]:
    """Yield label and text of fields of a row."""
    for name in names:
        yield label_of(type(row), name), getattr(row, name)
