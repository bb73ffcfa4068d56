"""Deny by default: an endpoint opens only for the audience it declares."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from scenarios.access import allows


class DeclaredPolicy(BasePermission):
    """Read `audience` from the view: a tuple of names from scenarios.access, or a dict from DRF's action name to
    one.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        audience = getattr(view, "audience", ())
        if isinstance(audience, dict):
            if view.action in (None, "metadata"):
                return True  # no such method here: the view itself answers 405
            audience = audience.get(view.action, ())
        return allows(request.actor, tuple(audience or ()))  # type: ignore[attr-defined]
