"""What is new in saved searches."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, UUIDField, Value
from django.http import QueryDict

from marketplace.finding import KINDS
from marketplace.models import SavedSearch
from scenarios.actor import Actor
from scenarios.finding import find
from scenarios.listing import only_chosen
from scenarios.synonyms import Words, words_in_use


def rows_of(search: SavedSearch, actor: Actor, words: Words) -> Any:
    """Return the rows of a saved search as its owner may read them."""
    query = QueryDict(search.query)
    found = find(KINDS[search.kind], actor, query, words)
    return only_chosen(found.rows, found.facets, query)


def came_since(search: SavedSearch, moment: Any, actor: Actor, words: Words) -> Any:
    """Return those of them that came after a moment."""
    return rows_of(search, actor, words).filter(**{f"{KINDS[search.kind].came}__gt": moment})


def numbers_of_new(searches: Sequence[SavedSearch], actor: Actor) -> Mapping[UUID, int]:
    """Return how many rows came into each search since it was looked at: one query for them all."""
    words = words_in_use()
    counted = [
        came_since(one, one.looked_at, actor, words)
        .order_by()
        .values(kept=Value(one.pk, output_field=UUIDField()))
        .annotate(number=Count("pk"))
        for one in searches
    ]
    if not counted:
        return {}
    rows: Iterable[Any] = counted[0].union(*counted[1:], all=True) if counted[1:] else counted[0]
    return {row["kept"]: row["number"] for row in rows}
