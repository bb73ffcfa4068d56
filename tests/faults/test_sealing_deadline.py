"""Thirty suppliers seal over HTTP, ten before the deadline, ten around it and ten after it: nothing late is stored,
nothing timely is lost. What is early and what is late is told by the database clock alone.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from django.core.servers.basehttp import WSGIServer
from django.db import connection
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from marketplace.actions import opening
from marketplace.actors import actor_for
from marketplace.models import Account, Response
from scenarios.models import Call
from scenarios.querysets import DatabaseClock, database_time
from tests.calls import drafted, make_supplier, sealed_call
from tests.factories import Cast

EACH = 10
CLIENTS = 3 * EACH
LEFT = timedelta(seconds=1)
APART_SECONDS = 0.2  # the ten around the deadline start one after the other, over twice the time that is left


class Told(NamedTuple):
    """What one client was answered, and the database clock before it asked and after it heard."""

    status: int
    asked_at: datetime
    heard_at: datetime


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


def cookies_of(account: Account) -> str:
    client = Client()
    client.force_login(account)
    client.get("/")
    jar: SimpleCookie = client.cookies
    return "; ".join(f"{name}={morsel.value}" for name, morsel in jar.items())


def sealing(base: str, draft: Response, cookies: str, answers: dict[str, Told]) -> Callable[[], None]:
    """Return the act of one client: post the form for sealing and note what was answered, and when."""
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
        asked_at = database_time()
        try:
            with opener.open(request) as answer:
                status = answer.status
        except HTTPError as answer:
            status = answer.code
        answers[draft.code] = Told(status, asked_at, database_time())
        connection.close()

    return act


@pytest.fixture
def server(live_cast: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server of this test's own whose queue holds all thirty at once; Django's default of ten would reset some."""
    monkeypatch.setattr(WSGIServer, "request_queue_size", 4 * CLIENTS)
    settings.ALLOWED_HOSTS = ["*"]
    running = LiveServer("localhost")
    yield running.url
    running.stop()


def start(acts: Iterable[Callable[[], None]], *, apart_seconds: float = 0) -> list[threading.Thread]:
    """Start every act in a thread of its own, the next one so much later than the one before."""

    def run(act: Callable[[], None], pause: float) -> None:
        time.sleep(pause)
        act()

    pauses = ((act, place * apart_seconds) for place, act in enumerate(acts))
    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in pauses]
    for thread in threads:
        thread.start()
    return threads


def join(threads: Iterable[threading.Thread]) -> None:
    for thread in threads:
        thread.join()


@pytest.mark.slow
def test_thirty_clients_around_the_deadline(live_cast: Cast, server: str) -> None:
    ready, answers = sealed_call(live_cast), {}
    drafts = [drafted(ready.call, make_supplier(number)[1]) for number in range(CLIENTS)]
    acts = [sealing(server, draft, cookies_of(draft.author), answers) for draft in drafts]
    early, late = ({one.code for one in drafts[:EACH]}, {one.code for one in drafts[-EACH:]})

    join(start(acts[:EACH]))
    soon = DatabaseClock() + LEFT
    Call.objects.filter(pk=ready.call.pk).update(question_deadline=None, closes_at=soon)
    around = start(acts[EACH:-EACH], apart_seconds=APART_SECONDS)
    while not Call.objects.closed().exists():
        time.sleep(0.01)
    join(start(acts[-EACH:]))
    join(around)

    closes_at = Call.objects.get().closes_at
    assert closes_at is not None
    assert len(answers) == CLIENTS
    before = {code for code, told in answers.items() if told.heard_at < closes_at}
    after = {code for code, told in answers.items() if told.asked_at >= closes_at}
    assert (early <= before, late <= after) == (True, True)
    assert {answers[code].status for code in before} == {302}  # not one timely response is lost
    assert {answers[code].status for code in after} == {409}  # and not one late response is taken
    assert {answers[code].status for code in answers.keys() - before - after} <= {302, 409}

    told = {code for code, one in answers.items() if one.status == 302}
    stored = Response.objects.filter(status="sealed")
    assert {row.code for row in stored} == told  # whoever was told "sealed" is stored, and nobody else
    assert [row.code for row in stored if row.sealed_at >= closes_at] == []
    unsealed = Response.objects.exclude(status="sealed")
    assert ({row.status for row in unsealed}, len(unsealed)) == ({"draft"}, CLIENTS - len(told))

    codes = dict(zip((one.pk for one in ready.openers), ready.codes, strict=True))
    for account in ready.openers[:2]:
        opened = opening.agree_to_open(actor=actor_for(account), call_id=ready.call.pk, code=codes[account.pk])
    assert opened == len(told)
