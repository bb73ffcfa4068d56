"""Errors of the API: one form, in the reader's language, whatever went wrong."""

from typing import Any

import pytest

from scenarios.api.problems import TITLES
from tests.factories import Cast, draft_need

JSON = "application/json"


def problem(answer: Any) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["detail"]
    kind = body["type"].removeprefix("/api/v1/problems/").removesuffix("/")
    assert kind in TITLES
    return answer.status_code, kind


@pytest.mark.parametrize("path", ["", "nothing/", "needs", "needs/not-a-uuid/", "needs/x/y/", "reference/nothing/"])
def test_an_unknown_address(cast: Cast, path: str) -> None:
    assert problem(cast.client().get(f"/api/v1/{path}")) == (404, "not-found")


def test_an_unknown_object(cast: Cast) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    for path in ("needs", "capabilities", "demands", "calls", "organisations"):
        assert problem(cast.client().get(f"/api/v1/{path}/{nobody}/")) == (404, "not-found")


def test_a_method_that_is_not_there(cast: Cast) -> None:
    for part, method, path in [("manager", "put", "calls/"), (None, "delete", "needs/"), (None, "options", "needs/")]:
        answer = getattr(cast.client(part), method)(f"/api/v1/{path}")
        assert problem(answer) == (405, "method-not-allowed")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"title_zh": NaN}',
        b"\xff\xfe",
        b'{"title_zh": "\\u0000"}',
        b'{"title_zh": "\\ud800"}',
        b'{"risk_answers": {"x": 1e999}}',
        b"[" * 100_000,
        b"1" * 10_000,
    ],
)
def test_a_body_that_cannot_be_read(cast: Cast, body: bytes) -> None:
    answer = cast.client("enterprise").post("/api/v1/needs/precision/", body, content_type=JSON)
    assert problem(answer) == (400, "parse-error")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null"])
def test_a_body_that_is_no_object(cast: Cast, body: bytes) -> None:
    answer = cast.client("enterprise").post("/api/v1/needs/precision/", body, content_type=JSON)
    assert problem(answer) == (400, "invalid-request")


def test_another_format_than_json(cast: Cast) -> None:
    answer = cast.client("enterprise").post("/api/v1/needs/precision/", {"title_zh": "x"})
    assert problem(answer) == (415, "unsupported-media-type")


def test_a_body_that_is_too_large(cast: Cast, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    client = cast.client("enterprise")
    large = b'{"problem": "' + b"x" * 1000 + b'"}'
    assert problem(client.post("/api/v1/needs/precision/", large, content_type=JSON)) == (413, "too-large")
    assert client.post("/api/v1/needs/precision/", b'{"problem": "x"}', content_type=JSON).status_code == 200


def test_nobody_signed_in_is_told_how(cast: Cast) -> None:
    answer = cast.client().get("/api/v1/follows/")
    assert problem(answer) == (401, "not-authenticated")
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_too_many_requests_say_when_to_come_back(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    from rest_framework.throttling import AnonRateThrottle

    monkeypatch.setitem(AnonRateThrottle.THROTTLE_RATES, "anon", "1/min")
    client = cast.client()
    assert client.get("/api/v1/reference/").status_code == 200
    answer = client.get("/api/v1/reference/")
    assert problem(answer) == (429, "throttled")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_a_problem_speaks_the_readers_language(cast: Cast) -> None:
    need = draft_need(cast)
    english = cast.client("rival", language="en").get(f"/api/v1/needs/{need.pk}/").json()
    assert english["detail"] == "There is no such page, or it is not open to you."
    chinese = cast.client("rival", language="zh-hans").get("/api/v1/needs/?page=99").json()
    assert chinese["detail"] == "无效页面。"


def test_the_type_of_a_problem_leads_to_its_name(cast: Cast) -> None:
    kind = cast.client().get("/api/v1/needs/?page=99").json()["type"]
    assert cast.client().get(kind).json() == {"kind": "not-found", "title": "Not found"}
    assert cast.client().get("/api/v1/problems/nothing/").status_code == 404
