"""A line that says how far a piece of work is: redrawn on a terminal, one plain line now and then elsewhere."""

import logging
import time
from types import TracebackType
from typing import IO, Any, Self

BAR = 24
PLAIN_EVERY_SECONDS = 10.0
TERMINAL_EVERY_SECONDS = 0.1


class Progress:
    """Show `done of total` on a stream while the body of the `with` runs.

    The log's line per event would bury it, so of the log only warnings are shown meanwhile.
    """

    def __init__(self, title: str, stream: "IO[str] | Any") -> None:
        self.title, self.stream = title, stream
        self.terminal = bool(getattr(stream, "isatty", lambda: False)())
        self._next = time.monotonic() + (0 if self.terminal else PLAIN_EVERY_SECONDS)

    def __enter__(self) -> Self:
        self._journal = logging.getLogger("scenarios.journal")
        self._level = self._journal.level
        self._journal.setLevel(logging.WARNING)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journal.setLevel(self._level)
        if self.terminal:
            self._write("\r\x1b[2K")

    def show(self, done: int, total: int) -> None:
        """Say that `done` of `total` are done; most calls return at once."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (TERMINAL_EVERY_SECONDS if self.terminal else PLAIN_EVERY_SECONDS)
        part = f"{done} / {total}"
        if not self.terminal:
            self._write(f"{self.title}: {part}\n")
            return
        filled = BAR * done // max(total, 1)
        self._write(f"\r\x1b[2K{self.title} [{'█' * filled}{'·' * (BAR - filled)}] {part}")

    def _write(self, text: str) -> None:
        # Django's wrapper adds a line end of its own unless told not to.
        raw = getattr(self.stream, "_out", self.stream)
        raw.write(text)
        raw.flush()
