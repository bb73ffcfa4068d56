"""The pages of the tour; they are there as long as the demonstration is."""

from ipaddress import ip_address

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from marketplace.demonstrated import is_loaded
from marketplace.demonstration.logins import PASSWORD, logins
from marketplace.demonstration.tour import tour
from marketplace.models import Account
from scenarios.access import access
from scenarios.errors import NotFound


@access("public")
def tour_page(request: HttpRequest) -> HttpResponse:
    """Who one can be in the demonstration, and a walk through it. Never served in production."""
    _there_or_404()
    context = {
        "stops": tour(),
        "staff": [one for one in logins() if one.role],
        "organisations": [one for one in logins() if one.organisation],
        "password": PASSWORD,
        "code_command": 'make manage ARGS="demo_code"',
        "opening_command": 'make manage ARGS="demo_code opener --opening"',
        "signed_in": getattr(request.user, "email", ""),
        "at_home": _is_at_home(request),
    }
    return render(request, "marketplace/tour.html", context)


@access("public")
@require_POST
def become(request: HttpRequest) -> HttpResponse:
    """Sign in as an account of the demonstration by a click, and go on to `next`.

    Password and second factor are left out, so this is for the machine that serves the demonstration alone.
    """
    _there_or_404()
    wanted = request.POST.get("account", "")
    if not _is_at_home(request) or wanted not in {one.email for one in logins()}:
        raise NotFound
    login(request, get_object_or_404(Account, email=wanted), backend="marketplace.backends.AccountBackend")
    onward = request.POST.get("next", "")
    inside = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    return redirect(onward if inside else "tour")


def _there_or_404() -> None:
    if settings.PRODUCTION or not is_loaded():
        raise NotFound


def _is_at_home(request: HttpRequest) -> bool:
    """Whether who asks sits at the machine that serves, with no proxy between."""
    forwarded = "HTTP_X_FORWARDED_FOR" in request.META
    return not forwarded and ip_address(request.META["REMOTE_ADDR"]).is_loopback
