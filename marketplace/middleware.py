"""Who asks, with which factors, and how a refusal is shown."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from marketplace.actors import signed_in
from scenarios import naming
from scenarios.api.problems import status_of
from scenarios.errors import DomainError

GetResponse = Callable[[HttpRequest], HttpResponse]


class ActorMiddleware:
    """Attach `request.signed_in` and `request.actor`; they are read when first asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked: Any = request
        asked.signed_in = SimpleLazyObject(lambda: signed_in(asked.user))
        asked.actor = SimpleLazyObject(lambda: asked.signed_in.actor)
        return self.get_response(request)


class NamesMiddleware:
    """Have what domains and units are called read once for a page, where it shows one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with naming.one_reading():
            return self.get_response(request)


class SecondFactorMiddleware:
    """Staff go nowhere before their account has a second factor; allauth asks for it at every sign-in from then on."""

    open_paths = ("/accounts/", "/static/", "/i18n/", "/healthz", "/readyz")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if self._lacks_factor(request):
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    def _lacks_factor(self, request: HttpRequest) -> bool:
        if request.path.startswith(self.open_paths) or not request.user.is_authenticated:
            return False
        staff = request.user.is_staff or request.actor.is_staff  # type: ignore[attr-defined]
        return staff and not request.signed_in.has_factor  # type: ignore[attr-defined]


class ErrorMiddleware:
    """Translate the domain's refusals into pages, once, in the reader's language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        status = status_of(error)
        template = {404: "404.html", 403: "403.html", 409: "409.html"}.get(status, "refused.html")
        return render(request, template, {"error": error, "message": error.message}, status=status)
