"""Writing stored full-text columns anew, batch by batch, where the tokens of a text have come to be others."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from scenarios.querysets import lexemes

BATCH = 500


def rewrite_search(rows: QuerySet[Any], tokens_of: Callable[[Any], list[str]], *, after: str) -> str:
    """Write the `search` column of one batch of rows that have one, ordered by pk; call it in a transaction.

    after : the pk behind which the batch begins; empty for the first. Returns the last pk of a full batch, which others
    may follow; empty behind the last row.
    """
    found = rows.filter(search__isnull=False, **({"pk__gt": after} if after else {})).order_by("pk")
    batch = list(found.select_related("owner").select_for_update(of=("self",))[:BATCH])
    for row in batch:
        rows.filter(pk=row.pk).update(search=lexemes(tokens_of(row)))
    return str(batch[-1].pk) if len(batch) == BATCH else ""
