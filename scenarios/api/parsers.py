"""JSON bodies, bounded in size and depth before anything is made of them."""

from math import isfinite
from typing import IO, Any, BinaryIO, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.parsers import JSONParser

from scenarios.api.walking import leaves_in


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large. Send less at once.")
    default_code = "too-large"


class BoundedJSONParser(JSONParser):
    """DRF's parser, which by itself reads a body of any size and hands on text that PostgreSQL cannot store."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            data = super().parse(cast(IO[bytes], _Bounded(stream)), media_type, parser_context)
            if not all(map(_can_be_stored, leaves_in(data))):
                raise exceptions.ParseError(_("The body holds characters or numbers that cannot be stored."))
        except RecursionError:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from None
        return data


class _Bounded:
    """A stream that refuses to give more than DATA_UPLOAD_MAX_MEMORY_SIZE bytes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._left = stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        chunk = self._stream.read(wanted)
        self._left -= len(chunk)
        if self._left < 0:
            raise TooLarge
        return chunk


def _can_be_stored(value: Any) -> bool:
    """PostgreSQL takes neither NUL nor half of a surrogate pair, and its JSON no infinity (such as 1e999)."""
    if isinstance(value, float):
        return isfinite(value)
    if not isinstance(value, str):
        return True
    try:
        return b"\x00" not in value.encode()
    except UnicodeEncodeError:
        return False
