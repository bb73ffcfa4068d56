"""The page of the tour; it is there as long as the demonstration is."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from marketplace.demonstrated import is_loaded
from marketplace.demonstration.logins import PASSWORD, logins
from marketplace.demonstration.tour import tour
from scenarios.access import access
from scenarios.errors import NotFound


@access("public")
def tour_page(request: HttpRequest) -> HttpResponse:
    """Who one can be in the demonstration, and a walk through it. Never served in production."""
    if settings.PRODUCTION or not is_loaded():
        raise NotFound
    context = {
        "stops": tour(),
        "staff": [one for one in logins() if one.role],
        "organisations": [one for one in logins() if one.organisation],
        "password": PASSWORD,
        "code_command": 'make manage ARGS="demo_code"',
        "opening_command": 'make manage ARGS="demo_code opener --opening"',
        "signed_in": getattr(request.user, "email", ""),
    }
    return render(request, "marketplace/tour.html", context)
