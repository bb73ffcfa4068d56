"""Token sign-in: `Authorization: Token …`. Tokens are stored hashed (knox)."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework import exceptions
from rest_framework.request import Request

from marketplace.actors import actor_for
from marketplace.models import Account
from scenarios.actor import Actor


def needs_second_factor(account: Account, actor: Actor) -> bool:
    """Whether the account signs in with a second factor only: staff, and whoever may use the admin."""
    return account.is_staff or account.is_superuser or actor.is_staff


def totp_of(account: Account) -> Authenticator | None:
    """Return the account's authenticator app, if it has one."""
    return Authenticator.objects.filter(user=account, type=Authenticator.Type.TOTP).first()


class TokenAuthentication(KnoxAuthentication):  # type: ignore[misc]
    """Knox's check, and the actor of the token's account in place of the session's."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        found = super().authenticate(request)
        if found:
            account, token = found
            actor = actor_for(account)
            if needs_second_factor(account, actor):
                _require_factor(account, token)
            request._request.actor = actor  # type: ignore[attr-defined]
        return found

    def authenticate_credentials(self, token: bytes) -> tuple[Any, Any]:
        # Knox hands the bytes to the database as they come; whatever is no token of ours ends here.
        if not token.isalnum() or not token.isascii():
            raise exceptions.AuthenticationFailed(_("Invalid token."))
        return super().authenticate_credentials(token)


def _require_factor(account: Account, token: Any) -> None:
    """Refuse a token from before the account had its second factor: someone became staff after signing in."""
    factor = totp_of(account)
    if factor is None or token.created < factor.created_at:
        raise exceptions.AuthenticationFailed(_("Staff sign in with a second factor. Sign in again with a code."))


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes tokens."""

    target_class = "marketplace.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return build_bearer_security_scheme_object("Authorization", "Token")
