"""``up``: the whole product in one terminal, as ``make run`` starts it."""

import errno
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping

from config.runtime import commands, places, servers
from config.runtime.crew import Crew
from config.runtime.errors import RuntimeProblem, ServerFailed
from config.runtime.lock import AlreadyRunning, Lock
from config.runtime.places import CHECKOUT, Place
from config.runtime.progress import complain, say, show_tail, step

MANAGE = [sys.executable, "manage.py"]
CELERY = [sys.executable, "-m", "celery", "-A", "config"]
WORKER = f"worker@{socket.gethostname()}"
# One worker has nobody to gossip with.
QUIET = ["--without-gossip", "--without-mingle"]
FIRST_PORT = 8000
PORTS_TRIED = 50
TAKEN = (errno.EADDRINUSE,)


def up(*, once: bool) -> int:
    """Start everything, run the main job, then serve until Ctrl-C (``once``: end there). Returns the exit code."""
    place = places.lasting()
    lock = Lock(place.state / "runtime.lock")
    try:
        lock.acquire()
    except AlreadyRunning as problem:
        raise RuntimeProblem(
            f"Not started: {problem}. Stop that one with Ctrl-C in its terminal, "
            "or run a second one beside it with its own data: STATE_DIR=/another/folder make run"
        ) from None
    with commands.signals_stop_us():
        crew = Crew(keep_open=[lock.fileno()])
        try:
            return serve(place, crew, lock, once=once)
        except KeyboardInterrupt:
            say("\nStopping …")
            return 130 if once else 0
        finally:
            crew.stop()
            lock.release()
            say("Everything has ended; the data is kept.")


def serve(place: Place, crew: Crew, lock: Lock, *, once: bool) -> int:
    say("Starting the scenario marketplace" + (" (once)" if once else ""))
    found = servers.start(place, crew, servers.given_connections())
    environment = servers.application_environment(place, found, throwaway=False)
    owner = environment | {"DATABASE_URL": environment["DATABASE_OWNER_URL"]}
    with step("Migrating the database"):
        manage(place, crew, owner, "migrate", "--noinput", "--verbosity", "0")
    with step("Loading the demonstration"):
        manage(place, crew, environment, "demo")
    url = start_application(place, crew, environment)
    lock.note(url)
    do_main_job(place, crew, {**environment, "SITE_URL": url}, once=once)
    if once:
        say("The main job is done.")
        return 0
    say(f"\nServing at {url} – Ctrl-C stops it. Logs: {place.logs}")
    while True:
        crew.check()
        time.sleep(0.3)


def do_main_job(place: Place, crew: Crew, environment: Mapping[str, str], *, once: bool) -> None:
    """Wait for the main job and show what came of it. Only with ``once`` does its failure end everything: otherwise the
    pages, on which staff see what is in the way, are served nevertheless.
    """
    job = [*MANAGE, "mainjob", "--url", environment["SITE_URL"], *(["--once"] if once else [])]
    code = crew.finish(crew.start("mainjob", job, environment=environment, log=None))
    if not code:
        return
    problem = f"The main job failed (exit code {code}); the logs are in {place.logs}"
    if once:
        raise ServerFailed(problem)
    complain(f"{problem}. Staff see what is in the way at {environment['SITE_URL']}/status")


def manage(place: Place, crew: Crew, environment: Mapping[str, str], *command: str) -> None:
    """Run a management command with its output in a log, which is shown when it fails."""
    log = place.logs / f"{command[0]}.log"
    log.unlink(missing_ok=True)
    child = crew.start(command[0], [*MANAGE, *command], environment=environment, log=log)
    if code := crew.finish(child):
        show_tail(command[0], log)
        raise ServerFailed(f"'manage.py {command[0]}' failed (exit code {code})")


def start_application(place: Place, crew: Crew, environment: Mapping[str, str]) -> str:
    """Start web, worker, relay and beat; return the URL once HTTP answers and a worker answers a ping."""
    listener = free_listener(os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT") or FIRST_PORT))
    host, port = reachable_address(listener)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    environment = {**environment, "SITE_URL": url}
    with listener:
        # The socket is bound here and handed over, so that nobody can take the port in between.
        handed = listener.fileno()
        crew.start("web", web(handed), environment=environment, log=place.logs / "web.log", pass_fds=[handed])
    for name, command in {"worker": worker(), "relay": [*MANAGE, "relay"], "beat": beat(place)}.items():
        crew.start(name, command, environment=environment, log=place.logs / f"{name}.log")
    with step(f"Waiting for the web server on port {port}"):
        wait_until(lambda: answers(host, port), crew, "the web server does not answer")
    with step("Waiting for a worker"):
        wait_until(lambda: worker_answers(environment), crew, "no worker answers")
    return url


def web(listener: int) -> list[str]:
    options = ["--bind", f"fd://{listener}", "--workers", "2", "--threads", "4", "--graceful-timeout", "5"]
    return [sys.executable, "-m", "gunicorn", "--no-control-socket", *options, "config.wsgi"]


def worker() -> list[str]:
    # Prefork's semaphores live in /dev/shm; some containers do not let us write there.
    prefork = sys.platform != "linux" or os.access("/dev/shm", os.W_OK)  # noqa: S108
    options = ["-Q", "interactive,batch,blocks", "--concurrency", "2", "--pool", "prefork" if prefork else "threads"]
    return [*CELERY, "worker", *options, "-n", WORKER, "--loglevel", "INFO", *QUIET]


def beat(place: Place) -> list[str]:
    return [*CELERY, "beat", "--schedule", str(place.state / "beat-schedule"), "--pidfile", "", "--loglevel", "INFO"]


def free_listener(host: str, port: int) -> socket.socket:
    """A listening socket on ``port`` or, when that is taken, on the next free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for number in range(port, port + PORTS_TRIED):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, number))
            listener.listen(128)
        except OSError as problem:
            listener.close()
            if number == port and problem.errno not in TAKEN:
                raise RuntimeProblem(f"Port {port} on {host} cannot be used: {problem.strerror}") from None
        else:
            if number != port:
                complain(f"  Port {port} is taken; using {number}")
            return listener
    raise RuntimeProblem(
        f"No free port from {port} to {port + PORTS_TRIED - 1}; choose another one: PORT=9000 make run"
    )


def reachable_address(listener: socket.socket) -> tuple[str, int]:
    """The address to open in a browser on this machine; a server on all addresses is reached on the local one."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104


def wait_until(ready: Callable[[], bool], crew: Crew, complaint: str, *, seconds: float = 90) -> None:
    """Wait for ``ready``; raise :class:`ServerFailed` when a child ends meanwhile or the time is up."""
    until = time.monotonic() + seconds
    while not ready():
        crew.check()
        if time.monotonic() > until:
            for child in crew.children:
                if child.log and not child.server:
                    show_tail(child.name, child.log, lines=8)
            raise ServerFailed(f"{complaint} after {seconds:.0f} s")
        time.sleep(0.1)


def answers(host: str, port: int) -> bool:
    """Whether the readiness page answers 200 on the port."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def worker_answers(environment: Mapping[str, str]) -> bool:
    # With its name given, the answer is not waited for any longer than it takes.
    command = [*CELERY, "inspect", "ping", "--timeout", "1.5", "--destination", WORKER]
    done = subprocess.run(command, env=dict(environment), cwd=CHECKOUT, capture_output=True)
    return done.returncode == 0
