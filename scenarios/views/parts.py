"""What the public and the enterprise's views share: who asks and how often, pages of lists, what is looked for."""

from functools import wraps
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.throttling import BaseThrottle

from scenarios.actor import Actor
from scenarios.limits import within_limit
from scenarios.models import Follow, Need
from scenarios.searching import text_of

PER_MINUTE = 90
PAGE_SIZE = 20
DEEP = 10 * PAGE_SIZE


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def reader_of(request: HttpRequest) -> int | str:
    """Return whose limit counts: the account's, or that of the address behind as many proxies as are believed."""
    return actor_of(request).account_id or BaseThrottle().get_ident(request)  # type: ignore[arg-type]


def limited(view: Any) -> Any:
    """Answer 429 once a reader asks more often than anybody types or turns pages."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not within_limit(view.__name__, reader_of(request), per_minute=PER_MINUTE):
            return render(request, "scenarios/parts/too_often.html", status=429)
        answer: HttpResponse = view(request, *args, **kwargs)
        return answer

    return guarded


def page_of(
    request: HttpRequest, rows: QuerySet[Any], *, total: int | None = None, scattered: bool = False
) -> Page[Any]:
    """Return the page of `rows` that the address names; a wrong number leads to the nearest page.

    total : the number of the rows, where it is known; else they are counted. scattered : they are few among very many
    that would have to be looked through.
    """
    paginator = Paginator(rows, PAGE_SIZE)
    if total is not None:
        paginator.__dict__["count"] = total
    page = paginator.get_page(request.GET.get("page"))
    if page.start_index() > (0 if scattered else DEEP):
        # By their ids, which an index tells: to read whole rows up to there takes longer, to sort them would spill.
        ids = list(rows.values_list("pk", flat=True)[page.start_index() - 1 : page.end_index()])
        page.object_list = rows.filter(pk__in=ids)
    return page


def search_text(request: HttpRequest) -> str:
    """Return what the reader looks for."""
    return text_of(request.GET)


def organisations_of(ids: Any) -> list[Any]:
    """Return organisations by their ids, ordered by name; reached through the need's foreign key."""
    related: Any = Need._meta.get_field("owner").related_model
    return list(related._default_manager.filter(pk__in=ids))


def followed(actor: Actor, subject_type: str) -> Exists:
    """Return whether the reader follows the row, as an expression."""
    account = {"account_id": actor.account_id, "account_id__isnull": False}
    return Exists(Follow.objects.filter(**account, subject_type=subject_type, subject_id=OuterRef("pk")))


def follows(actor: Actor, subject_type: str, subject_id: Any) -> bool:
    """Whether the reader follows this object."""
    if actor.account_id is None:
        return False
    return Follow.objects.filter(account_id=actor.account_id, subject_type=subject_type, subject_id=subject_id).exists()
