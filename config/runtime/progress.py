"""What the terminal shows during the wait: one line per step, with its seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def say(text: str) -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print ``title … `` before the work and its seconds, or ``failed``, after it."""
    began = time.monotonic()
    print(f"  {title} … ", end="", flush=True)
    try:
        yield
    except BaseException:
        say("failed")
        raise
    say(f"{time.monotonic() - began:.1f} s")


def show_tail(name: str, log: Path, *, lines: int = 25) -> None:
    """Print the last lines of a service's log to stderr, each with the name of the service before it."""
    try:
        text = log.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    complain("")
    for line in text.splitlines()[-lines:]:
        complain(f"  {name} | {line}")
    complain(f"  (the whole log: {log})")
