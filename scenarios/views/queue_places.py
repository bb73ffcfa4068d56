"""Where an opened object stands in the queue that its reader came from: before and after it, and what comes next."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

READ = 500
"""Rows of a queue that are looked through."""


class Place(NamedTuple):
    """The addresses of the rows before and after an object; empty where there is none."""

    previous: str
    following: str


def queue_query(request: HttpRequest) -> str:
    """Return how the reader narrowed and ordered the queue, to be put behind the address of one of its rows."""
    query = request.GET.copy()
    for name in ("page", "as"):
        query.pop(name, None)
    return f"?{query.urlencode()}" if query else ""


def ids_in(rows: Any) -> list[UUID]:
    """Return the ids of a queue's first rows, in its order."""
    return list(rows.values_list("pk", flat=True)[:READ])


def place_in(request: HttpRequest, ids: Sequence[UUID], pk: UUID, page: str) -> Place:
    """Return what stands beside an object in a queue of these ids. page : the name of the rows' page."""
    at = ids.index(pk) if pk in ids else None
    if at is None:
        return Place("", "")
    beside = (ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)
    return Place(*(f"{reverse(page, args=[one])}{queue_query(request)}" if one else "" for one in beside))


def next_address(
    request: HttpRequest, before: Sequence[UUID], decided: UUID, still: Iterable[UUID], *, page: str, queue: str
) -> str:
    """Return the address to go to after a decision: the next row of the queue as it is narrowed, else the queue.

    before : the queue's ids before the decision. still : those that the reader can decide on now, in its order.
    """
    left = [*still]
    later = before[before.index(decided) + 1 :] if decided in before else ()
    following = next((one for one in later if one in left), left[0] if left else None)
    address = reverse(page, args=[following]) if following else reverse(queue)
    return f"{address}{queue_query(request)}"
