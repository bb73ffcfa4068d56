"""Thirty suppliers seal over HTTP around the deadline: nothing late is stored, nothing timely is lost."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.core.servers.basehttp import WSGIServer
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from marketplace.actions import opening
from marketplace.actors import actor_for
from marketplace.models import Account, Response
from scenarios.models import Call
from scenarios.querysets import DatabaseClock
from tests.calls import drafted, make_supplier, sealed_call
from tests.factories import Cast

CLIENTS = 30


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def cookies_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    client.get("/")
    jar: SimpleCookie = client.cookies
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def sealing(base: str, draft: Response, cookies: str, answers: dict[str, int]) -> Callable[[], None]:
    """Return the act of one client: post the form for sealing and note the answer's status."""
    address = f"{base}/workspace/responses/{draft.pk}/check/"
    opener = build_opener(_Stay)  # the test's own server
    with opener.open(Request(address, headers={"Cookie": cookies})) as page:  # noqa: S310
        html = page.read().decode()
        given = page.headers.get("Set-Cookie", "")
    cookies = f"{cookies}; {given.partition(';')[0]}" if given.startswith("csrftoken") else cookies
    token = html.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    data = urlencode({"csrfmiddlewaretoken": token, "version": draft.version, "kept": "on"}).encode()

    def act() -> None:
        request = Request(  # noqa: S310
            address, data=data, headers={"Cookie": cookies, "Referer": address}
        )
        try:
            with opener.open(request) as answer:
                answers[draft.code] = answer.status
        except HTTPError as answer:
            answers[draft.code] = answer.code

    return act


@pytest.fixture
def server(live_cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of this test's own whose queue holds all thirty at once; Django's default of ten would reset some."""
    monkeypatch.setattr(WSGIServer, "request_queue_size", 4 * CLIENTS)
    settings.ALLOWED_HOSTS = ["*"]
    running = LiveServer("localhost")
    yield running.url
    running.stop()


@pytest.mark.slow
def test_thirty_clients_around_the_deadline(live_cast: Cast, server: str) -> None:
    ready, answers = sealed_call(live_cast), {}
    accounts = [make_supplier(number)[1] for number in range(CLIENTS)]
    acts = [sealing(server, drafted(ready.call, account), cookies_of(account), answers) for account in accounts]
    gate = threading.Barrier(CLIENTS + 1)

    def wait(act: Callable[[], None]) -> None:
        gate.wait()
        act()

    threads = [threading.Thread(target=wait, args=(act,), daemon=True) for act in acts]
    for thread in threads:
        thread.start()
    soon = DatabaseClock() + timedelta(milliseconds=1000)
    Call.objects.filter(pk=ready.call.pk).update(question_deadline=None, closes_at=soon)
    gate.wait()
    for thread in threads:
        thread.join()

    told = {code for code, status in answers.items() if status == 302}
    stored = Response.objects.filter(status="sealed")
    assert set(answers.values()) <= {302, 409}
    assert len(answers) == CLIENTS
    assert {row.code for row in stored} == told  # whoever was told "sealed" is stored, and nobody else
    closes_at = Call.objects.get().closes_at
    assert [row.code for row in stored if row.sealed_at >= closes_at] == []
    assert {row.status for row in Response.objects.exclude(status="sealed")} <= {"draft"}

    codes = dict(zip((one.pk for one in ready.openers), ready.codes, strict=True))
    while not Call.objects.closed().exists():
        pass
    for account in ready.openers[:2]:
        opened = opening.agree_to_open(actor=actor_for(account), call_id=ready.call.pk, code=codes[account.pk])
    assert opened == len(told)
