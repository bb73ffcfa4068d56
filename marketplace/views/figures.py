"""The figures: the public's pages of them, and the dashboard of the city's staff."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from marketplace.figures.registry import FIGURES, Figure, drawn
from marketplace.figures.scope import Scope, scope_of
from marketplace.forms.figures import FigureFilter
from scenarios.access import access
from scenarios.actor import PUBLIC
from scenarios.addresses import site_address
from scenarios.errors import NotFound
from scenarios.views.parts import actor_of

AT_ONCE = ("funnel", "weeks", "districts")
"""Sent with the first page; the others are fetched from their own pages when they come into view."""


@access("public")
def figures(request: HttpRequest) -> HttpResponse:
    """What the platform has done so far, as the public reads it."""
    return _together(request, staff=False)


@access("public")
def figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure with its table, its file and its permanent address."""
    return _alone(request, name, staff=False)


@access("staff")
def staff_dashboard(request: HttpRequest) -> HttpResponse:
    """What the platform has done so far, with what only staff may count."""
    return _together(request, staff=True)


@access("staff")
def staff_figure(request: HttpRequest, name: str) -> HttpResponse:
    """One figure with what only staff may count."""
    return _alone(request, name, staff=True)


def _together(request: HttpRequest, *, staff: bool) -> HttpResponse:
    scope = _scope(request, staff)
    context = {
        "staff": staff,
        "scope": scope,
        "filter": _filter(request, scope, FIGURES["funnel"]),
        "drawn": [_shown(FIGURES[name], scope, staff) for name in AT_ONCE],
        "fetched": [_link(one, scope, staff) for one in FIGURES.values() if one.name not in AT_ONCE],
    }
    return render(request, "marketplace/figures/dashboard.html", context)


def _alone(request: HttpRequest, name: str, *, staff: bool) -> HttpResponse:
    if name not in FIGURES:
        raise NotFound
    one, scope = FIGURES[name], _scope(request, staff)
    context = {
        "staff": staff,
        "scope": scope,
        "filter": _filter(request, scope, one),
        "one": _shown(one, scope, staff),
        "permalink": site_address(_address(one, scope, staff)),
    }
    return render(request, "marketplace/figures/figure.html", context)


def _scope(request: HttpRequest, staff: bool) -> Scope:
    actor = actor_of(request)
    # The public's pages show staff what the public sees; members read their own lists beside them.
    return scope_of(PUBLIC if actor.is_staff and not staff else actor, request.GET.dict())


def _filter(request: HttpRequest, scope: Scope, one: Figure) -> FigureFilter:
    form = FigureFilter(request.GET, districts=scope.districts, filters=one.filters)
    form.is_valid()
    return form


def _shown(one: Figure, scope: Scope, staff: bool) -> dict[str, Any]:
    query = scope.query | ({} if staff else {"as": "public"} if scope.actor == PUBLIC else {})
    return {
        **_link(one, scope, staff),
        "table": drawn(one, scope),
        "wide": one.wide,
        "folded": bool(one.most),
        "part": f"marketplace/figures/parts/{one.name}.html",
        "csv": f"{reverse('api-figure-file', args=[one.name])}?{urlencode(query)}".rstrip("?"),
        "json": f"{reverse('api-figure', args=[one.name])}?{urlencode(query)}".rstrip("?"),
    }


def _link(one: Figure, scope: Scope, staff: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "lead": one.lead,
        "url": _address(one, scope, staff),
    }


def _address(one: Figure, scope: Scope, staff: bool) -> str:
    kept = {name: value for name, value in scope.query.items() if name in one.filters}
    path = reverse("staff_figure" if staff else "figure", args=[one.name])
    return f"{path}?{urlencode(kept)}" if kept else path
