"""What is new in saved searches."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, UUIDField, Value
from django.http import QueryDict

from marketplace.finding import KINDS
from marketplace.models import SavedSearch
from scenarios.actor import Actor
from scenarios.finding import Carried, Kind, find
from scenarios.listing import Facet, only_chosen
from scenarios.synonyms import Words, words_in_use


def rows_of(search: SavedSearch, actor: Actor, words: Words, kinds: Mapping[str, Kind] = KINDS) -> Any:
    """Return the rows of a saved search as its owner may read them."""
    query = QueryDict(search.query)
    found = find(kinds[search.kind], actor, query, words)
    return only_chosen(found.rows, found.facets, query)


def came_since(search: SavedSearch, moment: Any, actor: Actor, words: Words, kinds: Mapping[str, Kind] = KINDS) -> Any:
    """Return those of them that came after a moment."""
    return rows_of(search, actor, words, kinds).filter(**{f"{KINDS[search.kind].came}__gt": moment})


def numbers_of_new(searches: Sequence[SavedSearch], actor: Actor) -> Mapping[UUID, int]:
    """Return how many rows came into each search since it was looked at: one query for them all."""
    words = words_in_use()
    kinds = {name: kind._replace(facets=_made_once(kind.facets)) for name, kind in KINDS.items()}
    counted = [
        came_since(one, one.looked_at, actor, words, kinds)
        .order_by()
        .values(kept=Value(one.pk, output_field=UUIDField()))
        .annotate(number=Count("pk"))
        for one in searches
    ]
    if not counted:
        return {}
    rows: Iterable[Any] = counted[0].union(*counted[1:], all=True) if counted[1:] else counted[0]
    return {row["kept"]: row["number"] for row in rows}


def _made_once(facets: Callable[[Actor, Carried], list[Facet]]) -> Callable[[Actor, Carried], list[Facet]]:
    """Return the same, made once for each set of names that addresses carry: to make them asks for the districts."""
    made: dict[frozenset[str], list[Facet]] = {}

    def remembered(actor: Actor, carried: Carried) -> list[Facet]:
        names = frozenset(carried)
        if names not in made:
            made[names] = facets(actor, carried)
        return made[names]

    return remembered
