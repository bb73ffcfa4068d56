"""Having a long list printed by a worker. It belongs to who ordered it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scenarios import topics
from scenarios.actor import SYSTEM, Actor
from scenarios.choices import PrintedListState
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.models import PrintedList
from scenarios.outbox import emit
from scenarios.querysets import PRINTED_LIST_KEPT

MOST_A_DAY = 10


@transaction.atomic
def order_list(
    *, actor: Actor, kind: str, format: str, query: str, ids: Sequence[UUID], narrowed: Sequence[str]
) -> PrintedList:
    """Have these entries printed in this order, in the language that is active; the actor is told when it is done.

    Whoever has a list in the making gets that one back, whatever it is of. query : the address's, by which a worker
    looks whether an entry is still in the list. Raises Invalid beyond ten lists a day.
    """
    mine = PrintedList.objects.by(actor)
    mine.given_up().update(state=PrintedListState.FAILED)
    if running := mine.running().first():
        return running
    if PrintedList.objects.of(actor).count() >= MOST_A_DAY:
        hours = int(PRINTED_LIST_KEPT.total_seconds() // 3600)
        text = _("You have had %(most)d lists made within %(hours)d hours. Your notifications lead to them.")
        raise Invalid({"list": [text % {"most": MOST_A_DAY, "hours": hours}]})
    values = {"kind": kind, "format": format, "query": query, "ids": list(ids), "narrowed": list(narrowed)}
    try:
        with transaction.atomic():
            printed = PrintedList.objects.create(account_id=actor.signed_in_id, language=get_language() or "", **values)
    except IntegrityError:  # ordered in another tab at the same moment
        return mine.latest("created_at")
    log_event("printed_list.ordered", printed, actor=actor, list=kind, format=format, entries=len(ids))
    emit(topics.PRINTED_LIST_ORDERED, list_id=str(printed.pk))
    return printed


def note_percent(printed: PrintedList, percent: int) -> None:
    """Write down how far a worker is."""
    PrintedList.objects.running().filter(pk=printed.pk).update(percent=percent)


def keep_file(printed: PrintedList, file: bytes, *, entries: int) -> None:
    """Keep what a worker has made of a list, and tell who ordered it, in the transaction of the worker."""
    values = {"state": PrintedListState.DONE, "percent": 100, "file": file, "size": len(file), "entries": entries}
    if PrintedList.objects.running().filter(pk=printed.pk).update(**values):
        log_event("printed_list.made", printed, actor=SYSTEM, entries=entries, size=len(file))


def refuse_list(printed: PrintedList) -> None:
    """Note that a list is too much for one file, and tell who ordered it, in the transaction of the worker."""
    if PrintedList.objects.running().filter(pk=printed.pk).update(state=PrintedListState.REFUSED):
        log_event("printed_list.refused", printed, actor=SYSTEM)


@transaction.atomic
def forget_lists() -> None:
    """Remove lists of more than a day, with their files."""
    PrintedList.objects.forgotten().delete()
