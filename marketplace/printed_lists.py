"""Printing a long list in a worker: read anew in pieces, by what its account may read by then."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.http import QueryDict
from django.utils import translation

from marketplace.actors import actor_for
from scenarios.actions.printed_lists import keep_file, note_percent, refuse_list
from scenarios.actor import Actor
from scenarios.finding import KINDS, find
from scenarios.listing import only_chosen
from scenarios.models import PrintedList
from scenarios.printed import FORMATS, PRINTED_LISTS, list_document
from scenarios.printing import Entry

READ_TOGETHER = 100
READ_PERCENT = 10
"""Part of the work that is done when all entries are read and nothing is written."""

MOST_LETTERS = 4_000_000


class TooMuch(Exception):
    """The texts of a list have more characters than a worker can put into one file."""


class Made(NamedTuple):
    """A file, and how many entries it has."""

    file: bytes
    entries: int


def print_list(*, list_id: str, finish: Callable[[], None]) -> None:
    """Print a list that was ordered; one that is ready, given up or forgotten is left alone.

    It is refused where its texts have more than MOST_LETTERS characters.
    """
    printed = PrintedList.objects.running().select_related("account").filter(pk=UUID(list_id)).first()
    made = None
    if printed is not None:
        with translation.override(printed.language), suppress(TooMuch):
            made = _made(printed)
    with transaction.atomic():
        if printed is not None and made:
            keep_file(printed, made.file, entries=made.entries)
        elif printed is not None:
            refuse_list(printed)
        finish()


def _made(printed: PrintedList) -> Made:
    note, entries, letters = _noting(printed), list[Entry](), 0
    for entry in _entries(printed):
        entries.append(entry)
        letters += entry.letters
        if letters > MOST_LETTERS:
            raise TooMuch
        note(READ_PERCENT * len(entries) / len(printed.ids))
    document = list_document(PRINTED_LISTS[printed.kind].title, entries, printed.narrowed)
    write = FORMATS[printed.format].write
    return Made(write(document, lambda part: note(READ_PERCENT + (99 - READ_PERCENT) * part)), len(entries))


def _entries(printed: PrintedList) -> Iterator[Entry]:
    """Yield what is printed of the entries that are still in the list, in their order."""
    query, listed = QueryDict(printed.query), PRINTED_LISTS[printed.kind]
    actor = actor_for(printed.account)
    rows = listed.loaded(listed.found(actor, query) if listed.found else _found(printed.kind, actor, query))
    for start in range(0, len(printed.ids), READ_TOGETHER):
        wanted = printed.ids[start : start + READ_TOGETHER]
        read = {row.pk: row for row in rows.filter(pk__in=wanted)}
        yield from (listed.entry(read[pk]) for pk in wanted if pk in read)


def _found(kind: str, actor: Actor, query: QueryDict) -> Any:
    found = find(KINDS[kind], actor, query)
    return only_chosen(found.rows, found.facets, query)


def _noting(printed: PrintedList) -> Callable[[float], None]:
    """Return what writes down each further percent."""
    noted = 0

    def note(percent: float) -> None:
        nonlocal noted
        if int(percent) > noted:
            noted = int(percent)
            note_percent(printed, noted)

    return note
