"""Keeping a search, and being told of what is new in it. Nobody but the account itself reads or changes it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from marketplace.choices import SearchKind, SearchNotice
from marketplace.models import Account, SavedSearch
from marketplace.models.saved_search import QUERY_LIMIT
from scenarios.actions.keys import remember_result, result_of
from scenarios.actor import SYSTEM, Actor
from scenarios.errors import Invalid
from scenarios.journal import log_event
from scenarios.policies import one_of
from scenarios.querysets import DatabaseClock

MOST = 20
NAME_LIMIT = 60


@transaction.atomic
def save_search(*, actor: Actor, name: str, kind: str, query: str, notice: str, key: str = "") -> SavedSearch:
    """Keep an address of a public list under a name; sent twice with one key it is kept once.

    query : what stands behind the question mark; the number of a page is dropped. Raises Invalid for a name that is
    missing or taken, an unknown list, an address that is too long, and beyond 20 searches.
    """
    if earlier := result_of(actor, "search", key):
        return one_of(SavedSearch.objects.filter(account_id=actor.signed_in_id), earlier)
    asked = QueryDict(query, mutable=True)
    asked.pop("page", None)
    name, query = name.strip(), asked.urlencode()
    _require_fields(name, kind, query, notice)
    _require_room(actor)
    fields = {"name": name, "kind": kind, "query": query, "notice": notice}
    search = SavedSearch(account_id=actor.signed_in_id, **fields)
    _store(search)
    log_event("search.saved", search, actor=actor)
    remember_result(actor, "search", key, search.pk)
    return search


def _require_fields(name: str, kind: str, query: str, notice: str) -> None:
    wrong: dict[str, list[Any]] = {}
    if not name or len(name) > NAME_LIMIT:
        wrong["name"] = [_("Give it a name of at most %(limit)d characters.") % {"limit": NAME_LIMIT}]
    if kind not in SearchKind.values:
        wrong["kind"] = [_("There is no such list.")]
    if len(query) > QUERY_LIMIT:
        wrong["query"] = [_("This search has too many parts. Drop a filter.")]
    if notice not in SearchNotice.values:
        wrong["notice"] = [_("Choose one of the values offered.")]
    if wrong:
        raise Invalid(wrong)


def _require_room(actor: Actor) -> None:
    """Refuse one search too many. The account's row is locked, so that two at once are counted one after the other."""
    Account.objects.select_for_update(no_key=True).get(pk=actor.signed_in_id)
    if SavedSearch.objects.of(actor).count() >= MOST:
        raise Invalid({"name": [_("You keep %(most)d searches already. Remove one first.") % {"most": MOST}]})


def _store(search: SavedSearch) -> None:
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError:
        raise Invalid({"name": [_("You keep another search under this name. Choose another name.")]}) from None


@transaction.atomic
def set_notice(*, actor: Actor, search_id: UUID, notice: str) -> SavedSearch:
    """Choose when to be told of what is new: at once, once a day, never. What is there already is not told."""
    search = one_of(SavedSearch.objects.of(actor), search_id, lock=True)
    _require_fields(search.name, search.kind, search.query, notice)
    SavedSearch.objects.filter(pk=search.pk).update(notice=notice, told_until=DatabaseClock())
    log_event("search.changed", search, actor=actor, changed=["notice"])
    search.notice = notice
    return search


@transaction.atomic
def remove_search(*, actor: Actor, search_id: UUID) -> SavedSearch:
    """Keep a search no longer; for 30 days it can be taken back."""
    search = one_of(SavedSearch.objects.of(actor), search_id, lock=True)
    SavedSearch.objects.filter(pk=search.pk).update(removed_at=DatabaseClock())
    log_event("search.removed", search, actor=actor)
    return search


@transaction.atomic
def restore_search(*, actor: Actor, search_id: UUID) -> SavedSearch:
    """Take a removed search back. Raises Invalid where its name is taken by now, and beyond 20 searches."""
    _require_room(actor)
    search = one_of(SavedSearch.objects.removed(actor), search_id, lock=True)
    search.removed_at = None
    _store(search)
    log_event("search.restored", search, actor=actor)
    return search


@transaction.atomic
def look_at(*, actor: Actor, search_id: UUID) -> SavedSearch:
    """Note that the actor looks at a search now: what is there is new no longer."""
    search = one_of(SavedSearch.objects.of(actor), search_id, lock=True)
    SavedSearch.objects.filter(pk=search.pk).update(looked_at=DatabaseClock())
    return search


def note_hits(search: SavedSearch, hits: int, *, until: datetime) -> None:
    """Tell of what is new in a search, in the transaction of whoever counted it.

    until : a moment before the count, so that nothing that came during it is passed over the next time.
    """
    log_event("search.hits", search, actor=SYSTEM, hits=hits)
    SavedSearch.objects.filter(pk=search.pk).update(told_until=until)
