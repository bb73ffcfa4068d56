"""Child processes that never outlive the one that started them."""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.runtime import watchdog
from config.runtime.errors import ServerFailed
from config.runtime.places import CHECKOUT, User
from config.runtime.progress import complain, show_tail

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None

# (signal, seconds until the next one). A server is never killed: SIGKILL would leave it to recover at its next start.
STOP_APPLICATION = ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 2.0), (signal.SIGKILL, 2.0))
STOP_SERVER = ((signal.SIGINT, 15.0), (signal.SIGQUIT, 10.0))


@dataclass(frozen=True)
class Child:
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path | None
    stop: tuple[tuple[signal.Signals, float], ...]
    server: bool

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None


class Crew:
    """Starts children, each in a session of its own, and ends them all.

    Three things end them: :meth:`stop`; the kernel, when this process dies (Linux); and a watchdog process, when the
    pipe from this process closes (everywhere). ``keep_open`` are file descriptors that the watchdog holds until all is
    ended, such as a lock that keeps the next supervisor waiting.
    """

    def __init__(self, *, keep_open: Sequence[int] = ()) -> None:
        self.children: list[Child] = []
        script = str(Path(watchdog.__file__).resolve())
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", script], stdin=subprocess.PIPE, start_new_session=True, pass_fds=keep_open
        )

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        log: Path | None,
        user: User | None = None,
        server: bool = False,
        pass_fds: Sequence[int] = (),
    ) -> Child:
        """Start ``command`` with its output in ``log`` (None: where ours goes) and have it watched."""
        stop = STOP_SERVER if server else STOP_APPLICATION
        output = open_log(log) if log else None
        try:
            process = subprocess.Popen(
                [os.fspath(part) for part in command],
                env=dict(environment),
                cwd="/" if user else CHECKOUT,
                stdin=subprocess.DEVNULL if log else None,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                start_new_session=True,
                user=user.uid if user else None,
                group=user.gid if user else None,
                extra_groups=[] if user else None,
                preexec_fn=die_with(stop[0][0]),
                pass_fds=pass_fds,
            )
        finally:
            if output:
                output.close()
        child = Child(name, process, log, stop, server)
        self.children.append(child)
        self._tell({"add": process.pid, "stop": stop, "server": server})
        return child

    def finish(self, child: Child) -> int:
        """Wait for a child that is meant to end, take it off the list and return its exit code.

        Raises :class:`ServerFailed` when another child ends meanwhile.
        """
        self.children.remove(child)
        try:
            while child.process.poll() is None:
                self.check()
                time.sleep(0.05)
        finally:
            if not child.ended:
                self.children.append(child)
        self._tell({"drop": child.process.pid})
        return int(child.process.returncode)

    def remove_at_end(self, folder: Path) -> None:
        """Have ``folder`` removed once everything has ended, also when this process is killed."""
        self._tell({"remove": str(folder)})

    def ended_children(self) -> list[Child]:
        return [child for child in self.children if child.ended]

    def check(self) -> None:
        """Raise :class:`ServerFailed`, with the log shown, when a child has ended by itself."""
        for child in self.ended_children():
            if child.log:
                show_tail(child.name, child.log)
            raise ServerFailed(f"{child.name} ended by itself (exit code {child.process.returncode})")

    def stop(self) -> None:
        """End every child, the application before the servers, then the watchdog."""
        for servers in (False, True):
            chosen = [child for child in self.children if child.server is servers]
            watchdog.end({child.process.pid: {"stop": child.stop} for child in chosen}, reap=self.ended_children)
        for child in self.children:
            if not child.ended:
                complain(f"  {child.name} (process {child.process.pid}) does not end")
            else:
                self._tell({"drop": child.process.pid})
        self.children = []
        if self._watchdog.stdin:
            self._watchdog.stdin.close()
        self._watchdog.wait()

    def _tell(self, message: dict[str, object]) -> None:
        pipe: IO[bytes] | None = self._watchdog.stdin
        if pipe:
            pipe.write(json.dumps(message).encode() + b"\n")
            pipe.flush()


def die_with(wanted: signal.Signals) -> Callable[[], None] | None:
    """What a child calls before its program starts, so that the kernel sends it ``wanted`` when its parent dies."""
    if LIBC is None:
        return None
    parent = os.getpid()
    prctl = LIBC.prctl

    def hook() -> None:
        prctl(PR_SET_PDEATHSIG, int(wanted))
        if os.getppid() != parent:
            os._exit(1)

    return hook


def open_log(path: Path, *, keep: int = 5_000_000) -> IO[bytes]:
    """Open a log for appending; one that has grown over ``keep`` bytes is first moved aside."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > keep:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")
