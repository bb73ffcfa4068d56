"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from scenarios.actor import PUBLIC


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the actor and the city's name; whether there is a tour, and the number of unread notifications, are asked
    for only where they are shown.
    """
    actor = getattr(request, "actor", PUBLIC)
    return {
        "actor": actor,
        "CITY_NAME": settings.CITY_NAME.get(get_language() or "", settings.CITY_NAME["zh-hans"]),
        "has_tour": SimpleLazyObject(_has_tour),
        "unread_notifications": SimpleLazyObject(lambda: _unread(request)),
    }


def _unread(request: Any) -> int:
    return request.signed_in.unread if hasattr(request, "signed_in") else 0


def _has_tour() -> bool:
    from marketplace.demonstrated import is_loaded

    return not settings.PRODUCTION and is_loaded()
