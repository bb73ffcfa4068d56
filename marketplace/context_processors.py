"""What the frame around every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from scenarios.actor import PUBLIC


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, the city's name and the number of unread notifications (asked for only where it is shown)."""
    actor = getattr(request, "actor", PUBLIC)
    return {
        "actor": actor,
        "CITY_NAME": settings.CITY_NAME.get(get_language() or "", settings.CITY_NAME["zh-hans"]),
        "unread_notifications": SimpleLazyObject(lambda: _unread(actor.account_id)),
    }


def _unread(account_id: int | None) -> int:
    from marketplace.models import Notification

    return Notification.objects.filter(account_id=account_id).unread().count() if account_id else 0
