"""Who may come to an address at all. Every view and endpoint declares it; a test finds the one that does not.

What may be done to one object there is the policies' and actions' business.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from scenarios.actor import STAFF_ROLES, Actor
from scenarios.errors import NotPermitted

PUBLIC = "public"
SIGNED_IN = "signed_in"
MEMBER = "member"
STAFF = "staff"
AUDIENCES = frozenset({PUBLIC, SIGNED_IN, MEMBER, STAFF}) | STAFF_ROLES


def allows(actor: Actor, audience: tuple[str, ...]) -> bool:
    """Whether `actor` is one of `audience`: public, signed_in, member (of an organisation), staff, or a staff role."""
    return any(
        name == PUBLIC
        or (name == SIGNED_IN and actor.account_id is not None)
        or (name == MEMBER and bool(actor.organisation_ids))
        or (name == STAFF and actor.is_staff)
        or name in actor.roles
        for name in audience
    )


def access(*audience: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Let only `audience` into a view; the public is sent to sign in, everyone else gets 403."""
    if not audience or not set(audience) <= AUDIENCES:
        raise ValueError(f"unknown audience {audience}")

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            if allows(actor, audience):
                return view(request, *args, **kwargs)
            if actor.account_id is None:
                return HttpResponseRedirect(f"{settings.LOGIN_URL}?{urlencode({'next': request.get_full_path()})}")
            raise NotPermitted

        guarded.audience = audience  # type: ignore[attr-defined]
        return guarded

    return decorate
