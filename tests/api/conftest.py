"""What the tests of the API share."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.throttling import SimpleRateThrottle

from tests.factories import Cast

Send = Callable[..., Any]


@pytest.fixture
def api(cast: Cast) -> Send:
    """Return `api(part, method, path, body)`: one request by a part of the cast; paths begin behind /api/v1/."""

    def send(part: str | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = cast.client(part)
        act = getattr(client, method)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if method == "get":
            return act(f"/api/v1/{path}", body, headers=named)
        return act(f"/api/v1/{path}", {} if body is None else body, content_type="application/json", headers=named)

    return send


@pytest.fixture
def unlimited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lift the limits for tests that ask more often than people do."""
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda self, request, view: True)
