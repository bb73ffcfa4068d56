"""Requests made up from the schema, through the WSGI app: whatever is sent, no answer is an error of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from knox.models import AuthToken
from rest_framework.throttling import SimpleRateThrottle

from config.wsgi import application
from marketplace.models import Account, Member, StaffRole
from tests.factories import STAFF, Cast, draft_need, published_need

BUDGET = settings(
    max_examples=2,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Keep the test's connection, which a request through WSGI would close."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def everyone(cast: Cast) -> Account:
    """Return an account that holds every role and owns the enterprise, so that few requests end at the door."""
    for role in STAFF:
        StaffRole.objects.get_or_create(account=cast.manager, role=role)
    Member.objects.create(organisation=cast.enterprise_org, account=cast.manager, role="owner")
    return cast.manager


@pytest.mark.slow
def test_no_request_is_an_error_of_ours(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SimpleRateThrottle, "allow_request", lambda *_: True)
    draft_need(cast)
    published_need(cast)
    account = everyone(cast)
    codes: list[int] = []
    broken: list[str] = []

    def send(case: Any) -> None:
        # A token for each request: one of the operations gives it back.
        _row, token = AuthToken.objects.create(user=account)
        answer = case.call(headers={"Authorization": f"Token {token}"})
        codes.append(answer.status_code)
        if answer.status_code >= 500:
            broken.append(f"{case.method} {case.path} {answer.status_code}: {case.body!r}")

    for result in schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application).get_all_operations():
        BUDGET(given(case=result.ok().as_strategy())(send))()
    assert broken == []
    assert len(codes) > 100
    assert {200, 400, 404} <= set(codes)
