"""Every address declares who may come there, and keeps everyone else out."""

from typing import Any

import pytest
from rest_framework.throttling import SimpleRateThrottle

from scenarios.access import AUDIENCES, PUBLIC, SIGNED_IN
from tests.factories import Cast
from tests.routes import FOREIGN, METHODS, Route, routes

NOBODYS: dict[str, Any] = {
    "uuid": "00000000-0000-0000-0000-000000000000",
    "int": 1,
    "str": "x",
    "slug": "x",
    "path": "x",
}
OURS = [route for route in routes() if not route.foreign]


def test_every_route_declares_its_audience() -> None:
    undeclared = [
        f"{method} {route}"
        for route in OURS
        for method in METHODS
        if (audience := route.audience(method)) is None or not set(audience) <= AUDIENCES
    ]
    assert undeclared == []


def test_the_walk_sees_pages_and_api() -> None:
    templates = {route.template for route in OURS}
    assert {"api/v1/needs/<uuid:pk>/", "api/v1/auth/login/", "api/v1/docs/"} <= templates
    assert all(any(route.template.startswith(prefix) for route in routes()) for prefix in FOREIGN)


def refusals(route: Route, part: str | None, open_to: set[str]) -> list[tuple[str, str]]:
    """Return (method, path) of what this part of the cast must not get."""
    (path,) = route.paths(lambda _template, kind, _name: [NOBODYS[kind]])
    return [
        (method, path)
        for method in METHODS
        if (audience := route.audience(method)) is not None and not open_to & set(audience)
    ]


@pytest.mark.parametrize(
    ("part", "open_to", "refused"),
    [
        (None, {PUBLIC}, {302, 401, 403, 404, 405}),
        ("stranger", {PUBLIC, SIGNED_IN}, {403, 404, 405}),
    ],
)
def test_nobody_gets_in_where_they_are_not_named(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, part: str | None, open_to: set[str], refused: set[int]
) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    client = cast.client(part)
    wrong = []
    tried = 0
    for route in OURS:
        for method, path in refusals(route, part, open_to):
            answer = getattr(client, method)(path)
            tried += 1
            if answer.status_code not in refused:
                wrong.append((method, path, answer.status_code))
            if answer.status_code == 302 and not answer.headers["Location"].startswith("/accounts/login/"):
                wrong.append((method, path, answer.headers["Location"]))
    assert wrong == []
    assert tried > 100


PUBLIC_LISTS = [
    str(route)
    for route in OURS
    if not route.parameters and PUBLIC in (route.audience("get") or ()) and not route.template.startswith("api/v1/docs")
]


@pytest.mark.parametrize("name", ["q", "page", "sort", "domain", "code", "mine"])
def test_a_nul_in_an_address_breaks_no_public_page(cast: Cast, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    client = cast.client()
    client.raise_request_exception = False
    broken = [path for path in PUBLIC_LISTS if client.get(f"{path}?{name}=%00%E6%A3%80%00").status_code == 500]
    assert {"/needs/", "/calls/", "/pools/", "/capabilities/", "/api/v1/needs/"} <= set(PUBLIC_LISTS)
    assert broken == []
