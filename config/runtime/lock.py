"""One lasting set of servers at a time."""

import fcntl
import os
import time
from pathlib import Path
from typing import IO

from config.runtime.errors import RuntimeProblem
from config.runtime.progress import complain
from config.runtime.watchdog import exists


class AlreadyRunning(RuntimeProblem):
    """Another supervisor holds the lock."""


class Lock:
    """A file lock. It ends with the last process that holds the file open, whatever way that process ends.

    The file says who holds it: a process number, and what that process wrote with :meth:`note`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def acquire(self, *, patience: float = 30.0) -> None:
        """Take the lock or raise :class:`AlreadyRunning`.

        When the process that took it is gone, its watchdog is still ending what it started: that is waited for, up to
        ``patience`` seconds.
        """
        file = self.path.open("a+")
        until = time.monotonic() + patience
        waiting = False
        while not self._try(file):
            owner, note = self.holder()
            if (owner and exists(owner)) or time.monotonic() > until:
                file.close()
                raise AlreadyRunning(f"it is already running (process {owner or '?'}{', ' + note if note else ''})")
            if not waiting:
                complain("  waiting until what an ended run left behind is cleared away")
                waiting = True
            time.sleep(0.2)
        self._file = file
        self.note("")

    @staticmethod
    def _try(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def holder(self) -> tuple[int, str]:
        """The process number in the file (0 when there is none) and the note beside it."""
        try:
            number, _, note = self.path.read_text().strip().partition(" ")
            return int(number), note
        except (OSError, ValueError):
            return 0, ""

    def note(self, text: str) -> None:
        """Write our process number and ``text`` into the file, for whoever is refused."""
        file = self._held()
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()} {text}\n")
        file.flush()

    def fileno(self) -> int:
        return self._held().fileno()

    def _held(self) -> IO[str]:
        if self._file is None:
            raise RuntimeError("the lock is not held")
        return self._file

    def release(self) -> None:
        if self._file:
            self._file.seek(0)
            self._file.truncate()
            self._file.close()
            self._file = None
