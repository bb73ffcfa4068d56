"""Real worker and relay processes beside a test, on its own database and its own corner of the broker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from redis import Redis

from scenarios.models import Delivery, Heartbeat

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0


def environment(**changes: str) -> dict[str, str]:
    """Return what a process of the product needs to run beside the test."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "INDEX_ROOT": str(settings.INDEX_ROOT),
        "MEDIA_ROOT": str(settings.MEDIA_ROOT),
        "SEGMENTS_ROOT": str(settings.STORAGES["segments"]["OPTIONS"]["location"]),
        "EMAIL_URL": "dummymail://",
        "DELIVERY_LEASE_SECONDS": "5",
        "PYTHONPATH": str(ROOT),
        **changes,
    }


@contextmanager
def process(*command: str, output: Path | None = None, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in its own session for the body; everything it started is gone afterwards.

    output : the file that gets what it prints and logs.
    """
    shown = None if "SHOW_WORKERS" in os.environ else subprocess.DEVNULL
    with output.open("wb") if output else nullcontext(shown) as stream:
        child = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment(**changes),
            start_new_session=True,
            stdout=stream if output else subprocess.DEVNULL,
            stderr=stream,
        )
        try:
            yield child
        finally:
            kill(child)


def kill(child: subprocess.Popen[bytes]) -> None:
    """`kill -9` the process and its children, as a machine that loses power would."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def worker(*, output: Path | None = None, **changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker of both queues that has said it is ready."""
    Heartbeat.objects.filter(name__startswith="worker").delete()
    options = ("-Q", "interactive,batch,blocks", "--concurrency", "2", "--loglevel", "WARNING", "--without-mingle")
    with process("celery", "-A", "config", "worker", *options, output=output, **changes) as child:
        wait_until(Heartbeat.objects.filter(name__startswith="worker").exists, "a worker")
        yield child


@contextmanager
def relay(**changes: str) -> Iterator[subprocess.Popen[bytes]]:
    """The relay."""
    with process("django", "relay", **changes) as child:
        yield child


def wait_until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return the condition's first true value; fails with `what` when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.05)
    states = list(Delivery.objects.values_list("task", "state", "attempts", "error"))
    raise AssertionError(f"waited {seconds:.0f} s in vain for {what}; deliveries: {states}")


def drained() -> bool:
    """Whether everything in the outbox is done."""
    return not Delivery.objects.exclude(state="done").exists()


def broker() -> Any:
    """Return a client of the test's own corner of the broker."""
    path, _, number = settings.CELERY_BROKER_URL.removeprefix("redis+socket://").partition("?virtual_host=")
    return Redis(unix_socket_path=path, db=int(number)) if path.startswith("/") else Redis.from_url(path)
