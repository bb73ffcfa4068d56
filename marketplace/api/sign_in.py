"""Signing in for a token, with the second factor where the account has one, and signing out."""

import logging
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.signals import authenticator_used
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from knox.models import get_token_model
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import ScopedRateThrottle
from rest_framework.views import APIView

from marketplace.actors import actor_for
from marketplace.api.authentication import TokenAuthentication, needs_second_factor, totp_of
from marketplace.models import Account
from scenarios.access import PUBLIC, SIGNED_IN
from scenarios.api.endpoint import operation
from scenarios.api.input import Nothing, Strict
from scenarios.api.problems import Secondless
from scenarios.errors import NotPermitted

logger = logging.getLogger(__name__)


class Credentials(Strict):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False, style={"input_type": "password"})
    code = serializers.CharField(
        max_length=16, required=False, default="", help_text="Of the authenticator app, or a recovery code."
    )


class TokenShown(serializers.Serializer[Any]):
    token = serializers.CharField(help_text="Shown this once; send it as `Authorization: Token …`.")
    expires_at = serializers.DateTimeField(allow_null=True)


class Login(APIView):
    """Without authentication classes: a sign-in neither needs a session nor makes one."""

    audience = (PUBLIC,)
    authentication_classes = ()
    throttle_classes = (ScopedRateThrottle,)
    throttle_scope = "login"

    def get_authenticate_header(self, request: Request) -> str:
        return "Token"  # or DRF answers 403 for a sign-in that failed

    @operation(reads=Credentials, shows=TokenShown, operation_id="auth_login")
    def post(self, request: Request) -> Response:
        """Sign in for a token.

        An account with a second factor sends its present code as well; staff must have one. An unknown address and a
        wrong password get the same answer. Limited before any password is hashed.
        """
        reader = Credentials(data=request.data)
        reader.is_valid(raise_exception=True)
        account = _account(request, reader.validated_data)
        _check_second_factor(request, account, reader.validated_data["code"])
        return _issued(request, account)


def _account(request: Request, values: dict[str, Any]) -> Account:
    """Return the account of these credentials; allauth counts failures per address and per IP."""
    try:
        account = get_adapter().authenticate(
            request._request, email=values["email"].lower(), password=values["password"]
        )
    except ValidationError as error:
        raise exceptions.Throttled(detail=" ".join(error.messages)) from None
    if account is None:
        raise exceptions.AuthenticationFailed(_("The e-mail address or the password is wrong."))
    if not EmailAddress.objects.filter(user=account, verified=True).exists():
        raise NotPermitted(_("Confirm your e-mail address first; sign in on the website to get the message again."))
    return account


def _check_second_factor(request: Request, account: Account, code: str) -> None:
    if needs_second_factor(account, actor_for(account)) and totp_of(account) is None:
        raise NotPermitted(_("Staff sign in with a second factor. Set one up on the website first."))
    if not is_mfa_enabled(account):
        return
    if not code:
        raise Secondless
    # allauth's own form: it limits tries per account, takes recovery codes and remembers codes that were used.
    form = BaseAuthenticateForm(data={"code": code}, user=account)
    if not form.is_valid():
        raise exceptions.AuthenticationFailed(" ".join(form.errors["code"]))
    form.authenticator.record_usage()
    authenticator_used.send(
        sender=type(form.authenticator),
        request=request._request,
        user=account,
        authenticator=form.authenticator,
        reauthenticated=False,
        passwordless=False,
    )


def _issued(request: Request, account: Account) -> Response:
    row, token = get_token_model().objects.create(user=account)
    user_logged_in.send(sender=type(account), request=request._request, user=account)
    logger.info("token issued", extra={"account": account.pk})
    shown = TokenShown({"token": token, "expires_at": row.expiry})
    return Response(shown.data, headers={"Cache-Control": "no-store"})


class Logout(APIView):
    audience = (SIGNED_IN,)
    authentication_classes = (TokenAuthentication,)

    @operation(reads=Nothing, status=204, operation_id="auth_logout")
    def post(self, request: Request) -> Response:
        """Give the token of this request back; it is worth nothing afterwards."""
        if request.auth is None:  # signed in by a browser's session: there is no token to give back
            raise exceptions.NotAuthenticated
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutAll(APIView):
    audience = (SIGNED_IN,)

    @operation(reads=Nothing, status=204, operation_id="auth_logoutall")
    def post(self, request: Request) -> Response:
        """Give all of the account's tokens back."""
        get_token_model().objects.filter(user=request.user).delete()
        return Response(status=status.HTTP_204_NO_CONTENT)
