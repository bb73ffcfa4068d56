"""``run`` and ``with``: one command beside servers."""

import contextlib
import fcntl
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from config.runtime import places, servers
from config.runtime.crew import Crew, die_with
from config.runtime.errors import RuntimeProblem
from config.runtime.lock import AlreadyRunning, Lock
from config.runtime.places import Place


def run(command: Sequence[str]) -> int:
    """Run a command beside throw-away servers; return its exit code. Nothing of the caller's databases is touched."""
    place = places.throwaway()
    with signals_stop_us():
        crew = Crew()
        for folder in (place.state, place.sockets):
            crew.remove_at_end(folder)
        try:
            found = servers.start(place, crew, {}, careless=True)
            return follow(command, servers.application_environment(place, found, throwaway=True), crew)
        finally:
            # The watchdog removes the folders last.
            crew.stop()


def run_with_lasting(command: Sequence[str]) -> int:
    """Run a command beside the servers that keep their data, started here when nobody has started them."""
    place = places.lasting()
    lock = Lock(place.state / "runtime.lock")
    given = servers.given_connections()
    with signals_stop_us(), shared_use(place) as users:
        try:
            lock.acquire()
        except AlreadyRunning:
            found = servers.addresses(place, given)
            return follow(command, servers.application_environment(place, found, throwaway=False), None)
        crew = Crew(keep_open=[lock.fileno()])
        try:
            found = servers.start(place, crew, given)
            return follow(command, servers.application_environment(place, found, throwaway=False), crew)
        finally:
            wait_for_other_users(users)
            crew.stop()
            lock.release()


def forget() -> int:
    """Remove what the lasting servers and the application have kept; refuse while they run."""
    place = places.lasting()
    lock = Lock(place.state / "runtime.lock")
    try:
        lock.acquire()
    except AlreadyRunning as problem:
        raise RuntimeProblem(f"Nothing removed: {problem}. Stop it first.") from None
    for folder in (place.sockets, place.servers, place.state):
        shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    return 0


@contextlib.contextmanager
def signals_stop_us() -> Iterator[None]:
    """Turn SIGTERM and SIGHUP into SystemExit, so that what was started is ended.

    SIGINT becomes KeyboardInterrupt even where a shell has it ignored, as it does for commands in the background.
    """

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def shared_use(place: Place) -> Iterator[int]:
    """Say, for as long as it lasts, that a command uses the lasting servers."""
    with (place.state / "users.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield file.fileno()


def wait_for_other_users(users: int) -> None:
    fcntl.flock(users, fcntl.LOCK_EX)


def follow(command: Sequence[str], environment: Mapping[str, str], crew: Crew | None) -> int:
    """Run the command in the foreground and return its exit code, 128 + signal when a signal ended it.

    With a terminal it shares our process group, so that Ctrl-C and job control work as usual; without one it gets a
    group of its own, which is ended as a whole.
    """
    if sys.stdin.isatty() or crew is None:
        return follow_in_our_group(command, environment)
    child = crew.start(Path(command[0]).name, command, environment=environment, log=None)
    return shell_code(child.process.wait())


def follow_in_our_group(command: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        process = subprocess.Popen(command, env=dict(environment), preexec_fn=die_with(signal.SIGTERM))
    except OSError as problem:
        raise RuntimeProblem(f"{command[0]}: {problem.strerror}") from None
    try:
        while True:
            try:
                return shell_code(process.wait())
            except KeyboardInterrupt:
                # It was sent to the command as well, which decides what to do about it.
                continue
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()


def shell_code(code: int) -> int:
    return 128 - code if code < 0 else code
