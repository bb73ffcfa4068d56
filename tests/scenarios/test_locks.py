"""Workers wait for an advisory lock however long it takes; people are refused after a while."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from marketplace import pipeline as supply
from scenarios import pipeline
from scenarios.locks import take_lock, wait_for_lock
from scenarios.models import Need
from tests.drain import drain_outbox
from tests.factories import Cast, published_capability, published_need

HELD_SECONDS = 0.6


@contextmanager
def held(name: str, seconds: float = HELD_SECONDS) -> Iterator[None]:
    """Have another connection hold the lock from before the body begins, until it ends or the time is over."""
    taken, over = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                take_lock(name)
                taken.set()
                over.wait(seconds)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(hold)
        assert taken.wait(10)
        try:
            yield
        finally:
            over.set()
        done.result()


@pytest.fixture
def impatient(transactional_db: None) -> Iterator[None]:
    """A connection on which no statement and no lock may take as long as the lock is held."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 100")
    yield
    connection.close()


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_a_worker_waits_where_a_person_is_refused(impatient: None) -> None:
    with held("proposals"), pytest.raises(OperationalError), transaction.atomic():
        take_lock("proposals")
    with held("proposals"), transaction.atomic():
        began = time.monotonic()
        wait_for_lock("proposals")
        assert time.monotonic() - began > HELD_SECONDS / 2
        assert (shown("lock_timeout"), shown("statement_timeout")) == ("8s", "20s")


def propose(_need: Need) -> None:
    pipeline.propose_merges(need_ids=None, finish=lambda: None)


def index(need: Need) -> None:
    pipeline.index_needs(need_ids=[str(need.pk)], finish=lambda: None)


def suggest(need: Need) -> None:
    supply.suggest_for_need(need_ids=[str(need.pk)], finish=lambda: None)


@pytest.mark.parametrize(
    ("name", "act"), [("proposals", propose), ("index build", index), ("suggestions {need.pk}", suggest)]
)
def test_work_that_waits_for_other_work_is_done(
    live_cast: Cast, impatient: None, name: str, act: Callable[[Any], None]
) -> None:
    published_capability(live_cast)
    need = published_need(live_cast)
    drain_outbox()
    with held(name.format(need=need)):
        act(need)


def test_runs_for_different_needs_do_not_wait_for_each_other(live_cast: Cast, impatient: None) -> None:
    published_capability(live_cast)
    one, other = published_need(live_cast), published_need(live_cast, "rival")
    drain_outbox()
    began = time.monotonic()
    with held(f"suggestions {other.pk}", seconds=20):
        suggest(one)
    assert time.monotonic() - began < 20
