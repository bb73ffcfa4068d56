"""Errors of the API as problem details (RFC 9457), in the reader's language."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, set_rollback

from scenarios import errors
from scenarios.api.parsers import TooLarge

MEDIA_TYPE = "application/problem+json"
STATUS_OF = {
    errors.NotFound: status.HTTP_404_NOT_FOUND,
    errors.NotPermitted: status.HTTP_403_FORBIDDEN,
    errors.Conflict: status.HTTP_409_CONFLICT,
    errors.IllegalMove: status.HTTP_409_CONFLICT,
    errors.Invalid: status.HTTP_422_UNPROCESSABLE_ENTITY,
}
# The kinds of problems with what each is called; `type` of a problem leads to its line in the documentation.
TITLES = {
    "invalid-request": _("The request is not as the API expects it"),
    "parse-error": _("The request cannot be read"),
    "not-authenticated": _("You are not signed in"),
    "authentication-failed": _("The sign-in failed"),
    "second-factor-required": _("A second factor is required"),
    "permission-denied": _("This is not open to you"),
    "not-permitted": _("Your role does not allow this"),
    "not-found": _("Not found"),
    "method-not-allowed": _("This address does not take this method"),
    "not-acceptable": _("This format is not offered"),
    "conflict": _("Someone changed this in the meantime"),
    "illegal-move": _("This step is not possible now"),
    "too-large": _("The request is too large"),
    "unsupported-media-type": _("This format cannot be read"),
    "invalid": _("Some values are missing or contradict each other"),
    "throttled": _("Too many requests"),
}
_KINDS = {
    errors.NotFound: "not-found",
    errors.NotPermitted: "not-permitted",
    errors.Conflict: "conflict",
    errors.IllegalMove: "illegal-move",
    errors.Invalid: "invalid",
}


class Problem(serializers.Serializer[Any]):
    """A refusal: `type` names its kind, `detail` says the cause and the remedy in the language of Accept-Language."""

    type = serializers.CharField(help_text="Address of the kind of problem, such as /api/v1/problems/illegal-move/.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="Field → what is wrong with it."
    )
    differences = serializers.DictField(
        required=False, help_text="Field → yours and theirs, where someone saved in between."
    )


class Secondless(exceptions.APIException):
    """The password is right and the account asks for a code."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = _("Send the present code of your authenticator app, or a recovery code, as `code`.")
    default_code = "second-factor-required"


def status_of(error: errors.DomainError) -> int:
    """Return the HTTP status that tells a refusal of the domain."""
    return next((code for kind, code in STATUS_OF.items() if isinstance(error, kind)), 400)


def _problem(code: int, kind: str, detail: Any, **extra: Any) -> Response:
    title = str(TITLES.get(kind, kind.replace("-", " ")))
    body = {"type": f"/api/v1/problems/{kind}/", "title": title, "status": code, "detail": str(detail)}
    return Response(body | extra, status=code, content_type=MEDIA_TYPE)


def _domain_problem(error: errors.DomainError) -> Response:
    extra: dict[str, Any] = {}
    if isinstance(error, errors.Invalid) and error.fields:
        extra["errors"] = {name: [str(message) for message in messages] for name, messages in error.fields.items()}
    if isinstance(error, errors.Conflict) and error.differences:
        extra["differences"] = {name: {"yours": a, "theirs": b} for name, (a, b) in error.differences.items()}
    kind = next((name for row, name in _KINDS.items() if isinstance(error, row)), "invalid")
    return _problem(status_of(error), kind, error.message, **extra)


def _translated(error: Exception) -> Exception:
    """Return Django's own refusals as DRF's."""
    if isinstance(error, Http404):
        return exceptions.NotFound(errors.NotFound.message)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError()
    return error


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: domain errors and DRF's own, one form; anything else is a bug and stays one."""
    if isinstance(error, errors.DomainError):
        set_rollback()
        return _domain_problem(error)
    error = _translated(error)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        named = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return _problem(400, "invalid-request", errors.Invalid.message, errors=named)
    codes = error.get_codes()
    kind = (codes if isinstance(codes, str) else error.default_code).replace("_", "-")
    response = _problem(error.status_code, kind, error.detail)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


class NoSuchAddress(APIView):
    """The last address of the API: whatever no other one took."""

    audience = ("public",)
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise errors.NotFound
