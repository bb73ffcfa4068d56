"""The event log: every write, by kind, object, account and day; codes and names of fields, no confidential value."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.paginator import Page
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from scenarios.access import access
from scenarios.actor import Actor
from scenarios.event_details import details_of
from scenarios.event_labels import EVENT_LABELS, event_label
from scenarios.figure_querysets import within_days
from scenarios.models import Event, EventSeal
from scenarios.querysets import EventQuerySet
from scenarios.staff_forms import EventFilter
from scenarios.views.parts import actor_of, page_of


@access("staff")
def event_log(request: HttpRequest) -> HttpResponse:
    """List the events, newest first, with the state of the seal."""
    form = EventFilter(request.GET)
    actor = actor_of(request)
    readable = Event.objects.visible_to(actor)
    events = _narrowed(readable, form.cleaned_data) if form.is_valid() else Event.objects.none()
    page = page_of(request, events.select_related("seal"))
    context = {
        "form": form,
        "page": page,
        "rows": _rows(page, actor),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "sealed": EventSeal.objects.count(),
        "total": Event.objects.count(),
    }
    return render(request, "scenarios/staff/event_log.html", context)


def _narrowed(events: EventQuerySet, wanted: dict[str, Any]) -> EventQuerySet:
    if kind := wanted["kind"]:
        events = events.filter(kind=kind) if kind in EVENT_LABELS else events.filter(kind__startswith=f"{kind}.")
    if code := wanted["code"]:
        events = events.filter(subject_code__iexact=code)
    if account := wanted["account"]:
        events = events.filter(actor_id__in=_accounts(account))
    return events.filter(within_days("at", wanted["since"], wanted["until"]))


def _accounts(text: str) -> Any:
    """Return the ids of the accounts of this number, of exactly this e-mail or with this in their name."""
    found = Q(email__iexact=text) | Q(name__icontains=text)
    if text.isdecimal() and len(text) < 10:
        found |= Q(pk=int(text))
    return get_user_model()._default_manager.filter(found).values("pk")


def _rows(page: Page[Any], actor: Actor) -> list[dict[str, Any]]:
    ids = {event.actor_id for event in page if event.actor_id}
    accounts = get_user_model()._default_manager.filter(pk__in=ids)
    names: dict[int, str] = dict(accounts.values_list("pk", "name"))
    return [
        {
            "event": event,
            "label": event_label(event.kind),
            "name": names.get(event.actor_id or 0, ""),
            "details": details,
            "sealed": hasattr(event, "seal"),
        }
        for event, details in zip(page, details_of(list(page), actor), strict=True)
    ]
